<?php

declare(strict_types=1);

namespace Splat;

/**
 * While the SDK works its classes are found by a loader of its own, before those of the app: one of them may refuse
 * what it does not know, or print it.
 */
final class Loading
{
    private static int $depth = 0;

    /**
     * @template T
     * @param \Closure(): T $work
     * @return T
     */
    public static function while(\Closure $work): mixed
    {
        if (self::$depth++ === 0) {
            spl_autoload_register(self::load(...), true, true);
        }
        try {
            return $work();
        } finally {
            if (--self::$depth === 0) {
                spl_autoload_unregister(self::load(...));
            }
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
