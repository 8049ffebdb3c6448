<?php

declare(strict_types=1);

namespace Splat;

/**
 * From the first work of the SDK on its classes are found by a loader of its own, before those of the app: one of them
 * may refuse what it does not know, or print it.
 */
final class Loading
{
    private static bool $isThere = false;

    public static function begin(): void
    {
        // To come and go with each piece of work, PHP takes the longer the more often.
        if (!self::$isThere) {
            self::$isThere = true;
            spl_autoload_register(self::load(...), true, true);
        }
    }

    private static function load(string $class): void
    {
        if (strncmp($class, 'Splat\\', 6) === 0 && strpos($class, "\0") === false) {
            $file = __DIR__ . '/' . strtr(substr($class, 6), '\\', '/') . '.php';
            if (is_file($file)) {
                require_once $file;
            }
        }
    }
}
