<?php

declare(strict_types=1);

namespace Splat;

/** What a transport delivers: a finished report or a count. Everything in it is redacted and within limits. */
final class Item
{
    /**
     * @param string $id 32 hexadecimal digits
     * @param float $time seconds since the epoch
     * @param array<string, mixed>|Count $body a report in the shape of `sdk/report.schema.json`, or a count
     * @param string $text as `Wire::textOf` writes it, where that was done already
     */
    public function __construct(
        public readonly string $id,
        public readonly float $time,
        public readonly array|Count $body,
        public readonly string $text = '',
    ) {
    }

    /** Of the bug, 16 hexadecimal digits. */
    public function signature(): string
    {
        return $this->body instanceof Count ? $this->body->signature : (string) $this->body['signature'];
    }
}
