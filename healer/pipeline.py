"""The walk, one way: the only place that wires the stages together."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from healer.confidence import score
from healer.context import gather
from healer.outcome import Rejected, Skipped
from healer.patch import make_patch
from healer.proposal import Attempt, Proposal, propose
from healer.pull_request import Diagnosis, Forge, PullRequest, Refusal, Standing, Tally, diagnosis_body, publish
from healer.report import read_report, to_wire
from healer.runtimes import check_reader
from healer.signature import signature
from healer.triage import triage
from healer.verdict import judge, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from healer.context import Context, Tree
    from healer.event import Event
    from healer.proposal import Model
    from healer.report import Report
    from healer.settings import Settings
    from healer.verdict import Baseline, Checks, Verdict


class Watch(Protocol):
    """Sees the walk go by: shows progress, keeps what each stage made."""

    def stage(self, name: str) -> AbstractContextManager[None]:
        """A stage begins, and ends with the context."""

    def keep(self, name: str, value: object) -> None:
        """A value worth keeping, under a file name."""


@dataclass(frozen=True, slots=True)
class House:
    """All that the walk needs from outside."""

    tree: Tree
    model: Model
    sandbox: Callable[[], AbstractContextManager[Checks]]
    forge: Forge
    watch: Watch
    settings: Settings


def understand(event: Event, settings: Settings) -> Report | Skipped:
    """The first two stages: the report, if it is one that Splat should heal."""
    report = read_report(event)
    if isinstance(report, Skipped):
        return report
    return triage(report, settings.triage, settings.ignore)


def heal(event: Event, house: House) -> PullRequest | Diagnosis | Skipped:
    """From an event to a pull request; a diagnosis or a reason where there is none."""
    began = time.monotonic()
    watch, settings = house.watch, house.settings
    with watch.stage("report"):
        report = understand(event, settings)
    watch.keep("report.json", report if isinstance(report, Skipped) else to_wire(report))
    if isinstance(report, Skipped):
        return report
    with watch.stage("context"):
        context = gather(report, house.tree, settings)
    watch.keep("context.json", context)
    if isinstance(context, Skipped):
        return context
    mark = context.report.signature or signature(report.runtime, report.exceptions, report.root)
    standing = house.forge.standing(context.report, mark, house.tree.base)
    if standing.taken_over:
        return Skipped("taken-over", standing.taken_over, "Merge or delete that branch, then run again.")
    walk = _Walk(house, context, standing, mark, began)
    with _prepared(house, context) as bench:
        return walk.attempt_until_proven(bench)


@contextmanager
def _prepared(house: House, context: Context) -> Iterator[Bench]:
    """The sandbox, being set up in the background while Claude thinks: nothing of Claude's is in the tree yet."""
    with ExitStack() as stack:
        checks = stack.enter_context(house.sandbox())
        pool = stack.enter_context(ThreadPoolExecutor(1, "prepare"))
        yield Bench(checks, pool.submit(_prepare, house, context, checks))


def _prepare(house: House, context: Context, checks: Checks) -> Baseline:
    hint = context.suspects[-1].path
    plan = check_reader(context.report.runtime).plan(house.tree.paths(), house.tree.read, hint)
    with house.watch.stage("prepare"):
        return prepare(checks, plan, house.settings.checks)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where patches are judged, and what it looked like before any."""

    checks: Checks
    baseline: Future[Baseline]


@dataclass(frozen=True, slots=True)
class _Walk:
    house: House
    context: Context
    standing: Standing
    signature: str
    began: float

    def attempt_until_proven(self, bench: Bench) -> PullRequest | Diagnosis | Skipped:
        """Ask, patch, judge; what is refused goes back as feedback while attempts and money last."""
        house, earlier = self.house, ()
        while True:
            with house.watch.stage("propose"):
                attempt = propose(self.context, house.model, house.settings, house.tree, earlier)
            house.watch.keep(f"attempt-{attempt.number}/exchanges.json", attempt.exchanges)
            house.watch.keep(f"attempt-{attempt.number}/answer.json", attempt.outcome)
            if isinstance(attempt.outcome, Skipped):
                return self._give_up((*earlier, attempt), attempt.outcome)
            judged = self._examine(attempt, bench)
            if not isinstance(judged, Rejected):
                return self._publish(judged, (*earlier, attempt))
            earlier = (*earlier, replace(attempt, refusal=judged))
            house.watch.keep(f"attempt-{attempt.number}/refusal.json", judged)
            if len(earlier) >= house.settings.limits.attempts:
                reason = f"{len(earlier)} attempts were made, and each was refused."
                return self._give_up(earlier, Skipped("attempts", reason))

    def _examine(self, attempt: Attempt, bench: Bench) -> Verdict | Rejected:
        """An answer's patch and its verdict, or why it was refused."""
        if isinstance(attempt.outcome, Rejected):
            return attempt.outcome
        house, folder = self.house, f"attempt-{attempt.number}"
        with house.watch.stage("patch"):
            patch = make_patch(attempt.outcome, house.tree, house.settings.policy)
        if isinstance(patch, Rejected):
            return patch
        house.watch.keep(f"{folder}/patch.diff", patch.diff)
        with house.watch.stage("judge"):
            verdict = judge(patch, bench.checks, bench.baseline.result(), house.settings.checks)
        house.watch.keep(f"{folder}/verdict.json", verdict)
        return verdict if verdict.accepted else verdict.refusal()

    def _publish(self, verdict: Verdict, attempts: tuple[Attempt, ...]) -> PullRequest | Skipped:
        confidence = score(verdict, self.house.settings.confidence)
        self.house.watch.keep("confidence.json", confidence)
        with self.house.watch.stage("publish"):
            return publish(confidence, self.house.forge, self.standing, self._tally(attempts), self.signature)

    def _give_up(self, attempts: tuple[Attempt, ...], why: Skipped) -> Diagnosis | Skipped:
        """A diagnosis where something was learnt; where Claude was never asked, only the reason."""
        tally = self._tally(attempts)
        if not tally.calls:
            return why
        body = diagnosis_body(self.context, tally, why.reason)
        url = self.house.forge.comment(self.standing.issue, body)
        return Diagnosis(self.context, tally, why.reason, body, url)

    def _tally(self, attempts: tuple[Attempt, ...]) -> Tally:
        spends = [attempt.spend for attempt in attempts]
        return Tally(
            dollars=sum(spend.dollars for spend in spends),
            seconds=time.monotonic() - self.began,
            waiting=sum(spend.seconds for spend in spends),
            calls=sum(spend.calls for spend in spends),
            input_tokens=sum(
                spend.input_tokens + spend.cache_read_tokens + spend.cache_write_tokens for spend in spends
            ),
            output_tokens=sum(spend.output_tokens for spend in spends),
            refusals=tuple(_refusal(attempt) for attempt in attempts if attempt.refusal is not None),
        )


def _refusal(attempt: Attempt) -> Refusal:
    assert attempt.refusal is not None
    said = attempt.outcome if isinstance(attempt.outcome, Proposal) else None
    return Refusal(
        attempt.number, attempt.model, said.root_cause if said else "", said.fix if said else "", attempt.refusal
    )
