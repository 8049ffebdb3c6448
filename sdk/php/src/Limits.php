<?php

declare(strict_types=1);

namespace Splat;

/** L2, L4, L5: no text, list or report grows beyond what can be kept, sent and read. */
final class Limits
{
    /** A report's canonical JSON, in bytes (L5). */
    public const MAX_REPORT = 1_000_000;

    private const MESSAGE = 5_000;
    private const LINE = 500;
    private const OTHER = 1_000;
    private const VERSION = 200;
    private const KEY = 200;
    private const FRAME = ['path' => self::LINE, 'function' => self::LINE, 'source' => self::LINE];
    private const EXCEPTION = ['type' => self::LINE, 'message' => self::MESSAGE];
    private const RECORD = ['message' => self::MESSAGE];
    private const REQUEST = ['path' => self::LINE, 'body' => self::MESSAGE];
    // L4, and what the schema allows
    private const LOGS = 500;
    private const BREADCRUMBS = 100;
    private const EXCEPTIONS = 50;
    private const FRAMES = 200;
    private const OUTER_FRAMES = 50;
    private const INNER_FRAMES = 150;
    private const LINES = 50;
    private const LOCALS = 500;
    private const CONTEXTS = 100;
    private const TEXTS = 1_000;
    private const DEPENDENCIES = 2_000;
    private const NAMES = 100;

    /** @var list<string> what was cut */
    private array $cut = [];

    /** L3: a plain copy of any value: bounded in depth, values, entries and text, whatever it is. */
    public static function value(mixed $value): mixed
    {
        return (new Limiter())->limit($value);
    }

    /**
     * A redacted report within all limits; `truncated` of the result names what was cut.
     *
     * @param array<string, mixed> $report
     * @return array<string, mixed>
     */
    public static function report(array $report): array
    {
        return Shrink::to((new self())->limited($report), self::size(...), self::MAX_REPORT);
    }

    /**
     * The bytes of the canonical JSON; of what is too large by far only that it is, and of what fits by far that it
     * does: writing that down costs memory and time.
     *
     * @param array<string, mixed> $report
     */
    private static function size(array $report): int
    {
        [$least, $most] = self::bounds($report);
        return $least > self::MAX_REPORT ? $least : ($most <= self::MAX_REPORT ? $most : strlen(Canonical::write($report)));
    }

    /**
     * The bytes of all texts, and what the whole takes at most: no byte of a text takes more than six.
     *
     * @param array<array-key, mixed> $part
     * @return array{int, int}
     */
    private static function bounds(array $part): array
    {
        [$least, $most] = [0, 2];
        foreach ($part as $key => $value) {
            $most += 6 * strlen((string) $key) + 4;
            if (is_string($value)) {
                $least += strlen($value);
                $most += 6 * strlen($value) + 3;
            } elseif (is_array($value) || $value instanceof \stdClass) {
                [$inner, $outer] = self::bounds((array) $value);
                $least += $inner;
                $most += $outer + 1;
            } else {
                $most += 32;
            }
        }
        return [$least, $most];
    }

    /**
     * @param array<string, mixed> $report
     * @return array<string, mixed>
     */
    private function limited(array $report): array
    {
        $held = $report['truncated'] ?? null;
        unset($report['truncated']);
        $part = fn (mixed $value): mixed => $this->part($value);
        $made = $this->fields($report, [], [
            'exceptions' => $this->exceptions(...),
            'logs' => fn (mixed $value): mixed => $this->records($value, 'log entries', self::LOGS),
            'breadcrumbs' => fn (mixed $value): mixed => $this->records(
                $value,
                'breadcrumb entries',
                self::BREADCRUMBS,
            ),
            'contexts' => $this->contexts(...),
            'tags' => fn (mixed $value): mixed => $this->texts($value, self::MESSAGE, self::TEXTS),
            'request' => $this->request(...),
            'dependencies' => fn (mixed $value): mixed => $this->texts($value, self::VERSION, self::DEPENDENCIES),
            'sdk' => $part,
            'deploy' => $part,
            'occurrences' => $part,
        ]);
        $names = array_map(
            static fn (string $name): string => Utf8::cut(Utf8::scrub($name), self::KEY),
            array_values(array_filter(is_array($held) ? $held : [], 'is_string')),
        );
        $names = array_slice(array_values(array_unique([...$names, ...$this->cut])), 0, self::NAMES);
        return $names === [] ? $made : $made + ['truncated' => $names];
    }

    private function note(string $what): void
    {
        if (!in_array($what, $this->cut, true)) {
            $this->cut[] = $what;
        }
    }

