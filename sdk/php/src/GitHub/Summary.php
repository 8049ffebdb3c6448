<?php

declare(strict_types=1);

namespace Splat\GitHub;

use Splat\Block;
use Splat\Clock;

/** D9: the one issue about errors that got none of their own. What is held is kept for the next delivery. */
final class Summary
{
    public const SIGNATURE = '0000000000000000';
    public const TITLE = '[Splat] More errors than issues';
    private const EVERY = 3_600;
    private const MOST_SIGNATURES = 1_000;
    private const TEXT = 'More kinds of errors came up within an hour than Splat files issues for: 10 a process, 20 a '
        . 'repository. Those that are counted here have no issue of their own. Fix the others first: many may have one '
        . 'cause. When this one is closed as not planned, Splat leaves it alone.';

    public function __construct(private readonly State $state)
    {
    }

    /** Whether the hour since it was last told is over. */
    public function isDue(): bool
    {
        return State::since($this->state->get('told')) >= self::EVERY;
    }

    /** Whether anything is held. */
    public function owes(): bool
    {
        return $this->held() !== null;
    }

    /** Count these here. */
    public function hold(Group $group): void
    {
        $held = $this->held();
        foreach ($group->times as $each) {
            $held = $held === null ? $each : $each->and($held);
        }
        $this->state->set('held', $held === null ? null : [$held->seen, $held->first, $held->last]);
        $signatures = $this->signatures();
        if (count($signatures) < self::MOST_SIGNATURES && !in_array($group->signature, $signatures, true)) {
            $this->state->set('held_signatures', [...$signatures, $group->signature]);
        }
    }

    /** Whether errors of this kind were held before. */
    public function holds(string $signature): bool
    {
        return in_array($signature, $this->signatures(), true);
    }

    /** All there is to tell, the items of `$overflow` among it; null when that is nothing. */
    public function group(?Group $overflow): ?Group
    {
        $held = $this->held();
        $times = [...($held === null ? [] : [$held]), ...($overflow === null ? [] : $overflow->times)];
        return $times === [] ? null : new Group(self::SIGNATURE, null, $times, [], $overflow->places ?? []);
    }

    /** It went out. */
    public function told(): void
    {
        $this->state->set('held', null);
        $this->state->set('told', microtime(true));
    }

    /** The text of the issue. A count alone is told, nothing of the errors. */
    public static function body(Group $group): string
    {
        $all = $group->times[0];
        foreach (array_slice($group->times, 1) as $each) {
            $all = $all->and($each);
        }
        $block = Block::of(min($all->seen, Block::MAX_COUNT), Clock::iso($all->first), Clock::iso($all->last), []);
        return Block::marker(self::SIGNATURE) . "\n$block\n\n" . self::TEXT;
    }

    private function held(): ?Times
    {
        $held = $this->state->get('held');
        $isOne = is_array($held) && count($held) === 3 && is_int($held[0] ?? null);
        return $isOne ? new Times($held[0], (float) ($held[1] ?? 0), (float) ($held[2] ?? 0), '') : null;
    }

    /** @return list<string> */
    private function signatures(): array
    {
        $signatures = $this->state->get('held_signatures');
        return is_array($signatures) ? array_values(array_filter($signatures, 'is_string')) : [];
    }
}
