"""The walk, one way: the only place that wires the stages together."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from healer.context import Ahead, gather
from healer.context.claim import claimed
from healer.outcome import Rejected, Skipped
from healer.proposal import Attempt, check_prices, propose
from healer.pull_request.value import Diagnosis, Refusal, Tally
from healer.report import read_report, to_wire
from healer.runtimes import check_reader
from healer.signature import signature
from healer.triage import check_rules, triage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from healer.context import Branch, Context, Tree
    from healer.event import Event
    from healer.patch import Patch
    from healer.proposal import Exchange, Model
    from healer.pull_request.value import Forge, PullRequest, Standing
    from healer.report import Report
    from healer.runtimes.checks import CheckPlan
    from healer.settings import Settings
    from healer.verdict import Baseline, Checks, Verdict


_NO_TEST = Rejected(
    "no-test",
    "The fix passed every check, but no test shows the bug. Keep the fix, and add a regression test that fails on the "
    "base with the reported exception.",
)

#: Beside code that is shown as a pull request has it.
_ON_TOP = {
    "The code shown": "It is the base commit with all that the pull request changes already; your edits go on top of "
    "that, and keep what people wrote there. The regression test runs without any of these changes first, and has to "
    "fail there. Leave regression_test null where the pull request's own test stays as it is."
}


class Watch(Protocol):
    """Sees the walk go by: shows progress, keeps what each stage made."""

    def stage(self, name: str) -> AbstractContextManager[None]:
        """A stage begins, and ends with the context."""

    def keep(self, name: str, value: object) -> None:
        """A value worth keeping, under a file name."""


@dataclass(frozen=True, slots=True)
class House:
    """All that the walk needs from outside.

    `sandbox` opens one that stops its commands when the event is set; the flag says that nothing large will be
    installed in it. `check` raises when model or sandbox cannot work; it is asked once the crash is worth healing: a
    crash that is declined needs neither. `branch` is what an open fix has made of the tree, where the walk is to go on
    from there; all is proven against the tree as ever.
    """

    tree: Tree
    check: Callable[[], None]
    model: Model
    sandbox: Callable[[threading.Event, bool], AbstractContextManager[Checks]]
    forge: Forge
    watch: Watch
    settings: Settings
    branch: Branch | None = None

    @property
    def seen(self) -> Tree:
        """What Claude sees, and makes edits of."""
        return Ahead(self.tree, self.branch.files) if self.branch and self.branch.files else self.tree


def understand(event: Event, settings: Settings) -> Report | Skipped:
    """The first two stages: the report, if it is one that Splat should heal."""
    report = read_report(event)
    if isinstance(report, Skipped):
        return report
    return triage(report, settings.triage, settings.ignore)


def check_settings(settings: Settings) -> None:
    """What no schema can know. Raises ConfigError before anything is read, run or paid for."""
    check_rules(settings.triage)
    check_prices(settings)
    if settings.policy.allow:
        from healer.patch import check_allowed

        check_allowed(settings)


def heal(event: Event, house: House) -> PullRequest | Diagnosis | Skipped:
    """From an event to a pull request; a diagnosis or a reason where there is none."""
    began = time.monotonic()
    watch, settings = house.watch, house.settings
    check_settings(settings)
    with watch.stage("report"):
        report = understand(event, settings)
    watch.keep("report.json", report if isinstance(report, Skipped) else to_wire(report))
    if isinstance(report, Skipped):
        return report
    with watch.stage("context"):
        context, house = _gathered(report, house)
    watch.keep("context.json", context)
    if isinstance(context, Skipped):
        return context
    # Only now is the app's root known, and with it the signature that `ignore` may name.
    report = triage(context.report, settings.triage, settings.ignore)
    if isinstance(report, Skipped):
        return report
    house.check()
    mark = _mark(report)
    context = claimed(context)
    standing = house.forge.standing(context.report, mark, house.tree.base)
    if standing.taken_over:
        return Skipped(
            "taken-over", standing.taken_over, f"Merge or delete the branch {standing.branch}, then run again."
        )
    plan = check_reader(report.runtime).plan(house.tree.paths(), house.tree.read, context.suspects[-1].path)
    with _workshop(house, plan) as workshop:
        runner = plan.runner if plan else ""
        return _Walk(house, context, standing, mark, began, runner).attempt_until_proven(workshop)


def _mark(report: Report) -> str:
    return report.signature or signature(report.runtime, report.exceptions, report.root)


def _gathered(report: Report, house: House) -> tuple[Context | Skipped, House]:
    """The context, on top of the branch where all that stands there may be part of a fix. Where it may not, a branch of
    Splat's alone is begun anew, and one that people have worked on is left to them.
    """
    branch = house.branch
    if branch is None:
        return gather(report, house.tree, house.settings), house
    why = f"{branch.name} changes files in a way that Splat cannot go on from"
    if branch.files is not None:
        from healer.patch import check_branch

        told = replace(report, event=replace(report.event, facts={**report.event.facts, **_ON_TOP}))
        context = gather(told, house.seen, house.settings)
        if isinstance(context, Skipped):
            why = context.reason
        elif not f"{branch.name}-".startswith(f"splat/{_mark(context.report)}-"):
            why = "it is about another error by now"
        elif refused := check_branch(branch.files, context, house.tree, house.settings.policy):
            why = refused.reason
        else:
            return context, house
    if branch.theirs:
        then = "Finish it by hand; or merge or delete that branch, then ask again."
        return Skipped("taken-over", f"{branch.theirs}, and Splat cannot build on them: {why}", then), house
    house = replace(house, branch=None)
    return gather(report, house.tree, house.settings), house


@contextmanager
def _workshop(house: House, plan: CheckPlan | None) -> Iterator[Future[Workshop]]:
    """The sandbox, opened and set up in the background while Claude thinks: nothing of Claude's is in the tree yet.

    Leaving it stops what still runs inside, so that an interrupted run does not wait for a set-up's end.
    """
    light = plan is not None and not plan.setup and not house.settings.checks.setup
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(1, "workshop"))
        leaving = threading.Event()
        stack.callback(leaving.set)

        def open_it() -> Workshop:
            # What comes after Claude's answer is imported while Claude thinks, when it costs nobody time.
            from healer import confidence, pull_request  # noqa: F401 - the importing is what is asked for
            from healer.verdict import prepare

            checks = stack.enter_context(house.sandbox(leaving, light))
            with house.watch.stage("prepare"):
                return Workshop(checks, prepare(checks, plan, house.settings.checks))

        yield pool.submit(open_it)


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where patches are judged, and what it looked like before any."""

    checks: Checks
    baseline: Baseline


