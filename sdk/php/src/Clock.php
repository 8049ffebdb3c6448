<?php

declare(strict_types=1);

namespace Splat;

/** Times: those of R1, and a clock that never goes back. */
final class Clock
{
    private const FORM = '/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z\z/';

    /** Seconds of a clock that never goes back; the same for all processes of this host until it starts anew. */
    public static function steady(): float
    {
        return hrtime(true) / 1e9;
    }

    /** Seconds since the epoch as `2026-11-21T07:00:00.123Z`. */
    public static function iso(float $seconds): string
    {
        // A time has microseconds, and no fraction of a second is exact: 1.5 ms before noon is no 1.4999 ms.
        $milliseconds = max(0, (int) floor(round($seconds * 1000, 3)));
        return gmdate('Y-m-d\TH:i:s', intdiv($milliseconds, 1000)) . sprintf('.%03dZ', $milliseconds % 1000);
    }

    /** The same as digits alone, which order as the times do: `20261121070000123`. */
    public static function digits(float $seconds): string
    {
        return (string) preg_replace('/[^0-9]/', '', self::iso($seconds));
    }

    /**
     * Seconds since the epoch of what `iso` wrote.
     *
     * @throws \UnexpectedValueException for another form
     */
    public static function seconds(string $text): float
    {
        $whole = self::whole($text);
        if (preg_match(self::FORM, $text) !== 1 || $whole === null) {
            throw new \UnexpectedValueException('no time of the form 2026-11-21T07:00:00.123Z');
        }
        return $whole + (int) substr($text, 20, 3) / 1000;
    }

    /** Seconds since the epoch of `2026-11-21T07:00:00` at the start of a text in UTC; null when there is none. */
    public static function whole(string $text): ?int
    {
        $form = '/^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})/';
        if (preg_match($form, $text, $part) !== 1) {
            return null;
        }
        [, $year, $month, $day, $hour, $minute, $second] = array_map('intval', $part);
        if (!checkdate($month, $day, $year) || $hour > 23 || $minute > 59 || $second > 60) {
            return null;
        }
        $moment = gmmktime($hour, $minute, $second, $month, $day, $year);
        return $moment === false ? null : $moment;
    }
}
