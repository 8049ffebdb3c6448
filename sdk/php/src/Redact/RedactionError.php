<?php

declare(strict_types=1);

namespace Splat\Redact;

/** A report that may still hold secrets, and goes nowhere. Its text quotes nothing of it. */
final class RedactionError extends \RuntimeException
{
}
