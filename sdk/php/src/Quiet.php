<?php

declare(strict_types=1);

namespace Splat;

/**
 * Work of the SDK that leaves no trace in the app: no warning reaches its error handler, and `error_get_last()`, which
 * apps ask at shutdown, answers as before.
 */
final class Quiet
{
    private static string $last = '';

    /**
     * @template T
     * @param callable(): T $work
     * @return T
     */
    public static function run(callable $work): mixed
    {
        // An error that a handler takes is no "last error", also one behind an @.
        set_error_handler(static function (int $level, string $message): bool {
            self::$last = $message;
            return true;
        });
        try {
            return $work();
        } finally {
            restore_error_handler();
        }
    }

    /** The same, and what it throws is said and goes no further. */
    public static function attempt(callable $work): void
    {
        try {
            self::run($work);
        } catch (\Throwable $error) {
            Warn::warn('something could not be done: ' . get_debug_type($error) . ' in the SDK itself', 'attempt');
        }
    }

    /** What PHP said last of a function that failed, in brackets behind a blank; "" when it said nothing. */
    public static function because(): string
    {
        $why = (string) preg_replace('/^.*: /s', '', self::$last);
        return $why === '' ? '' : ' (' . substr($why, 0, 200) . ')';
    }

    public static function clear(): void
    {
        self::$last = '';
    }
}
