<?php

declare(strict_types=1);

namespace Splat;

/** I8: what a report gives up, least useful first, until it fits (also L5). */
final class Shrink
{
    /** How many names `truncated` may hold. */
    private const MAX_NAMES = 100;

    private const CRASH_KEYS = [
        'schema', 'id', 'time', 'runtime', 'exceptions', 'sdk', 'service', 'environment', 'release', 'root',
        'signature', 'runtime_version', 'platform', 'trace_id', 'deploy', 'occurrences', 'truncated',
    ];
    private const OTHER_KEYS = ['dependencies', 'request', 'logs', 'breadcrumbs', 'contexts', 'tags'];
    private const CRASH_EXCEPTION = ['type', 'message', 'relation', 'parent'];
    private const CRASH_FRAME = ['path', 'line', 'column', 'function', 'in_app', 'source'];
    private const CRASH_INNER = ['name', 'version', 'id', 'time', 'count', 'first_seen', 'last_seen'];

    /**
     * `$report` where `$sizeOf` says at most `$limit`; else what is left of it after as few steps as that takes.
     *
     * `truncated` of the result names the steps. The last is taken even when its result is still too large.
     *
     * @param array<string, mixed> $report
     * @param callable(array<string, mixed>): int $sizeOf
     * @return array<string, mixed>
     */
    public static function to(array $report, callable $sizeOf, int $limit): array
    {
        if ($sizeOf($report) <= $limit) {
            return $report;
        }
        foreach (self::steps() as $name => $step) {
            $smaller = $step($report);
            if ($smaller === $report) {
                continue;
            }
            $held = array_filter($smaller['truncated'] ?? [], static fn (mixed $each): bool => $each !== $name);
            $smaller['truncated'] = array_slice([...array_values($held), $name], -self::MAX_NAMES);
            $report = $smaller;
            if ($sizeOf($report) <= $limit) {
                break;
            }
        }
        return $report;
    }

    /**
     * The names of all steps, in the order in which they are taken.
     *
     * @return list<string>
     */
    public static function names(): array
    {
        return array_keys(self::steps());
    }

    /**
     * The steps that a report names as taken, in the order in which it names them.
     *
     * @param array<string, mixed> $report
     * @return list<string>
     */
    public static function stepsIn(array $report): array
    {
        return array_values(array_intersect(array_filter($report['truncated'] ?? [], 'is_string'), self::names()));
    }

    /**
     * `$part` without the keys `$names`.
     *
     * @param array<array-key, mixed> $part
     * @param list<string> $names
     * @return array<array-key, mixed>
     */
    public static function without(array $part, array $names): array
    {
        return array_diff_key($part, array_flip($names));
    }

    /**
     * `$report` with `$change` done to each frame.
     *
     * @param array<string, mixed> $report
     * @param callable(array<string, mixed>): array<string, mixed> $change
     * @return array<string, mixed>
     */
    public static function eachFrame(array $report, callable $change): array
    {
        return self::eachTrace($report, static fn (array $frames): array => array_map($change, $frames));
    }

    /** @return array<string, callable(array<string, mixed>): array<string, mixed>> */
    private static function steps(): array
    {
        return [
            'breadcrumbs' => self::last('breadcrumbs', 20),
            'logs' => self::last('logs', 50),
            'unknown keys' => static fn (array $report): array => self::only(
                $report,
                [...self::CRASH_KEYS, ...self::OTHER_KEYS],
            ),
            'dependencies' => self::drop('dependencies'),
            'context lines' => self::dropOfFrames('pre_context', 'post_context'),
            'all breadcrumbs' => self::drop('breadcrumbs'),
            'log messages' => self::shortenLogs(...),
            'contexts' => self::drop('contexts'),
            'locals' => self::dropOfFrames('locals'),
            'request data' => self::dropRequestData(...),
            'frames' => self::shortenFrames(...),
            'exceptions' => static fn (array $report): array => array_replace(
                $report,
                ['exceptions' => array_slice($report['exceptions'], 0, 10)],
            ),
            'all logs' => self::drop('logs'),
            'messages' => self::shortenMessages(...),
            'tags' => self::drop('tags'),
            'all but the crash' => self::keepTheCrash(...),
        ];
    }

    private static function eachTrace(array $report, callable $change): array
    {
        foreach ($report['exceptions'] as $index => $exception) {
            if (!empty($exception['frames'])) {
                $report['exceptions'][$index]['frames'] = $change($exception['frames']);
            }
        }
        return $report;
    }

    private static function drop(string $name): callable
    {
        return static fn (array $report): array => self::without($report, [$name]);
    }

    private static function dropOfFrames(string ...$names): callable
    {
        return static fn (array $report): array => self::eachFrame(
            $report,
            static fn (array $frame): array => self::without($frame, $names),
        );
    }

    private static function last(string $name, int $most): callable
    {
        return static function (array $report) use ($name, $most): array {
            if (isset($report[$name])) {
                $report[$name] = array_slice($report[$name], -$most);
            }
            return $report;
        };
    }

    /** @param list<string> $names */
    private static function only(array $part, array $names): array
    {
        return array_intersect_key($part, array_flip($names));
    }

    private static function shortenLogs(array $report): array
    {
        if (empty($report['logs'])) {
            return $report;
        }
        $shorter = static fn (array $entry): array => array_replace(
            $entry,
            ['message' => Utf8::cut($entry['message'] ?? '', 200)],
        );
        $report['logs'] = array_map($shorter, array_slice($report['logs'], -20));
        return $report;
    }

    private static function dropRequestData(array $report): array
    {
        if (!empty($report['request'])) {
            $report['request'] = self::without($report['request'], ['query', 'headers', 'body']);
        }
        return $report;
    }

    private static function shortenFrames(array $report): array
    {
        $shorter = static fn (mixed $value): mixed => is_string($value) ? Utf8::cut($value, 200) : $value;
        return self::eachTrace($report, static function (array $frames) use ($shorter): array {
            $few = count($frames) <= 25 ? $frames : [...array_slice($frames, 0, 5), ...array_slice($frames, -20)];
            return array_map(static fn (array $frame): array => array_map($shorter, $frame), $few);
        });
    }

    private static function shortenMessages(array $report): array
    {
        foreach ($report['exceptions'] as $index => $exception) {
            $report['exceptions'][$index]['type'] = Utf8::cut($exception['type'], 200);
            if (isset($exception['message'])) {
                $report['exceptions'][$index]['message'] = Utf8::cut($exception['message'], 1_000);
            }
        }
        return $report;
    }

    private static function keepTheCrash(array $report): array
    {
        $crash = array_map(self::tiny(...), self::only($report, self::CRASH_KEYS));
        $crash['exceptions'] = array_map(static function (array $exception): array {
            $made = array_map(self::tiny(...), self::only($exception, self::CRASH_EXCEPTION));
            if (!empty($exception['frames'])) {
                $tiny = static fn (array $frame): array => self::only($frame, self::CRASH_FRAME);
                foreach (array_map($tiny, array_slice($exception['frames'], -4)) as $frame) {
                    $made['frames'][] = array_map(self::tiny(...), $frame);
                }
            }
            return $made;
        }, array_slice($report['exceptions'], 0, 3));
        if (isset($report['truncated'])) {
            $crash['truncated'] = self::stepsIn($report);
        }
        return $crash;
    }

    private static function tiny(mixed $value): mixed
    {
        if (is_string($value)) {
            return Utf8::cut($value, 60);
        }
        return is_array($value) ? array_map(self::tiny(...), self::only($value, self::CRASH_INNER)) : $value;
    }
}
