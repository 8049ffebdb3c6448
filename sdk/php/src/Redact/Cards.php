<?php

declare(strict_types=1);

namespace Splat\Redact;

use Splat\Regex;

/** X9: card numbers, told from other long numbers by Luhn's check. */
final class Cards
{
    private const FEWEST = 13;
    private const MOST = 19;
    private const MOST_GROUPS = 6;

    /** X9 over one text. */
    public static function hide(string $text): string
    {
        if (!Regex::matches('/[0-9](?:[ -]?[0-9]){12}/', $text)) {
            return $text;
        }
        $made = '';
        $done = 0;
        foreach (Regex::all('/[0-9]++(?:[ -][0-9]++)*+/', $text, PREG_OFFSET_CAPTURE) as [[$run, $start]]) {
            foreach (strlen($run) >= self::FEWEST ? self::cards($text, $run, $start) : [] as [$from, $to]) {
                $made .= substr($text, $done, $from - $done) . Redact::MARK;
                $done = $to;
            }
        }
        return $made . substr($text, $done);
    }

    /** @return list<array{int, int}> where the card numbers of a run of digit groups begin and end */
    private static function cards(string $text, string $run, int $start): array
    {
        $groups = array_column(Regex::all('/[0-9]++/', $run, PREG_OFFSET_CAPTURE), 0);
        // A character right before or behind may make of it a part of something else.
        $first = $start > 0 && preg_match('/[0-9A-Za-z_.]/', $text[$start - 1]) === 1 ? 1 : 0;
        $after = $text[$start + strlen($run)] ?? '';
        $last = count($groups) - ($after !== '' && preg_match('/[0-9A-Za-z_]/', $after) === 1 ? 2 : 1);
        $found = [];
        for ($number = $first; $number < count($groups); $number++) {
            $end = self::longest($groups, $number, $last);
            if ($end !== null) {
                $found[] = [$start + $groups[$number][1], $start + $groups[$end][1] + strlen($groups[$end][0])];
                $number = $end;
            }
        }
        return $found;
    }

    /**
     * The last group of the longest card number that begins with the group `$first`, none behind `$last`.
     *
     * @param list<array{string, int}> $groups digits, and where they begin
     */
    private static function longest(array $groups, int $first, int $last): ?int
    {
        $found = null;
        $digits = '';
        for ($at = $first; $at < min($first + self::MOST_GROUPS, count($groups)); $at++) {
            $length = strlen($groups[$at][0]);
            $isShort = $length >= 3 && $length <= 7;
            if (strlen($digits) + $length > self::MOST || ($at > $first && !$isShort)) {
                break;
            }
            $digits .= $groups[$at][0];
            if ($at <= $last && self::passes($digits)) {
                $found = $at;
            }
            if (!$isShort) {
                break;
            }
        }
        return $found;
    }

    private static function passes(string $digits): bool
    {
        $length = strlen($digits);
        if ($length < self::FEWEST || strspn($digits[0], '23456') === 0 || strspn($digits, $digits[0]) === $length) {
            return false;
        }
        $sum = 0;
        for ($place = 1; $place <= $length; $place++) {
            $value = (int) $digits[$length - $place];
            $doubled = $value * 2 > 9 ? $value * 2 - 9 : $value * 2;
            $sum += $place % 2 === 0 ? $doubled : $value;
        }
        return $sum % 10 === 0;
    }
}
