<?php

declare(strict_types=1);

namespace Splat;

/**
 * How a report tells mappings from lists, which PHP does not: where the schema says what it is, an array is that.
 * Elsewhere an array is a list when its keys are 0, 1, 2, … (so `[]` is one), and a `stdClass` is always a mapping.
 */
final class Mapping
{
    /** Whether a value of any shape is a mapping. */
    public static function is(mixed $value): bool
    {
        return $value instanceof \stdClass || (is_array($value) && !array_is_list($value));
    }

    /** Whether a value of any shape is a list. */
    public static function isList(mixed $value): bool
    {
        return is_array($value) && array_is_list($value);
    }

    /**
     * Entries as a value that stays a mapping: an array where nobody takes that for a list.
     *
     * @param array<array-key, mixed> $entries
     * @return array<array-key, mixed>|\stdClass
     */
    public static function of(array $entries): array|\stdClass
    {
        return array_is_list($entries) ? (object) $entries : $entries;
    }
}
