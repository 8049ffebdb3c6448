<?php

declare(strict_types=1);

use Booking\App;
use Booking\Room;
use PHPUnit\Framework\TestCase;

final class AppTest extends TestCase
{
    public function testQuote(): void
    {
        $app = new App(['garden' => new Room('Garden', [8000])]);
        self::assertSame([200, 'Garden: 16000'], $app->handle('garden', 2));
    }
}
