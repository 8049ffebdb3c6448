<?php

declare(strict_types=1);

namespace Splat\GitHub;

use Splat\Block;
use Splat\Clock;
use Splat\Dedup\Decide;
use Splat\Dedup\Listed;

/**
 * D1: the issues with the fixed label, listed once for a host and then kept up by what changed since. Bodies are kept
 * only of the signatures that a listing was asked for, and only as long as this process lives.
 */
final class Index
{
    private const PAGE = 100;
    private const MOST_PAGES = 3;
    private const MOST_ISSUES = 1_000;
    /** Seconds that a listing overlaps with the one before: an index that lags shows older ones after newer ones. */
    private const OVERLAP = 60;

    /** @var array<int, Listed> */
    private array $issues = [];
    /** @var array<int, string> */
    private array $bodies = [];
    private string $since = '';
    /** @var array<string, string> */
    private array $tags = [];
    private ?float $listedAt = null;
    /** @var array<int, true> numbers in the last listing: an issue that was just created may not be there yet */
    private array $shown = [];

    public function __construct(private readonly Api $api)
    {
    }

    // --- between processes -------------------------------------------------------------------------------------------

    public function load(mixed $data): void
    {
        $this->issues = $this->tags = $this->shown = [];
        [$this->since, $this->listedAt] = ['', null];
        try {
            if (!is_array($data)) {
                return;
            }
            $issues = array_map(static fn (array $each): Listed => new Listed(...$each), $data['issues']);
            foreach (array_slice($issues, 0, self::MOST_ISSUES) as $issue) {
                $this->issues[$issue->number] = $issue;
            }
            $this->shown = array_intersect_key(array_fill_keys($data['shown'], true), $this->issues);
            $tag = $data['tag'];
            $this->tags = count($tag) === 2 ? [(string) $tag[0] => (string) $tag[1]] : [];
            [$this->since, $this->listedAt] = [(string) $data['since'], (float) $data['listed_at']];
        } catch (\Throwable) {
            // Of another version, or damaged: it is listed anew.
            $this->issues = [];
        }
    }

    /** @return array<string, mixed>|null values of JSON; null when nothing was listed yet */
    public function data(): ?array
    {
        if ($this->listedAt === null) {
            return null;
        }
        $tag = $this->tags === [] ? [] : [array_key_first($this->tags), reset($this->tags)];
        return [
            'since' => $this->since, 'tag' => $tag, 'listed_at' => $this->listedAt, 'shown' => array_keys($this->shown),
            'issues' => array_map(
                static fn (Listed $issue): array => array_values(get_object_vars($issue)),
                array_values($this->issues),
            ),
        ];
    }

    // --- what is known -----------------------------------------------------------------------------------------------

    /** Whether it was ever read. */
    public function isListed(): bool
    {
        return $this->listedAt !== null;
    }

    /** Seconds since it was read. */
    public function age(): float
    {
        return State::since($this->listedAt);
    }

    /** @return list<Listed> */
    public function issues(): array
    {
        return array_values($this->issues);
    }

    public function get(int $number): ?Listed
    {
        return $this->issues[$number] ?? null;
    }

    /** When an issue was created, in milliseconds since the epoch; 0 when that is not known. */
    public function createdAt(int $number): int
    {
        return ($this->issues[$number] ?? null)?->created ?? 0;
    }

    /** Whether the last listing showed it. */
    public function shows(int $number): bool
    {
        return isset($this->shown[$number]);
    }

    /** The text of an issue as the last listing of this process showed it; null when it was not in it. */
    public function body(int $number): ?string
    {
        return $this->bodies[$number] ?? null;
    }

