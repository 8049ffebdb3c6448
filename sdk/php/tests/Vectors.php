<?php

declare(strict_types=1);

namespace Splat\Tests;

/** The vectors of `sdk/vectors`: cases and answers that every SDK shares. Their shape: `sdk/vectors/schema.json`. */
final class Vectors
{
    public const FOLDER = __DIR__ . '/../../vectors';

    /**
     * For a data provider: the vectors of one group by their names, builders expanded.
     *
     * @return array<string, array{array<string, mixed>}>
     */
    public static function of(string $area, string $group, ?callable $wanted = null): array
    {
        $all = json_decode(self::loaded((string) file_get_contents(self::FOLDER . "/$area.json")), false, 512, JSON_THROW_ON_ERROR);
        $made = [];
        foreach ($all->$group as $number => $vector) {
            $vector = (array) $vector;
            if ($wanted === null || $wanted($vector)) {
                $made[$vector['name'] ?? "$group-$number"] = [array_map([self::class, 'expand'], $vector)];
            }
        }
        if ($made === []) {
            throw new \LogicException("no vector of $area/$group");
        }
        return $made;
    }

    /** A PHP text holds no lone surrogate: whoever reads one from JSON has U+FFFD. */
    private static function loaded(string $json): string
    {
        return (string) preg_replace(
            '/(?<!\\\\)((?:\\\\\\\\)*)(?:\\\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\\\u[dD][c-fC-F])|(?<!\\\\u[dD][89abAB][0-9a-fA-F]{2})\\\\u[dD][c-fC-F][0-9a-fA-F]{2})/',
            '$1\\ufffd',
            $json,
        );
    }

    /**
     * What a builder builds. Mappings become arrays, unless an array would be taken for a list.
     *
     * @param list<object> $above
     */
    public static function expand(mixed $value, array $above = []): mixed
    {
        if (is_array($value)) {
            return array_map(static fn (mixed $each): mixed => self::expand($each, [...$above, new \stdClass()]), $value);
        }
        if (!$value instanceof \stdClass) {
            return $value;
        }
        $entries = (array) $value;
        foreach ($entries as $key => $what) {
            if (is_string($key) && str_starts_with($key, '$')) {
                return self::build($key, $what, $entries, $above);
            }
        }
        $cyclic = str_contains((string) json_encode($value), '"$cycle"');
        $made = new \stdClass();
        $list = [];
        foreach ($entries as $key => $each) {
            $list[$key] = $made->{(string) $key} = self::expand($each, [...$above, $made]);
        }
        return $cyclic || array_is_list($list) ? $made : $list;
    }

    /**
     * @param array<array-key, mixed> $entries
     * @param list<object> $above
     */
    private static function build(string $builder, mixed $what, array $entries, array $above): mixed
    {
        if ($builder === '$nest') {
            $made = self::expand($what);
            for ($depth = 0; $depth < $entries['depth']; $depth++) {
                $made = [$made];
            }
            return $made;
        }
        return match ($builder) {
            '$join' => implode('', array_map(static fn (mixed $part): string => self::expand($part), $what)),
            '$repeat' => str_repeat($what, $entries['count']),
            '$list' => $entries['count'] ? array_fill(0, $entries['count'], self::expand($what)) : [],
            '$map' => array_combine(
                array_map(static fn (int $number): string => sprintf('k%05d', $number), range(0, $entries['count'] - 1)),
                array_fill(0, $entries['count'], self::expand($what)),
            ),
            '$cycle' => $above[count($above) - $what],
        };
    }
}
