<?php

declare(strict_types=1);

namespace Splat\Tests;

use Splat\Item;
use Splat\Outcome;
use Splat\Transport;

/** A transport of the user's own, which keeps what it is given. */
final class Recorder implements Transport
{
    /** @var list<Item> */
    public array $items = [];
    public Outcome $outcome = Outcome::Delivered;
    /** @var list<int> */
    public array $batches = [];

    public function send(array $batch): array
    {
        array_push($this->items, ...$batch);
        $this->batches[] = count($batch);
        return array_fill(0, count($batch), $this->outcome);
    }

    public function hurry(float $deadline): void
    {
    }

    public function close(float $deadline): void
    {
    }
}
