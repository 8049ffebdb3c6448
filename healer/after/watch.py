"""Once there is a fix: look at its checks, do what comes next, and say so in Splat's one comment."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from healer.after.automatic import taken_back
from healer.after.conditions import conditions
from healer.after.merging import Merged, merge_case, merge_now, settled
from healer.ci import Next, decide_next, look_at, next_of, next_of_branch, section, trouble, with_section
from healer.event import visible
from healer.gate.caps import capped, repairs
from healer.gate.case import Case, digest, tracked
from healer.gate.ledger import Run, stamp, write_ledger
from healer.gate.standing import of_ours, taken_over
from healer.gate.words import CI_MARK
from healer.markdown import code
from healer.outcome import SplatError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from healer.after.conditions import Condition
    from healer.after.merging import MergeSite
    from healer.ci import CiSite, Pull, Seen
    from healer.gate import Hub, Ledger

#: GitHub takes 65,536 characters.
_MOST_BODY = 65_000
_MAY = frozenset({"admin", "maintain", "write"})


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen, done and said. `pull` is 0 for none; `conditions` are those of a merge that was thought of."""

    next: Next
    pull: int = 0
    head: str = ""
    branch: str = ""
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Watch:
    """One look. `case` is the delivery, GitHub's state as of now and the settings. `repairs` says whether a job follows
    that heals what is to be repaired; `issue` is where the gate has set money aside, 0 for where the case is; `wait` is
    asked between two looks while no check has begun, and says whether to look once more; `pause` waits a little.
    """

    case: Case
    hub: Hub
    ci: CiSite
    site: MergeSite
    now: Callable[[], datetime]
    repairs: bool = False
    issue: int = 0
    wait: Callable[[], bool] = lambda: False
    pause: Callable[[], None] = lambda: None

    def look(self) -> Watched:
        """Look, act, and say what was done. Does nothing about a pull request that is not Splat's own, open fix."""
        pull, trigger = self._pull(), self.case.trigger
        failed = trigger.ask == "ci-finished" and trigger.run and trigger.conclusion == "failure"
        if pull is None and failed and not self._has_written:
            return self._of_people()
        if pull is None:
            return self._nothing("There is no open fix of Splat's whose checks could be looked at.")
        if trigger.ask == "ci-finished" and trigger.head not in ("", pull.head) and not self._has_written:
            return self._nothing("The checks are about a commit that is no longer the newest one.", pull)
        seen = self._see(pull)
        then, found = self._act(decide_next(seen), seen, pull)
        off = taken_back(self.site, pull, seen, found, self.case.state.here.own)
        self._say(then, pull.head, found, off)
        self._describe(then, pull)
        return Watched(then, pull.number, pull.head, pull.branch, found)

    # --- branches of people's -----------------------------------------------------------------------------------------

    def _of_people(self) -> Watched:
        """A run that failed on the default branch, or on a person's pull request with the label."""
        trigger = self.case.trigger
        if skipped := of_ours(self.case):
            return self._nothing(skipped.reason)
        if not self.case.number:
            return self._nothing("The issue that told of it was closed.")
        pull = None if trigger.default_branch else self.ci.pull(trigger.pull)
        if not trigger.default_branch and (pull is None or pull.head != trigger.head):
            return self._nothing("The checks are about a commit that is no longer the newest one.")
        then = self._ours_to_do(
            next_of_branch(self.case, self.ci) if pull is None else next_of(self.case, self.ci, pull)
        )
        if then.act == "repair" and pull is None:
            then = self._told_on_the_issue(then)
        elif then.act == "rerun":
            then = self._rerun(then)
        elif then.act == "repair":
            then = self._repair(then, "Repair it by hand, or ask for it where Splat may.")
        self._say(then, trigger.head, ())
        if pull is None:
            return Watched(then, 0, trigger.head)
        return Watched(then, pull.number, pull.head)

    def _ours_to_do(self, then: Next) -> Next:
        if then.act in ("rerun", "repair") and (why := self._hands_off()):
            return replace(then, act="nothing", next_step=why, event=None)
        return then

    def _told_on_the_issue(self, then: Next) -> Next:
        """The issue becomes a report like any other: what heals it, and who asks for it again, reads it there."""
        event, case = then.event, self.case
        assert event is not None
        self.ci.retell(case.number, event.text)
        text = visible(event.text)
        then = self._repair(replace(then, event=replace(event, text=text)))
        self._write("", ends=False, text=digest(text, from_reporter=case.from_reporter))
        return then

    def _nothing(self, reason: str, pull: Pull | None = None) -> Watched:
        then = Next("nothing", "none", reason)
        self._say(then, "", ())
        return Watched(then, pull.number, pull.head) if pull else Watched(then)

    def broken(self, error: SplatError) -> None:
        """The last word where looking itself failed: nothing stays reserved, and the comment says why."""
        self._write(trouble(error.what, error.where, error.next_step), ends=True)

    def _pull(self) -> Pull | None:
        """The open fix, as its own page has it; every rule of whose it is was asked of the list before. After a red
        default branch was healed, that is what came of it.
        """
        fix = self.case.fix
        if fix is None and self._has_written:
            fix = next((each for each in self.case.ours if each.number == self.case.ledger.pull), None)
        pull = self.ci.pull(fix.number) if fix is not None else None
        return pull if pull is not None and pull.open else None

    @property
    def _has_written(self) -> bool:
        """True where this very run has left a commit: what is to be looked at are that one's checks."""
        here = self.case.state.here
        return any(
            (run.id, run.attempt, run.state) == (here.run, here.attempt, "fixed") for run in self.case.ledger.runs
        )

    def _see(self, pull: Pull) -> Seen:
        here, settings = self.case.state.here, self.case.settings.ci
        while True:
            seen = look_at(self.ci, pull, here.own, here.workflow, settings, repairs(self.case))
            if seen.checks or not self.wait():
                return seen

    # --- doing --------------------------------------------------------------------------------------------------------

    def _act(self, then: Next, seen: Seen, pull: Pull) -> tuple[Next, tuple[Condition, ...]]:
        if then.act == "dispatch" and (why := self._hands_off()):
            return replace(then, act="nothing", next_step=why), ()
        then = self._ours_to_do(then)
        if then.act == "rerun":
            return self._rerun(then), ()
        if then.act == "dispatch":
            return self._dispatch(then, pull), ()
        if then.act == "repair":
            return self._repair(then), ()
        if then.state == "passed" and not seen.stranger:
            return self._merge(then, seen, pull)
        return then, ()

    def _hands_off(self) -> str:
        """Why nothing is to be done now, "" for no reason."""
        if skipped := taken_over(self.case):
            return skipped.reason
        if self.case.trigger.ask == "ci-finished" and self._first_at_work() is not None:
            return "Another run of Splat looks at them already."
        return ""

    def _first_at_work(self) -> int | None:
        """The run that began before this one and is at work: of two that see the same failure, the first one acts."""
        here = self.case.state.here
        for run in self.case.ledger.runs:
            if (run.id, run.attempt) == (here.run, here.attempt):
                return None
            if self.case.running is not None and run == self.case.running:
                return run.id
        return None

    def _rerun(self, then: Next) -> Next:
        done = [self.ci.rerun(run) for run in then.runs]
        if all(done):
            return replace(then, next_step="Nothing: what they say then is looked at again.")
        step = "Press **Re-run failed jobs** on their page; Splat's token may not (`actions: write`)."
        return replace(then, act="tell", reason="Checks failed, and it may not be the fix.", next_step=step)

    def _dispatch(self, then: Next, pull: Pull) -> Next:
        started = tuple(path for path in then.workflows if self.ci.dispatch(path, pull.branch))
        if started:
            return replace(then, workflows=started)
        reason = f"No check has begun, and Splat's token may not start {code(then.workflows[0], 100)}."
        step = "Give the job that publishes `actions: write`, or start the workflow on the branch by hand."
        return replace(then, act="tell", reason=reason, next_step=step, workflows=())

    def _repair(self, then: Next, by_hand: str = "") -> Next:
        why = self._not_set_aside() if self.repairs else ""
        if self.repairs and not why:
            most = self.case.settings.ci.attempts
            log = f" [The run's log]({self.case.state.here.url})" if self.case.state.here.url else ""
            step = f"Splat repairs it, for time {repairs(self.case) + 1} of {most}.{log}"
            return replace(then, next_step=step)
        retry = code(f"{self.case.settings.gate.mention} retry", 100)
        step = why or by_hand or f"Comment {retry} and, behind it, what the log says, or repair it by hand."
        return replace(then, act="tell", next_step=step, event=None)

    def _not_set_aside(self) -> str:
        """Why no money may be spent on a repair, "" where it is set aside: by the gate, or here. What sets a look off
        may be a check that passed, while another one is what failed.
        """
        case, here, now = self.case, self.case.state.here, self.now()
        if self._is_at_work(case.ledger):
            return ""
        state = replace(case.state, recent=self.hub.recent(now - timedelta(hours=24)))
        trigger = replace(case.trigger, conclusion="failure")
        if skipped := capped(Case(trigger, state, case.settings)):
            return f"{skipped.reason} {skipped.next_step}"
        run = Run(
            here.run, here.attempt, case.key, stamp(now), trigger.ask, trigger.actor.id, case.settings.limits.dollars
        )
        for comment, ledger in tracked(self.hub.comments(case.number) or (), here.own)[:1]:
            rest = comment.body.partition("\n")[2]
            self.hub.rewrite(comment.id, f"{write_ledger(ledger.with_run(run))}\n{rest}")
            return ""
        return "Splat's comment, which holds what was spent, is gone: repair it by hand."

    # --- merging ------------------------------------------------------------------------------------------------------

    def _merge(self, then: Next, seen: Seen, pull: Pull) -> tuple[Next, tuple[Condition, ...]]:
        wanted = self.case.settings.merge
        if not wanted.auto or taken_over(self.case) is not None:
            return then, ()
        pull = settled(self.ci, pull, self.pause)
        if pull.head != seen.head:
            return replace(then, next_step="Somebody pushed at this very moment; it is looked at again."), ()
        case = merge_case(
            self.case, pull, seen.checks, self.ci, self.site, filed=self._is_filed(), threshold=wanted.confidence
        )
        found = conditions(case)
        if not all(condition.met for condition in found):
            return replace(then, next_step="Review and merge it: Splat may not, for the reasons above."), found
        merged = merge_now(self.site, pull, wanted.method, self.case.state.here.own)
        return _told(then, merged), found

    def _is_filed(self) -> bool:
        """True when a reporter filed the issue, or somebody who may write by what the API says of the very account."""
        issue = self.case.state.issue
        if issue is None or issue.body.startswith(CI_MARK):  # Splat filed it itself, from a log
            return False
        if self.case.from_reporter:
            return True
        found = self.hub.permission(issue.author.login)
        return found is not None and found.user == issue.author.id and found.value in _MAY

    # --- saying -------------------------------------------------------------------------------------------------------

    def _say(self, then: Next, head: str, found: tuple[Condition, ...], also: str = "") -> None:
        """The section in Splat's comment, `also` in it; and this run's end in the ledger, unless a repair follows."""
        unmet = [condition.reason for condition in found if not condition.met]
        more = ["**Not merged by Splat, because:**\n" + "\n".join(f"- {reason}" for reason in unmet)] if unmet else []
        self._write(section(head, then, [*more, also]) if head else "", ends=then.act != "repair")

    def _describe(self, then: Next, pull: Pull) -> None:
        """Which button to press is said where the button is; and no longer, once it was pressed."""
        button = then.act == "tell" and then.state in ("none", "awaiting")
        body = with_section(pull.body.replace("\r\n", "\n"), section(pull.head, then) if button else "")
        if len(body) < _MOST_BODY and body.strip() != pull.body.replace("\r\n", "\n").strip():
            # Welcome, and said on the issue anyway.
            with suppress(SplatError):
                self.ci.describe(pull.number, f"{body}\n")

    def _write(self, new: str, *, ends: bool, text: str = "") -> None:
        """`text` is the digest of what the issue says, where this run has written it."""
        here = self.case.state.here
        issue = self.issue or self.case.number
        there = tracked(self.hub.comments(issue) or (), here.own) if issue else []
        at_work = [pair for pair in there if self._is_at_work(pair[1])]
        for comment, ledger in (at_work or there)[:1]:
            now = replace(ledger, text=text or ledger.text)
            if at_work and ends and self.case.trigger.ask == "ci-finished":
                now = ledger.with_end(here.run, here.attempt, "declined", 0.0, stamp(self.now()))
            rest = comment.body.partition("\n")[2].strip("\n")
            body = f"{write_ledger(now)}\n\n{with_section(rest, new) if new else rest}"
            if body != comment.body:
                self.hub.rewrite(comment.id, body)

    def _is_at_work(self, ledger: Ledger) -> bool:
        """True where this run stands in the ledger, and has not ended."""
        here = self.case.state.here
        return any((run.id, run.attempt, run.state) == (here.run, here.attempt, "running") for run in ledger.runs)


def _told(then: Next, merged: Merged) -> Next:
    reason = f"{then.reason} {merged.reason}"
    if merged.how == "refused":
        return replace(then, act="tell", reason=reason, next_step="Merge it by hand.")
    return replace(then, act="merge", reason=reason, next_step="")
