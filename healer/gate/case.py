"""A delivery, the state and the settings, and what follows from the three together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from healer.event import BRANCH, claimed_signature, visible
from healer.gate.ledger import Ledger, moment, read_ledger, together

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from healer.event import Trigger
    from healer.gate.ledger import Run
    from healer.gate.state import PullNow, Said, State
    from healer.settings import Settings

#: GitHub's own words that tie a pull request to an issue.
_CLOSING = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]{1,3}#([1-9][0-9]{0,9})\b", re.IGNORECASE)
_NOTE = re.compile(r"<!-- splat:note ([0-9A-Za-z:._-]{1,100}) -->")
#: The sentence that an SDK writes anew each time its error comes back.
_SEEN = re.compile(r"^Seen (?:once|\*\*[0-9]{1,15} times\*\*), first [^\n]{0,200}$", re.MULTILINE)
#: A job ends after six hours at the latest, and its token with it.
_LONGEST_RUN = timedelta(hours=6)


@dataclass(frozen=True)
class Case:
    """What the rules look at."""

    trigger: Trigger
    state: State
    settings: Settings

    @cached_property
    def number(self) -> int:
        """The issue that all is about, 0 for none. Where the checks are about no fix of Splat's, it is the labelled
        pull request itself, or the issue that tells of the red default branch.
        """
        found = issue_of(self.trigger, self.state.pulls or (), self.state.here.own)
        if found or self.trigger.ask != "ci-finished" or self.fix is not None:
            return found
        return self.state.filed if self.trigger.default_branch else self.trigger.pull

    @cached_property
    def ledger(self) -> Ledger:
        """What earlier runs did about this issue."""
        return together(ledger for _, ledger in tracked(self.state.comments or (), self.state.here.own))

    @cached_property
    def key(self) -> str:
        """What tells this delivery from any other."""
        return self.trigger.key or f"run:{self.state.here.run}"

    @property
    def from_reporter(self) -> bool:
        """True when the issue was filed by an account whose token sits in an app."""
        author = self.state.issue.author if self.state.issue else self.trigger.author
        return author is not None and author.id in self.settings.gate.reporters

    @cached_property
    def text(self) -> str:
        """What the issue says to its reader: from the payload where that has it."""
        if self.trigger.text or self.state.issue is None or self.trigger.author is not None:
            return self.trigger.text
        return visible(self.state.issue.body)

    @property
    def digest(self) -> str:
        """Of what the issue says now; a dispatch and a comment on a pull request said nothing of it themselves."""
        now = visible(self.state.issue.body) if self.state.issue else self.text
        return digest(now, from_reporter=self.from_reporter)

    @property
    def signature(self) -> str:
        """The bug's signature as far as it is known: a reporter's marker, or what an earlier run found; else ""."""
        if self.from_reporter:
            claimed = self.trigger.signature or (claimed_signature(self.state.issue.body) if self.state.issue else "")
            if claimed:
                return claimed
        return self.ledger.signature

    @cached_property
    def ours(self) -> tuple[PullNow, ...]:
        """Splat's open pull requests."""
        return tuple(pull for pull in self.state.pulls or () if is_ours(pull, self.trigger, self.state.here.own))

    @cached_property
    def fix(self) -> PullNow | None:
        """The open fix of this issue."""
        if self.trigger.pull or self.trigger.branch:
            return next((pull for pull in self.ours if _is_meant(pull, self.trigger)), None)
        return next((pull for pull in self.ours if self._fixes(pull)), None)

    def _fixes(self, pull: PullNow) -> bool:
        of_signature = self.signature and f"{pull.branch}-".startswith(f"splat/{self.signature}-")
        return bool(of_signature or (self.number and closes(pull.body) == self.number))

    @property
    def again(self) -> bool:
        """True when a person asked for the very same workflow run once more."""
        here = self.state.here
        return any(run.id == here.run and run.attempt < here.attempt for run in self.ledger.runs)

    @property
    def broken_off(self) -> bool:
        """True when this is such a run, and the one before it never came to its end: what it left is to be finished."""
        here = self.state.here
        return any(
            run.id == here.run and run.attempt < here.attempt and run.state == "running" for run in self.ledger.runs
        )

    @cached_property
    def running(self) -> Run | None:
        """The run that is at work on this issue now."""
        here, since = self.state.here, self.state.now - _LONGEST_RUN
        alive = (
            run
            for run in self.ledger.runs
            if run.state == "running" and run.id != here.run and (moment(run.at) or since) > since
        )
        return next(alive, None)

    @cached_property
    def today(self) -> list[Run]:
        """The runs of the whole repository that began in the last 24 hours, oldest first."""
        since = self.state.now - timedelta(hours=24)
        heard = {said.id: said for said in [*(self.state.comments or ()), *(self.state.recent or ())]}
        by_issue: dict[int, list[Ledger]] = {}
        for said, ledger in tracked(heard.values(), self.state.here.own):
            by_issue.setdefault(said.issue, []).append(ledger)
        runs = (run for ledgers in by_issue.values() for run in together(ledgers).runs)
        return sorted((run for run in runs if _at(run) >= since), key=lambda run: run.at)

    @property
    def answered(self) -> bool:
        """True when this very delivery got its answer."""
        return any(key == self.key for _, key in self._notes())

    @property
    def answers(self) -> int:
        """How many answers Splat gave on this issue in the last hour."""
        since = self.state.now - timedelta(hours=1)
        return sum((moment(said.at) or since) >= since for said, _ in self._notes())

    def _notes(self) -> list[tuple[Said, str]]:
        own = self.state.here.own
        found = ((said, _NOTE.match(said.body)) for said in self.state.comments or () if said.author == own)
        return [(said, match[1]) for said, match in found if match]


