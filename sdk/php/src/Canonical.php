<?php

declare(strict_types=1);

namespace Splat;

/** W, R9: the one way a report is written, and what reads it back. */
final class Canonical
{
    public const SCHEMA = 'splat-report/1';
    public const RUNTIMES = ['python', 'javascript', 'go', 'ruby', 'php'];
    /** Where the schema has a mapping, an array is one, also when it is empty or its keys are 0, 1, 2, …. */
    private const SHAPE = [
        'exceptions' => ['[]' => ['frames' => ['[]' => ['locals' => []]]]],
        'logs' => ['[]' => []],
        'breadcrumbs' => ['[]' => ['data' => []]],
        'request' => ['query' => [], 'headers' => []],
        'sdk' => [],
        'dependencies' => [],
        'deploy' => [],
        'contexts' => [],
        'tags' => [],
        'occurrences' => [],
    ];
    /** What `json_encode` writes otherwise than W2. A pair of backslashes is passed over, for one may end it. */
    private const ESCAPES = [
        '\\\\' => '\\\\', '\\b' => '\\u0008', '\\f' => '\\u000c', '&' => '\\u0026', '<' => '\\u003c',
        '>' => '\\u003e', '`' => '\\u0060', "\x7F" => '\\u007f',
    ];

    /**
     * The report's canonical JSON (W1, W2): ASCII on one line.
     *
     * @param array<array-key, mixed> $report
     * @throws \UnexpectedValueException for what JSON cannot hold
     */
    public static function write(array $report): string
    {
        return self::encoded($report, self::SHAPE);
    }

    /** @param array<array-key, mixed>|null $shape */
    private static function encoded(mixed $value, ?array $shape): string
    {
        if (is_string($value)) {
            return self::text($value);
        }
        if (is_array($value) || $value instanceof \stdClass) {
            $isMapping = Mapping::is($value) || ($shape !== null && !isset($shape['[]']));
            return $isMapping ? self::mapping((array) $value, $shape) : self::list((array) $value, $shape);
        }
        if (is_float($value)) {
            return self::number($value);
        }
        if ($value !== null && !is_bool($value) && !is_int($value)) {
            throw new \UnexpectedValueException('JSON holds no ' . get_debug_type($value));
        }
        return $value === null ? 'null' : (is_int($value) ? (string) $value : ($value ? 'true' : 'false'));
    }

    /**
     * @param list<mixed> $entries
     * @param array<array-key, mixed>|null $shape
     */
    private static function list(array $entries, ?array $shape): string
    {
        $made = [];
        foreach ($entries as $entry) {
            $made[] = self::encoded($entry, $shape['[]'] ?? null);
        }
        return '[' . implode(',', $made) . ']';
    }

    /**
     * @param array<array-key, mixed> $entries
     * @param array<array-key, mixed>|null $shape
     */
    private static function mapping(array $entries, ?array $shape): string
    {
        ksort($entries, SORT_STRING);
        $made = [];
        foreach ($entries as $key => $entry) {
            $made[] = self::text((string) $key) . ':' . self::encoded($entry, $shape[$key] ?? null);
        }
        return '{' . implode(',', $made) . '}';
    }

    private static function text(string $text): string
    {
        return strtr((string) json_encode(Utf8::scrub($text), JSON_UNESCAPED_SLASHES), self::ESCAPES);
    }

    private static function number(float $value): string
    {
        if (!is_finite($value)) {
            throw new \UnexpectedValueException('JSON holds no NaN and no infinity');
        }
        $text = (string) json_encode($value, JSON_PRESERVE_ZERO_FRACTION);
        // An app may set `serialize_precision` so that what is written is another number.
        return (float) $text === $value ? $text : str_replace(',', '.', sprintf('%.17e', $value));
    }

    /**
     * The report in a JSON text.
     *
     * @return array<string, mixed>
     * @throws \UnexpectedValueException with the place as a JSON path, for what R9 refuses
     */
    public static function readBack(string $text): array
    {
        $report = Json::decode($text, self::SHAPE);
        if (!is_array($report) || !preg_match('/^[ \t\n\r]*\{/', $text)) {
            throw new \UnexpectedValueException('$: not one JSON object');
        }
        if (($report['schema'] ?? null) !== self::SCHEMA) {
            throw new \UnexpectedValueException('$.schema: the schema is not ' . self::SCHEMA);
        }
        if (!in_array($report['runtime'] ?? null, self::RUNTIMES, true)) {
            $all = implode(', ', self::RUNTIMES);
            throw new \UnexpectedValueException("\$.runtime: the runtime is none of $all");
        }
        self::checkExceptions($report['exceptions'] ?? null);
        $signature = array_key_exists('signature', $report) ? $report['signature'] : '';
        if (!is_string($signature) || preg_match('/^(?:[0-9a-f]{16})?\z/', $signature) !== 1) {
            throw new \UnexpectedValueException('$.signature: a signature is 16 lower-case hexadecimal digits');
        }
        return $report;
    }

    private static function checkExceptions(mixed $exceptions): void
    {
        if (!is_array($exceptions) || !array_is_list($exceptions) || $exceptions === []) {
            throw new \UnexpectedValueException('$.exceptions: there is no exception');
        }
        foreach ($exceptions as $index => $exception) {
            if (!is_array($exception) || !is_string($exception['type'] ?? null)) {
                throw new \UnexpectedValueException("\$.exceptions[$index]: no object with a text `type`");
            }
        }
    }
}
