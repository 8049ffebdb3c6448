<?php

declare(strict_types=1);

namespace Splat\Http;

/** No usable answer now. The text says what came instead; it holds no secret. */
class Later extends \RuntimeException
{
}
