<?php

declare(strict_types=1);

namespace Splat;

/**
 * Q for processes that share nothing: what the keeper knows is a file of the spool, under a lock for as long as one
 * error takes. Repeats in one process are counted there first, and brought to the file about once a second.
 *
 * All requests share a keeper; a command has its own, whose counts another process finds when it is killed.
 */
final class Memory
{
    /** Seconds of counts that a process may lose which is killed. */
    private const NOTE = 1.0;
    /** Milliseconds, after which all is forgotten: a report finds its issue again, or makes one that was lost. */
    private const BEGUN_ANEW = 86_400_000;
    private const MOST_KNOWN = 1_000;
    private const LARGEST = 4_000_000;
    private const OF_COMMAND = '/^seen-([0-9]{1,10})-[0-9a-f]{8}\.state$/D';

    /** @var array<string, array{int, float, float}> how many since the last look into the file, the first, the last */
    private array $pending = [];
    /** @var array<string, true> what this process knows to be known */
    private array $known = [];
    private float $noted = 0.0;
    /** Where no file can be had. */
    private ?Keeper $own = null;

    private string $file;

    /** @param string $folder the spool's */
    public function __construct(private string $folder, private string $release, private bool $isCommand)
    {
        $this->file = $isCommand ? self::own() : 'seen.state';
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
            $answer = $keeper->error($signature, $now, $wall, $this->release);
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
        $left = $this->ofTheDead();
        if ($this->pending === [] && $this->own === null && !is_file("$this->folder/$this->file")) {
            return $left;
        }
        $counts = $this->held(function (Keeper $keeper, int $now) use ($closing): array {
            $counts = $this->bring($keeper, $now);
            return [...$counts, ...($closing ? $keeper->close() : $keeper->tick($now))];
        });
        return [...$left, ...$counts];
    }

    /** A command ends: all that is counted was sent. */
    public function end(): void
    {
        if ($this->isCommand) {
            @unlink("$this->folder/$this->file");
            @unlink("$this->folder/$this->file.lock");
        }
    }

    /**
     * What commands had counted that were killed.
     *
     * @return list<Count>
     */
    private function ofTheDead(): array
    {
        $counts = [];
        foreach (@scandir($this->folder) ?: [] as $name) {
            $isOne = preg_match(self::OF_COMMAND, $name, $match) && $name !== $this->file;
            // Who takes it away first has it.
            if ($isOne && Folder::gone((int) $match[1]) && @rename("$this->folder/$name", "$this->folder/$name.tmp")) {
                array_push($counts, ...Keeper::from($this->read("$name.tmp"))->close());
                @unlink("$this->folder/$name.tmp");
                @unlink("$this->folder/$name.lock");
            }
        }
        return $counts;
    }

    /** The next error of this bug is a first one: its report was refused. */
    public function forget(string $signature): void
    {
        unset($this->known[$signature]);
        $lock = $this->own === null ? $this->locked() : null;
        if ($lock === null) {
            return;
        }
        try {
            $state = $this->read($this->file);
            foreach (array_keys($state['known'] ?? []) as $key) {
                if (str_starts_with((string) $key, "$signature ")) {
                    unset($state['known'][$key]);
                }
            }
            $this->write($state);
        } finally {
            $this->unlock($lock);
        }
    }

    /** In the child of a fork. */
    public function leaveToParent(): void
    {
        $this->pending = [];
        $this->own?->close();
        if ($this->isCommand) {
            [$this->file, $this->known] = [self::own(), []];
        }
    }

    /** A number alone may be another process's: in a container it is always the same. */
    private static function own(): string
    {
        return 'seen-' . Host::process() . '-' . bin2hex(random_bytes(4)) . '.state';
    }

    /** @return list<Count> */
    private function bring(Keeper $keeper, int $now): array
    {
        $counts = [];
        foreach ($this->pending as $signature => [$count, $first, $last]) {
            for ($number = 0; $number < $count; $number++) {
                $wall = $number === 0 ? $first : $last;
                array_push($counts, ...$keeper->error((string) $signature, $now, $wall, $this->release)->counts);
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
     * @param \Closure(Keeper, int): T $work gets the keeper and the time, in milliseconds since the epoch
     * @return T
     */
    private function held(\Closure $work): mixed
    {
        $now = (int) (microtime(true) * 1000);
        $lock = $this->own === null ? $this->locked() : null;
        if ($lock === null) {
            $this->own ??= Keeper::from([]);
            return $work($this->own, $now);
        }
        try {
            $state = $this->read($this->file);
            $begun = is_int($state['begun'] ?? null) && $state['begun'] <= $now ? $state['begun'] : $now;
            if ($now - $begun > self::BEGUN_ANEW) {
                // What is pending stays so; the rest is a report again.
                $isPending = static fn (mixed $each): bool => is_array($each) && ($each[0] ?? 0) > 0;
                $state['known'] = array_filter((array) ($state['known'] ?? []), $isPending);
                $begun = $now;
            }
            $keeper = Keeper::from($state);
            $answer = $work($keeper, $now);
            $this->write(['begun' => $begun] + $keeper->state());
            return $answer;
        } finally {
            $this->unlock($lock);
        }
    }

    /** @return array<array-key, mixed> */
    private function read(string $name): array
    {
        $path = "$this->folder/$name";
        $text = is_file($path) ? Files::text($path, self::LARGEST) : '';
        $state = json_decode($text, true, 16);
        return is_array($state) ? $state : [];
    }

    /** @param array<array-key, mixed> $state */
    private function write(array $state): void
    {
        try {
            Files::write($this->folder, $this->file, Json::encode($state), false);
        } catch (\RuntimeException) { // a full disk: what is to be kept beside this says so
        }
    }

    /** @return resource|null */
    private function locked()
    {
        try {
            Files::private($this->folder);
        } catch (\RuntimeException) {
            return null;
        }
        $path = "$this->folder/$this->file.lock";
        $lock = Files::lockable($path);
        return $lock !== null && flock($lock, LOCK_EX) ? $lock : null;
    }

    /** @param resource $lock */
    private function unlock($lock): void
    {
        flock($lock, LOCK_UN);
        fclose($lock);
    }
}
