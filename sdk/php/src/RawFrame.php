<?php

declare(strict_types=1);

namespace Splat;

/** One place in a trace, and the function around it. */
final class RawFrame
{
    /** @param array<string, string>|null $locals arguments by name, bounded and not yet redacted; null where off */
    public function __construct(
        public readonly string $file,
        public readonly ?int $line,
        public readonly string $function,
        public readonly bool $inApp,
        public readonly ?array $locals = null,
    ) {
    }
}
