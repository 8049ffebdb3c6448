<?php

declare(strict_types=1);

namespace Splat\GitHub;

/** GitHub refused for good. The user was told. */
final class Refused extends \RuntimeException
{
    public function __construct(public readonly int $status)
    {
        parent::__construct("status $status");
    }
}
