<?php

declare(strict_types=1);

namespace Splat;

/** What a host may forbid (`disable_functions`) and the SDK can do without, more or less well. */
final class Host
{
    private static int $made = 0;

    /** The number of this process; where nothing tells it, one that no process has. */
    public static function process(): int
    {
        if (function_exists('getmypid')) {
            return (int) getmypid();
        }
        $told = function_exists('readlink') ? (int) @readlink('/proc/self') : 0;
        return $told ?: self::$made = self::$made ?: random_int(1_000_000_000, 2_000_000_000);
    }

    /** The time of the file becomes now. */
    public static function touch(string $path): void
    {
        function_exists('touch') && @touch($path);
    }

    public static function permit(string $path, int $mode): void
    {
        function_exists('chmod') && @chmod($path, $mode);
    }

    /** What is made from now on has no rights of these; those that it had none of before. */
    public static function withhold(int $rights): int
    {
        return function_exists('umask') ? umask($rights) : 0;
    }

    /** The folder that this process is in; "" where that is not known. */
    public static function folder(): string
    {
        return function_exists('getcwd') ? (string) @getcwd() : '';
    }

    /** The path without links; null for what is not there. */
    public static function real(string $path): ?string
    {
        if (function_exists('realpath')) {
            return @realpath($path) ?: null;
        }
        return @is_file($path) || @is_dir($path) ? rtrim($path, '/') : null;
    }

    /** A variable of the environment; "" where it is not set. */
    public static function variable(string $name): string
    {
        $value = function_exists('getenv') ? getenv($name) : $_SERVER[$name] ?? $_ENV[$name] ?? '';
        return is_string($value) ? $value : '';
    }
}
