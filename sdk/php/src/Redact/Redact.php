<?php

declare(strict_types=1);

namespace Splat\Redact;

/**
 * What is secret goes before anything leaves the process or reaches a disk (rules K and X of `sdk/SPEC.md`).
 *
 * `$extra` are names that tell, besides those of K2: users add, and take nothing away.
 */
final class Redact
{
    public const MARK = '[REDACTED]';
    /** So many sets of additions are kept ready. */
    private const MAX_KNOWN = 8;

    /** @var array<string, Walk> */
    private static array $walks = [];

    /**
     * `$text` without its secrets. Never throws: what fails is MARK.
     *
     * @param list<string> $extra
     */
    public static function text(string $text, array $extra = []): string
    {
        return self::walk($extra)->texts->hide($text, false);
    }

    /**
     * The same for program text and what is named in it: types, paths, functions, source and context lines.
     *
     * @param list<string> $extra
     */
    public static function source(string $text, array $extra = []): string
    {
        return self::walk($extra)->texts->hide($text, true);
    }

    /**
     * X10: a plain copy of any value without its secrets. Never throws: what fails is MARK.
     *
     * @param list<string> $extra
     */
    public static function value(mixed $value, array $extra = []): mixed
    {
        return self::walk($extra)->value($value);
    }

    /**
     * The report without its secrets, a copy.
     *
     * Where locals were taken by shape (F6) they hold no values, and what one with a telling name is stays readable.
     *
     * @param array<string, mixed> $report
     * @param list<string> $extra
     * @return array<string, mixed>
     * @throws RedactionError when that fails: then it is dropped (X11)
     */
    public static function report(array $report, array $extra = [], bool $localsAreShapes = false): array
    {
        try {
            return self::walk($extra, $localsAreShapes)->report($report);
        } catch (\Throwable $error) {
            // The error's own text may quote what was to be hidden, and so may the trace that hangs on it.
            $name = get_class($error);
        }
        throw new RedactionError("a report could not be redacted: $name");
    }

    /** @param list<string> $extra */
    private static function walk(array $extra, bool $localsAreShapes = false): Walk
    {
        $key = implode("\0", $extra) . ($localsAreShapes ? "\0shapes" : "\0");
        if (count(self::$walks) >= self::MAX_KNOWN && !isset(self::$walks[$key])) {
            self::$walks = [];
        }
        return self::$walks[$key] ??= new Walk($extra, $localsAreShapes);
    }
}