@dataclass(frozen=True, slots=True)
class _Walk:
    house: House
    context: Context
    standing: Standing
    signature: str
    began: float
    runner: str
    #: Patches that obeyed every rule, and that a check refused.
    refused: list[Patch] = field(default_factory=list)

    def attempt_until_proven(self, workshop: Future[Workshop]) -> PullRequest | Diagnosis | Skipped:
        """Ask, patch, judge; what is refused goes back as feedback while attempts and money last.

        A fix that brings no test where tests can run is asked for one, once, and kept for the case that none comes.
        """
        house = self.house
        earlier: tuple[Attempt, ...] = ()
        spare: Verdict | None = None
        while True:
            with house.watch.stage("propose"):
                attempt = self._propose(earlier)
            house.watch.keep(f"attempt-{attempt.number}/answer.json", attempt.said or attempt.outcome)
            house.watch.keep("cost.json", [spent.spend for spent in (*earlier, attempt)])
            if isinstance(attempt.outcome, Skipped):
                return self._fall_back((*earlier, attempt), attempt.outcome, spare)
            judged = self._examine(attempt, workshop)
            if spare is None and not isinstance(judged, Rejected) and self._lacks_test(judged, workshop):
                spare, judged = judged, _NO_TEST
            if not isinstance(judged, Rejected):
                return self._publish(judged, (*earlier, attempt))
            earlier = (*earlier, replace(attempt, refusal=judged))
            house.watch.keep(f"attempt-{attempt.number}/refusal.json", judged)
            if len(earlier) >= house.settings.limits.attempts:
                reason = f"{len(earlier)} attempts were made, and each was refused."
                return self._fall_back(earlier, Skipped("attempts", reason), spare)

    def _lacks_test(self, verdict: Verdict, workshop: Future[Workshop]) -> bool:
        """True when one more attempt could bring the test that this one left out."""
        more = verdict.patch.proposal.attempt < self.house.settings.limits.attempts
        return more and not verdict.patch.tests and bool(workshop.result().baseline.suite.results)

    def _propose(self, earlier: tuple[Attempt, ...]) -> Attempt:
        number = len(earlier) + 1
        heard: list[Exchange] = []

        def keep(exchange: Exchange) -> None:
            # Written at once: a run that is killed while it waits has lost no reply it paid for.
            heard.append(exchange)
            self.house.watch.keep(f"attempt-{number}/exchanges.json", heard)

        return propose(
            self.context,
            self.house.model,
            self.house.settings,
            self.house.seen,
            earlier,
            runner=self.runner,
            deadline=self.began + self.house.settings.limits.minutes * 60,
            heard=keep,
        )

    def _examine(self, attempt: Attempt, workshop: Future[Workshop]) -> Verdict | Rejected:
        """An answer's patch and its verdict, or why it was refused."""
        if isinstance(attempt.outcome, Rejected):
            return attempt.outcome
        assert not isinstance(attempt.outcome, Skipped)
        from healer.patch import make_patch
        from healer.verdict import judge

        house, folder = self.house, f"attempt-{attempt.number}"
        with house.watch.stage("patch"):
            there = house.branch.files if house.branch else None
            patch = make_patch(attempt.outcome, house.tree, house.settings.policy, there)
        if isinstance(patch, Rejected):
            return patch
        house.watch.keep(f"{folder}/patch.diff", patch.diff)
        with house.watch.stage("judge"):
            ready = workshop.result()
            verdict = judge(patch, ready.checks, ready.baseline, house.settings.checks)
        house.watch.keep(f"{folder}/verdict.json", verdict)
        if verdict.accepted:
            return verdict
        self.refused.append(patch)
        return verdict.refusal()

    def _publish(self, verdict: Verdict, attempts: tuple[Attempt, ...]) -> PullRequest | Skipped:
        from healer.confidence import score
        from healer.pull_request import publish

        confidence = score(verdict, self.house.settings.confidence)
        self.house.watch.keep("confidence.json", confidence)
        with self.house.watch.stage("publish"):
            return publish(confidence, self.house.forge, self.standing, self._tally(attempts), self.signature)

    def _fall_back(
        self, attempts: tuple[Attempt, ...], why: Skipped, spare: Verdict | None
    ) -> PullRequest | Diagnosis | Skipped:
        """The fix without a test, where there is one; else nothing but the diagnosis."""
        if spare is None:
            return self._give_up(attempts, why)
        number = spare.patch.proposal.attempt
        mended = (replace(each, refusal=None) if each.number == number else each for each in attempts)
        return self._publish(spare, tuple(mended))

    def _give_up(self, attempts: tuple[Attempt, ...], why: Skipped) -> Diagnosis | Skipped:
        """A diagnosis where something was learnt; where Claude was never asked, only the reason."""
        tally = self._tally(attempts)
        if not tally.calls:
            return why
        from healer.pull_request import diagnosis_body

        body = diagnosis_body(self.context, tally, why.reason)
        url = self.house.forge.comment(self.standing.issue, body)
        kept = self.house.settings.pull_request.attempted_branch and self.refused
        return Diagnosis(self.context, tally, why.reason, body, url, self.refused[-1] if kept else None)

    def _tally(self, attempts: tuple[Attempt, ...]) -> Tally:
        spends = [attempt.spend for attempt in attempts]
        return Tally(
            dollars=sum(spend.dollars for spend in spends),
            seconds=time.monotonic() - self.began,
            waiting=sum(spend.seconds for spend in spends),
            calls=sum(spend.calls for spend in spends),
            input_tokens=sum(spend.prompt_tokens for spend in spends),
            output_tokens=sum(spend.output_tokens for spend in spends),
            refusals=tuple(filter(None, map(_refusal, attempts))),
        )


def _refusal(attempt: Attempt) -> Refusal | None:
    """What an attempt that led nowhere tried, and why it was refused; None for one that did not get that far."""
    why = attempt.refusal
    if why is None and attempt.said is not None and isinstance(attempt.outcome, Skipped):
        why = Rejected(attempt.outcome.code, attempt.outcome.reason)
    if why is None:
        return None
    root_cause, fix = (attempt.said.root_cause, attempt.said.fix) if attempt.said else ("", "")
    return Refusal(attempt.number, attempt.model, root_cause, fix, why)
