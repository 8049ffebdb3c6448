<?php

declare(strict_types=1);

namespace Splat;

/**
 * A report that the app changed (`before_send`), back in the shape of `sdk/report.schema.json`.
 *
 * The engine refuses a report with one wrong value in it, so what does not fit goes, and the rest stays.
 */
final class Conform
{
    private const TIME = '/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z\z/';
    private const RELATIONS = ['surfaced', 'cause', 'context', 'member'];

    // How a value is checked: a kind, and what that needs. A `?` before a kind lets null through.
    private const TEXT = ['text'];
    private const TEXT_OR_NULL = ['?text'];
    private const TIMES = ['time'];
    private const ANYTHING = ['anything'];
    private const NUMBER_OF_LINE = ['?whole', 1, 999_999_999];
    private const LINES = ['?list', self::TEXT, 50];
    private const TEXTS = ['mapping', self::TEXT_OR_NULL, 1_000];
    private const VERSIONED = ['object', ['name' => self::TEXT, 'version' => self::TEXT], ['name', 'version']];
    private const FRAME = ['object', [
        'path' => ['path'], 'line' => self::NUMBER_OF_LINE, 'column' => self::NUMBER_OF_LINE,
        'function' => self::TEXT_OR_NULL, 'in_app' => ['truth'], 'source' => self::TEXT_OR_NULL,
        'pre_context' => self::LINES, 'post_context' => self::LINES, 'locals' => ['?mapping', self::TEXT, 500],
    ], ['path']];
    private const EXCEPTION = ['object', [
        'type' => self::TEXT, 'message' => self::TEXT, 'frames' => ['list', self::FRAME, 2_000],
        'relation' => ['relation'], 'parent' => ['?whole', 0, 199],
    ], ['type']];
    private const LOG = ['object', [
        'time' => self::TIMES, 'level' => self::TEXT, 'message' => self::TEXT, 'logger' => self::TEXT,
    ], ['message']];
    private const BREADCRUMB = ['object', [
        'time' => self::TIMES, 'level' => self::TEXT, 'message' => self::TEXT, 'category' => self::TEXT,
        'data' => ['mapping', self::ANYTHING, 1_000],
    ], []];
    private const REQUEST = ['object', [
        'method' => self::TEXT, 'route' => self::TEXT, 'path' => self::TEXT, 'query' => self::TEXTS,
        'headers' => self::TEXTS, 'body' => self::TEXT_OR_NULL,
    ], []];
    private const OCCURRENCES = ['object', [
        'count' => ['whole', 1, Block::MAX_COUNT], 'first_seen' => self::TIMES, 'last_seen' => self::TIMES,
    ], ['count']];
    private const REPORT = ['object', [
        'exceptions' => ['list', self::EXCEPTION, 200], 'sdk' => self::VERSIONED,
        'dependencies' => ['mapping', self::TEXT, 2_000],
        'deploy' => ['object', ['id' => self::TEXT, 'time' => self::TIMES], []], 'request' => self::REQUEST,
        'logs' => ['list', self::LOG, 500], 'breadcrumbs' => ['list', self::BREADCRUMB, 500],
        'contexts' => ['mapping', self::ANYTHING, 1_000], 'tags' => self::TEXTS, 'occurrences' => self::OCCURRENCES,
        'truncated' => ['list', self::TEXT, 100], 'time' => self::TIMES, 'id' => self::TEXT, 'service' => self::TEXT,
        'environment' => self::TEXT, 'release' => self::TEXT, 'root' => self::TEXT, 'signature' => self::TEXT,
        'runtime_version' => self::TEXT, 'platform' => self::TEXT, 'trace_id' => self::TEXT,
    ], [], self::ANYTHING];

    /**
     * `$report` without what its schema does not allow.
     *
     * Texts may be longer than the schema says: limits follow (L). Whole numbers where texts belong become texts.
     *
     * @param array<array-key, mixed> $report
     * @return array<string, mixed>
     * @throws \UnexpectedValueException when no exception is left in it
     */
    public static function report(array $report): array
    {
        $made = self::checked($report, self::REPORT);
        if (empty($made['exceptions'])) {
            throw new \UnexpectedValueException('$.exceptions: there is no exception');
        }
        // A parent stands before what hangs on it; where one went, the numbers no longer tell which.
        $moved = count($made['exceptions']) !== count($report['exceptions']);
        foreach ($made['exceptions'] as $index => $exception) {
            if (isset($exception['parent']) && ($moved || $exception['parent'] >= $index)) {
                $made['exceptions'][$index]['parent'] = null;
            }
        }
        return $made;
    }

    /** A value as it may stay; itself where that says nothing: `self::gone()` when it may not. */
    private static function checked(mixed $value, array $check): mixed
    {
        $kind = $check[0];
        if ($kind[0] === '?') {
            if ($value === null) {
                return null;
            }
            $kind = substr($kind, 1);
        }
        return match ($kind) {
            'anything' => $value,
            'text' => is_int($value) ? (string) $value : (is_string($value) ? $value : self::gone()),
            'path' => is_string($value) ? str_replace("\0", Utf8::REPLACEMENT, $value) : self::gone(),
            'time' => is_string($value) && preg_match(self::TIME, $value) === 1 ? $value : self::gone(),
            'truth' => is_bool($value) ? $value : self::gone(),
            'whole' => is_int($value) && $value >= $check[1] && $value <= $check[2] ? $value : self::gone(),
            'relation' => in_array($value, self::RELATIONS, true) ? $value : self::gone(),
            'list' => self::list($value, $check),
            'mapping' => self::mapping($value, $check),
            'object' => self::object($value, $check),
        };
    }

    private static function list(mixed $value, array $check): mixed
    {
        // Who takes an entry out leaves a gap in the keys.
        if (!is_array($value) || array_filter(array_keys($value), 'is_string') !== []) {
            return self::gone();
        }
        $made = [];
        foreach ($value as $each) {
            $each = count($made) < $check[2] ? self::checked($each, $check[1]) : self::gone();
            if ($each !== self::gone()) {
                $made[] = $each;
            }
        }
        return $made;
    }

    /** Of names to what the check lets through, the first so many. */
    private static function mapping(mixed $value, array $check): mixed
    {
        if (!is_array($value) && !$value instanceof \stdClass) {
            return self::gone();
        }
        $made = [];
        foreach ((array) $value as $key => $each) {
            $each = count($made) < $check[2] ? self::checked($each, $check[1]) : self::gone();
            if ($each !== self::gone()) {
                $made[$key] = $each;
            }
        }
        return $made;
    }

    private static function object(mixed $value, array $check): mixed
    {
        if (!is_array($value) && !$value instanceof \stdClass) {
            return self::gone();
        }
        $made = [];
        foreach ((array) $value as $key => $each) {
            $rule = is_string($key) ? $check[1][$key] ?? $check[3] ?? null : null;
            $each = $rule === null ? self::gone() : self::checked($each, $rule);
            if ($each !== self::gone()) {
                $made[$key] = $each;
            }
        }
        return array_diff_key(array_flip($check[2]), $made) === [] ? $made : self::gone();
    }

    private static function gone(): object
    {
        static $gone = null;
        return $gone ??= new class () {
        };
    }
}