    private function text(string $text, int $limit): string
    {
        $text = Utf8::scrub($text);
        $made = Utf8::cut($text, $limit);
        if ($made !== $text) {
            $this->note('long texts');
        }
        return $made;
    }

    /** What no rule names: bounded as any value of the user's. */
    private function anything(mixed $value): mixed
    {
        $limiter = new Limiter();
        $made = $limiter->limit($value);
        if ($limiter->hasCut) {
            $this->note('large values');
        }
        return $made;
    }

    /**
     * A mapping whose texts have `$limits`, else `$other`, and whose further values have handlers of their own.
     *
     * @param array<array-key, mixed> $part
     * @param array<string, int> $limits
     * @param array<string, callable(mixed): mixed> $own
     * @return array<array-key, mixed>
     */
    private function fields(array $part, array $limits, array $own = [], int $other = self::OTHER): array
    {
        $made = [];
        foreach ($part as $key => $value) {
            if (is_string($value)) {
                $value = $this->text($value, $limits[$key] ?? $other);
            } elseif ($value !== null && !is_bool($value) && !is_int($value)) {
                $value = isset($own[$key]) ? $own[$key]($value) : $this->anything($value);
            }
            $made[is_int($key) ? $key : $this->text($key, self::KEY)] = $value;
        }
        return $made;
    }

    /**
     * @param array<string, int> $limits
     * @param array<string, callable(mixed): mixed> $own
     */
    private function part(mixed $part, array $limits = [], array $own = []): mixed
    {
        return is_array($part) ? $this->fields($part, $limits, $own) : $this->anything($part);
    }

    /** A mapping from names to texts. */
    private function texts(mixed $texts, int $limit, int $most): mixed
    {
        return is_array($texts) ? $this->fields($this->first($texts, $most), [], [], $limit) : $this->anything($texts);
    }

    /**
     * @param array<array-key, mixed> $part
     * @return array<array-key, mixed>
     */
    private function first(array $part, int $most): array
    {
        if (count($part) <= $most) {
            return $part;
        }
        $this->note('further names');
        ksort($part, SORT_STRING);
        return array_slice($part, 0, $most, true);
    }

    private function exceptions(mixed $exceptions): mixed
    {
        if (!Mapping::isList($exceptions)) {
            return $this->anything($exceptions);
        }
        if (count($exceptions) > self::EXCEPTIONS) {
            $this->note('chained exceptions');
        }
        $first = array_slice($exceptions, 0, self::EXCEPTIONS);
        $own = ['frames' => $this->frames(...)];
        return array_map(fn (mixed $each): mixed => $this->part($each, self::EXCEPTION, $own), $first);
    }

    private function frames(mixed $frames): mixed
    {
        if (!Mapping::isList($frames)) {
            return $this->anything($frames);
        }
        if (count($frames) > self::FRAMES) {
            $this->note('middle frames');
            $inner = array_slice($frames, -self::INNER_FRAMES);
            $frames = [...array_slice($frames, 0, self::OUTER_FRAMES), ...$inner];
        }
        $own = [
            'pre_context' => $this->lines(...),
            'post_context' => $this->lines(...),
            'locals' => fn (mixed $value): mixed => $this->texts($value, self::MESSAGE, self::LOCALS),
        ];
        return array_map(fn (mixed $frame): mixed => $this->part($frame, self::FRAME, $own), $frames);
    }

    private function lines(mixed $lines): mixed
    {
        if (!Mapping::isList($lines)) {
            return $this->anything($lines);
        }
        $limit = fn (mixed $line): mixed => is_string($line) ? $this->text($line, self::LINE) : $this->anything($line);
        return array_map($limit, array_slice($lines, 0, self::LINES));
    }

    private function records(mixed $records, string $name, int $most): mixed
    {
        if (!Mapping::isList($records)) {
            return $this->anything($records);
        }
        if (count($records) > $most) {
            $this->note($name);
        }
        $last = array_slice($records, -$most);
        return array_map(fn (mixed $record): mixed => $this->part($record, self::RECORD), $last);
    }

    /** Each context is a value of its own: a large one takes no room from the others. */
    private function contexts(mixed $contexts): mixed
    {
        if (!is_array($contexts)) {
            return $this->anything($contexts);
        }
        $made = [];
        foreach ($this->first($contexts, self::CONTEXTS) as $name => $value) {
            $made[is_int($name) ? $name : $this->text($name, self::KEY)] = $this->anything($value);
        }
        return $made;
    }

    private function request(mixed $request): mixed
    {
        $texts = fn (mixed $value): mixed => $this->texts($value, self::OTHER, self::TEXTS);
        return $this->part($request, self::REQUEST, ['query' => $texts, 'headers' => $texts]);
    }
}
