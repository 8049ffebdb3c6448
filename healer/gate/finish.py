"""After a run: is its result still wanted, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from healer.gate.case import Case, tracked
from healer.gate.ledger import Run, stamp, write_ledger
from healer.gate.standing import of_ours, taken_over
from healer.gate.words import with_fates
from healer.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from healer.event import Trigger
    from healer.gate.ledger import Ledger, Outcome
    from healer.gate.state import Here, Hub, State
    from healer.settings import Settings


def recheck(trigger: Trigger, state: State, settings: Settings) -> Skipped | None:
    """Before anything is written: None while the run's result is wanted, else why it is not.

    `trigger` is read again from the same payload and `state` is as of now, so that nothing is taken from the job that
    ran other people's code.
    """
    case = Case(trigger, state, settings)
    run = next((run for run in case.ledger.runs if (run.id, run.attempt) == _this(case)), None)
    if run is None or not _goes_on(run, case):
        return Skipped("replaced", "This run is no longer the one that has the issue.")
    if skipped := of_ours(case) or taken_over(case):
        return skipped
    issue = state.issue
    from_text = trigger.ask in ("heal", "retry") or trigger.default_branch
    if from_text and issue is not None and case.ledger.text != case.digest:
        return Skipped("edited", "The issue was edited while Splat was at work.", "Read it, and ask again.")
    return None


def _goes_on(run: Run, case: Case) -> bool:
    """True while the run is at work; also for the last one that broke, whose job a person has started again."""
    return run.state == "running" or (run.state == "error" and run == case.ledger.runs[-1])


def _this(case: Case) -> tuple[int, int]:
    return case.state.here.run, case.state.here.attempt


@dataclass(frozen=True, slots=True)
class End:
    """What a run came to: the dollars it really spent, the pull request it left (0 for none), and `words`, Markdown
    that is ready to be shown. `again` lets Splat start itself once more, as after the base has moved. `beside` makes
    the comment's text of what stands there already, where that is still true; else it is `words` alone.
    """

    outcome: Outcome
    dollars: float
    words: str
    signature: str = ""
    pull: int = 0
    again: bool = False
    beside: Callable[[str], str] | None = None


def finish(hub: Hub, here: Here, issue: int, end: End, now: datetime) -> Ledger | None:
    """Write a run's end into Splat's comment. None when the comment is gone: nothing is left to count in.

    A run that another one has pushed out of the ledger is entered again, so that its dollars count; the words of the
    comment are then the other's, and stay.
    """
    comments = tracked(hub.comments(issue) or (), here.own)
    for said, ledger in comments:
        if any((run.id, run.attempt) == (here.run, here.attempt) for run in ledger.runs):
            ended = _ended(ledger, here, end, now)
            there = said.body.partition("\n")[2].strip("\n")
            words = end.beside(there) if end.beside else with_fates(end.words, ended)
            hub.rewrite(said.id, f"{write_ledger(ended)}\n\n{words}")
            return ended
    for said, ledger in comments[:1]:
        lost = Run(here.run, here.attempt, "", stamp(now), "heal", 0, end.dollars)
        ended = _ended(ledger.with_run(lost), here, end, now)
        rest = said.body.partition("\n")[2]
        hub.rewrite(said.id, f"{write_ledger(ended)}\n{rest}")
        return ended
    return None


def _ended(ledger: Ledger, here: Here, end: End, now: datetime) -> Ledger:
    at = stamp(now)
    ended = ledger.with_end(
        here.run, here.attempt, end.outcome, end.dollars, at, signature=end.signature, pull=end.pull
    )
    return replace(ended, again=end.again)
