<?php

declare(strict_types=1);

namespace Splat\Dedup;

use Splat\Block;

/** D5, D8: what is done for an error, decided over the issues that were listed. Pure: no clock, no network. */
final class Decide
{
    public const LABEL = 'splat';
    /** Milliseconds for which an issue is left alone after someone else wrote to it. */
    private const QUIET = 300_000;
    /** Without releases, how long a closed bug must have stayed away to be a regression. */
    private const FIXED_FOR = 86_400_000;
    /** Issues an hour. */
    private const PROCESS_LIMIT = 10;
    private const REPOSITORY_LIMIT = 20;
    private const MOST_HOPS = 3;

    /**
     * D5: what is done for an error.
     *
     * @param list<Listed> $issues
     * @param list<int> $reporters
     * @param int $now milliseconds since the epoch
     * @param array<int, int> $ownWrites by number, the `updated_at` that was answered when we last wrote there
     * @param array{int, int} $created issues made in the last hour from here, and by all reporters
     * @param callable(Listed): ?int|null $canonicalOf asked only for a closed duplicate whose block names no issue
     */
    public static function about(
        Sighting $error,
        array $issues,
        array $reporters,
        int $now,
        array $ownWrites,
        array $created,
        ?callable $canonicalOf = null,
    ): Decision {
        $issue = self::chosen(self::of($issues, $error->signature, $reporters));
        if ($issue === null) {
            $full = $created[0] >= self::PROCESS_LIMIT || $created[1] >= self::REPOSITORY_LIMIT;
            return new Decision($full ? Action::Hold : Action::Create);
        }
        $canonicalOf ??= static fn (Listed $issue): ?int => $issue->canonical;
        $issue = self::followed($issue, $issues, $reporters, $canonicalOf);
        if ($issue === null) {
            return new Decision(Action::Silent);
        }
        if ($issue->open) {
            $isOwn = ($ownWrites[$issue->number] ?? null) === $issue->updatedAt;
            $waits = $now - $issue->updatedAt < self::QUIET && !$isOwn;
            return new Decision($waits ? Action::Wait : Action::Count, $issue->number);
        }
        if ($issue->reason !== 'not_planned' && self::isBack($issue, $error->at, Block::encoded($error->release))) {
            return new Decision(Action::Regression, $issue->number);
        }
        return new Decision(Action::Silent);
    }

    /**
     * D7, D8: what follows once issue `$created` was made and the index read again.
     *
     * @param list<Listed> $issues
     * @param list<int> $reporters
     */
    public static function afterCreate(
        string $signature,
        int $created,
        array $issues,
        array $reporters,
        string $trigger,
    ): Aftermath {
        foreach ($issues as $issue) {
            if ($issue->number === $created && !$issue->has(self::LABEL)) {
                return new Aftermath(true);
            }
        }
        $alike = array_filter(self::of($issues, $signature, $reporters), static fn (Listed $each): bool => $each->open);
        $kept = reset($alike);
        if ($kept === false) {
            return new Aftermath(false);
        }
        $others = array_map(static fn (Listed $each): int => $each->number, array_slice($alike, 1));
        return new Aftermath(false, $kept->has($trigger) ? null : $kept->number, $others);
    }

    /**
     * @param list<Listed> $issues
     * @param list<int> $reporters
     * @return list<Listed> those with the signature and a reporter as author, the lowest number first
     */
    private static function of(array $issues, string $signature, array $reporters): array
    {
        $mine = array_filter(
            $issues,
            static fn (Listed $each): bool => $each->signature === $signature
                && in_array($each->author, $reporters, true),
        );
        usort($mine, static fn (Listed $a, Listed $b): int => $a->number <=> $b->number);
        return $mine;
    }

    /** @param list<Listed> $issues by number */
    private static function chosen(array $issues): ?Listed
    {
        $closed = null;
        foreach ($issues as $issue) {
            if ($issue->open) {
                return $issue;
            }
            $closed = $issue->isDuplicate() ? $closed : $issue;
        }
        return $closed ?? $issues[0] ?? null;
    }

    /**
     * The issue that a closed duplicate leads to; null where that ends nowhere we may write.
     *
     * @param list<Listed> $issues
     * @param list<int> $reporters
     * @param callable(Listed): ?int $canonicalOf
     */
    private static function followed(Listed $issue, array $issues, array $reporters, callable $canonicalOf): ?Listed
    {
        $byNumber = [];
        foreach ($issues as $each) {
            $byNumber[$each->number] = $each;
        }
        for ($hop = 0; $hop < self::MOST_HOPS && $issue->isDuplicate(); $hop++) {
            $target = $byNumber[$issue->duplicateOf ?? $canonicalOf($issue) ?? 0] ?? null;
            if ($target === null || $target->signature === null || !in_array($target->author, $reporters, true)) {
                return null;
            }
            $issue = $target;
        }
        return $issue->isDuplicate() ? null : $issue;
    }

    private static function isBack(Listed $issue, int $at, string $release): bool
    {
        if ($release !== '' && $issue->releases !== []) {
            return !in_array($release, $issue->releases, true);
        }
        return $issue->closedAt !== null && $at - $issue->closedAt >= self::FIXED_FOR;
    }
}
