<?php

declare(strict_types=1);

namespace Splat\Http;

/** No whole answer came. The text says why, in words of ours: a library's may repeat what was sent. */
final class Broken extends \RuntimeException
{
}
