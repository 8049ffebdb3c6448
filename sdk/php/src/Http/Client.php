<?php

declare(strict_types=1);

namespace Splat\Http;

use Splat\Clock;
use Splat\Json;

/** T2: a small HTTP client for one server. */
final class Client
{
    public const CONNECT_SECONDS = 5.0;
    public const READ_SECONDS = 10.0;
    /** Waits before the second, third and fourth try, each times a random factor from 0.5 to 1.5. */
    public const BACKOFF = [1.0, 2.0, 4.0];
    /** A longer wait than this is not waited for. */
    public const LONGEST_WAIT = 60.0;
    /** Bytes of an answer: a page of 100 issues has at most 65,536 bytes of text for each, some of them escaped. */
    private const MAX_ANSWER = 32 << 20;
    private const LONGEST_SILENCE = 86_400.0;
    private const MAX_REDIRECTS = 3;
    private const LEAST_SECONDS = 0.05;

    /** Seconds by which the server's clock is ahead of ours, from its `Date`. */
    public float $ahead = 0.0;
    /** Whether it ever answered this process. */
    public bool $answered = false;
    /** Seconds since the epoch, before which the server wants to hear nothing. */
    public float $silentUntil = 0.0;

    private string $origin;
    private string $host;
    private string $prefix;
    private ?float $deadline = null;
    private Exchange $exchange;

    /**
     * @param string $base the address that paths are appended to, `https://api.github.com`
     * @param array<string, string> $headers go with every request, and never to another host
     * @throws \InvalidArgumentException for an address or a header that cannot be used
     */
    public function __construct(string $base, private array $headers = [], ?Exchange $exchange = null)
    {
        $parts = parse_url($base);
        $parts = $parts === false ? [] : $parts;
        if (!in_array($parts['scheme'] ?? '', ['http', 'https'], true) || ($parts['host'] ?? '') === '') {
            throw new \InvalidArgumentException('the address must begin with https:// (or http://) and name a host');
        }
        $this->host = $parts['host'];
        $this->origin = "{$parts['scheme']}://{$parts['host']}" . (isset($parts['port']) ? ":{$parts['port']}" : '');
        $this->prefix = rtrim($parts['path'] ?? '', '/');
        $this->headers = ['User-Agent' => 'splat-php/' . \Splat\Client::VERSION] + $headers;
        foreach ([$base, ...array_values($this->headers)] as $value) {
            if (preg_match('/^[ -~]*\z/', $value) !== 1) {
                throw new \InvalidArgumentException('the token, or another header, has a character it cannot have');
            }
        }
        $this->exchange = $exchange ?? (CurlExchange::isThere() ? new CurlExchange() : new StreamExchange());
    }

    // --- time --------------------------------------------------------------------------------------------------------

    /** From now on nothing waits beyond `$deadline`, a reading of `Clock::steady()`. */
    public function hurry(float $deadline): void
    {
        $this->deadline = $deadline;
    }

    /** Seconds since the epoch on the server's clock, as far as it is known. */
    public function now(): float
    {
        return microtime(true) + $this->ahead;
    }

    /** Seconds that may still be spent, at most `$most`. */
    public function left(float $most): float
    {
        return $this->deadline === null ? $most : min($most, $this->deadline - Clock::steady());
    }

    /**
     * Sleep.
     *
     * @throws Later when the time is over before that would be
     */
    public function wait(float $seconds, string $why): void
    {
        if ($this->left($seconds) < $seconds) {
            throw new Later("$why; there is no time left to try it again");
        }
        self::sleep($seconds);
    }

    /** Sleep, but no longer than a tenth of the time that is left: what is to be done comes first. */
    public function pause(float $seconds): void
    {
        self::sleep($this->deadline === null ? $seconds : min($seconds, $this->left(600.0) / 10));
    }

    /** Seconds for which the server wants to hear nothing. */
    public function silentFor(): float
    {
        return min(self::LONGEST_SILENCE, max(0.0, $this->silentUntil - microtime(true)));
    }

    private static function sleep(float $seconds): void
    {
        if ($seconds > 0) {
            usleep((int) ($seconds * 1e6));
        }
    }

    // --- requests ----------------------------------------------------------------------------------------------------

    /**
     * The server's answer, whatever its status, after the tries that T2 allows.
     *
     * @param string $path begins with `/` and is appended to the base
     * @param mixed $data goes as JSON; a text goes as it is
     * @param array<string, string> $headers
     * @param int $limit bytes; a longer answer counts as none
     * @throws Later when there is none
     */
    public function request(
        string $method,
        string $path,
        mixed $data = null,
        array $headers = [],
        int $tries = 4,
        int $limit = self::MAX_ANSWER,
    ): Answer {
        $body = $data === null || is_string($data) ? $data : Json::encode($data);
        $headers += $body === null ? [] : ['Content-Type' => 'application/json'];
        for ($try = 1; true; $try++) {
            $this->passGate();
            $pause = null;
            $answer = null;
            try {
                $answer = $this->follow($method, $path, $body, $headers, $limit);
                [$why, $pause] = ["$this->host answered with status $answer->status", $this->askedPause($answer)];
                if (!self::isForAgain($answer)) {
                    $this->silence($pause);
                    return $answer;
                }
            } catch (Broken $broken) {
                $why = "$this->host: {$broken->getMessage()}";
            }
            if ($try >= $tries || ($pause ?? 0.0) > self::LONGEST_WAIT) {
                $this->silence($pause);
                $why .= $pause === null ? '' : sprintf(' and asks to wait %d s', $pause);
                throw $answer === null ? new Unreachable($why) : new Later($why);
            }
            try {
                $this->wait($pause ?? self::backoff($try), $why);
            } catch (Later $later) {
                // What the server asked for holds for the next process too.
                $this->silence($pause);
                throw $answer === null ? new Unreachable($later->getMessage()) : $later;
            }
        }
    }

