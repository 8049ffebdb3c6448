"""Before anything is written: what GitHub says now, and whether the run's result is still wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from healer.gate import State, recheck
from healer.gate.admit import about
from healer.gate.case import Case
from healer.gate.people import asks_the_api, is_writer
from healer.outcome import SplatError

if TYPE_CHECKING:
    from datetime import datetime

    from healer.event import Trigger
    from healer.gate import Here, Hub
    from healer.gate.ledger import Run
    from healer.outcome import Skipped
    from healer.settings import Settings


class Desk(Protocol):
    """GitHub, as the job that writes needs it beside `Hub` and `Forge`. Every verb is one request."""

    def contains(self, head: str, base: str) -> bool:
        """True when the commit `base` is in the history of `head`."""

    def start(self, workflow: str, branch: str, issue: int) -> bool:
        """Start the workflow once more for an issue; False where the token may not."""

    def label(self, issue: int, name: str, known: frozenset[str]) -> None:
        """Put a label on an issue; made first, where it is not among the `known`."""


def look_again(trigger: Trigger, hub: Hub, settings: Settings, here: Here, now: datetime) -> State:
    """What the rules look at, asked again. `here` of it counts the attempt that the gate has let through: of a run
    whose later jobs were started once more, that is an earlier one.
    """
    state = State(now, here)
    if asks_the_api(Case(trigger, state, settings)):
        state = replace(state, permission=hub.permission(trigger.actor.login))
    state = about(replace(state, pulls=hub.pulls()), trigger, hub, settings)
    number = Case(trigger, state, settings).number
    if not number:
        return state
    state = replace(state, issue=hub.issue(number), comments=hub.comments(number))
    mine = this_run(Case(trigger, state, settings))
    return state if mine is None else replace(state, here=replace(here, attempt=mine.attempt))


def this_run(case: Case) -> Run | None:
    """The workflow run as the ledger has it, its last attempt that the gate let through."""
    here = case.state.here
    mine = (run for run in case.ledger.runs if run.id == here.run and run.attempt <= here.attempt)
    return max(mine, key=lambda run: run.attempt, default=None)


def still_wanted(case: Case) -> Skipped | None:
    """None while the run's result is wanted, else why it is not."""
    if case.state.pulls is None or case.state.comments is None:
        raise SplatError(
            "There are more pull requests or comments than Splat reads",
            where=f"issue {case.number}",
            next_step="Close some, or heal on your own machine.",
        )
    return recheck(case.trigger, case.state, case.settings)


def approved(case: Case, *, told: bool) -> bool:
    """True when somebody with write permission asked for this, or a reporter filed it: the gate has `told` so, and it
    is so still.

    Splat itself asks once more only for what was approved, and the gate lets it in only where its ledger says so.
    """
    own = case.trigger.actor.id == case.state.here.own
    if case.trigger.ask == "ci-finished" and own:
        return False  # the log of a run that Splat itself set off, on a branch that is not its own
    trusted = case.trigger.actor.id in case.settings.gate.trusted
    return own or (told and (is_writer(case) or trusted or case.from_reporter))


def since(base: str, head: str, desk: Desk) -> bool:
    """True when the default branch, now at `head`, has gone on since `base`; False where it has not.

    Raises SplatError when the base is no commit of the default branch: what was proven there was never reviewed.
    """
    if base == head:
        return False
    if not desk.contains(head, base):
        raise SplatError(
            f"The commit {base[:12]}, which the fix was made for, is not on the default branch",
            next_step="Was the branch rewritten? Ask again.",
        )
    return True
