<?php

declare(strict_types=1);

namespace Splat\GitHub;

use Splat\Dedup\Action;
use Splat\Dedup\Decide;
use Splat\Dedup\Decision;
use Splat\Http\Client;
use Splat\Http\Later;
use Splat\Issue;
use Splat\Options;
use Splat\Outcome;
use Splat\Shrink;

/** D4 to D7: one decision done: counted, opened again, or made an issue. Throws `Later` and `Refused`. */
final class Filing
{
    private const REGRESSION = 'regression';
    private const AGAIN = 'Seen again after this was closed.';
    private const AGAIN_IN_RELEASE = 'Seen again in a release that was not known when this was closed.';
    /** Seconds for which a count waits for an issue to be there. */
    private const ORPHAN_FOR = 3_600;

    public readonly Summary $summary;
    /** @var array<int, string> number to signature: what was created here and not followed up yet (D8) */
    public array $made = [];
    private bool $mayLabel;

    /** @param \Closure(string, string): void $warn */
    public function __construct(
        private readonly Repository $repository,
        private readonly Options $options,
        private readonly \Closure $warn,
    ) {
        $this->summary = new Summary($repository->state);
        $this->mayLabel = $repository->notes->mayLabel($options->token);
    }

    /** D5 for a group, over the index as it is. */
    public function decide(Group $group): Decision
    {
        return $this->repository->decide($group->sighting(), $group->signature !== Summary::SIGNATURE);
    }

    /** Do what was decided. Create and regression are for who holds the claim. */
    public function do(Group $group, Decision $decision): Outcome
    {
        $number = $decision->number ?? 0;
        $counts = $decision->do === Action::Count || $decision->do === Action::Wait;
        if ($counts && $this->isFrom($group, $number)) {
            return $this->adopt($group, $number);
        }
        try {
            return match ($decision->do) {
                Action::Count => $this->count($group, $number),
                Action::Regression => $this->reopen($group, $number),
                Action::Create => $group->canMake() ? $this->create($group) : $this->withoutIssue($group),
                Action::Hold => $this->withoutIssue($group),
                Action::Wait => Outcome::Later,
                Action::Silent => Outcome::Delivered,
            };
        } catch (Gone) {
            $this->repository->index->forget($number);
            return Outcome::Later;
        }
    }

    /** Whether the issue was made of this very report: by a request whose answer got lost. */
    private function isFrom(Group $group, int $number): bool
    {
        $text = $group->report === null ? null : $this->repository->index->body($number);
        return $text !== null && str_contains($text, '"id":"' . ($group->report['id'] ?? '-') . '"');
    }

    /** The report is counted already. What else is in the group is not, and D8 may not be done. */
    private function adopt(Group $group, int $number): Outcome
    {
        $known = $this->repository->adopted($number);
        $body = $this->repository->body($number)[1];
        $isNew = $group->beside !== [] && $body !== $this->text($group)[1];
        $text = $isNew ? $group->countedIn($body, $group->beside) : null;
        if ($this->repository->isUntouched($known)) {
            $this->owe($number, $group->signature);
        }
        if ($text !== null) {
            $this->repository->change($number, ['body' => $text]);
        }
        return Outcome::Delivered;
    }

    private function owe(int $number, string $signature): void
    {
        $this->made[$number] = $signature;
        $this->repository->owe($number, $signature);
    }

    private function count(Group $group, int $number): Outcome
    {
        [$was, $body] = $this->repository->body($number);
        if ($was !== null && !$this->decide($group)->is(Action::Count, $number)) {
            return Outcome::Later; // what was read now is not what was decided on
        }
        $text = $group->countedIn($body);
        if ($text !== null) {
            $this->repository->change($number, ['body' => $text]);
        }
        return Outcome::Delivered;
    }

