<?php

declare(strict_types=1);

namespace Stock;

final class Shelves
{
    public static function item(string $name): string
    {
        $items = ['a1' => 'bolts'];
        if (!array_key_exists($name, $items)) {
            throw new \UnexpectedValueException("No shelf $name");
        }

        return $items[$name];
    }
}
