<?php

declare(strict_types=1);

namespace Splat;

/**
 * Q: of each bug one report at once, then only how often it was seen.
 *
 * Decides for each error whether it goes out, and counts those that do not. It is kept by no process: `state` is what
 * it knows, `from` the keeper that knows it, and whoever stores that holds a lock from the one to the other. Signatures
 * are told apart by release too: what a new release does is news.
 *
 * `$now` is milliseconds since the epoch. Where that clock goes back, time stands still for the keeper.
 */
final class Keeper
{
    public const FIRST_STEP = 60_000;
    public const LONGEST_STEP = 3_600_000;
    public const FORGOTTEN_AFTER = 3_600_000;
    public const WINDOW = 60_000;
    public const REPORTS_A_WINDOW = 60;
    public const MOST_KNOWN = 1_000;
    /** What stands for a signature where many were counted into one (D9). */
    public const OVERFLOW = '0000000000000000';

    private const VERSION = 1;
    /** No time in milliseconds and no count is more: what says so is damaged. */
    private const MOST = 1 << 52;
    // What is kept of one signature (Q1), in a list: states are short.
    private const PENDING = 0;
    private const FIRST = 1;
    private const LAST = 2;
    private const SEEN = 3;
    private const STEP = 4;
    private const DUE = 5;

    /** @var array<string, list<int|float>> by signature and release, in the order in which they became known */
    private array $known = [];
    private ?int $window = null;
    private int $reports = 0;
    /** @var array{int, float, float, string} how many were counted into one, the first and last time, the release */
    private array $over = [0, 0.0, 0.0, ''];
    private int $latest = 0;
    /** What the keeper's time is ahead of the clock that went back. */
    private int $ahead = 0;

    /**
     * The keeper that `state` was taken of. One that is none, or of another version, is a new one.
     *
     * @param array<array-key, mixed> $state
     */
    public static function from(array $state): self
    {
        $keeper = new self();
        $isOne = ($state['version'] ?? null) === self::VERSION && self::isNumber($state['reports'] ?? null)
            && self::isNumber($state['latest'] ?? null) && self::isNumber($state['ahead'] ?? null)
            && is_array($state['known'] ?? null) && self::isOver($state['over'] ?? null)
            && (!isset($state['window']) || self::isNumber($state['window']));
        if (!$isOne) {
            return $keeper;
        }
        foreach (array_slice($state['known'], 0, self::MOST_KNOWN, true) as $key => $known) {
            if (self::isKnown((string) $key, $known)) {
                $keeper->known[$key] = $known;
            }
        }
        [$keeper->window, $keeper->reports] = [$state['window'] ?? null, $state['reports']];
        [$keeper->over, $keeper->latest, $keeper->ahead] = [$state['over'], $state['latest'], $state['ahead']];
        return $keeper;
    }

    /**
     * All that is known: values of JSON.
     *
     * @return array<string, mixed>
     */
    public function state(): array
    {
        return [
            'version' => self::VERSION, 'window' => $this->window, 'reports' => $this->reports, 'over' => $this->over,
            'latest' => $this->latest, 'ahead' => $this->ahead, 'known' => $this->known,
        ];
    }

    /** An error came (Q2). `$wall` is its time in seconds since the epoch. */
    public function error(string $signature, int $now, float $wall, string $release = ''): Answer
    {
        $now = $this->steady($now);
        $key = "$signature $release";
        $known = $this->known[$key] ?? null;
        if ($known === null || ($known[self::PENDING] === 0 && $now - $known[self::SEEN] >= self::FORGOTTEN_AFTER)) {
            return $this->first($key, $now, $wall, $release);
        }
        $this->known[$key] = self::counting($known, $now, $wall);
        return new Answer(false, $now < $known[self::DUE] ? [] : [$this->flush($key, $now)]);
    }

    private function first(string $key, int $now, float $wall, string $release): Answer
    {
        unset($this->known[$key]);
        $counts = [];
        if ($this->window === null || $now - $this->window >= self::WINDOW) {
            [$this->window, $this->reports] = [$now, 0];
            $counts = $this->takeOverflow();
        }
        if ($this->reports >= self::REPORTS_A_WINDOW) {
            $this->over = [$this->over[0] + 1, $this->over[0] === 0 ? $wall : $this->over[1], $wall, $release];
            return new Answer(false, $counts);
        }
        $this->reports++;
        if (count($this->known) >= self::MOST_KNOWN) {
            array_push($counts, ...$this->pushOut());
        }
        $this->known[$key] = [0, 0.0, 0.0, $now, self::FIRST_STEP, $now + self::FIRST_STEP];
        return new Answer(true, $counts);
    }

