<?php

declare(strict_types=1);

namespace Splat\Tests;

final class Thrower
{
    /** @param array<string, int> $cart */
    public function make(string $password, array $cart, ?int $none, object $thing): \Throwable
    {
        return new \LogicException('args');
    }
}
