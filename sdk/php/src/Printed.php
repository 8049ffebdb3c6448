<?php

declare(strict_types=1);

namespace Splat;

/** An exception that only PHP's own words are left of: `Uncaught LogicException: … Stack trace: …`. */
final class Printed
{
    private const CALL = '/^#[0-9]{1,6} (?:\[internal function\]: |(.{1,2000}?)\(([0-9]{1,9})\): )?(\S[^(]{0,1000})/';
    private const MOST = 20;

    /**
     * What was raised, as the trace of each says; the surfaced one first. Empty when the text is none.
     *
     * @return list<array{string, string, string, int, list<array<string, mixed>>}> type, message, file, line, calls
     */
    public static function read(string $text): array
    {
        if (!str_starts_with($text, 'Uncaught ')) {
            return [];
        }
        $found = [];
        foreach (array_slice(explode("\n\nNext ", substr($text, 9)), -self::MOST) as $part) {
            $parts = explode("\nStack trace:\n", $part, 2);
            $one = self::one($parts[0], $parts[1] ?? '');
            if ($one === null) {
                return [];
            }
            array_unshift($found, $one);
        }
        return $found;
    }

    /** @return array{string, string, string, int, list<array<string, mixed>>}|null */
    private static function one(string $head, string $calls): ?array
    {
        $at = strrpos($head, ' in ');
        if ($at === false || !preg_match('/^(.+):([0-9]{1,9})$/Ds', substr($head, $at + 4), $place)) {
            return null;
        }
        $said = explode(': ', substr($head, 0, $at), 2);
        $trace = [];
        foreach (explode("\n", $calls) as $line) {
            if (preg_match(self::CALL, $line, $match)) {
                $call = ['function' => trim($match[3])];
                $trace[] = $match[1] === '' ? $call : $call + ['file' => $match[1], 'line' => (int) $match[2]];
            }
        }
        return [$said[0], $said[1] ?? '', $place[1], (int) $place[2], $trace];
    }
}
