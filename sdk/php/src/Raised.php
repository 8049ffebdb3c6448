<?php

declare(strict_types=1);

namespace Splat;

/** One exception of a chain; `parent` is an index into the list it stands in (rules R3, S7), -1 for the first. */
final class Raised
{
    /**
     * @param string $relation "" for the first, then `cause`
     * @param list<RawFrame> $frames from the outermost call to the crash
     */
    public function __construct(
        public readonly string $type,
        public readonly string $message,
        public readonly string $relation,
        public readonly int $parent,
        public readonly array $frames,
    ) {
    }
}
