"""What the job that thinks handed over becomes a pull request, a last word, an entry in the ledger; or one of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

from healer.ci import beside
from healer.delivery import attempted, words
from healer.delivery.examine import Examined, examine
from healer.delivery.repaired import Target, meant, target_of
from healer.delivery.wanted import approved, since, still_wanted, this_run
from healer.event import Event, visible
from healer.gate import End, finish
from healer.gate.case import Case, tracked
from healer.handover import Keeping
from healer.markdown import code
from healer.outcome import Rejected, Skipped, SplatError
from healer.pull_request import Forge, Overtaken, PullRequest, Standing, Tally, publish
from healer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from healer.ci import CiSite
    from healer.context import Tree
    from healer.delivery.attempted import Attempts
    from healer.delivery.wanted import Desk
    from healer.gate import Here, Hub
    from healer.gate.ledger import Outcome
    from healer.handover import Handover

NEEDS_TRACE = "needs-trace"
_LOG = "Look at the run's log."
_MOVED = "The default branch went on while the fix was made; what was proven was proven for the commit before."
_STILL_A_DRAFT = "It was a draft before its checks failed."
_STRANGER = "Nobody with write permission filed or approved the text that it was made from."


class Branch(Forge, Protocol):
    """A forge that knows again what it left behind."""

    @property
    def left_here(self) -> bool:
        """True when the branch's newest commit is one of this very run."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """How it ended. `refused` is True where the handover was not what it should be; `pull` is 0 for none, `confidence`
    None.
    """

    outcome: Literal["fixed", "unfixed", "declined", "error", "dry-run", "replaced"]
    reason: str = ""
    pull: int = 0
    url: str = ""
    confidence: int | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One run's last job.

    `case` is the delivery, GitHub's state as of now and the settings. `handover` is None where the job that thinks left
    none that can be read; `missing` says so in a sentence. `branch` is the default branch and `head` its newest commit.
    `approved` is what the gate said of it. `ci` is asked where checks failed, and a pull request is to be repaired.
    `attempts` is there where the user wants to see what failed.
    """

    case: Case
    hub: Hub
    desk: Desk
    ci: CiSite
    handover: Handover | None
    missing: str
    branch: str
    head: str
    now: Callable[[], datetime]
    approved: bool = False
    dry: bool = False
    attempts: Attempts | None = None

    def deliver(self, tree: Tree | None, forge: Branch | None) -> Delivered:
        """Write what is wanted, and say how it ended. `tree` is the handover's base, a commit of the default branch or
        the one whose checks failed; it and `forge` are there where the handover brings anything to look at.
        """
        if why := still_wanted(self.case):
            return self._unwanted(why)
        handover = self.handover
        if handover is None:
            return self._broken(SplatError(self.missing, next_step=_LOG), dollars=self._reserved)
        if handover.outcome == "error":
            return self._broken(SplatError(handover.reason, where=handover.where, next_step=handover.next_step))
        assert tree is not None
        assert forge is not None
        target = target_of(self.case, self.ci)
        if isinstance(target, Skipped):
            return self._unwanted(target)
        return self._look_at(handover, tree, forge, target)

    def _look_at(self, handover: Handover, tree: Tree, forge: Branch, target: Target | None) -> Delivered:
        if target is not None and handover.base != target.pull.head:
            return self._refused(f"It is for commit {handover.base[:12]}, not {target.pull.head[:12]}.")
        found = examine(self._event(target), handover, tree, self.case.settings)
        if isinstance(found, Rejected):
            return self._refused(found.reason)
        if isinstance(found, Skipped):
            return self._declined(found)
        if handover.outcome == "declined":
            return self._declined(Skipped(handover.code, handover.reason, handover.next_step))
        if found.confidence is None:
            left = self._left(found) if target is None else ""
            self._end("unfixed", words.unfixed(found.context, handover.reason, self.voice, left), handover.signature)
            return Delivered("unfixed", handover.reason)
        return self._publish(self._with_doubts(found, target), forge, target)

    def _left(self, found: Examined) -> str:
        """What is said of the branch with what was tried, where the user wants one."""
        if self.attempts is None or self.dry:
            return ""
        assert self.handover is not None
        trusted, home = approved(self.case, told=self.approved), self.case.state.here.url.partition("/actions/")[0]
        return attempted.left(self.attempts, self.handover.signature, found.attempted, home, trusted=trusted)

    def _event(self, target: Target | None) -> Event:
        """What is healed, in GitHub's own words."""
        if target is not None:
            return target.event
        issue = self.case.state.issue
        assert issue is not None, "the rules have seen to that"
        return Event("trace", visible(issue.body))

    def broken(self, error: SplatError) -> None:
        """The last word where publishing itself failed. What the handover says was spent counts."""
        self._broken(error, dollars=self._spent if self.handover else self._reserved)

    @classmethod
    def could_not_begin(cls, error: SplatError, hub: Hub, here: Here, issue: int, now: datetime) -> bool:
        """The last word where not even the settings could be read; False where no run of ours is at work there."""
        for _, ledger in tracked(hub.comments(issue) or (), here.own):
            for run in ledger.runs:
                if run.id == here.run and run.attempt <= here.attempt and run.state == "running":
                    said = words.of_error(
                        error, words.Voice(Settings().gate.mention, here.url, Tally(), unknown=run.dollars)
                    )
                    mine = replace(here, attempt=run.attempt)
                    still = beside(said) if run.ask == "ci-finished" and ledger.pull else None
                    return finish(hub, mine, issue, End("error", run.dollars, said, beside=still), now) is not None
        return False

    # --- a fix --------------------------------------------------------------------------------------------------------

    @property
    def _moved(self) -> bool:
        return self.handover is not None and since(self.handover.base, self.head, self.desk)

    def _with_doubts(self, found: Examined, target: Target | None) -> Examined:
        """A draft where nobody who may write stands behind the text, or the base is no longer the newest one. A repair
        is no more than what it repairs.
        """
        if target is not None:
            return found.draft(*([_STILL_A_DRAFT] if target.own and target.pull.draft else []))
        doubts = [] if approved(self.case, told=self.approved) else [_STRANGER]
        return found.draft(*doubts, *([_MOVED] if self._moved else []))

    def _publish(self, found: Examined, forge: Branch, to: Target | None) -> Delivered:
        handover, confidence = self.handover, found.confidence
        assert handover is not None
        assert confidence is not None
        if to is not None and not to.own and confidence.draft:
            said = words.withheld(confidence, confidence.verdict.patch.diff, self.voice)
            self._end("unfixed", said, handover.signature)
            return Delivered("unfixed", "A person has to look at the change first.", confidence=confidence.score)
        target: Forge = Keeping(forge.standing) if self.dry else forge
        before = Standing(self.case.number, 0, "", to.pull.head if to else handover.head)
        notes, onto = (words.talking(self.voice),), to.pull.body if to else None
        try:
            written = publish(confidence, target, before, self._tally, handover.signature, notes, onto)
            if isinstance(written, Skipped) and forge.left_here:
                # A run of this job before this one was stopped between branch and comment: it goes on from there.
                there = forge.standing(found.context.report, handover.signature, handover.base)
                written = publish(confidence, target, there, self._tally, handover.signature, notes, onto)
        except Overtaken as error:
            return self._overtaken(error)
        if isinstance(written, Skipped):
            return self._declined(written)
        if isinstance(target, Keeping):
            assert target.offer is not None
            diff = confidence.verdict.patch.diff
            self._end("declined", words.rehearsed(target.offer, diff, confidence, self.voice), handover.signature)
            return Delivered("dry-run", "Nothing was written.", confidence=confidence.score)
        return self._fixed(written)

    def _fixed(self, written: PullRequest) -> Delivered:
        handover = self.handover
        assert handover is not None
        moved = handover.base != self.head and meant(self.case) is None
        own = self.case.trigger.actor.id == self.case.state.here.own
        again = moved and not own and not self.case.trigger.base and approved(self.case, told=self.approved)
        told = f"A run for the newest commit of {code(self.branch, 100)} was asked for." if again else ""
        self._end_fixed(written, told, again=again)
        if self.attempts is not None and meant(self.case) is None:
            attempted.forgotten(self.attempts, handover.signature)
        if again and not self.desk.start(self.case.state.here.workflow, self.branch, self.case.number):
            told = f"Splat's token may not start a run for the newest commit: comment {self.voice.command('retry')}."
            self._end_fixed(written, told)
        return Delivered("fixed", pull=written.number, url=written.url, confidence=written.confidence.score)

    def _end_fixed(self, written: PullRequest, more: str, *, again: bool = False) -> None:
        repaired = meant(self.case) is not None
        said = words.fixed(written, self.voice, filter(None, [more]), repaired=repaired)
        assert self.handover is not None
        self._end("fixed", said, self.handover.signature, pull=written.number, again=again)

    # --- no fix -------------------------------------------------------------------------------------------------------

    def _unwanted(self, why: Skipped) -> Delivered:
        if why.code == "replaced":
            # Another run has the issue, or this one has said its last word already.
            return Delivered("replaced", why.reason)
        reason = f"{why.reason} Nothing was written."
        outcome: Outcome = "stopped" if why.code == "stopped" else "declined"
        dollars = self._spent if self.handover else self._reserved
        self._end(outcome, words.declined(reason, why.next_step, self.voice), dollars=dollars)
        return Delivered("declined", reason)

    def _overtaken(self, error: Overtaken) -> Delivered:
        """Two that write at once: where both are about this issue, the other's last word is the one that stands."""
        comments = self.hub.comments(self.case.number)
        run = this_run(Case(self.case.trigger, replace(self.case.state, comments=comments), self.case.settings))
        if run is None or run.state != "running":
            return Delivered("replaced", error.what)
        return self._declined(Skipped("overtaken", f"{error.what}.", error.next_step))

    def _declined(self, why: Skipped) -> Delivered:
        if why.code == "no-trace" and not self.dry and meant(self.case) is None:
            self.desk.label(self.case.number, NEEDS_TRACE, self.labels)
        self._end("declined", words.declined(why.reason, why.next_step or self.voice.retry, self.voice))
        return Delivered("declined", why.reason)

    def _refused(self, why: str) -> Delivered:
        error = SplatError(f"The fix was refused before it was written: {why}", next_step=_LOG)
        return replace(self._broken(error), refused=True)

    def _broken(self, error: SplatError, dollars: float | None = None) -> Delivered:
        self._end("error", words.of_error(error, self.voice), dollars=dollars)
        return Delivered("error", error.what)

    # --- the ledger ---------------------------------------------------------------------------------------------------

    def _end(
        self,
        outcome: Outcome,
        said: str,
        signature: str = "",
        *,
        pull: int = 0,
        again: bool = False,
        dollars: float | None = None,
    ) -> None:
        spent = self._spent if dollars is None else dollars
        # What Splat said of its fix is true whatever became of the repair.
        still = self.case.fix is not None and meant(self.case) is not None and outcome != "fixed"
        known = signature.strip("0") and signature
        end = End(outcome, spent, said, known, pull, again, beside(said) if still else None)
        finish(self.hub, self.case.state.here, self.case.number, end, self.now())

    @property
    def voice(self) -> words.Voice:
        """How the endings speak."""
        by_push = self.case.fix is None and meant(self.case) is not None
        mention, unknown = self.case.settings.gate.mention, 0.0 if self.handover else self._reserved
        return words.Voice(mention, self.case.state.here.url, self._tally, by_push, unknown)

    @property
    def labels(self) -> frozenset[str]:
        """The labels that the repository is known to have."""
        issue = self.case.state.issue
        of_pulls = (label for pull in self.case.state.pulls or () for label in pull.labels)
        return frozenset((*(issue.labels if issue else ()), *of_pulls))

    @property
    def _tally(self) -> Tally:
        return self.handover.tally if self.handover else Tally()

    @property
    def _reserved(self) -> float:
        """What was set aside for this run: all of it counts where nobody knows what was spent."""
        run = this_run(self.case)
        return run.dollars if run else 0.0

    @property
    def _spent(self) -> float:
        """As the handover has it, and never more than this run could spend."""
        return min(self._tally.dollars, self._reserved) if self._reserved else self._tally.dollars