def digest(text: str, *, from_reporter: bool = False) -> str:
    """What tells later whether an issue still says what it said; a reporter's counting is no change."""
    if from_reporter:
        text = _SEEN.sub("", text, count=1)
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def tracked(comments: Iterable[Said], own: int) -> list[tuple[Said, Ledger]]:
    """The comments of Splat's own account that begin with a ledger, oldest first."""
    found = ((said, read_ledger(said.body)) for said in comments if own and said.author == own)
    return sorted(((said, ledger) for said, ledger in found if ledger), key=lambda pair: pair[0].id)


def issue_of(trigger: Trigger, pulls: Iterable[PullNow], own: int) -> int:
    """The number of the issue that a delivery is about: its own, or that of the pull request of Splat's; else 0."""
    if trigger.issue:
        return trigger.issue
    meant = (pull for pull in pulls if is_ours(pull, trigger, own) and _is_meant(pull, trigger))
    return next((closes(pull.body) for pull in meant), 0)


def is_ours(pull: PullNow, trigger: Trigger, own: int) -> bool:
    """True for a pull request that Splat opened, from a branch of this very repository. A clock's delivery may name
    none, and the pull request does.
    """
    here = trigger.repository or pull.home
    return bool(pull.author == own and here and pull.repository == here and BRANCH.fullmatch(pull.branch))


def _is_meant(pull: PullNow, trigger: Trigger) -> bool:
    if trigger.branch:
        return pull.branch == trigger.branch
    return pull.number == trigger.pull


def closes(body: str) -> int:
    """The issue that one of Splat's own pull requests closes, from the end of its body; 0 for none."""
    found = re.findall(r"^Fixes #([1-9][0-9]{0,9})\s*$", body, re.MULTILINE)
    return int(found[-1]) if found else 0


def mentions(body: str, issue: int) -> bool:
    """True when a pull request's body says that it closes the issue."""
    return any(int(number) == issue for number in _CLOSING.findall(body))


def _at(run: Run) -> datetime:
    found = moment(run.at)
    assert found is not None, "the ledger reads no other times"
    return found