    /**
     * How many marked issues of these authors are known that were created at `$moment` (ms) or later.
     *
     * @param list<int> $authors
     */
    public function createdSince(int $moment, array $authors): int
    {
        return count(array_filter($this->issues, static fn (Listed $issue): bool => $issue->created >= $moment
            && $issue->signature !== null && in_array($issue->author, $authors, true)));
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    /**
     * Read what changed, keeping the bodies of issues marked with one of `$wanted`.
     *
     * @param list<string> $wanted
     */
    public function refresh(array $wanted): void
    {
        $query = [
            'state' => 'all', 'labels' => Decide::LABEL, 'sort' => 'updated', 'direction' => 'desc',
            'per_page' => (string) self::PAGE,
        ];
        $query += $this->since === '' ? [] : ['since' => $this->since];
        $entries = [];
        for ($page = 1; $page <= self::MOST_PAGES; $page++) {
            $path = '/issues?' . http_build_query($query + ($page > 1 ? ['page' => (string) $page] : []));
            // The bodies at hand came with that tag only where all that are wanted now were wanted then.
            $tag = $page === 1 && $this->hasAll($wanted) ? $this->tags[$path] ?? null : null;
            $answer = $this->api->listing($path, $tag);
            if ($answer === null) {
                $this->listedAt = microtime(true);
                return;
            }
            [$found, $newTag] = $answer;
            $this->tags = $page === 1 ? [$path => $newTag] : $this->tags;
            // Of a page, only what is kept of it stays in memory.
            array_push($entries, ...array_map(static fn (mixed $entry): array => self::taken($entry, $wanted), $found));
            if (count($found) < self::PAGE) {
                break;
            }
        }
        $this->takeOver(array_values(array_filter($entries)));
    }

    /** @param list<string> $wanted */
    private function hasAll(array $wanted): bool
    {
        foreach (array_keys($this->shown) as $number) {
            $isWanted = in_array($this->issues[$number]->signature, $wanted, true);
            if ($isWanted && !isset($this->bodies[$number])) {
                return false;
            }
        }
        return true;
    }

    /**
     * @param list<string> $wanted
     * @return array{Listed, string|null}|array{} the issue, and its body where that is wanted
     */
    private static function taken(mixed $entry, array $wanted): array
    {
        $issue = self::listed($entry);
        if ($issue === null) {
            return [];
        }
        return [$issue, in_array($issue->signature, $wanted, true) ? self::bodyOf($entry) : null];
    }

    /** @param list<array{Listed, string|null}> $entries */
    private function takeOver(array $entries): void
    {
        $this->bodies = $this->shown = [];
        $newest = 0;
        foreach ($entries as [$issue, $body]) {
            $this->shown[$issue->number] = true;
            $newest = max($newest, $issue->updatedAt);
            if (($this->issues[$issue->number] ?? $issue)->updatedAt > $issue->updatedAt) {
                continue; // what this host was answered is newer than what the index shows
            }
            $this->keep($issue);
            if ($body !== null) {
                $this->bodies[$issue->number] = $body;
            }
        }
        if ($newest > 0) {
            $this->since = gmdate('Y-m-d\TH:i:s\Z', max(0, intdiv($newest, 1000) - self::OVERLAP));
        }
        $this->listedAt = microtime(true);
        $this->trim();
    }

    /** Take over an issue that an answer showed; null when it is none. */
    public function learn(mixed $entry): ?Listed
    {
        $issue = self::listed($entry);
        if ($issue !== null) {
            $this->keep($issue);
            unset($this->bodies[$issue->number]);
        }
        return $issue;
    }

    /** GitHub's own record of what a closed duplicate is a duplicate of; null: asked in vain. */
    public function learnCanonical(int $number, ?int $canonical): void
    {
        if (isset($this->issues[$number])) {
            $this->issues[$number] = $this->issues[$number]->with(canonical: $canonical ?? 0);
        }
    }

    /** The issue is gone. */
    public function forget(int $number): void
    {
        unset($this->issues[$number], $this->bodies[$number], $this->shown[$number]);
    }

    private function keep(Listed $issue): void
    {
        $known = $this->issues[$issue->number] ?? null;
        $isSame = $known !== null && $known->updatedAt === $issue->updatedAt;
        $this->issues[$issue->number] = $isSame ? $issue->with(canonical: $known->canonical) : $issue;
    }

    private function trim(): void
    {
        $over = count($this->issues) - self::MOST_ISSUES;
        if ($over > 0) {
            $oldest = $this->issues;
            uasort($oldest, static fn (Listed $a, Listed $b): int => $a->updatedAt <=> $b->updatedAt);
            array_map($this->forget(...), array_slice(array_keys($oldest), 0, $over));
        }
    }

    // --- GitHub's answers --------------------------------------------------------------------------------------------

    /** An issue of GitHub's answer; null for a pull request, and for what is no issue. */
    public static function listed(mixed $entry): ?Listed
    {
        if (!is_array($entry) || isset($entry['pull_request']) || !self::isNumber($entry['number'] ?? null)) {
            return null;
        }
        $updated = self::milliseconds($entry['updated_at'] ?? null);
        if ($updated === null) {
            return null;
        }
        $body = self::bodyOf($entry);
        $block = Block::in($body);
        $author = is_array($entry['user'] ?? null) ? $entry['user']['id'] ?? null : null;
        $reason = $entry['state_reason'] ?? null;
        return new Listed(
            $entry['number'],
            self::isNumber($author) ? $author : 0,
            Block::markerOf($body),
            ($entry['state'] ?? '') === 'open',
            $updated,
            is_string($reason) ? $reason : null,
            self::milliseconds($entry['closed_at'] ?? null),
            $block->releases ?? [],
            self::names($entry['labels'] ?? null),
            $block?->duplicateOf,
            null,
            self::milliseconds($entry['created_at'] ?? null) ?? 0,
        );
    }

    /** The text of an issue in GitHub's answer; empty where it has none. */
    public static function bodyOf(mixed $entry): string
    {
        $body = is_array($entry) ? $entry['body'] ?? null : null;
        return is_string($body) ? $body : '';
    }

    private static function isNumber(mixed $value): bool
    {
        return is_int($value) && $value > 0;
    }

    /** @return list<string> */
    private static function names(mixed $labels): array
    {
        $name = static fn (mixed $label): mixed => is_array($label) ? $label['name'] ?? null : $label;
        return array_values(array_filter(array_map($name, is_array($labels) ? $labels : []), 'is_string'));
    }

    /** A time of GitHub's as milliseconds since the epoch; null for what is none. */
    private static function milliseconds(mixed $text): ?int
    {
        $whole = is_string($text) ? Clock::whole($text) : null;
        if ($whole === null) {
            return null;
        }
        $hasFraction = preg_match('/^\.([0-9]{1,9})/', substr($text, 19), $fraction) === 1;
        return $whole * 1000 + ($hasFraction ? (int) substr(str_pad($fraction[1], 3, '0'), 0, 3) : 0);
    }
}
