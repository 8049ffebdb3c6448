"""What happens next with the checks of a fix: pure, over what GitHub says of one commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from healer.ci.evidence import repair_event
from healer.ci.value import state_of
from healer.markdown import code, line
from healer.outcome import Skipped

if TYPE_CHECKING:
    from healer.ci.blame import Blame
    from healer.ci.value import Check, State
    from healer.ci.workflow import Workflow
    from healer.event import Event

Act = Literal["nothing", "rerun", "repair", "dispatch", "tell", "merge"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of the fix's newest commit.

    `stranger` says why a person has the branch, "" for nobody. `blames` tell of the failed checks, `changed` are the
    paths of the fix. `workflows` are those of the default branch, asked for only where no check runs, and `wanted` the
    names of those that the settings let Splat start. `repairs` were made, `most` may be. `conflicts` is True where the
    branch cannot be merged: GitHub starts no checks of a pull request then.
    """

    head: str
    checks: tuple[Check, ...] = ()
    stranger: str = ""
    blames: tuple[Blame, ...] = ()
    changed: tuple[str, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    wanted: tuple[str, ...] = ()
    repairs: int = 0
    most: int = 0
    conflicts: bool = False

    @property
    def state(self) -> State:
        """The commit's one state."""
        return state_of(self.checks)


@dataclass(frozen=True, slots=True)
class Next:
    """What to do. `reason` and `next_step` are sentences, Markdown that is ready to be shown. `runs` are to be run
    again, `workflows` to be started; `event` is what a repair starts from.
    """

    act: Act
    state: State
    reason: str
    next_step: str = ""
    runs: tuple[int, ...] = ()
    workflows: tuple[str, ...] = ()
    event: Event | None = None
    blames: tuple[Blame, ...] = field(default=())


def decide_next(seen: Seen) -> Next:
    """The next step, by the state alone; who merges, and whether, is asked elsewhere."""
    state = seen.state
    if state == "running":
        return Next("nothing", state, "The checks are running.")
    if state == "passed":
        return Next("nothing", state, "All checks passed.", "Review and merge it.")
    if state == "failed":
        return _failed(seen)
    return _silent(seen, state)


# --- no check runs ----------------------------------------------------------------------------------------------------


def _silent(seen: Seen, state: State) -> Next:
    if state == "none" and seen.conflicts:
        return Next(
            "tell", state, "The branch conflicts with its base, and GitHub starts no checks for that.", _RESOLVE
        )
    waiting = {check.run.path for check in seen.checks if check.run and check.phase == "awaiting"}
    wanted = [each for each in seen.workflows if _is_wanted(each, seen) and (state == "none" or each.path in waiting)]
    startable = tuple(each.path for each in wanted if each.startable)
    if startable and not seen.stranger:
        names = ", ".join(code(path, 100) for path in startable[:5])
        reason = f"{_why_silent(state)} Splat starts {names} on the branch by hand."
        return Next("dispatch", state, reason, workflows=startable)
    if state == "awaiting":
        names = ", ".join(code(path, 100) for path in sorted(waiting)[:5])
        about = f" ({names})" if names else ""
        reason = f"The checks{about} wait for a person's approval."
        return Next("tell", state, reason, _PRESS)
    if not any(each.checks for each in seen.workflows):
        return Next(
            "tell", state, "No check runs on this pull request, and no workflow here has `pull_request:`.", _NONE
        )
    blocked = next((each for each in seen.workflows if each.checks and not each.startable), None)
    why = f" {code(blocked.path, 100)} cannot be started by Splat: {line(blocked.why_not)}." if blocked else ""
    return Next("tell", state, f"{_why_silent(state)}{why}", _REOPEN)


def _is_wanted(workflow: Workflow, seen: Seen) -> bool:
    """By the settings where they name any: else what checks pull requests anyway, so that nothing is deployed."""
    if not seen.wanted:
        return workflow.checks
    return workflow.path in seen.wanted or workflow.path.rpartition("/")[2] in seen.wanted


def _why_silent(state: State) -> str:
    return "The checks wait for approval." if state == "awaiting" else "No check has begun."


_PRESS = (
    "Press **Approve workflows to run** in the pull request's merge box. An App's token instead of `GITHUB_TOKEN`, or "
    "`workflow_dispatch:` among the workflow's triggers, makes this needless."
)
_RESOLVE = "Resolve the conflicts, or close the pull request and ask Splat once more."
_NONE = "Review it with care: nothing but Splat's own sandbox has tried it."
_REOPEN = (
    "Press **Close pull request** and then **Reopen pull request**: what a person does starts the checks. An App's "
    "token instead of `GITHUB_TOKEN`, or `workflow_dispatch:` among the workflow's triggers, makes this needless."
)


#: What is said of checks that were run again, whose end is not known yet.
ONCE_MORE = "they run once more"


# --- a failure --------------------------------------------------------------------------------------------------------


def _failed(seen: Seen) -> Next:
    blames = seen.blames
    if seen.stranger:
        return Next("tell", "failed", f"Checks failed, and {seen.stranger}.", "The branch is yours now.", blames=blames)
    ours = [each for each in blames if each.cause == "ours"]
    if ours:
        return _repair(seen, ours)
    runs = tuple(sorted({each.check.run.id for each in blames if each.rerunnable and each.check.run}))
    if runs:
        return Next(
            "rerun", "failed", f"Checks failed, and it may not be the fix: {ONCE_MORE}.", runs=runs, blames=blames
        )
    if blames and all(each.cause == "already-red" for each in blames):
        then = "Merge it all the same, or repair the base branch first."
        return Next("tell", "failed", "What fails here fails on the base branch too.", then, blames=blames)
    return Next("tell", "failed", "Checks failed, and Splat sees nothing to repair in the fix.", _LOOK, blames=blames)


_LOOK = "Look at their logs, and run them again once what broke them is mended."


def _repair(seen: Seen, ours: list[Blame]) -> Next:
    what = "Checks failed because of the fix."
    if seen.repairs >= seen.most:
        then = "Repair it by hand; `ci.attempts` in .github/splat.yml raises the cap."
        reason = f"{what} Splat repaired it {seen.repairs} times, and may {seen.most} times."
        return Next("tell", "failed", reason, then, blames=seen.blames)
    event = repair_event([each.evidence for each in ours if each.evidence], seen.changed)
    if isinstance(event, Skipped):
        return Next("tell", "failed", f"{what} {event.reason}", event.next_step, blames=seen.blames)
    return Next("repair", "failed", what, event=event, blames=seen.blames)
