<?php

declare(strict_types=1);

namespace Splat\Signature;

/** S7-S13: one error's exceptions, which hang on which, and which frame speaks for them. */
final class Chain
{
    /** Frames and exceptions beyond these counts are not looked at, nor groups nested deeper. */
    private const MAX_FRAMES = 2_000;
    private const MAX_EXCEPTIONS = 200;
    private const MAX_NESTING = 5;

    /** By rule: the last parts of types, and how messages begin. */
    private const BY_TYPE = [
        'out-of-memory' => [
            ['MemoryError', 'NoMemoryError', 'OutOfMemoryError'],
            [
                'Allowed memory size of ',
                'JavaScript heap out of memory',
                'Array buffer allocation failed',
                'runtime: out of memory',
                'runtime: cannot allocate memory',
            ],
        ],
        'worker-timeout' => [
            [
                'SoftTimeLimitExceeded',
                'TimeLimitExceeded',
                'WorkerLostError',
                'JobTimeoutException',
                'RequestTimeoutException',
                'RequestTimeoutError',
                'RequestExpiryError',
            ],
            ['Maximum execution time of '],
        ],
    ];
    private const OVERFLOW = [
        ['RecursionError', 'SystemStackError', 'StackOverflowError'],
        [
            'Maximum call stack size ',
            'too much recursion',
            'stack overflow',
            'Maximum function nesting level of ',
            'maximum recursion depth exceeded',
        ],
    ];

    /** @var list<array<string, mixed>> */
    private array $exceptions;
    /** @var array<int, int> by the index of an exception, that of its cause */
    private array $causes = [];
    /** @var array<int, list<int>> */
    private array $members = [];

    /** @param list<array<string, mixed>> $exceptions as in a report */
    public function __construct(private readonly string $runtime, private readonly string $root, array $exceptions)
    {
        $this->exceptions = array_slice(array_values($exceptions), 0, self::MAX_EXCEPTIONS);
        foreach ($this->exceptions as $index => $exception) {
            $parent = $exception['parent'] ?? null;
            if (!is_int($parent) || $parent < 0 || $parent >= $index) {
                continue;
            }
            $relation = $exception['relation'] ?? '';
            if ($relation === 'member') {
                $this->members[$parent][] = $index;
            } elseif ($relation === 'cause' || $relation === 'context') {
                $this->causes[$parent] ??= $index;
            }
        }
    }

    /** The canonical text (S8). */
    public function canonical(): string
    {
        return $this->exceptions === [] ? $this->text('empty', []) : $this->from(0, 0);
    }

    /** @return list<int> S7: the chain of `exceptions[$start]` */
    private function chain(int $start): array
    {
        $chain = [$start];
        while (isset($this->causes[$start])) {
            $chain[] = $start = $this->causes[$start];
        }
        return $chain;
    }

    private function from(int $start, int $depth): string
    {
        $chain = $this->chain($start);
        $surfaced = [['type', $this->type($start)]];
        $special = $this->byType($chain) ?? $this->byCycle($chain, $surfaced);
        if ($special !== null) {
            return $special;
        }
        $inwards = array_reverse($chain);
        foreach ($depth < self::MAX_NESTING ? $inwards : [] as $index) {
            if (isset($this->members[$index])) {
                return $this->text('group', [...$surfaced, ...$this->memberLines($index, $depth)]);
            }
        }
        return $this->byFrame($inwards, $surfaced) ?? $this->byLibrary($inwards, $surfaced);
    }

    /** @param list<int> $chain */
    private function byType(array $chain): ?string
    {
        foreach ($chain as $index) {
            foreach (self::BY_TYPE as $rule => $which) {
                if ($this->isOneOf($index, $which)) {
                    return $this->text($rule, [['type', $this->type($index)]]);
                }
            }
        }
        return null;
    }

    /**
     * @param list<int> $chain
     * @param list<array{string, string}> $surfaced
     */
    private function byCycle(array $chain, array $surfaced): ?string
    {
        foreach ($chain as $index) {
            $place = $this->isOneOf($index, self::OVERFLOW) ? $this->smallestOfCycle($index) : null;
            if ($place !== null) {
                return $this->text('overflow', [...$surfaced, ['path', $place[0]], ['function', $place[1]]]);
            }
        }
        return null;
    }

    /** @return list<array{string, string}> */
    private function memberLines(int $index, int $depth): array
    {
        $signatures = [];
        foreach ($this->members[$index] as $member) {
            $signatures[] = Signature::digest($this->from($member, $depth + 1));
        }
        sort($signatures, SORT_STRING);
        $lines = [];
        foreach ($signatures as $number => $signature) {
            if ($number === 0 || $signature !== $signatures[$number - 1]) {
                $lines[] = ['member', $signature];
            }
        }
        return $lines;
    }

