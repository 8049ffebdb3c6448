<?php

declare(strict_types=1);

namespace Splat;

/** D2 to D4: what the SDK reads and writes of an issue that is there: its marker, and the block that counts. */
final class Block
{
    public const MAX_COUNT = 999_999_999_999_999;
    /** GitHub takes no longer body, in bytes of UTF-8 to be safe. */
    private const MAX_BODY = 65_536;
    private const MOST_RELEASES = 20;
    private const FURTHEST_END = 1_000;

    private const MARKER = '/<!-- splat:1 signature=([0-9a-f]{16}) -->/';
    private const SEEN = '/<!-- splat:seen count=([0-9]{1,15}) first=([0-9TZ:.-]{20,30}) last=([0-9TZ:.-]{20,30})'
        . ' releases=([0-9A-Za-z._+%,]*+) -->/';
    private const END = '<!-- splat:end -->';
    private const DUPLICATE = '/<!-- splat:duplicate of=([1-9][0-9]{0,17}) -->/';

    /** The line that marks an issue with its signature. */
    public static function marker(string $signature): string
    {
        return "<!-- splat:1 signature=$signature -->";
    }

    /** D2: the signature that a body is marked with; null without one, or with two that differ. */
    public static function markerOf(string $body): ?string
    {
        $signatures = array_unique(array_column(Regex::all(self::MARKER, $body), 1));
        return count($signatures) === 1 ? reset($signatures) : null;
    }

    /** D3: a release as a block lists it; "" for none. */
    public static function encoded(string $release): string
    {
        $raw = substr(Text::oneLine($release, 1_000), 0, 60);
        $encode = static fn (array $byte): string => sprintf('%%%02X', ord($byte[0]));
        return substr(Regex::replaceEach('/[^0-9A-Za-z._+]/', $encode, $raw), 0, 60);
    }

    /**
     * D3: the block.
     *
     * @param list<string> $releases encoded
     */
    public static function of(int $count, string $first, string $last, array $releases): string
    {
        $often = $count === 1 ? 'once' : "**$count times**";
        $wide = count($releases) > 1 ? ', in ' . count($releases) . ' releases' : '';
        return "<!-- splat:seen count=$count first=$first last=$last releases=" . implode(',', $releases) . " -->\n"
            . "Seen $often, first " . self::shown($first) . ', last ' . self::shown($last) . "$wide.\n" . self::END;
    }

    private static function shown(string $time): string
    {
        return substr($time, 0, 10) . ' ' . substr($time, 11, 8) . ' UTC';
    }

    /** What the block of a body says; null when it has none that is whole. */
    public static function in(string $body): ?Seen
    {
        if (!Regex::matches(self::SEEN, $body, $head, 0, PREG_OFFSET_CAPTURE)) {
            return null;
        }
        $from = $head[0][1] + strlen($head[0][0]);
        $near = self::FURTHEST_END + strlen(self::END);
        $rest = Utf8::first(Utf8::head(substr($body, $from, 4 * $near), 4 * $near), $near);
        $length = strpos($rest, self::END);
        if ($length === false) {
            return null;
        }
        $inside = substr($rest, 0, $length);
        $of = Regex::matches(self::DUPLICATE, $inside, $duplicate) ? (int) $duplicate[1] : null;
        $releases = array_filter(explode(',', $head[4][0]), static fn (string $each): bool => $each !== '');
        return new Seen(
            (int) $head[1][0],
            $head[2][0],
            $head[3][0],
            array_values($releases),
            $of,
            $head[0][1],
            $from + $length + strlen(self::END),
        );
    }

    /**
     * D4: the body with `$count` more in its block, seen from `$first` to `$last` in `$release`.
     *
     * Null when it has no block, or would be too long. Nothing around the block changes.
     */
    public static function counted(string $body, int $count, string $first, string $last, string $release = ''): ?string
    {
        $was = self::in($body);
        if ($was === null) {
            return null;
        }
        $releases = $was->releases;
        $name = self::encoded($release);
        if ($name !== '' && !in_array($name, $releases, true)) {
            $releases[] = $name;
        }
        $block = self::of(
            min($was->count + $count, self::MAX_COUNT),
            strcmp($first, $was->first) < 0 ? $first : $was->first,
            strcmp($last, $was->last) > 0 ? $last : $was->last,
            array_slice($releases, -self::MOST_RELEASES),
        );
        return self::within($body, $was, $block);
    }

    /** D8: the body with `$of` named in its block as the issue that stays; null as with `counted`. */
    public static function asDuplicate(string $body, int $of): ?string
    {
        $was = self::in($body);
        if ($was === null) {
            return null;
        }
        [$head, $rest] = explode("\n", self::of($was->count, $was->first, $was->last, $was->releases), 2);
        return self::within($body, $was, "$head\n<!-- splat:duplicate of=$of -->\n$rest");
    }

    private static function within(string $body, Seen $was, string $block): ?string
    {
        $made = substr($body, 0, $was->start) . $block . substr($body, $was->end);
        return strlen($made) < self::MAX_BODY ? $made : null;
    }
}
