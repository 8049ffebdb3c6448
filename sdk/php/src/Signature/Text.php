<?php

declare(strict_types=1);

namespace Splat\Signature;

use Splat\Regex;
use Splat\Utf8;

/** S1-S3: what counts as white space, a field, an exception's type. */
final class Text
{
    /** White space (S1), for `trim` and its kin. */
    public const WHITE = "\t\n\x0B\x0C\r ";
    /** No field of a canonical text is longer, in code points (S2). */
    private const MAX_FIELD = 1_000;
    private const ANONYMOUS = '@anonymous';

    /** S2: valid UTF-8, runs of white space one space, trimmed, at most MAX_FIELD code points. */
    public static function field(string $text): string
    {
        $text = Utf8::scrub($text);
        if (strcspn($text, "\t\n\x0B\x0C\r") < strlen($text)) {
            $text = strtr($text, "\t\n\x0B\x0C\r", '     ');
        }
        if (str_contains($text, '  ')) {
            $text = implode(' ', array_filter(explode(' ', $text), static fn (string $word): bool => $word !== ''));
        }
        return Utf8::first(trim($text, ' '), self::MAX_FIELD);
    }

    /** S3: the type without a leading backslash, an anonymous class's place, or an address. */
    public static function typeName(string $name): string
    {
        $name = ltrim(self::field($name), '\\');
        $cut = strpos($name, self::ANONYMOUS);
        if ($cut !== false) {
            $name = substr($name, 0, $cut + strlen(self::ANONYMOUS));
        }
        return stripos($name, '0x') === false ? $name : Regex::replace('/0[xX][0-9A-Fa-f]++/', '0x', $name);
    }

    /** S3: the last part of a qualified type. */
    public static function lastPart(string $name): string
    {
        return self::after('.', self::after('::', self::after('\\', $name)));
    }

    /** What is after the last `$mark`; the whole text where there is none. */
    public static function after(string $mark, string $text): string
    {
        $at = strrpos($text, $mark);
        return $at === false ? $text : substr($text, $at + strlen($mark));
    }

    /** What is before the first `$mark`; the whole text where there is none. */
    public static function before(string $mark, string $text): string
    {
        $at = strpos($text, $mark);
        return $at === false ? $text : substr($text, 0, $at);
    }
}
