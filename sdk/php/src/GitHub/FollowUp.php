<?php

declare(strict_types=1);

namespace Splat\GitHub;

use Splat\Block;
use Splat\Dedup\Aftermath;
use Splat\Dedup\Decide;
use Splat\Dedup\Listed;

/** D8: what follows a creation: the trigger label for the issue that stays, the others closed as its duplicates. */
final class FollowUp
{
    /** Seconds before each look at the listing. */
    private const LOOKS = [0.0, 2.0, 4.0, 8.0];
    /** Where there is no time for these, the listing is looked at so often instead. */
    private const SHORT_LOOK = 0.3;
    /** Seconds for which another maker is left to follow up its own issue. */
    private const MAKERS_TURN = 20.0;
    /** Seconds between two looks at what others left undone. */
    private const EVERY = 30.0;

    public function __construct(private readonly Repository $repository, private readonly string $trigger)
    {
    }

    /**
     * Read back until the index shows what was made, and settle it. What it never shows stays owed.
     *
     * @param array<int, string> $made number to signature
     */
    public function after(array $made): void
    {
        foreach (self::LOOKS as $pause) {
            $this->waitForIndex($pause);
            $this->repository->refresh(array_values($made));
            foreach ($made as $number => $signature) {
                if ($this->repository->index->shows($number)) {
                    unset($made[$number]);
                    $this->settleOwn($number, $signature);
                }
            }
            if ($made === []) {
                return;
            }
        }
    }

    private function waitForIndex(float $pause): void
    {
        $client = $this->repository->client;
        $hasTime = $client->left($pause + 1) >= $pause + 1;
        $client->wait($hasTime ? $pause : self::SHORT_LOOK, 'the index does not show the new issue yet');
    }

    /** What the deliveries before this one owe, and since longer what others of this host do, who may be at it. */
    public function owed(): void
    {
        $owed = $this->repository->owing();
        if (State::since($this->repository->state->get('looked')) >= self::EVERY) {
            $this->repository->state->set('looked', microtime(true));
            $owed += $this->repository->notes->owed(self::MAKERS_TURN);
        }
        if ($owed === []) {
            return;
        }
        $this->repository->refresh(array_values($owed));
        foreach ($owed as $number => $signature) {
            // An index that does not show it yet may not show a lower one either.
            if ($this->repository->index->shows($number) || $this->isOurs($number, null)) {
                $this->settleOwn($number, $signature);
            }
        }
    }

    private function settleOwn(int $number, string $signature): void
    {
        if ($this->settle($signature, $number)) {
            $this->repository->settled($number, $signature);
        }
    }

    /**
     * Do what D8 asks for this signature over the index as it is; `$own` is the issue that we made.
     *
     * False when the issue that stays has no trigger label yet, because its maker is to have its turn.
     */
    public function settle(string $signature, ?int $own = null): bool
    {
        $todo = $this->todo($signature, $own);
        $turn = $todo->label === null || $this->isOurs($todo->label, $own);
        try {
            if ($turn && $todo->label !== null) {
                $labels = $this->repository->known($todo->label)->labels;
                $this->repository->change($todo->label, ['labels' => [...$labels, $this->trigger]]);
            }
            $keeper = $todo->close === [] ? null : $this->alike($signature)[0] ?? null;
            foreach ($todo->close as $number) {
                if ($keeper !== null && $this->isOurs($number, $own)) {
                    $this->close($number, $keeper);
                }
            }
        } catch (Gone) {
            return false; // deleted meanwhile: the next look decides again
        }
        return $turn;
    }

    private function todo(string $signature, ?int $own): Aftermath
    {
        $repository = $this->repository;
        $issues = $repository->index->issues();
        $todo = Decide::afterCreate($signature, $own ?? 0, $issues, $repository->reporters, $this->trigger);
        // Without a creation of ours only doubles are put right: whoever took a label off meant it.
        $noLabel = ($own === null && $todo->close === []) || $this->trigger === '' || $signature === Summary::SIGNATURE;
        return $noLabel ? new Aftermath($todo->stop, null, $todo->close) : $todo;
    }

    /** @return list<int> numbers of the open issues of ours with this signature, in order */
    private function alike(string $signature): array
    {
        $numbers = [];
        foreach ($this->repository->index->issues() as $issue) {
            if ($this->isMine($issue) && $issue->signature === $signature) {
                $numbers[] = $issue->number;
            }
        }
        sort($numbers);
        return $numbers;
    }

    private function isMine(Listed $issue): bool
    {
        return $issue->open && in_array($issue->author, $this->repository->reporters, true);
    }

    /** Each maker follows up its own; what a maker leaves lying is anyone's. */
    private function isOurs(int $number, ?int $own): bool
    {
        $created = $this->repository->index->createdAt($number);
        return $number === $own || $this->repository->client->now() - $created / 1000 > self::MAKERS_TURN;
    }

    private function close(int $number, int $keeper): void
    {
        $text = Block::asDuplicate($this->repository->body($number)[1], $keeper);
        $fields = ['state' => 'closed', 'state_reason' => 'duplicate'] + ($text === null ? [] : ['body' => $text]);
        $this->repository->change($number, $fields);
    }

    /**
     * Those of the signatures that more than one open issue of ours is marked with.
     *
     * @param list<string> $signatures
     * @return list<string>
     */
    public function doubles(array $signatures): array
    {
        return array_values(array_filter($signatures, fn (string $each): bool => count($this->alike($each)) > 1));
    }
}
