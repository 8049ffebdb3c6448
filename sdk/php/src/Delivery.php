<?php

declare(strict_types=1);

namespace Splat;

use Splat\GitHub\Notes;
use Splat\Redact\Redact;

/** Sends what is in the spool; one process of a host at a time. */
final class Delivery
{
    private const BATCH = 50;
    /** Seconds; with less than this left before the end, nothing is begun any more. */
    private const WORTH_A_TRY = 0.05;
    /** Seconds in which no request tries again what could not be delivered. */
    private const RETRY = 60;
    /** Seconds between two looks at what is only owed: GitHub's index may show it late, or never. */
    private const OWED = 20;
    private const MOST_HELD = 100;
    private const LOOK = 20_000; // microseconds between two looks at a lock

    /** @var array<string, true> names of files of ours that wait */
    private array $mine = [];
    /** How many of ours were refused or dropped, since `settled` told of it. */
    private int $lost = 0;
    private ?Transport $transport = null;

    private ?Spool $spool = null;
    /** @var list<Item> what no disk will have */
    private array $held = [];
    private bool $refused = false;

    public function __construct(private Options $options, private string $folder, private Memory $memory)
    {
    }

    /** Leaves the item in the spool. */
    public function keep(Item $item): void
    {
        try {
            $this->spool ??= new Spool($this->folder);
            $this->mine[$this->spool->put($item, $this->options->durable)] = true;
        } catch (\RuntimeException $error) {
            $this->noDisk($error);
            $this->held[] = $item;
            if (count($this->held) > self::MOST_HELD) {
                array_shift($this->held);
                $this->lost++;
            }
        }
    }

    public function keepCount(Count $count): void
    {
        $release = Utf8::cut(Redact::text($count->release, $this->options->redact), 1_000);
        $this->keep(new Item(bin2hex(random_bytes(16)), $count->last, $count->inRelease($release)));
    }

    public function folder(): string
    {
        return $this->folder;
    }

    /** Whether there is something that a delivery could send, or a trigger label that it could set now (D8). */
    public function isDue(): bool
    {
        return $this->held !== [] || Folder::waitsIn($this->folder)
            || (self::age($this->looked()) >= self::OWED && $this->owes());
    }

    /** Whether an issue that was created on this host has no trigger label yet. */
    public function owes(): bool
    {
        return Notes::owedIn($this->folder, 0) !== [];
    }

    /** One error of ours will never be delivered. */
    public function lose(): void
    {
        $this->lost++;
    }

    /**
     * Delivers until `$deadline` (`Clock::steady()`) what it can. `$wait`: also for another process that is at it,
     * until it has what is ours.
     */
    public function run(float $deadline, bool $wait): void
    {
        $lock = null;
        try {
            $this->spool ??= new Spool($this->folder);
            $lock = $this->lock($deadline, $wait);
        } catch (\RuntimeException) { // said when something was to be kept there
        }
        if ($lock === null && $this->held === []) {
            return;
        }
        try {
            $transport = $this->transport ??= Transports::make($this->options, $this->spool->folder ?? '');
            $transport->hurry($deadline);
            $this->deliverHeld($transport);
            if ($this->spool !== null && $lock !== null) {
                $this->spool->tidy();
                $this->deliverAll($this->spool, $transport, $deadline);
            }
            $transport->close($deadline);
        } catch (\Throwable $error) {
            Warn::warn('delivery failed with ' . Warn::why($error), 'delivery');
        } finally {
            $this->owes() && @file_put_contents($this->looked(), "\n");
            $lock !== null && flock($lock, LOCK_UN) && fclose($lock);
        }
        $this->tell();
    }

    /** Whether all that this process captured since it was last asked is delivered. */
    public function settled(): bool
    {
        $this->mine = array_filter($this->mine, fn ($name) => $this->waits($name), ARRAY_FILTER_USE_KEY);
        [$lost, $this->lost] = [$this->lost, 0];
        return $this->mine === [] && $this->held === [] && $lost === 0;
    }

    /** In the child of a fork. */
    public function leaveToParent(): void
    {
        [$this->mine, $this->held, $this->lost, $this->transport] = [[], [], 0, null];
        Spool::forget();
    }

    /** Whether the last try was so lately, and so much in vain, that a request should not spend its time on another. */
    public function isPostponed(): bool
    {
        $path = $this->marker();
        $left = (@is_file($path) ? (int) @file_get_contents($path, false, null, 0, 20) : 0) - time();
        // A clock that was put back is no reason to wait for it.
        return $left > 0 && $left <= self::RETRY;
    }