    /**
     * @param list<int> $inwards
     * @param list<array{string, string}> $surfaced
     */
    private function byFrame(array $inwards, array $surfaced): ?string
    {
        foreach ($inwards as $index) {
            $frames = $this->frames($index);
            for ($number = count($frames) - 1; $number >= 0; $number--) {
                if ($this->isInApp($frames[$number])) {
                    return $this->text('frame', [...$surfaced, ...$this->frameLines($frames, $number)]);
                }
            }
        }
        return null;
    }

    /**
     * S12. Only Python prints source lines, and there alone they count.
     *
     * @param list<array<string, mixed>> $frames
     * @return list<array{string, string}>
     */
    private function frameLines(array $frames, int $number): array
    {
        $helper = $this->place($frames[$number]);
        $lines = [['path', $helper[0]], ['function', $helper[1]]];
        if ($this->runtime !== 'python') {
            return $lines;
        }
        $source = $this->source($frames[$number]);
        $lines[] = ['source', $source];
        for ($caller = $number - 1; $caller >= 0 && preg_match('/^raise(?:[ (]|\z)/', $source) === 1; $caller--) {
            $place = $this->isInApp($frames[$caller]) ? $this->place($frames[$caller]) : $helper;
            if ($place !== $helper) {
                $lines[] = ['caller.path', $place[0]];
                $lines[] = ['caller.function', $place[1]];
                $lines[] = ['caller.source', $this->source($frames[$caller])];
                break;
            }
        }
        return $lines;
    }

    /**
     * S13.
     *
     * @param list<int> $inwards
     * @param list<array{string, string}> $surfaced
     */
    private function byLibrary(array $inwards, array $surfaced): string
    {
        $found = $inwards[0];
        foreach ($inwards as $index) {
            if ($this->frames($index) !== []) {
                $found = $index;
                break;
            }
        }
        $function = '';
        $frames = $this->frames($found);
        for ($number = count($frames) - 1; $number >= 0 && $function === ''; $number--) {
            $function = $this->place($frames[$number])[1];
        }
        $message = Messages::fold(self::textOf($this->exceptions[$found], 'message'));
        return $this->text('library', [...$surfaced, ['function', $function], ['message', $message]]);
    }

    /** @return array{string, string}|null the smallest path and function that occurs more than once */
    private function smallestOfCycle(int $index): ?array
    {
        $seen = [];
        foreach ($this->frames($index) as $frame) {
            if ($this->isInApp($frame)) {
                $place = $this->place($frame);
                $key = implode("\n", $place);
                $seen[$key] = [($seen[$key][0] ?? 0) + 1, $place];
            }
        }
        $repeated = array_column(array_filter($seen, static fn (array $each): bool => $each[0] > 1), 1);
        usort($repeated, static fn (array $a, array $b): int => strcmp($a[0], $b[0]) ?: strcmp($a[1], $b[1]));
        return $repeated[0] ?? null;
    }

    /** @param array{list<string>, list<string>} $which last parts of types, beginnings of messages */
    private function isOneOf(int $index, array $which): bool
    {
        if (in_array(Text::lastPart($this->type($index)), $which[0], true)) {
            return true;
        }
        $message = self::textOf($this->exceptions[$index], 'message');
        foreach ($which[1] as $beginning) {
            if (str_starts_with($message, $beginning)) {
                return true;
            }
        }
        return false;
    }

    private function type(int $index): string
    {
        return Text::typeName(self::textOf($this->exceptions[$index], 'type'));
    }

    /** @return list<array<string, mixed>> the innermost ones */
    private function frames(int $index): array
    {
        $frames = $this->exceptions[$index]['frames'] ?? null;
        return is_array($frames) ? array_slice(array_values($frames), -self::MAX_FRAMES) : [];
    }

    /** @param array<string, mixed> $frame */
    private function isInApp(array $frame): bool
    {
        return ($frame['in_app'] ?? false) === true;
    }

    /**
     * @param array<string, mixed> $frame
     * @return array{string, string} path and function
     */
    private function place(array $frame): array
    {
        return [
            Paths::relative(self::textOf($frame, 'path'), $this->root, $this->runtime),
            Functions::name($this->runtime, self::textOf($frame, 'function')),
        ];
    }

    /** @param array<string, mixed> $frame */
    private function source(array $frame): string
    {
        return Text::field(self::textOf($frame, 'source'));
    }

    /** @param array<string, mixed> $part */
    private static function textOf(array $part, string $key): string
    {
        $value = $part[$key] ?? '';
        return is_string($value) ? $value : '';
    }

    /** @param list<array{string, string}> $lines */
    private function text(string $rule, array $lines): string
    {
        $text = "signature=1\nruntime={$this->runtime}\nrule=$rule";
        foreach ($lines as [$key, $value]) {
            $text .= "\n$key=$value";
        }
        return $text;
    }
}
