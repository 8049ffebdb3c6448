<?php

declare(strict_types=1);

namespace Splat\Signature;

/** S8, S14: one short name for one bug, the same here as the engine computes from the printed trace. */
final class Signature
{
    /**
     * 16 lower-case hexadecimal digits.
     *
     * @param string $runtime `php` for what this process throws
     * @param string $root as in F1, "" where unknown
     * @param list<array<string, mixed>> $exceptions as in a report
     */
    public static function of(string $runtime, string $root, array $exceptions): string
    {
        return self::digest(self::canonical($runtime, $root, $exceptions));
    }

    /**
     * What is hashed: lines of `key=value`, joined by one newline, none at the end.
     *
     * @param list<array<string, mixed>> $exceptions
     */
    public static function canonical(string $runtime, string $root, array $exceptions): string
    {
        return (new Chain($runtime, $root, $exceptions))->canonical();
    }

    public static function digest(string $canonical): string
    {
        return substr(hash('sha256', $canonical), 0, 16);
    }
}
