<?php

declare(strict_types=1);

namespace Splat\Dedup;

/** What remains to be done once an issue was created (D7, D8). */
final class Aftermath
{
    /**
     * @param bool $stop the token may not label: no more is created
     * @param int|null $label this one gets the trigger label
     * @param list<int> $close these are closed as its duplicates
     */
    public function __construct(
        public readonly bool $stop,
        public readonly ?int $label = null,
        public readonly array $close = [],
    ) {
    }
}
