<?php

declare(strict_types=1);

namespace Splat\GitHub;

/** The issue is not there any more. */
final class Gone extends \RuntimeException
{
}
