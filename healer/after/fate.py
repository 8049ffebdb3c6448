"""What became of Splat's merged fixes: looked at, said once, and acted on.

Each effect is looked up before it is done, and the entry in the ledger comes after those that it stands for: a run that
was stopped anywhere is taken up by the next one, and two at once do what one would.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from healer.after import fate_words as words
from healer.after.deploy import Merge, after_deploy, read_block
from healer.after.revert import revert
from healer.event import asking, claimed_signature
from healer.gate.caps import capped
from healer.gate.case import Case, closes, tracked
from healer.gate.ledger import moment, stamp, write_ledger
from healer.gate.standing import IGNORE, STOP, taken_over
from healer.outcome import SplatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from healer.after.deploy import Block, Deployed
    from healer.after.revert import Reverted, RevertSite
    from healer.gate import Fate, Hub, IssueNow, Ledger, Merged
    from healer.outcome import Skipped

VERIFIED, FAILED = "splat:verified", "splat:failed"
#: A run that was asked for, and of which nothing was heard: so long it is asked for again.
_ASKED = timedelta(hours=36)
_MOST_ISSUES, _MOST_RELEASES = 3, 5
#: Caps that are none for what Splat itself asks for, or for long.
_PASSING = frozenset({"cool-down", "breaker"})


class FateSite(Protocol):
    """GitHub, as who looks after merged fixes needs it. A verb is one request, but for `contains`."""

    def fix(self, number: int) -> Merged | None:
        """A pull request, as long as Splat opened it and it was merged."""

    def contains(self, release: str, commit: str) -> bool | None:
        """Whether a release, named by a commit or a tag, holds a commit; None where nobody knows. Asks once."""

    def reports(self) -> tuple[IssueNow, ...]:
        """The issues with the SDKs' label that were changed last, whoever filed them."""

    def reopen(self, issue: int) -> None:
        """Open an issue again."""

    def unlabel(self, issue: int, name: str) -> None:
        """Take a label from an issue; fine where it is not there."""

    def start(self, workflow: str, branch: str, issue: int) -> bool:
        """Start the workflow for an issue; False where the token may not."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One fix: what became of it, and what was done. `outcome` is "none" where nothing may be said or done; `revert` is
    the pull request that takes it back, 0 for none.
    """

    issue: int
    pull: int
    outcome: Literal["none", "waiting", "verified", "failed"]
    reason: str = ""
    reopened: bool = False
    started: bool = False
    revert: int = 0


