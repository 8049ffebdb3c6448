<?php

declare(strict_types=1);

namespace Splat;

/** What the block of an issue says. Times as R1 writes them, releases encoded as D3 says, oldest first. */
final class Seen
{
    /**
     * @param list<string> $releases
     * @param int|null $duplicateOf number of the issue this one was closed for (D8)
     * @param int $start where the block stands in the body, in bytes
     */
    public function __construct(
        public readonly int $count,
        public readonly string $first,
        public readonly string $last,
        public readonly array $releases,
        public readonly ?int $duplicateOf,
        public readonly int $start,
        public readonly int $end,
    ) {
    }
}
