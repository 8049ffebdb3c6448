<?php

declare(strict_types=1);

namespace Splat\Tests\GitHub;

use Splat\Clock;
use Splat\Http\Answer;
use Splat\Http\CurlExchange;
use Splat\Http\Exchange;
use Splat\Transports\GitHub;

/** The end of a process comes in the middle of its work, however long that took until then. */
final class Ending implements Exchange
{
    public const SECONDS = 1.0;

    public ?GitHub $process = null;

    public function __construct(private bool $answered, private Exchange $exchange = new CurlExchange())
    {
    }

    public function exchange(
        string $method,
        string $url,
        array $headers,
        ?string $body,
        float $seconds,
        float $connect,
        int $limit,
    ): Answer {
        $isIt = $method === 'POST' && str_ends_with($url, '/issues');
        if ($isIt && !$this->answered) {
            $this->process?->hurry(Clock::steady() + self::SECONDS);
            $seconds = self::SECONDS;
        }
        $answer = $this->exchange->exchange($method, $url, $headers, $body, $seconds, $connect, $limit);
        if ($isIt && $this->answered) {
            $this->process?->hurry(Clock::steady() + self::SECONDS);
        }
        return $answer;
    }
}
