<?php

declare(strict_types=1);

namespace Splat\GitHub;

use Splat\Block;
use Splat\Clock;
use Splat\Count;
use Splat\Dedup\Sighting;
use Splat\Item;

/** The items of a batch that tell of one bug, as one. */
final class Group
{
    /**
     * @param array<string, mixed>|null $report the earliest; without one, no issue can be made
     * @param list<Times> $times one a release, in the order of their last times
     * @param list<Times> $beside the same without the report's own
     * @param list<int> $places where its items stood in the batch
     */
    public function __construct(
        public readonly string $signature,
        public readonly ?array $report,
        public readonly array $times,
        public readonly array $beside,
        public readonly array $places,
    ) {
    }

    /** What is decided about: the last error. */
    public function sighting(): Sighting
    {
        $last = $this->times[count($this->times) - 1];
        return new Sighting($this->signature, (int) ($last->last * 1000), $last->release);
    }

    /** Whether there is enough to make an issue of. */
    public function canMake(): bool
    {
        return $this->report !== null || $this->signature === Summary::SIGNATURE;
    }

    /**
     * D4: the body with these in its block, all of the group unless given; null when it has none that can take them.
     *
     * @param list<Times>|null $times
     */
    public function countedIn(string $body, ?array $times = null): ?string
    {
        foreach ($times ?? $this->times as $each) {
            [$first, $last] = [Clock::iso($each->first), Clock::iso($each->last)];
            $body = Block::counted($body, $each->seen, $first, $last, $each->release);
            if ($body === null) {
                return null;
            }
        }
        return $body;
    }

    /**
     * A batch by signatures, in the order in which they come up.
     *
     * @param list<Item> $batch
     * @return list<self>
     */
    public static function all(array $batch): array
    {
        $places = [];
        foreach ($batch as $place => $item) {
            $places[' ' . $item->signature()][] = $place;
        }
        $groups = [];
        foreach ($places as $key => $where) {
            $groups[] = self::of(substr($key, 1), $batch, $where);
        }
        return $groups;
    }

    /**
     * @param list<Item> $batch
     * @param list<int> $places
     */
    private static function of(string $signature, array $batch, array $places): self
    {
        $items = array_map(static fn (int $place): Item => $batch[$place], $places);
        $chosen = null;
        foreach ($items as $item) {
            $isEarlier = !$item->body instanceof Count && ($chosen === null || $item->time < $chosen->time);
            $chosen = $isEarlier ? $item : $chosen;
        }
        $beside = array_filter($items, static fn (Item $item): bool => $item !== $chosen);
        $report = $chosen?->body;
        return new self(
            $signature,
            is_array($report) ? $report : null,
            self::byRelease($items),
            self::byRelease($beside),
            $places,
        );
    }

    /**
     * @param array<int, Item> $items
     * @return list<Times>
     */
    private static function byRelease(array $items): array
    {
        $merged = [];
        foreach ($items as $item) {
            $each = Times::of($item);
            $key = " $each->release";
            $merged[$key] = isset($merged[$key]) ? $merged[$key]->and($each) : $each;
        }
        usort($merged, static fn (Times $a, Times $b): int => $a->last <=> $b->last);
        return $merged;
    }
}
