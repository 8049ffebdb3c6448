<?php

declare(strict_types=1);

namespace Splat;

/** S1, L1: texts as sequences of code points, without an extension. */
final class Utf8
{
    /** Stands at the end of what was cut, and in the place of what was dropped. */
    public const CUT = '... [truncated]';
    public const REPLACEMENT = "\u{FFFD}";

    /** The text with U+FFFD for each byte that is no part of UTF-8. */
    public static function scrub(string $text): string
    {
        if (self::isValid($text)) {
            return $text;
        }
        $made = '';
        $length = strlen($text);
        for ($at = 0; $at < $length;) {
            $plain = strcspn($text, self::highBytes(), $at);
            $made .= substr($text, $at, $plain);
            $at += $plain;
            if ($at < $length) {
                $bytes = self::sequenceAt($text, $at);
                $made .= $bytes === 0 ? self::REPLACEMENT : substr($text, $at, $bytes);
                $at += max(1, $bytes);
            }
        }
        return $made;
    }

    public static function isValid(string $text): bool
    {
        return preg_match('//u', $text) === 1;
    }

    /** How many code points a valid text has. */
    public static function length(string $text): int
    {
        $count = strlen($text);
        foreach (count_chars($text, 1) as $byte => $times) {
            if ($byte >= 0x80 && $byte < 0xC0) {
                $count -= $times;
            }
        }
        return $count;
    }

    /** The first `$count` code points of a valid text. */
    public static function first(string $text, int $count): string
    {
        return strlen($text) <= $count ? $text : substr($text, 0, self::offset($text, $count));
    }

    /** The last `$count` code points of a valid text. */
    public static function last(string $text, int $count): string
    {
        if (strlen($text) <= $count) {
            return $text;
        }
        // No code point has more than four bytes.
        $end = self::fromStart(substr($text, -4 * $count));
        $over = self::length($end) - $count;
        return $over > 0 ? substr($end, self::offset($end, $over)) : $end;
    }

    /** L1: a valid text; of one of more than `$limit` code points its beginning and the mark, `$limit` together. */
    public static function cut(string $text, int $limit): string
    {
        if (strlen($text) <= $limit || self::offset($text, $limit) >= strlen($text)) {
            return $text;
        }
        return self::first($text, max(0, $limit - strlen(self::CUT))) . self::CUT;
    }

    /** A-Z alone in lower case, whatever the locale. */
    public static function lower(string $text): string
    {
        return strtr($text, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');
    }

    /** The beginning of any text, valid, of which no more than `$bytes` bytes are looked at. */
    public static function head(string $text, int $bytes): string
    {
        return self::scrub(strlen($text) > $bytes ? self::toEnd(substr($text, 0, $bytes)) : $text);
    }

    /** Where in a valid text the first `$count` code points end, in bytes. */
    private static function offset(string $text, int $count): int
    {
        $at = 0;
        $length = strlen($text);
        while ($count > 0 && $at < $length) {
            $chunk = substr($text, $at, $count);
            $at += strlen($chunk);
            $count -= self::length($chunk);
        }
        // The last code point counts with its first byte: the others follow.
        return $at + ($at < $length ? strspn($text, self::continuations(), $at, 3) : 0);
    }

    /** A piece of a valid text without the rest of a code point at its start. */
    private static function fromStart(string $text): string
    {
        return substr($text, strspn($text, self::continuations(), 0, 3));
    }

    /** A piece of a text without a code point at its end of which bytes are missing. */
    private static function toEnd(string $text): string
    {
        for ($back = 1; $back <= 3 && $back <= strlen($text); $back++) {
            $byte = ord($text[-$back]);
            if ($byte >= 0xC0) {
                $wanted = $byte >= 0xF0 ? 4 : ($byte >= 0xE0 ? 3 : 2);
                return $wanted > $back ? substr($text, 0, -$back) : $text;
            }
            if ($byte < 0x80) {
                break;
            }
        }
        return $text;
    }

    /** How many bytes the code point at a place has; 0 when there is none. */
    private static function sequenceAt(string $text, int $at): int
    {
        $form = '/\G(?:[\xC2-\xDF][\x80-\xBF]|\xE0[\xA0-\xBF][\x80-\xBF]|[\xE1-\xEC\xEE\xEF][\x80-\xBF]{2}'
            . '|\xED[\x80-\x9F][\x80-\xBF]|\xF0[\x90-\xBF][\x80-\xBF]{2}|[\xF1-\xF3][\x80-\xBF]{3}'
            . '|\xF4[\x80-\x8F][\x80-\xBF]{2})/';
        return preg_match($form, $text, $match, 0, $at) === 1 ? strlen($match[0]) : 0;
    }

    private static function highBytes(): string
    {
        static $bytes = '';
        return $bytes === '' ? $bytes = implode('', array_map('chr', range(0x80, 0xFF))) : $bytes;
    }

    private static function continuations(): string
    {
        static $bytes = '';
        return $bytes === '' ? $bytes = implode('', array_map('chr', range(0x80, 0xBF))) : $bytes;
    }
}
