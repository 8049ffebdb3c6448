<?php

declare(strict_types=1);

namespace Splat\GitHub;

use Splat\Count;
use Splat\Item;

/** Errors in one release: how many, the first and the last. Times: seconds since the epoch. */
final class Times
{
    public function __construct(
        public readonly int $seen,
        public readonly float $first,
        public readonly float $last,
        public readonly string $release,
    ) {
    }

    public static function of(Item $item): self
    {
        $body = $item->body;
        if ($body instanceof Count) {
            return new self($body->seen, $body->first, $body->last, $body->release);
        }
        $seen = $body['occurrences']['count'] ?? 1;
        $release = $body['release'] ?? '';
        return new self(is_int($seen) ? $seen : 1, $item->time, $item->time, is_string($release) ? $release : '');
    }

    /** Both together, in the release of this one. */
    public function and(self $other): self
    {
        $first = min($this->first, $other->first);
        return new self($this->seen + $other->seen, $first, max($this->last, $other->last), $this->release);
    }

    /** The same without a release. */
    public function anywhere(): self
    {
        return new self($this->seen, $this->first, $this->last, '');
    }
}