    private function waits(int|string $name): bool
    {
        return $this->spool !== null && $this->spool->has((string) $name);
    }

    private function deliverHeld(Transport $transport): void
    {
        foreach (array_chunk(array_splice($this->held, 0), self::BATCH) as $batch) {
            foreach ($this->sent($transport, $batch) as $index => $outcome) {
                if ($outcome === Outcome::Later) {
                    $this->held[] = $batch[$index];
                }
                $this->lost += $outcome === Outcome::Never ? 1 : 0;
            }
        }
    }

    private function deliverAll(Spool $spool, Transport $transport, float $deadline): void
    {
        $cursor = '';
        $some = false;
        $all = true;
        while ($deadline - Clock::steady() > self::WORTH_A_TRY) {
            $batch = $spool->take(self::BATCH, $cursor);
            if ($batch === []) {
                break;
            }
            // What is always *later* must not hide the rest.
            $cursor = (string) array_key_last($batch);
            $later = $this->deliver($spool, $transport, $batch);
            $some = $some || $later < count($batch);
            $all = $all && $later === 0;
        }
        if ($some || $all) {
            @unlink($this->marker());
        } else {
            @file_put_contents($this->marker(), (string) (time() + self::RETRY));
        }
    }

    /**
     * How many are left to a later try.
     *
     * @param array<string, Item> $batch
     */
    private function deliver(Spool $spool, Transport $transport, array $batch): int
    {
        $outcomes = $this->sent($transport, array_values($batch));
        $later = 0;
        foreach (array_keys($batch) as $index => $name) {
            $outcome = $outcomes[$index];
            if ($outcome === Outcome::Later) {
                $later++;
                $spool->back((string) $name);
                continue;
            }
            $spool->done((string) $name);
            if ($outcome === Outcome::Never) {
                $this->lost += isset($this->mine[$name]) ? 1 : 0;
                $this->memory->forget($batch[$name]->signature());
            }
            unset($this->mine[$name]);
        }
        return $later;
    }

    /**
     * @param list<Item> $batch
     * @return list<Outcome> one for each
     */
    private function sent(Transport $transport, array $batch): array
    {
        $outcomes = [];
        try {
            $outcomes = $transport->send($batch);
        } catch (\Throwable $error) {
            Warn::warn('delivery failed with ' . Warn::why($error), 'delivery');
        }
        $later = array_fill(0, count($batch), Outcome::Later);
        return array_replace($later, array_intersect_key(array_values($outcomes), $later));
    }

    private function noDisk(\RuntimeException $error): void
    {
        if (!$this->refused) {
            $this->refused = true;
            Warn::warn(
                $error->getMessage() . ': errors that cannot be delivered at once are kept in memory alone, the last '
                . self::MOST_HELD . ". Give the option 'spool_dir' a folder that belongs to this user, or make room.",
                'no disk'
            );
        }
    }

    private function tell(): void
    {
        if ($this->spool === null) {
            return;
        }
        [$dropped, $this->spool->dropped] = [$this->spool->dropped, 0];
        if ($dropped > 0) {
            $this->lost += $dropped;
            $words = "$dropped errors were dropped: they could not be delivered for long, and the spool was full";
            Warn::warn($words, 'dropped');
        }
        [$unreadable, $this->spool->unreadable] = [$this->spool->unreadable, 0];
        if ($unreadable > 0) {
            Warn::warn(
                "errors that were left in $this->folder ($unreadable) cannot be read: another version of the "
                . 'SDK wrote them, or they are damaged. They are not sent; they stay there for 7 days, in files that '
                . 'end in .bad.',
                'unreadable'
            );
        }
    }

    private function marker(): string
    {
        return $this->folder . '/retry';
    }

    private function looked(): string
    {
        return $this->folder . '/owed';
    }

    /** Seconds since a file was touched; for ever when there is none. */
    private static function age(string $path): int
    {
        clearstatcache(true, $path);
        return abs(time() - (int) @filemtime($path));
    }

    /** @return resource|null */
    private function lock(float $deadline, bool $wait)
    {
        $path = $this->folder . '/deliver.lock';
        $lock = Files::lockable($path);
        if ($lock === null) {
            return null;
        }
        while (!flock($lock, LOCK_EX | LOCK_NB)) {
            $mine = array_filter(array_keys($this->mine), $this->waits(...));
            if (!$wait || $mine === [] || $deadline - Clock::steady() < self::WORTH_A_TRY) {
                fclose($lock);
                return null;
            }
            usleep(self::LOOK);
        }
        return $lock;
    }
}