@dataclass(frozen=True, slots=True)
class Aftermath:
    """One look. `case` is the delivery: an issue that a reporter reopened, or none, and then `since` is the earliest
    merge that is looked at. `branch` is the default branch. `troubles` fills with what broke about single fixes.
    """

    case: Case
    hub: Hub
    site: FateSite
    reverts: RevertSite
    branch: str
    since: datetime
    troubles: list[SplatError] = field(default_factory=list)

    def look(self) -> tuple[Looked, ...]:
        """Look at what there is to look at; what breaks about one fix keeps no other waiting."""
        if self.case.number:
            return tuple(self._kept(self._returned))
        reports = tuple(issue for issue in self.site.reports() if self._block(issue))
        found: list[Looked] = []
        for fix in self.hub.merged(self.since):
            found += self._kept(lambda fix=fix: self._fix(fix, reports))  # type: ignore[misc]
        return tuple(found)

    def _kept(self, look: Callable[[], Looked | None]) -> list[Looked]:
        try:
            found = look()
        except SplatError as error:
            self.troubles.append(error)
            return []
        return [found] if found else []

    # --- which issue --------------------------------------------------------------------------------------------------

    def _block(self, issue: IssueNow) -> Block | None:
        """What the SDKs counted; a stranger can write such a block too."""
        counts = issue.author.id in self.case.settings.gate.reporters and not issue.is_pull
        return read_block(issue.body) if counts else None

    def _fix(self, fix: Merged, reports: Sequence[IssueNow]) -> Looked | None:
        """A merged fix, about the issue whose ledger says that it was made for it: a body can be edited."""
        live = self._live(fix, reports)
        for issue in self._issues_of(fix, reports):
            case = self._about(issue)
            if case.ledger.pull == fix.number:
                return self._settle(case, fix, live)
        return None

    def _issues_of(self, fix: Merged, reports: Sequence[IssueNow]) -> Iterator[IssueNow]:
        named, signature = closes(fix.body), fix.branch.removeprefix("splat/")[:16]
        known = {issue.number: issue for issue in reports}
        if named and named not in known:
            issue = self.hub.issue(named)
            if issue is not None and self._block(issue):
                known[named] = issue
        found = [issue for issue in known.values() if claimed_signature(issue.body) == signature]
        yield from sorted(found, key=lambda issue: issue.number != named)[:_MOST_ISSUES]

    def _about(self, issue: IssueNow) -> Case:
        trigger = replace(self.case.trigger, issue=issue.number)
        state = replace(self.case.state, issue=issue, comments=self.hub.comments(issue.number))
        return Case(trigger, state, self.case.settings)

    def _live(self, fix: Merged, reports: Sequence[IssueNow]) -> datetime | None:
        """Since when a release with the fix is known to run: who deploys said so, or any error was seen in one."""
        now, trigger, merged = self.case.state.now, self.case.trigger, moment(fix.at) or self.case.state.now
        if trigger.head and self.site.contains(trigger.head, fix.commit):
            return min(now, max(merged, moment(trigger.time) or now))
        for block in filter(None, map(self._block, reports)):
            if merged < block.last <= now and any(
                self.site.contains(release, fix.commit) for release in block.releases[-_MOST_RELEASES:]
            ):
                return block.last
        return None

    # --- what became of it --------------------------------------------------------------------------------------------

    def _returned(self) -> Looked | None:
        """An issue that a reporter reopened: healed again, unless it is known that the fix was not there yet."""
        case, issue = self.case, self.case.state.issue
        block = self._block(issue) if issue else None
        if issue is None or block is None or _hands_off(issue):
            return None
        fix = self.site.fix(case.ledger.pull)
        if fix is None:
            return Looked(issue.number, case.ledger.pull, "none", started=self._again(case, ""))
        known = case.ledger.fate(fix.number).outcome == "failed"
        looked = self._settle(case, fix, None)
        if looked.outcome == "failed":
            once_more = known and not looked.started and case.state.here.attempt == 1
            return replace(looked, started=looked.started or (once_more and self._again(case, "")))
        if block.releases and self.site.contains(block.releases[-1], fix.commit) is False:
            self._write(case, words.too_old(fix, block.releases[-1]), lambda ledger: ledger)
            return replace(looked, reason="It was seen in a release that does not hold the fix.")
        cap = self._cap(case)
        said = words.unknown(fix, block.releases[-1] if block.releases else "", words.capped(cap) if cap else "")
        if cap and self._is_wanted(case):
            self._write(case, said, lambda ledger: ledger)
        return replace(looked, started=self._again(case, said))

    def _settle(self, case: Case, fix: Merged, live: datetime | None) -> Looked:
        issue, merge = case.state.issue, self.case.settings.merge
        merged = moment(fix.at)
        block = self._block(issue) if issue else None
        if issue is None or block is None or merged is None or _hands_off(issue):
            return Looked(case.number, fix.number, "none")
        fate = case.ledger.fate(fix.number)
        if fate.outcome == "failed":
            return self._go_on(case, fix, fate, soon=_soon(fate, merged, merge.window_days))
        since = moment(fate.live) or live
        found = after_deploy(
            block,
            Merge(fix.commit, merged, since),
            lambda release: self.site.contains(release, fix.commit),
            merge,
            self.case.state.now,
        )
        fate = replace(fate, live=stamp(since) if since else "")
        if found.outcome == "failed":
            return self._failed(case, fix, fate, found)
        if found.outcome == "verified" and not fate.outcome:
            self.hub.label(issue.number, VERIFIED)
            self._note(case, fix, replace(fate, outcome="verified"), words.verified(fix, found.reason))
        elif fate != case.ledger.fate(fix.number):
            self._note(case, fix, fate, words.live(fix, found.reason))
        return Looked(issue.number, fix.number, fate.outcome or found.outcome, found.reason)

    def _failed(self, case: Case, fix: Merged, fate: Fate, found: Deployed) -> Looked:
        issue = case.state.issue
        assert issue is not None, "it was looked at"
        if VERIFIED in issue.labels:
            self.site.unlabel(issue.number, VERIFIED)
        if FAILED not in issue.labels:
            self.hub.label(issue.number, FAILED)
        reopened = found.reopen and not issue.open
        if reopened:
            self.site.reopen(issue.number)
        fate = replace(fate, outcome="failed", at=stamp(self.case.state.now))
        wanted = (found.reopen or issue.open) and self._is_wanted(case)
        cap = self._cap(case) if wanted else None
        again = wanted and cap is None
        said = words.failed(fix, found.reason, again=again, instead=words.capped(cap) if cap else "")
        self._note(case, fix, fate, said, again=again)
        looked = self._go_on(case, fix, fate, soon=found.reopen, again=again)
        return replace(looked, reason=found.reason, reopened=reopened)

    def _go_on(self, case: Case, fix: Merged, fate: Fate, *, soon: bool, again: bool | None = None) -> Looked:
        """What follows from a failure, as far as it is not done yet."""
        undone = fate.revert
        if not undone and soon and self.case.settings.merge.revert:
            undone = self._revert(case, fix, fate)
        lost = again is None and case.ledger.again and _asked_lately(fate, self.case.state.now)
        started = self._start(case) if again or (lost and self._may_heal(case)) else False
        return Looked(case.number, fix.number, "failed", started=started, revert=undone)

    def _revert(self, case: Case, fix: Merged, fate: Fate) -> int:
        """The pull request that takes the fix back, 0 where there is none; the issue says which, or why not."""
        reason = words.evidence(self._section(case))
        try:
            done = revert(fix, case.number, reason, self.reverts, self.case.settings.policy)
        except SplatError as error:
            self._write(case, words.revert_broke(error), lambda ledger: ledger, beside=True)
            raise
        self._said_revert(case, fate, done)
        return done.number

    def _said_revert(self, case: Case, fate: Fate, done: Reverted) -> None:
        kept = replace(fate, revert=done.number)
        self._write(case, words.reverted(done), lambda ledger: ledger.with_fate(kept), beside=True)

    # --- once more ----------------------------------------------------------------------------------------------------

    def _may_heal(self, case: Case) -> bool:
        """True where it is wanted, and no cap is reached."""
        return self._is_wanted(case) and self._cap(case) is None

    def _cap(self, case: Case) -> Skipped | None:
        """The cap, or the person at work, that the run would meet at the gate, where nobody would be told of it."""
        issue = case.state.issue
        state = replace(case.state, issue=replace(issue, open=True) if issue else None)
        case = Case(replace(case.trigger, ask="heal"), state, case.settings)
        if found := taken_over(case):
            return found
        found = capped(case)
        return None if found is None or found.code in _PASSING else found

    def _is_wanted(self, case: Case) -> bool:
        """True where a label asks for it, and nothing is on its way."""
        issue = case.state.issue
        wanted = issue is not None and bool(asking(issue.labels, issue.body, case.settings))
        return wanted and case.fix is None and case.running is None

    def _again(self, case: Case, said: str) -> bool:
        if not self._may_heal(case):
            return False
        self._write(case, said, lambda ledger: replace(ledger, again=True))
        return self._start(case)

    def _start(self, case: Case) -> bool:
        """Splat's own dispatch, which its gate lets in once, as the ledger asks for it."""
        done = self.site.start(case.state.here.workflow, self.branch, case.number)
        if not done:
            said = words.not_started(case.settings.gate.mention)
            self._write(case, said, lambda ledger: replace(ledger, again=False), beside=True)
        return done

    # --- saying -------------------------------------------------------------------------------------------------------

    def _note(self, case: Case, fix: Merged, fate: Fate, said: str, *, again: bool = False) -> None:
        self._write(case, said, lambda ledger: replace(ledger.with_fate(fate), again=ledger.again or again))

    def _section(self, case: Case) -> str:
        there = tracked(self.hub.comments(case.number) or (), case.state.here.own)
        return words.section_in(there[0][0].body) if there else ""

    def _write(self, case: Case, said: str, change: Callable[[Ledger], Ledger], *, beside: bool = False) -> None:
        """The section in Splat's comment, and the ledger; `beside` keeps what the section says already."""
        for comment, ledger in tracked(self.hub.comments(case.number) or (), case.state.here.own)[:1]:
            rest = comment.body.partition("\n")[2].strip("\n")
            text = words.with_section(rest, said, beside=beside) if said else rest
            body = f"{write_ledger(change(ledger))}\n\n{text}"
            if body.strip() != comment.body.strip():
                self.hub.rewrite(comment.id, body)


def _hands_off(issue: IssueNow) -> bool:
    """True where a person said so."""
    closed = not issue.open and issue.reason in ("not_planned", "duplicate")
    return closed or issue.locked or bool({STOP, IGNORE} & set(issue.labels))


def _soon(fate: Fate, merged: datetime, days: float) -> bool:
    found = moment(fate.at)
    return found is not None and found <= merged + timedelta(days=days)


def _asked_lately(fate: Fate, now: datetime) -> bool:
    found = moment(fate.at)
    return found is not None and now - found < _ASKED
