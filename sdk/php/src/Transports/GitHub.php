<?php

declare(strict_types=1);

namespace Splat\Transports;

use Splat\Clock;
use Splat\Dedup\Action;
use Splat\GitHub\Claim;
use Splat\GitHub\Filing;
use Splat\GitHub\FollowUp;
use Splat\GitHub\Group;
use Splat\GitHub\Refused;
use Splat\GitHub\Repository;
use Splat\GitHub\Standing;
use Splat\GitHub\Summary;
use Splat\Http\Client;
use Splat\Http\Exchange;
use Splat\Http\Later;
use Splat\Options;
use Splat\Outcome;
use Splat\Transport;
use Splat\Warn;

/** T1, D: the transport that makes each bug one issue of a GitHub repository. */
final class GitHub implements Transport
{
    /** Seconds, at most, that a process waits before it does what others may do as well (D7). */
    private const JITTER = 2.0;
    private const CLAIM_WAIT = 5.0;
    private const CLAIM_POLL = 100_000; // microseconds
    /** Seconds for which silence about an issue, and a count without one, need no new look. */
    private const STILL = 60;

    private Repository $repository;
    private Client $client;
    private Filing $filing;
    private FollowUp $follow;
    private Claim $claim;
    /** @var \Closure(string, string): void */
    private \Closure $warn;
    private Standing $standing;
    private bool $jittered = false;

    /**
     * @param string $spool this repository's folder of the spool, "" where there is none
     * @param (\Closure(string, string): void)|null $warn gets what a person can put right, and its kind
     * @throws \InvalidArgumentException when the address or the token cannot be used
     */
    public function __construct(
        Options $options,
        string $spool,
        ?\Closure $warn = null,
        private readonly float $jitter = self::JITTER,
        ?Exchange $exchange = null,
    ) {
        $this->warn = $warn ?? Warn::warn(...);
        $this->repository = new Repository($options, $spool, $this->warn, $exchange);
        $this->client = $this->repository->client;
        $this->filing = new Filing($this->repository, $options, $this->warn);
        $this->follow = new FollowUp($this->repository, $options->triggerLabel);
        $this->claim = new Claim($this->repository->notes->folder);
        $this->standing = new Standing($this->repository, $options, $this->warn);
    }

    // --- the interface -----------------------------------------------------------------------------------------------

    public function send(array $batch): array
    {
        $outcomes = array_fill(0, count($batch), Outcome::Later);
        $this->repository->load();
        try {
            foreach ($this->told(Group::all($batch)) as [$group, $outcome]) {
                foreach ($group->places as $place) {
                    $outcomes[$place] = $outcome;
                }
            }
        } finally {
            $this->claim->release();
            $this->standing->answered();
            $this->repository->save();
        }
        return $outcomes;
    }

    public function hurry(float $deadline): void
    {
        $this->client->hurry($deadline);
    }

    /** Follows up what was left undone, and tells what was held back once its hour is over. */
    public function close(float $deadline): void
    {
        $this->hurry($deadline);
        $this->repository->load();
        if ($this->standing->isRefused()) {
            return;
        }
        try {
            $this->follow->owed();
            if ($this->filing->summary->owes() && $this->filing->summary->isDue()) {
                $this->told([]);
            }
        } catch (Later) {
            return;
        } catch (Refused $refused) {
            $this->standing->refuse($refused);
        } finally {
            $this->claim->release();
            $this->repository->save();
        }
    }

    // --- a batch -----------------------------------------------------------------------------------------------------

    /**
     * @param list<Group> $found
     * @return list<array{Group, Outcome}> each with what became of it
     */
    private function told(array $found): array
    {
        $told = [];
        $isOverflow = static fn (Group $group): bool => $group->signature === Summary::SIGNATURE;
        $overflow = array_values(array_filter($found, $isOverflow))[0] ?? null;
        $others = array_filter($found, static fn (Group $group): bool => !$isOverflow($group));
        $this->batch(array_values($others), $told);
        $about = $this->filing->summary->isDue() ? $this->filing->summary->group($overflow) : null;
        if ($about !== null) {
            $this->batch([$about], $told);
            if (($told[$about->signature] ?? null) === Outcome::Delivered) {
                $this->filing->summary->told();
            }
        }
        $outcome = static fn (Group $group): array => [$group, $told[$group->signature] ?? Outcome::Later];
        return array_map($outcome, $found);
    }

