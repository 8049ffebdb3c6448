<?php

declare(strict_types=1);

namespace Splat;

/** How often a signature was seen beyond what was sent (Q3, Q5). */
final class Count
{
    /**
     * @param string $signature sixteen zeros for an overflow (Q5, D9)
     * @param float $first seconds since the epoch, as `$last`
     */
    public function __construct(
        public readonly string $signature,
        public readonly int $seen,
        public readonly float $first,
        public readonly float $last,
        public readonly string $release = '',
    ) {
    }

    /** The same of another release: redacted, for example. */
    public function inRelease(string $release): self
    {
        return new self($this->signature, $this->seen, $this->first, $this->last, $release);
    }
}
