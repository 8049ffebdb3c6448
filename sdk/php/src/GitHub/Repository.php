<?php

declare(strict_types=1);

namespace Splat\GitHub;

use Splat\Clock;
use Splat\Dedup\Decide;
use Splat\Dedup\Decision;
use Splat\Dedup\Listed;
use Splat\Dedup\Sighting;
use Splat\Http\Client;
use Splat\Http\Exchange;
use Splat\Http\Later;
use Splat\Options;

/** What is known of the repository that is reported to, and what was written there. Throws `Later` and `Refused`. */
final class Repository
{
    private const HOUR = 3_600;
    /** Seconds for which an issue that this process created, or a listing, stands for the body as just read. */
    private const FRESH = 15.0;
    /** Milliseconds after which a change is no part of the creation: GitHub's times are whole seconds. */
    private const TOUCHED = 1_000;
    /** Numbers of issues whose last write from here is remembered. */
    private const MOST_WRITES = 500;
    private const MOST_OWED = 50;
    private const ASKED_FOR = 86_400;

    public readonly Api $api;
    public readonly Client $client;
    public readonly Index $index;
    public readonly Notes $notes;
    public readonly State $state;
    /** @var list<int> */
    public array $reporters = [];
    /** @var array<int, array{string, float}> bodies of what this process created, and when they were so */
    private array $written = [];

    /** @param \Closure(string, string): void $warn */
    public function __construct(
        private readonly Options $options,
        string $folder,
        private readonly \Closure $warn,
        ?Exchange $exchange = null,
    ) {
        $this->api = new Api($options, $warn, $exchange);
        $this->client = $this->api->client;
        $this->index = new Index($this->api);
        $this->notes = new Notes($folder);
        $this->state = new State($this->notes->folder);
    }

    // --- between processes -------------------------------------------------------------------------------------------

    /** Before anything else: what the processes before this one knew. */
    public function load(): void
    {
        $this->state->read();
        $this->index->load($this->state->get('index'));
        [$token, $own] = $this->pair('own_id');
        $this->reporters = array_values(array_unique([
            ...$this->reporters,
            ...$this->options->reporters,
            ...$this->notes->reporters(),
            ...($token === hash('sha256', $this->options->token) && is_int($own) ? [$own] : []),
        ]));
        [$ahead, $silent] = [$this->state->get('ahead'), $this->state->get('silent_until')];
        $this->client->ahead = is_float($ahead) || is_int($ahead) ? (float) $ahead : 0.0;
        $this->client->silentUntil = is_float($silent) || is_int($silent) ? (float) $silent : 0.0;
    }

