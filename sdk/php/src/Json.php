<?php

declare(strict_types=1);

namespace Splat;

/** JSON as it is read: mappings stay mappings (`Mapping`), and half a character is U+FFFD instead of an error. */
final class Json
{
    private const DEPTH = 512;

    /**
     * The value in a JSON text.
     *
     * @param array<array-key, mixed>|null $shape where mappings are arrays whatever their keys are: by key what stands
     *     there, in lists by `[]`; null for values of any shape
     * @throws \UnexpectedValueException when it is none
     */
    public static function decode(string $text, ?array $shape = null): mixed
    {
        $value = json_decode($text, false, self::DEPTH);
        if (json_last_error() === JSON_ERROR_UTF16) {
            $text = self::whole($text);
            $value = json_decode($text, false, self::DEPTH);
        }
        if (json_last_error() === JSON_ERROR_INVALID_PROPERTY_NAME) {
            // An object has no property whose name begins with NUL; an array has.
            $value = json_decode($text, true, self::DEPTH);
        }
        if (json_last_error() !== JSON_ERROR_NONE) {
            throw new \UnexpectedValueException('$: not JSON: ' . json_last_error_msg());
        }
        return self::shaped($value, $shape);
    }

    /**
     * The value in a JSON text, all objects as arrays.
     *
     * @throws \UnexpectedValueException when it is none
     */
    public static function arrays(string $text): mixed
    {
        $value = json_decode($text, true, self::DEPTH);
        if (json_last_error() === JSON_ERROR_UTF16) {
            $value = json_decode(self::whole($text), true, self::DEPTH);
        }
        if (json_last_error() !== JSON_ERROR_NONE) {
            throw new \UnexpectedValueException('$: not JSON: ' . json_last_error_msg());
        }
        return $value;
    }

    /** A text in ASCII that holds any text, for requests and notes. */
    public static function encode(mixed $value): string
    {
        return json_encode($value, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES);
    }

    /** @param array<array-key, mixed>|null $shape */
    private static function shaped(mixed $value, ?array $shape): mixed
    {
        if (!is_array($value) && !$value instanceof \stdClass) {
            return $value;
        }
        $made = [];
        foreach ((array) $value as $key => $each) {
            $made[$key] = self::shaped($each, is_array($value) ? $shape['[]'] ?? null : $shape[$key] ?? null);
        }
        if (is_array($value) || ($shape !== null && !isset($shape['[]']))) {
            return $made;
        }
        return Mapping::of($made);
    }

    /** JSON in which each escape that is half of a pair is that of U+FFFD. */
    private static function whole(string $json): string
    {
        $low = '[dD][c-fC-F][0-9a-fA-F]{2}';
        $form = "/\\\\(?:u([dD][89abAB][0-9a-fA-F]{2})(?:\\\\u($low))?|u$low|.)/s";
        return Regex::replaceEach($form, static function (array $escape): string {
            $isHalf = preg_match('/^\\\\u[dD][89a-fA-F]/', $escape[0]) === 1 && !isset($escape[2]);
            return $isHalf ? '\\ufffd' : $escape[0];
        }, $json);
    }
}
