<?php

declare(strict_types=1);

namespace Splat;

/** I1: the frame where it went wrong, and the index of its exception. */
final class Place
{
    /** Code points of a path. */
    public const MAX_PATH = 200;
    /** S7: no more exceptions count. */
    private const MAX_EXCEPTIONS = 200;

    /** @param array<string, mixed>|null $frame */
    private function __construct(public readonly int $index, public readonly ?array $frame)
    {
    }

    /** @param list<array<string, mixed>> $exceptions */
    public static function in(array $exceptions): self
    {
        $inwards = array_reverse(self::chain($exceptions));
        $others = array_diff(array_keys($exceptions), $inwards);
        foreach ([...$inwards, ...$others] as $index) {
            foreach (array_reverse($exceptions[$index]['frames'] ?? []) as $frame) {
                if (($frame['in_app'] ?? false) === true) {
                    return new self($index, $frame);
                }
            }
        }
        foreach ($inwards as $index) {
            if (!empty($exceptions[$index]['frames'])) {
                return new self($index, $exceptions[$index]['frames'][count($exceptions[$index]['frames']) - 1]);
            }
        }
        return new self(0, null);
    }

    /**
     * S7: the exception that surfaced, its cause, the cause of that, and so on, as indices.
     *
     * @param list<array<string, mixed>> $exceptions
     * @return list<int>
     */
    private static function chain(array $exceptions): array
    {
        $causes = [];
        foreach (array_slice($exceptions, 0, self::MAX_EXCEPTIONS) as $index => $exception) {
            $parent = $exception['parent'] ?? null;
            $isCause = in_array($exception['relation'] ?? '', ['cause', 'context'], true);
            if ($isCause && is_int($parent) && $parent >= 0 && $parent < $index) {
                $causes[$parent] ??= $index;
            }
        }
        $chain = [0];
        while (isset($causes[end($chain)])) {
            $chain[] = $causes[end($chain)];
        }
        return $chain;
    }

    /**
     * A path and the frame's line.
     *
     * @param array<string, mixed> $frame
     */
    public static function located(string $path, array $frame): string
    {
        return empty($frame['line']) ? $path : "$path:{$frame['line']}";
    }

    /**
     * A frame's path and line; `?` without either.
     *
     * @param array<string, mixed> $frame
     */
    public static function of(array $frame): string
    {
        $place = self::located(Text::oneLine(self::text($frame, 'path'), self::MAX_PATH), $frame);
        return $place === '' ? '?' : $place;
    }

    /**
     * A text of a part of a report; "" where it has none.
     *
     * @param array<array-key, mixed> $part
     */
    public static function text(array $part, string|int $key): string
    {
        $value = $part[$key] ?? '';
        return is_string($value) ? $value : (is_int($value) ? (string) $value : '');
    }
}