    /**
     * What is due (Q4), to be sent in this order. At least every 5 seconds while anything comes in.
     *
     * @return list<Count>
     */
    public function tick(int $now): array
    {
        $now = $this->steady($now);
        $counts = [];
        foreach ($this->known as $key => $known) {
            if ($known[self::PENDING] > 0) {
                if ($now >= $known[self::DUE]) {
                    $counts[] = $this->flush($key, $now);
                }
            } elseif ($now - $known[self::SEEN] >= self::FORGOTTEN_AFTER) {
                unset($this->known[$key]);
            }
        }
        if ($this->window !== null && $now - $this->window >= self::WINDOW) {
            array_push($counts, ...$this->takeOverflow());
        }
        return $counts;
    }

    /**
     * All that is pending (Q7). The keeper can go on afterwards.
     *
     * @return list<Count>
     */
    public function close(): array
    {
        $counts = [];
        foreach ($this->known as $key => $known) {
            if ($known[self::PENDING] > 0) {
                $counts[] = $this->take($key);
            }
        }
        return [...$counts, ...$this->takeOverflow()];
    }

    /** How many errors are counted and not sent. */
    public function pending(): int
    {
        return (int) array_sum(array_column($this->known, self::PENDING)) + $this->over[0];
    }

    private function steady(int $now): int
    {
        $steady = $now + $this->ahead;
        if ($steady < $this->latest) {
            $this->ahead += $this->latest - $steady;
        }
        return $this->latest = max($steady, $this->latest);
    }

    /**
     * @param list<int|float> $known
     * @return list<int|float>
     */
    private static function counting(array $known, int $now, float $wall): array
    {
        $known[self::FIRST] = $known[self::PENDING] === 0 ? $wall : $known[self::FIRST];
        $known[self::PENDING]++;
        [$known[self::LAST], $known[self::SEEN]] = [$wall, $now];
        return $known;
    }

    /** Q3. */
    private function flush(string $key, int $now): Count
    {
        $step = min($this->known[$key][self::STEP] * 2, self::LONGEST_STEP);
        [$this->known[$key][self::STEP], $this->known[$key][self::DUE]] = [$step, $now + $step];
        return $this->take($key);
    }

    private function take(string $key): Count
    {
        $known = $this->known[$key];
        $this->known[$key][self::PENDING] = 0;
        [$signature, $release] = explode(' ', $key, 2);
        return new Count($signature, $known[self::PENDING], $known[self::FIRST], $known[self::LAST], $release);
    }

    /** @return list<Count> Q6: of several as old, the one that was known first goes */
    private function pushOut(): array
    {
        $seen = array_column($this->known, self::SEEN);
        $key = array_keys($this->known)[array_search(min($seen), $seen, true)];
        $counts = $this->known[$key][self::PENDING] > 0 ? [$this->take($key)] : [];
        unset($this->known[$key]);
        return $counts;
    }

    /** @return list<Count> Q5 */
    private function takeOverflow(): array
    {
        [$seen, $first, $last, $release] = $this->over;
        $this->over = [0, 0.0, 0.0, ''];
        return $seen > 0 ? [new Count(self::OVERFLOW, $seen, $first, $last, $release)] : [];
    }

    private static function isOver(mixed $over): bool
    {
        return is_array($over) && array_is_list($over) && count($over) === 4 && self::isNumber($over[0])
            && is_numeric($over[1]) && is_numeric($over[2]) && is_string($over[3]);
    }

    private static function isNumber(mixed $value): bool
    {
        return is_int($value) && $value >= 0 && $value <= self::MOST;
    }

    private static function isKnown(string $key, mixed $known): bool
    {
        if (preg_match('/^[0-9a-f]{16} /', $key) !== 1 || !is_array($known) || !array_is_list($known)) {
            return false;
        }
        $whole = array_filter($known, self::isNumber(...));
        $numbers = $whole + array_filter($known, is_float(...));
        return count($known) === 6 && count($numbers) === 6 && isset($whole[self::PENDING], $whole[self::SEEN])
            && isset($whole[self::STEP], $whole[self::DUE]);
    }
}
