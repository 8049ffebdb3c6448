<?php

declare(strict_types=1);

namespace Splat\Signature;

use Splat\Regex;
use Splat\Utf8;

/** S6: a message without its variable parts. */
final class Messages
{
    /** Code points of a message that are looked at; of its first line; of what that is folded to, before and after. */
    private const MAX_TEXT = 20_000;
    private const MAX_LINE = 5_000;
    private const MAX_FOLDED = 800;
    private const MAX_KEPT = 200;

    private const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
    private const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
    private const CLOCK = '[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?';
    private const ZONE = '(?:Z|UTC|GMT| UTC| GMT| ?[+-][0-9]{2}:?[0-9]{2})?';
    private const AT_CLOCK = self::CLOCK . self::ZONE;

    /** In the order in which they are tried at a place; the first that fits wins. */
    private const PARTS = [
        ['<str>', '"[^"]*+"|\'[^\']*+\'|`[^`\']*+[`\']'],
        ['<url>', '[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/[^ "\'`<>()]*'],
        ['<email>', '[0-9A-Za-z._%+-]{1,64}@[0-9A-Za-z-]{1,63}(?:[.][0-9A-Za-z-]{1,63}){1,8}'],
        ['<uuid>', '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}'],
        ['<time>', '[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]' . self::AT_CLOCK . ')?'],
        [
            '<time>',
            '(?:' . self::DAY . ',? )?(?:' . self::MONTH . ' [0-9]{1,2}|[0-9]{1,2} ' . self::MONTH
                . '),? [0-9]{4}(?: ' . self::AT_CLOCK . ')?',
        ],
        ['<time>', self::CLOCK],
        ['<ip>', '[0-9]{1,3}(?:[.][0-9]{1,3}){3}(?::[0-9]{1,5})?'],
        ['<ip>', '\[[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:%[0-9A-Za-z]{1,16})?\](?::[0-9]{1,5})?'],
        ['<ip>', '[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){7}'],
        ['<ip>', '[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){1,6}::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,5})?'],
        ['<hex>', '0[xX][0-9A-Fa-f]++'],
        ['', '[0-9A-Za-z_]++(?:\'[A-Za-z]++)*+'],
    ];

    /** The first line of a message; its variable parts are `<str> <url> <email> <uuid> <time> <ip> <hex> <id> <n>`. */
    public static function fold(string $message): string
    {
        $text = Utf8::first(Utf8::head($message, self::MAX_TEXT * 4), self::MAX_TEXT);
        $text = ltrim($text, Text::WHITE);
        $line = Utf8::first(substr($text, 0, strcspn($text, "\n\r")), self::MAX_LINE);
        $folded = Regex::replaceEach(self::pattern(), self::folded(...), $line);
        $folded = Regex::replace('/[+-]?<n>(?:[ ,.:;\/+-]{1,3}<n>)*+/', '<n>', $folded);
        return rtrim(Utf8::first(Text::field(Utf8::first($folded, self::MAX_FOLDED)), self::MAX_KEPT), ' ');
    }

    private static function pattern(): string
    {
        return '/(' . implode(')|(', array_column(self::PARTS, 1)) . ')/';
    }

    /** @param array<array-key, string> $match its last group is the one that fits */
    private static function folded(array $match): string
    {
        return self::PARTS[count($match) - 2][0] ?: self::word($match[0]);
    }

    private static function word(string $word): string
    {
        $runs = preg_match_all('/[0-9]++/', $word);
        if ($runs === 0) {
            return $word;
        }
        if (strspn($word, '0123456789') === strlen($word)) {
            return '<n>';
        }
        $isHexadecimal = strlen($word) >= 8 && strspn($word, '0123456789abcdefABCDEF') === strlen($word);
        if ($isHexadecimal || (strlen($word) >= 16 && $runs >= 2)) {
            return '<id>';
        }
        return Regex::replace('/[0-9]++/', '<n>', $word);
    }
}
