"""Splat's own open fixes whose checks ended, and of which nobody told Splat: they are looked at once a day.

Whether GitHub tells of checks that a job's own token started, nobody promises. Nothing is done about such a fix here:
the workflow is started for its branch, as the delivery that never came would have done, with every rule of the gate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from healer.ci import checks_of, state_of
from healer.ci.decide import ONCE_MORE
from healer.ci.words import MARK
from healer.gate.case import Case, closes, tracked
from healer.gate.ledger import moment
from healer.gate.standing import taken_over
from healer.outcome import SplatError

if TYPE_CHECKING:
    from healer.ci import CiSite
    from healer.gate import Hub, PullNow

#: Fixes that one sweep looks at, and for which it starts the workflow.
_MOST_LOOKED, _MOST_STARTED = 6, 3
#: So long nobody looks again at what a look has said nothing of.
_PAUSE = timedelta(hours=20)
_ENDED = ("passed", "failed")
_SAID = re.compile(r"\*\*Checks of `([0-9a-f]{7})`: ([a-z ]{1,20})\.\*\*")


class Starter(Protocol):
    """GitHub, as who starts the workflow needs it."""

    def look_at(self, workflow: str, branch: str, issue: int, fix: str) -> bool:
        """Start the workflow on the default branch for the checks of the branch `fix`; False where that may not be."""


@dataclass(frozen=True, slots=True)
class Unheeded:
    """A fix whose checks ended: the numbers of its pull request and its issue, its branch, the state that the checks
    came to; and whether the workflow was started for it.
    """

    pull: int
    issue: int
    branch: str
    state: str
    started: bool = False


@dataclass(frozen=True, slots=True)
class Sweep:
    """One sweep. `case` is the delivery, with the pull requests that are open now; `branch` is the default branch."""

    case: Case
    hub: Hub
    ci: CiSite
    site: Starter
    branch: str

    def look(self, troubles: list[SplatError]) -> tuple[Unheeded, ...]:
        """What was found, the oldest fix first. `troubles` fills with what broke about single ones."""
        found: list[Unheeded] = []
        for pull in sorted(self.case.ours, key=lambda pull: pull.number)[:_MOST_LOOKED]:
            try:
                one = self._unheeded(pull)
                if one is not None:
                    found.append(self._start(one))
            except SplatError as error:
                troubles.append(error)
            if len(found) == _MOST_STARTED:
                break
        return tuple(found)

    def _unheeded(self, pull: PullNow) -> Unheeded | None:
        issue = closes(pull.body)
        case = self._about(issue, pull) if issue else None
        if case is None or case.running is not None or taken_over(case) or self._looked_lately(case):
            return None
        told = tracked(case.state.comments or (), case.state.here.own)
        if not told or _is_told(told[0][0].body, pull.head):
            return None
        state = state_of(checks_of(self.ci, pull.head, case.state.here.workflow))
        return Unheeded(pull.number, issue, pull.branch, state) if state in _ENDED else None

    def _about(self, issue: int, pull: PullNow) -> Case:
        trigger = replace(self.case.trigger, ask="ci-finished", branch=pull.branch)
        state = replace(self.case.state, issue=self.hub.issue(issue), comments=self.hub.comments(issue))
        return Case(trigger, state, self.case.settings)

    def _looked_lately(self, case: Case) -> bool:
        last = case.ledger.runs[-1] if case.ledger.runs else None
        if last is None or (last.ask, last.state, last.dollars) != ("ci-finished", "declined", 0.0):
            return False
        at = moment(last.at)
        return at is not None and case.state.now - at < _PAUSE

    def _start(self, found: Unheeded) -> Unheeded:
        workflow = self.case.state.here.workflow
        started = self.site.look_at(workflow, self.branch, found.issue, found.branch)
        return replace(found, started=started)


def _is_told(comment: str, head: str) -> bool:
    """True where the comment's section says how this very commit's checks ended."""
    section = f"\n{comment}".rpartition(f"\n{MARK}\n")[2]
    said = _SAID.search(section) if MARK in comment else None
    return said is not None and said[1] == head[:7] and said[2] in _ENDED and ONCE_MORE not in section
