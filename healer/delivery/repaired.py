"""What a repair goes to, as the job that writes sees it itself: nothing of it is taken from the jobs before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from healer.ci import next_of, under
from healer.outcome import Skipped

if TYPE_CHECKING:
    from healer.ci import CiSite, Pull
    from healer.event import Event, Trigger
    from healer.gate import Here, PullNow, State
    from healer.gate.case import Case


class Marks(Protocol):
    """GitHub, as far as it tells which run made a commit."""

    def left_by(self, commit: str, run: int, own: int) -> str:
        """The parent of a commit that this very run has made; "" for any other."""


@dataclass(frozen=True, slots=True)
class Target:
    """An open pull request, at the commit whose checks failed, and the event that they make. `own` is False where it is
    a person's that carries the label.
    """

    pull: Pull
    event: Event
    own: bool


def target_of(case: Case, ci: CiSite) -> Target | Skipped | None:
    """None where no pull request is to be repaired; Skipped where its checks, looked at again, say so no more."""
    now = meant(case)
    if now is None:
        return None
    pull = ci.pull(now.number)
    if pull is None or not pull.open:
        return Skipped("gone", f"Pull request {now.number} is closed.")
    pull = replace(pull, head=now.head)
    then = next_of(case, ci, pull)
    if then.act != "repair" or then.event is None:
        return Skipped("checks", f"There is nothing to repair any more. {then.reason}", then.next_step)
    own = case.fix is not None
    return Target(pull, under(signature_of(now), then.event) if own else then.event, own)


def meant(case: Case) -> PullNow | None:
    """The pull request that a repair would go to."""
    trigger = case.trigger
    if trigger.ask != "ci-finished" or trigger.default_branch:
        return None
    return case.fix or next((pull for pull in case.state.pulls or () if pull.number == trigger.pull), None)


def signature_of(pull: PullNow) -> str:
    """Of the bug that Splat's branch fixes."""
    return pull.branch.removeprefix("splat/")[:16]


def resumed(state: State, trigger: Trigger, marks: Marks, here: Here) -> State:
    """The state as it was before this very run's own commit, where a job of it was stopped behind that: it goes on."""
    if trigger.ask != "ci-finished" or trigger.default_branch:
        return state
    ahead = [pull for pull in state.pulls or () if pull.branch == trigger.branch and pull.head != trigger.head]
    before = marks.left_by(ahead[0].head, here.run, here.own) if len(ahead) == 1 else ""
    if not before or before != (trigger.head or before):
        return state
    return replace(
        state,
        pulls=tuple(replace(each, head=before) if each == ahead[0] else each for each in state.pulls or ()),
    )
