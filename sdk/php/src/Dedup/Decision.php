<?php

declare(strict_types=1);

namespace Splat\Dedup;

/** `$number`: the issue to count in or to reopen; null where there is none. */
final class Decision
{
    public function __construct(public readonly Action $do, public readonly ?int $number = null)
    {
    }

    public function is(Action $do, int $number): bool
    {
        return $this->do === $do && $this->number === $number;
    }
}
