<?php

declare(strict_types=1);

namespace Splat;

/**
 * Values of any kind as plain ones: null, bool, int, float, text, list and mapping (as `Mapping` tells them apart).
 *
 * Reads without running any of the app's code: no `__toString`, no `jsonSerialize`, no property of an object.
 */
final class Plain
{
    public const CYCLE = '[cycle]';
    public const UNPRINTABLE = '[unprintable]';
    /** Entries of a container that are handed on: one more than L3 shows, so that it sees that there are more. */
    private const MAX_ENTRIES = 101;
    /** Keys of a mapping that are looked at to find the first in order. */
    private const MAX_KEYS = 10_000;
    private const MAX_DEPTH = 10;
    private const MAX_VALUES = 4_000;

    private int $left = self::MAX_VALUES;
    /** @var array<int, true> the mappings that this one stands in, by the ids of their objects */
    private array $above = [];

    /** A copy that holds nothing of the app's, of no more than the limits (L3) can show; texts are not cut. */
    public static function copy(mixed $value): mixed
    {
        return (new self())->copied($value, 0);
    }

    private function copied(mixed $value, int $depth): mixed
    {
        $this->left--;
        $plain = self::oneLevel($value);
        if (!is_array($plain) && !$plain instanceof \stdClass) {
            return $plain;
        }
        $id = is_object($value) ? spl_object_id($value) : 0;
        if (isset($this->above[$id]) && $id !== 0) {
            return self::CYCLE;
        }
        if ((array) $plain !== [] && ($depth >= self::MAX_DEPTH || $this->left <= 0)) {
            return Utf8::CUT;
        }
        $this->above[$id] = true;
        $made = [];
        foreach ((array) $plain as $key => $each) {
            $made[$key] = $this->copied($each, $depth + 1);
        }
        unset($this->above[$id]);
        return Mapping::is($plain) ? Mapping::of($made) : $made;
    }

    /** A plain value; a container's entries are as they came, at most MAX_ENTRIES, a mapping's in order of its keys. */
    public static function oneLevel(mixed $value): mixed
    {
        if ($value === null || is_bool($value) || is_int($value)) {
            return $value;
        }
        if (is_string($value)) {
            return Utf8::scrub($value);
        }
        if (is_float($value)) {
            return self::number($value);
        }
        if (is_array($value) && array_is_list($value)) {
            return array_slice($value, 0, self::MAX_ENTRIES);
        }
        if (is_array($value) || $value instanceof \stdClass) {
            return self::mapping((array) $value);
        }
        return self::printed($value);
    }

    private static function number(float $value): float|string
    {
        if (is_nan($value)) {
            return 'NaN';
        }
        return is_infinite($value) ? ($value > 0 ? 'Infinity' : '-Infinity') : $value;
    }

    /**
     * @param array<array-key, mixed> $entries
     * @return array<array-key, mixed>|\stdClass
     */
    private static function mapping(array $entries): array|\stdClass
    {
        $made = [];
        foreach (array_slice($entries, 0, self::MAX_KEYS, true) as $key => $each) {
            $made[is_string($key) ? Utf8::scrub($key) : $key] = $each;
        }
        ksort($made, SORT_STRING);
        return Mapping::of(array_slice($made, 0, self::MAX_ENTRIES, true));
    }

    /** What stands for a value that has no plain form. */
    private static function printed(mixed $value): string
    {
        try {
            if ($value instanceof \UnitEnum) {
                return Utf8::scrub(get_class($value) . '::' . $value->name);
            }
            if ($value instanceof \DateTimeInterface) {
                // The function, where a subclass may have a method of its own.
                return date_format($value, 'Y-m-d\TH:i:s.uP');
            }
            // The name of an anonymous class goes on with the place where it stands.
            return is_object($value)
                ? Utf8::scrub(explode("\0", get_class($value))[0]) . ' object'
                : get_debug_type($value);
        } catch (\Throwable) {
            return self::UNPRINTABLE;
        }
    }
}
