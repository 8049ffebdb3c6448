<?php

declare(strict_types=1);

namespace Booking;

final class App
{
    /** @param array<string, Room> $rooms */
    public function __construct(private array $rooms)
    {
    }

    /** @return array{int, string} status and body */
    public function handle(string $room, int $nights): array
    {
        try {
            return [200, $this->quote($room, $nights)];
        } catch (\Throwable $error) {
            error_log((string) $error);

            return [500, 'something went wrong'];
        }
    }

    private function quote(string $room, int $nights): string
    {
        $found = $this->rooms[$room];

        return $found->name() . ': ' . $found->price($nights);
    }
}