    /**
     * Fills `$told` by signature. What stays out of it is for later.
     *
     * @param list<Group> $work
     * @param array<string, Outcome> $told
     */
    private function batch(array $work, array &$told): void
    {
        $this->jittered = false;
        try {
            $work = array_values(array_filter($work, fn (Group $group): bool => !$this->mustWait($group)));
            if ($this->standing->isRefused()) {
                $this->refuseAll($work, $told);
                return;
            }
            if (array_filter($work, $this->needsLook(...)) !== []) {
                $this->look($work);
            }
            $making = [];
            foreach ($work as $group) {
                if ($this->try($group, $told, true)) {
                    $making[] = $group;
                }
            }
            if ($making !== []) {
                $this->make($making, $told);
            }
            $this->followUp();
            $this->putDoublesRight($work);
        } catch (Later $later) {
            $this->standing->unreachable($later);
        } catch (Refused $refused) {
            $this->standing->refuse($refused);
            $this->refuseAll($work, $told);
        }
    }

    /**
     * @param list<Group> $work
     * @param array<string, Outcome> $told
     */
    private function refuseAll(array $work, array &$told): void
    {
        foreach ($work as $group) {
            $told[$group->signature] ??= Outcome::Never;
        }
    }

    private function mustWait(Group $group): bool
    {
        return $this->repository->index->isListed() && $this->filing->decide($group)->do === Action::Wait;
    }

    private function needsLook(Group $group): bool
    {
        if (!$this->repository->index->isListed()) {
            return true;
        }
        $decision = $this->filing->decide($group);
        if ($decision->do === Action::Count && $decision->number !== null) {
            return $this->repository->atHand($decision->number) === null;
        }
        if ($decision->do === Action::Silent || !$group->canMake()) {
            return $this->repository->index->age() > self::STILL;
        }
        return true;
    }

    /**
     * Read the index: at a random moment where it may lead to a write that others come to as well (D7).
     *
     * @param list<Group> $work
     */
    private function look(array $work): void
    {
        $isShared = fn (Group $group): bool => $this->filing->decide($group)->do->isShared();
        if (!$this->repository->index->isListed() || array_filter($work, $isShared) !== []) {
            $this->jitter();
        }
        $this->repository->refresh(self::signatures($work));
    }

    private function jitter(): void
    {
        $this->jittered = true;
        $this->client->pause($this->jitter * random_int(0, 1_000_000) / 1_000_000);
    }

    /**
     * Do what is decided for a group; with `$aside`, not what needs the claim. Whether it is left for that.
     *
     * @param array<string, Outcome> $told
     */
    private function try(Group $group, array &$told, bool $aside = false): bool
    {
        try {
            if ($this->standing->isRefused()) {
                $told[$group->signature] = Outcome::Never;
                return false;
            }
            $decision = $this->filing->decide($group);
            if ($aside && $decision->do->isShared() && $group->canMake()) {
                return true;
            }
            $told[$group->signature] = $this->filing->do($group, $decision);
        } catch (Later $later) {
            $this->standing->unreachable($later);
            $told[$group->signature] = Outcome::Later;
        } catch (Refused $refused) {
            $this->standing->refuse($refused);
            $told[$group->signature] = Outcome::Never;
        } catch (\Throwable $error) { // it must not keep the others from going, now or at any later try
            ($this->warn)('an error could not be made an issue: ' . Warn::why($error), 'github issue');
            $told[$group->signature] = Outcome::Never;
        }
        return false;
    }

    /**
     * D7: one process a host at a time.
     *
     * @param list<Group> $making
     * @param array<string, Outcome> $told
     */
    private function make(array $making, array &$told): void
    {
        $waited = !$this->claim->take();
        if ($waited && !$this->claimed()) {
            return;
        }
        try {
            if ($waited || !$this->jittered) {
                $this->jitter();
                $this->repository->refresh(self::signatures($making));
            }
            foreach ($making as $group) {
                $this->claim->keep();
                $this->try($group, $told);
            }
            $this->claim->keep();
            $this->followUp();
        } finally {
            $this->claim->release();
        }
    }

    private function claimed(): bool
    {
        $until = Clock::steady() + self::CLAIM_WAIT;
        while ($this->client->left($until - Clock::steady()) > self::CLAIM_POLL / 1e6) {
            usleep(self::CLAIM_POLL);
            if ($this->claim->take()) {
                return true;
            }
        }
        return false;
    }

    private function followUp(): void
    {
        [$made, $this->filing->made] = [$this->filing->made, []];
        if ($made !== []) {
            $this->follow->after($made);
        }
    }

    /** @param list<Group> $work */
    private function putDoublesRight(array $work): void
    {
        $doubles = $this->follow->doubles(self::signatures($work));
        if ($doubles !== [] && $this->claim->take()) {
            try {
                foreach ($doubles as $signature) {
                    $this->follow->settle($signature);
                }
            } finally {
                $this->claim->release();
            }
        }
    }

    /**
     * @param list<Group> $groups
     * @return list<string>
     */
    private static function signatures(array $groups): array
    {
        return array_map(static fn (Group $group): string => $group->signature, $groups);
    }
}
