<?php

declare(strict_types=1);

namespace Splat;

/** What goes out for an error now: `$counts` first, then the error itself when `$report`. */
final class Answer
{
    /** @param list<Count> $counts */
    public function __construct(public readonly bool $report, public readonly array $counts = [])
    {
    }
}