    /** D6. The release joins the block, or it would be a regression again once this is closed. */
    private function reopen(Group $group, int $number): Outcome
    {
        [$was, $body] = $this->repository->body($number);
        if ($was !== null && !$this->decide($group)->is(Action::Regression, $number)) {
            return Outcome::Later;
        }
        $known = $this->repository->known($number);
        $fields = ['state' => 'open'];
        if (!$known->has(self::REGRESSION)) {
            $fields['labels'] = [...$known->labels, self::REGRESSION];
        }
        $text = $group->countedIn($body);
        $fields += $text === null ? [] : ['body' => $text];
        $byRelease = $group->sighting()->release !== '' && $known->releases !== [];
        $this->repository->change($number, $fields);
        $this->repository->api->comment($number, $byRelease ? self::AGAIN_IN_RELEASE : self::AGAIN);
        return Outcome::Delivered;
    }

    private function withoutIssue(Group $group): Outcome
    {
        if ($group->canMake() || $this->summary->holds($group->signature)) {
            $this->summary->hold($group);
            return Outcome::Delivered;
        }
        // Its report may be under way in another process.
        $age = $this->repository->client->now() - $group->times[count($group->times) - 1]->last;
        return $age < self::ORPHAN_FOR ? Outcome::Later : Outcome::Delivered;
    }

    // --- a new issue -------------------------------------------------------------------------------------------------

    /** T2's tries, each with a new look: an answer that got lost may have been an issue. */
    private function create(Group $group): Outcome
    {
        foreach (array_keys(Client::BACKOFF) as $number) {
            try {
                return $this->post($group);
            } catch (Later $later) {
                $pause = max(Client::backoff($number + 1), $this->repository->client->silentFor());
                if ($pause > Client::LONGEST_WAIT) {
                    throw $later;
                }
                $this->repository->client->wait($pause, $later->getMessage());
            }
            $this->repository->refresh([$group->signature]);
            $decision = $this->decide($group);
            if ($decision->do !== Action::Create) {
                return $this->do($group, $decision);
            }
        }
        return $this->post($group);
    }

    private function post(Group $group): Outcome
    {
        if (!$this->mayLabel) {
            $this->warnOfLabels();
            return Outcome::Never;
        }
        [$title, $body] = $this->text($group);
        // GitHub tells labels apart without regard to case.
        $notYet = [Decide::LABEL, strtolower($this->options->triggerLabel)];
        $isOther = static fn (string $label): bool => !in_array(strtolower($label), $notYet, true);
        $labels = [Decide::LABEL, ...array_filter($this->options->labels, $isOther)];
        $made = $this->repository->create($title, $body, $labels, $group->report !== null);
        if (!$made->has(Decide::LABEL)) {
            $this->mayLabel = false;
            $this->repository->notes->cannotLabel($this->options->token);
            $this->warnOfLabels();
            return Outcome::Delivered;
        }
        $this->owe($made->number, $group->signature);
        $this->repository->save();
        return Outcome::Delivered;
    }

    /** @return array{string, string} title and body */
    private function text(Group $group): array
    {
        if ($group->report === null) {
            return [Summary::TITLE, Summary::body($group)];
        }
        $report = $this->shown($group->report);
        $body = Issue::body($report);
        return [Issue::title($report), $group->countedIn($body, $group->beside) ?? $body];
    }

    /**
     * I9: the report as this repository may show it. Who can read it is asked only where that matters.
     *
     * @param array<string, mixed> $report
     * @return array<string, mixed>
     */
    private function shown(array $report): array
    {
        $options = $this->options;
        $hidden = $options->publicLogs ? [] : ['logs', 'breadcrumbs'];
        $shown = Shrink::without($report, $options->publicRequest ? $hidden : [...$hidden, 'request']);
        if (!$options->publicLocals) {
            $withoutLocals = static fn (array $frame): array => Shrink::without($frame, ['locals']);
            $shown = Shrink::eachFrame($shown, $withoutLocals);
        }
        return $shown !== $report && $this->repository->isPublic() ? $shown : $report;
    }

    private function warnOfLabels(): void
    {
        $text = "GitHub dropped the labels of the issue that was created in {$this->options->repo}: the account of "
            . 'this token may not label there, so its issues cannot be found again. No more issues are created. Give '
            . 'the account the role Triage or Write, or take a token that has read and write access to issues.';
        ($this->warn)($text, 'github labels');
    }
}