    /** For the processes after this one. */
    public function save(): void
    {
        $this->state->set('index', $this->index->data());
        $this->state->set('ahead', $this->client->ahead);
        $this->state->set('silent_until', $this->client->silentUntil);
        $this->state->write();
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    /**
     * D1, and D2: who we are is asked when a marked issue might be our own.
     *
     * @param list<string> $wanted
     */
    public function refresh(array $wanted): void
    {
        $this->index->refresh($wanted);
        foreach ($this->index->issues() as $issue) {
            if ($issue->signature !== null && !in_array($issue->author, $this->reporters, true)) {
                $this->askWhoWeAre();
                return;
            }
        }
    }

    private function askWhoWeAre(): void
    {
        $token = hash('sha256', $this->options->token);
        [$asked, $when] = $this->pair('asked_own');
        if ($asked === $token && State::since($when) < self::ASKED_FOR) {
            return;
        }
        $own = $this->api->ownId();
        $this->state->set('asked_own', [$token, microtime(true)]);
        if ($own !== null) {
            $this->state->set('own_id', [$token, $own]);
            $this->met($own);
        } elseif ($this->reporters === []) {
            ($this->warn)('this token may not ask which account it belongs to, so earlier issues of it cannot be told '
                . "from a stranger's, and a bug may get a second issue, which is closed again. Give the option "
                . '`reporters` the numeric id of the account (for Actions: 41898282).', 'github account');
        }
    }

    /** D5 over the index as it is. Asks for the canonical issue of a closed duplicate that names none. */
    public function decide(Sighting $error, bool $capped = true): Decision
    {
        $now = (int) ($this->client->now() * 1000);
        $created = [
            count($this->made()),
            $this->index->createdSince($now - self::HOUR * 1000, $this->reporters),
        ];
        return Decide::about(
            $error,
            $this->index->issues(),
            $this->reporters,
            $now,
            $this->ownWrites(),
            $capped ? $created : [0, 0],
            $this->canonicalOf(...),
        );
    }

    private function canonicalOf(Listed $issue): ?int
    {
        if ($issue->canonical !== null) {
            return $issue->canonical;
        }
        try {
            $found = $this->api->canonicalOf($issue->number);
        } catch (Later) {
            return null; // silence about one bug, but the others go on
        }
        $this->index->learnCanonical($issue->number, $found);
        return $found;
    }

    /** I9; asked once an hour. */
    public function isPublic(): bool
    {
        [$public, $asked] = $this->pair('public');
        if (!is_bool($public) || State::since($asked) > self::HOUR) {
            $public = $this->api->isPublic();
            $this->state->set('public', [$public, microtime(true)]);
        }
        return $public;
    }

    /**
     * The body of an issue that this process created a moment ago: what a burst adds costs one request, not two.
     *
     * One that was there before may be read by somebody who edits it, right after we wrote too.
     */
    public function atHand(int $number): ?string
    {
        [$text, $when] = $this->written[$number] ?? [null, -INF];
        return Clock::steady() - $when < self::FRESH ? $text : null;
    }

    /**
     * The issue's text as just read. The first part is null unless the issue was read for this.
     *
     * @return array{Listed|null, string}
     */
    public function body(int $number): array
    {
        $text = $this->atHand($number);
        if ($text === null && $this->index->age() < self::FRESH) {
            $text = $this->index->body($number);
        }
        if ($text !== null) {
            return [null, $text];
        }
        $entry = $this->api->issue($number);
        $issue = $this->index->learn($entry);
        return [$issue ?? throw new Later('the answer is no issue'), Index::bodyOf($entry)];
    }

    /** The issue as the index knows it. */
    public function known(int $number): Listed
    {
        return $this->index->get($number) ?? throw new Later('the issue is not in the index');
    }

    // --- writing -----------------------------------------------------------------------------------------------------

    /** Take over the answer to a write: what we did is no reason to wait (D5). */
    private function wrote(mixed $entry): Listed
    {
        $issue = $this->index->learn($entry) ?? throw new Later('the answer to a write is no issue');
        $this->own($issue);
        if (isset($this->written[$issue->number])) {
            $this->written[$issue->number] = [Index::bodyOf($entry), Clock::steady()];
        }
        return $issue;
    }

    /** An issue that turned out to be ours: its last write was. */
    public function adopted(int $number): Listed
    {
        $issue = $this->known($number);
        if ($this->isUntouched($issue)) {
            $this->own($issue);
        }
        return $issue;
    }

    /** Whether nobody wrote to it since it was created. */
    public function isUntouched(Listed $issue): bool
    {
        return $issue->updatedAt - $issue->created <= self::TOUCHED;
    }

    /**
     * PATCH of an issue.
     *
     * @param array<string, mixed> $fields
     */
    public function change(int $number, array $fields): Listed
    {
        return $this->wrote($this->api->change($number, $fields));
    }

    /**
     * A new issue; it counts against the limit of D5 unless it is the one about too many.
     *
     * @param list<string> $labels
     */
    public function create(string $title, string $body, array $labels, bool $counts = true): Listed
    {
        $entry = $this->api->create($title, $body, $labels);
        $issue = $this->wrote($entry);
        $this->written[$issue->number] = [Index::bodyOf($entry), Clock::steady()];
        $this->met($issue->author);
        if ($counts) {
            $this->state->set('made', [...$this->made(), microtime(true)]);
        }
        return $issue;
    }

    /** D8 is to be done for an issue that was created here: by this process, else by the next one. */
    public function owe(int $number, string $signature): void
    {
        $this->notes->owe($number, $signature);
        $this->state->set('owing', array_slice([$number => $signature] + $this->owing(), 0, self::MOST_OWED, true));
    }

    public function settled(int $number, string $signature): void
    {
        $this->notes->settled($number, $signature);
        $this->state->set('owing', array_diff_key($this->owing(), [$number => true]));
    }

    /** @return array<int, string> number to signature */
    public function owing(): array
    {
        $owing = $this->state->get('owing');
        return is_array($owing) ? array_filter($owing, 'is_string') : [];
    }

    /** An account is ours: it answered for the token, or for an issue that we made. */
    private function met(int $account): void
    {
        if ($account > 0 && !in_array($account, $this->reporters, true)) {
            $this->reporters[] = $account;
            $this->notes->addReporter($account);
        }
    }

    private function own(Listed $issue): void
    {
        $writes = [$issue->number => $issue->updatedAt] + $this->ownWrites();
        $this->state->set('own_writes', array_slice($writes, 0, self::MOST_WRITES, true));
    }

    /** @return array<int, int> */
    private function ownWrites(): array
    {
        $writes = $this->state->get('own_writes');
        return is_array($writes) ? array_filter($writes, 'is_int') : [];
    }

    /** @return list<float|int> when issues were made here, within the hour */
    private function made(): array
    {
        $made = $this->state->get('made');
        $isRecent = static fn (mixed $when): bool => State::since($when) < self::HOUR;
        return array_values(array_filter(is_array($made) ? $made : [], $isRecent));
    }

    /** @return array{mixed, mixed} */
    private function pair(string $part): array
    {
        $pair = $this->state->get($part);
        return is_array($pair) && count($pair) === 2 ? array_values($pair) : [null, null];
    }
}
