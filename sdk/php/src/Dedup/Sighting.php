<?php

declare(strict_types=1);

namespace Splat\Dedup;

/** An error to decide about: when it happened, and in which release ("" when unknown, not encoded). */
final class Sighting
{
    /** @param int $at milliseconds since the epoch */
    public function __construct(
        public readonly string $signature,
        public readonly int $at,
        public readonly string $release = '',
    ) {
    }
}
