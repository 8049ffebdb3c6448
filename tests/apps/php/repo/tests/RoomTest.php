<?php

declare(strict_types=1);

use Booking\Room;
use PHPUnit\Framework\TestCase;

final class RoomTest extends TestCase
{
    /** @dataProvider stays */
    public function testPrice(int $nights, int $cents): void
    {
        self::assertSame($cents, (new Room('Garden', [8000, 10000]))->price($nights));
    }

    public static function stays(): array
    {
        return ['one night' => [1, 9000], 'three nights' => [3, 22500]];
    }

    public function testName(): void
    {
        self::assertSame('Garden', (new Room('Garden', [8000]))->name());
    }
}
