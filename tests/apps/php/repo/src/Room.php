<?php

declare(strict_types=1);

namespace Booking;

final class Room
{
    public function __construct(private string $name, private array $prices)
    {
    }

    public function name(): string
    {
        return $this->name;
    }

    /** The price of a stay in cents; the last night is cheaper. */
    public function price(int $nights): int
    {
        $average = intdiv(array_sum($this->prices), count($this->prices));

        return $average * $nights - self::discount($nights, $average);
    }

    private static function discount(int $nights, int $average): int
    {
        return $nights > 2 ? intdiv($average, 2) : 0;
    }
}
