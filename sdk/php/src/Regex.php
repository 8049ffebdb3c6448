<?php

declare(strict_types=1);

namespace Splat;

/**
 * Regular expressions that never fail in silence: PCRE gives up at limits that an app sets (`pcre.backtrack_limit`,
 * the stack of its JIT), and then answers nothing. Here that is thrown, and whoever redacts fails closed.
 */
final class Regex
{
    /** Every match of the pattern replaced. */
    public static function replace(string $pattern, string $replacement, string $text): string
    {
        return preg_replace($pattern, $replacement, $text) ?? throw self::failure();
    }

    /**
     * Every match of the pattern replaced by what `$replace` makes of it.
     *
     * @param callable(array<array-key, mixed>): string $replace gets the groups as `preg_replace_callback` gives them
     */
    public static function replaceEach(string $pattern, callable $replace, string $text, int $flags = 0): string
    {
        return preg_replace_callback($pattern, $replace, $text, -1, $count, $flags) ?? throw self::failure();
    }

    /**
     * Whether the pattern matches at or behind `$offset`, in bytes; `$groups` are then its groups.
     *
     * @param array<array-key, mixed>|null $groups
     */
    public static function matches(
        string $pattern,
        string $text,
        ?array &$groups = null,
        int $offset = 0,
        int $flags = 0,
    ): bool {
        $found = preg_match($pattern, $text, $groups, $flags, $offset);
        return $found === false ? throw self::failure() : $found === 1;
    }

    /**
     * All matches of the pattern, each with its groups.
     *
     * @return list<array<array-key, mixed>>
     */
    public static function all(string $pattern, string $text, int $flags = 0): array
    {
        $found = preg_match_all($pattern, $text, $matches, PREG_SET_ORDER | $flags);
        return $found === false ? throw self::failure() : $matches;
    }

    private static function failure(): \RuntimeException
    {
        return new \RuntimeException('a pattern could not be searched for: ' . preg_last_error_msg());
    }
}
