<?php

declare(strict_types=1);

namespace Splat\Http;

/** T5: one request and its answer, in bounded time and memory. No redirect is followed. */
interface Exchange
{
    /**
     * @param list<string> $headers lines of the head
     * @param float $seconds for all of it
     * @param float $connect of these, at most so many until there is a connection
     * @param int $limit bytes that the answer's body may have, unpacked
     * @throws Broken when no whole answer comes
     */
    public function exchange(
        string $method,
        string $url,
        array $headers,
        ?string $body,
        float $seconds,
        float $connect,
        int $limit,
    ): Answer;
}