    /** Seconds before the try that follows the `$try`-th. */
    public static function backoff(int $try): float
    {
        return self::BACKOFF[min($try, count(self::BACKOFF)) - 1] * (0.5 + random_int(0, 1_000_000) / 1_000_000);
    }

    private function passGate(): void
    {
        $rest = $this->silentFor();
        if ($rest > 0) {
            throw new Later(sprintf('%s asked for silence for %d s more', $this->host, $rest));
        }
    }

    private function silence(?float $seconds): void
    {
        if ($seconds !== null) {
            $this->silentUntil = microtime(true) + $seconds;
        }
    }

    /** Seconds the answer asks to wait; null when it says nothing. */
    private function askedPause(Answer $answer): ?float
    {
        $again = self::isForAgain($answer);
        $seconds = $again ? self::retryAfter($answer->header('retry-after'), $this->now()) : null;
        if ($seconds === null && $answer->header('x-ratelimit-remaining') === '0') {
            $reset = self::number($answer->header('x-ratelimit-reset'));
            $seconds = $reset === null ? null : $reset - $this->now();
        }
        if ($seconds === null && $again && $answer->status === 403) {
            $seconds = self::LONGEST_WAIT + 1; // GitHub: where a secondary limit names no time, wait at least a minute.
        }
        return $seconds === null ? null : min(max($seconds, 0.0), self::LONGEST_SILENCE);
    }

    /** @param array<string, string> $headers */
    private function follow(string $method, string $path, ?string $body, array $headers, int $limit): Answer
    {
        $target = $this->prefix . $path;
        for ($hop = 1; true; $hop++) {
            $answer = $this->once($method, $target, $body, $headers, $limit);
            // 301 and 302 turn a POST into a GET in many a client: those are left to the caller.
            $statuses = $method === 'GET' ? [301, 302, 307, 308] : [307, 308];
            $moved = in_array($answer->status, $statuses, true);
            $onward = $moved ? $this->onThisHost($answer->header('location')) : null;
            if ($onward === null || $hop >= self::MAX_REDIRECTS) {
                return $answer;
            }
            $target = $onward;
        }
    }

    /** Path and query of a redirect; null when it leads to another host, which must not see the token. */
    private function onThisHost(string $location): ?string
    {
        if (preg_match('/^[!-~]+\z/', $location) !== 1) {
            return null;
        }
        if (str_starts_with($location, '/') && !str_starts_with($location, '//')) {
            return explode('#', $location)[0];
        }
        $parts = parse_url($location);
        $ours = self::originOf((array) parse_url($this->origin));
        if (!is_array($parts) || isset($parts['user']) || self::originOf($parts) !== $ours) {
            return null;
        }
        return ($parts['path'] ?? '/') . (isset($parts['query']) ? "?{$parts['query']}" : '');
    }

    /** @param array<string, int|string> $parts of an address */
    private static function originOf(array $parts): string
    {
        $scheme = strtolower((string) ($parts['scheme'] ?? ''));
        $port = $parts['port'] ?? ($scheme === 'https' ? 443 : 80);
        return "$scheme://" . strtolower((string) ($parts['host'] ?? '')) . ":$port";
    }

    /** @param array<string, string> $headers */
    private function once(string $method, string $target, ?string $body, array $headers, int $limit): Answer
    {
        $seconds = $this->left(self::READ_SECONDS);
        if ($seconds <= self::LEAST_SECONDS) {
            throw new Later('there is no time left');
        }
        $lines = [];
        foreach ($headers + $this->headers as $name => $value) {
            $lines[] = "$name: $value";
        }
        $limit = min($limit, self::room());
        $connect = self::CONNECT_SECONDS;
        $url = $this->origin . $target;
        $answer = $this->exchange->exchange($method, $url, $lines, $body, $seconds, $connect, $limit);
        $this->answered = true;
        $this->learnTime($answer->header('date'));
        return $answer;
    }

    /** Bytes of an answer that the app's memory limit has room for, several times over: it is read as JSON too. */
    private static function room(): int
    {
        $text = trim((string) ini_get('memory_limit'));
        $limit = (int) $text << (['k' => 10, 'm' => 20, 'g' => 30][strtolower(substr($text, -1))] ?? 0);
        return $limit <= 0 ? self::MAX_ANSWER : max(1 << 16, intdiv($limit - memory_get_usage(), 8));
    }

    private function learnTime(string $date): void
    {
        $moment = $date === '' ? false : strtotime($date);
        if ($moment !== false) {
            $ahead = $moment - microtime(true);
            // The header has whole seconds: below that it is noise.
            $this->ahead = abs($ahead) > 2 ? $ahead : 0.0;
        }
    }

    /** T2: what is tried again. */
    private static function isForAgain(Answer $answer): bool
    {
        if ($answer->status === 429 || $answer->status >= 500) {
            return true;
        }
        if ($answer->status !== 403) {
            return false;
        }
        $limited = isset($answer->headers['retry-after']) || $answer->header('x-ratelimit-remaining') === '0';
        return $limited || str_contains(substr($answer->body, 0, 2_000), 'secondary rate limit');
    }

    private static function retryAfter(string $value, float $now): ?float
    {
        $moment = $value === '' ? false : strtotime($value);
        return self::number($value) ?? ($moment === false ? null : $moment - $now);
    }

    private static function number(string $value): ?float
    {
        return preg_match('/^[0-9]{1,15}\z/', $value) === 1 ? (float) $value : null;
    }
}
