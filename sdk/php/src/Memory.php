<?php

declare(strict_types=1);

namespace Splat;

/**
 * Q for processes that share nothing: what the keeper knows is a file of the spool, under a lock for as long as one
 * error takes. Repeats in one process are counted there first, and brought to the file about once a second.
 */
final class Memory
{
    /** Seconds of counts that a process may lose which is killed. */
    private const NOTE = 1.0;
    /** Seconds after which all is forgotten: what is reported anew then finds its issue, and one that was lost is made. */
    private const BEGUN_ANEW = 86_400;
    private const MOST_KNOWN = 1_000;
    private const LARGEST = 1_000_000;
    /** Seconds for which the file of another release is left to those that run it. */
    private const IN_USE_FOR = 900;

    /** @var array<string, array{int, float, float}> how many since the last look into the file, the first, the last */
    private array $pending = [];
    /** @var array<string, true> what this process knows to be known */
    private array $known = [];
    private float $noted = 0.0;
    /** @var list<Count> to be sent with the next answer */
    private array $left = [];
    /** Where no file can be had. */
    private ?Keeper $own = null;

    /**
     * @param string $folder the spool's; "" where there is none
     * @param string $release another one begins anew: its errors may be regressions
     */
    public function __construct(private string $folder, private string $release)
    {
    }

    /** An error came: whether it goes out, and the counts that go before it (Q2). */
    public function error(string $signature, float $wall): Answer
    {
        if (isset($this->known[$signature]) && Clock::steady() - $this->noted < self::NOTE) {
            [$count, $first] = $this->pending[$signature] ?? [0, $wall];
            $this->pending[$signature] = [$count + 1, $first, $wall];
            return new Answer(false, []);
        }
        return $this->held(function (Keeper $keeper, int $now) use ($signature, $wall): Answer {
            $counts = $this->bring($keeper, $now);
            $answer = $keeper->error($signature, $now, $wall);
            if (count($this->known) >= self::MOST_KNOWN) {
                $this->known = [];
            }
            $this->known[$signature] = true;
            return new Answer($answer->report, [...$counts, ...$answer->counts]);
        });
    }

    /**
     * The counts that are due, or all that are pending (Q4, Q7).
     *
     * @return list<Count>
     */
    public function due(bool $closing): array
    {
        if ($this->folder !== '' && $this->own === null) {
            array_push($this->left, ...$this->ofOtherReleases());
        }
        if ($this->pending === [] && $this->own === null && !is_file($this->path())) {
            return array_splice($this->left, 0);
        }
        return $this->held(function (Keeper $keeper, int $now) use ($closing): array {
            $counts = $this->bring($keeper, $now);
            return [...$counts, ...($closing ? $keeper->close() : $keeper->tick($now))];
        });
    }

    /** The next error of this bug is a first one: its report was refused. */
    public function forget(string $signature): void
    {
        unset($this->known[$signature], $this->pending[$signature]);
        $this->held(static fn (Keeper $keeper) => $keeper->forget($signature));
    }

    /** In the child of a fork. */
    public function leaveToParent(): void
    {
        [$this->pending, $this->left] = [[], []];
        $this->own?->close();
    }

    /** @return list<Count> */
    private function bring(Keeper $keeper, int $now): array
    {
        $counts = array_splice($this->left, 0);
        foreach ($this->pending as $signature => [$count, $first, $last]) {
            for ($number = 0; $number < $count; $number++) {
                $answer = $keeper->error((string) $signature, $now, $number === 0 ? $first : $last);
                array_push($counts, ...$answer->counts);
            }
        }
        $this->pending = [];
        $this->noted = Clock::steady();
        return $counts;
    }

    // --- the file ----------------------------------------------------------------------------------------------------

    /**
     * What `$work` answers for the keeper of all processes; for one of our own where there is no disk.
     *
     * @template T
     * @param \Closure(Keeper, int): T $work gets the keeper and the time, in milliseconds
     * @return T
     */
    private function held(\Closure $work): mixed
    {
        $lock = $this->folder === '' || $this->own !== null ? null : $this->locked($this->path());
        if ($lock === null) {
            $this->own ??= new Keeper($this->release);
            return $work($this->own, (int) (Clock::steady() * 1000));
        }
        try {
            $state = $this->read($this->path());
            $keeper = Keeper::of($state['keeper'], $this->release);
            if ($state['last'] - $state['begun'] > self::BEGUN_ANEW * 1000) {
                array_push($this->left, ...$keeper->close());
                $keeper = new Keeper($this->release);
                $state['begun'] = $state['last'];
            }
            $answer = $work($keeper, $state['last']);
            Files::write($this->folder, basename($this->path()), Json::encode(['keeper' => $keeper->state()] + $state), false);
            return $answer;
        } finally {
            $this->unlock($lock);
        }
    }

    /**
     * A clock for all processes that never goes back, whatever is done to this machine's.
     *
     * @return array{keeper: array<string, mixed>, begun: int, last: int, ahead: int} in milliseconds
     */
    private function read(string $path): array
    {
        $text = (string) @file_get_contents($path, false, null, 0, self::LARGEST);
        $data = $text === '' ? null : json_decode($text, true, 16);
        $wall = (int) (microtime(true) * 1000);
        if (!is_array($data) || !is_array($data['keeper'] ?? null)) {
            return ['keeper' => [], 'begun' => $wall, 'last' => $wall, 'ahead' => 0];
        }
        $last = (int) ($data['last'] ?? $wall);
        $ahead = max((int) ($data['ahead'] ?? 0), $last - $wall);
        $begun = min((int) ($data['begun'] ?? $last), $wall + $ahead);
        return ['keeper' => $data['keeper'], 'begun' => $begun, 'last' => $wall + $ahead, 'ahead' => $ahead];
    }

    /**
     * What is pending in the files of other releases that nobody uses any more.
     *
     * @return list<Count>
     */
    private function ofOtherReleases(): array
    {
        $counts = [];
        foreach (@scandir($this->folder) ?: [] as $name) {
            $path = "$this->folder/$name";
            $other = preg_match('/^seen-[0-9a-f]{8}\.state$/D', $name) && $path !== $this->path();
            if (!$other || time() - (int) @filemtime($path) < self::IN_USE_FOR) {
                continue;
            }
            $lock = $this->locked($path);
            if ($lock !== null) {
                $state = $this->read($path);
                array_push($counts, ...Keeper::of($state['keeper'], (string) ($state['keeper']['release'] ?? ''))->close());
                @unlink($path);
                $this->unlock($lock);
                @unlink("$path.lock");
            }
        }
        return $counts;
    }

    private function path(): string
    {
        return $this->folder . '/seen-' . hash('crc32b', $this->release) . '.state';
    }

    /** @return resource|null */
    private function locked(string $path)
    {
        $lock = @fopen("$path.lock", 'c');
        if ($lock === false) {
            return null;
        }
        @chmod("$path.lock", 0600);
        return flock($lock, LOCK_EX) ? $lock : null;
    }

    /** @param resource $lock */
    private function unlock($lock): void
    {
        flock($lock, LOCK_UN);
        fclose($lock);
    }
}
