<?php

declare(strict_types=1);

namespace Splat\Http;

/** The server did not answer at all. What stands in the way may be for a person to move. */
final class Unreachable extends Later
{
}
