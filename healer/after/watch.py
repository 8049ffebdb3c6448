"""Once there is a fix: look at its checks, do what comes next, and say so in Splat's one comment."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from healer.after.conditions import conditions
from healer.after.merging import Merged, merge_case, merge_now, settled
from healer.ci import Next, WorkflowRun, blames_of_run, decide_next, look_at, section, trouble, with_section
from healer.gate.caps import repairs
from healer.gate.case import Case, tracked
from healer.gate.ledger import stamp, write_ledger
from healer.gate.standing import taken_over
from healer.markdown import code
from healer.outcome import SplatError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from healer.after.conditions import Condition
    from healer.after.merging import MergeSite
    from healer.ci import CiSite, Evidence, Pull, Seen
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
    that heals what is to be repaired; `wait` is asked between two looks while no check has begun, and says whether to
    look once more; `pause` waits a little.
    """

    case: Case
    hub: Hub
    ci: CiSite
    site: MergeSite
    now: Callable[[], datetime]
    repairs: bool = False
    wait: Callable[[], bool] = lambda: False
    pause: Callable[[], None] = lambda: None

    def look(self) -> Watched:
        """Look, act, and say what was done. Does nothing about a pull request that is not Splat's own, open fix."""
        pull = self._pull()
        trigger = self.case.trigger
        if pull is None and trigger.ask == "ci-finished" and trigger.run and trigger.conclusion == "failure":
            return self._foreign()
        if pull is None:
            then = Next("nothing", "none", "There is no open fix of Splat's whose checks could be looked at.")
            self._say(then, "", ())
            return Watched(then)
        if trigger.ask == "ci-finished" and trigger.head and trigger.head != pull.head:
            then = Next("nothing", "none", "The checks are about a commit that is no longer the newest one.")
            self._say(then, "", ())
            return Watched(then, pull.number, pull.head)
        seen = self._see(pull)
        then, found = self._act(decide_next(seen), seen, pull)
        self._say(then, pull.head, found)
        self._describe(then, pull)
        return Watched(then, pull.number, pull.head, pull.branch, found)

    def _foreign(self) -> Watched:
        """A run that failed on a branch of people's: what it says, for a person to act on."""
        trigger = self.case.trigger
        run = WorkflowRun(trigger.run, trigger.workflow, trigger.workflow, "", 2, "failed", 0)
        blames = tuple(
            replace(each, cause="unknown", reason=_says(each.evidence)) for each in blames_of_run(self.ci, run)
        )
        label = code(next(iter(self.case.settings.gate.labels), "splat"), 50)
        then = Next(
            "tell",
            "failed",
            f"The run on {code(trigger.branch, 100)} failed.",
            f"File an issue with the trace and the label {label}, and Splat heals it.",
            blames=blames,
        )
        self._say(then, trigger.head, ())
        return Watched(then, 0, trigger.head)

    def broken(self, error: SplatError) -> None:
        """The last word where looking itself failed: nothing stays reserved, and the comment says why."""
        self._write(trouble(error.what, error.where, error.next_step), ends=True)

    def _pull(self) -> Pull | None:
        """The open fix, as its own page has it; every rule of whose it is was asked of the list before."""
        fix = self.case.fix
        pull = self.ci.pull(fix.number) if fix is not None else None
        return pull if pull is not None and pull.open else None

    def _see(self, pull: Pull) -> Seen:
        here, settings = self.case.state.here, self.case.settings.ci
        while True:
            seen = look_at(self.ci, pull, here.own, here.workflow, settings, repairs(self.case))
            if seen.checks or not self.wait():
                return seen

    # --- doing --------------------------------------------------------------------------------------------------------

    def _act(self, then: Next, seen: Seen, pull: Pull) -> tuple[Next, tuple[Condition, ...]]:
        if then.act in ("rerun", "repair", "dispatch") and (why := self._hands_off()):
            return replace(then, act="nothing", next_step=why, event=None), ()
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

    def _repair(self, then: Next) -> Next:
        if self.repairs:
            most = self.case.settings.ci.attempts
            return replace(then, next_step=f"Splat repairs it, for time {repairs(self.case) + 1} of {most}.")
        retry = code(f"{self.case.settings.gate.mention} retry", 100)
        step = f"Comment {retry} and, behind it, what the log says, or repair it by hand."
        return replace(then, act="tell", next_step=step, event=None)

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
        if issue is None:
            return False
        if self.case.from_reporter:
            return True
        found = self.hub.permission(issue.author.login)
        return found is not None and found.user == issue.author.id and found.value in _MAY

    # --- saying -------------------------------------------------------------------------------------------------------

    def _say(self, then: Next, head: str, found: tuple[Condition, ...]) -> None:
        """The section in Splat's comment; and this run's end in the ledger, unless a repair follows."""
        unmet = [condition.reason for condition in found if not condition.met]
        more = ["**Not merged by Splat, because:**\n" + "\n".join(f"- {reason}" for reason in unmet)] if unmet else []
        self._write(section(head, then, more) if head else "", ends=then.act != "repair")

    def _describe(self, then: Next, pull: Pull) -> None:
        """Which button to press is said where the button is; and no longer, once it was pressed."""
        button = then.act == "tell" and then.state in ("none", "awaiting")
        body = with_section(pull.body.replace("\r\n", "\n"), section(pull.head, then) if button else "")
        if len(body) < _MOST_BODY and body.strip() != pull.body.replace("\r\n", "\n").strip():
            # Welcome, and said on the issue anyway.
            with suppress(SplatError):
                self.ci.describe(pull.number, f"{body}\n")

    def _write(self, new: str, *, ends: bool) -> None:
        here = self.case.state.here
        there = tracked(self.hub.comments(self.case.number) or (), here.own) if self.case.number else []
        at_work = [pair for pair in there if self._is_at_work(pair[1])]
        for comment, ledger in (at_work or there)[:1]:
            now = ledger
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


def _says(evidence: Evidence | None) -> str:
    """What a failed job's trace names, in code."""
    if evidence is None or evidence.report is None:
        return "Its log holds no stack trace that Splat can read."
    raised, crash = evidence.report.surfaced, evidence.report.crash
    where = f" at {code(f'{crash.path}:{crash.line}', 200)}" if crash is not None else ""
    return f"{code(raised.type or 'Error', 100)}{where}."


def _told(then: Next, merged: Merged) -> Next:
    reason = f"{then.reason} {merged.reason}"
    if merged.how == "refused":
        return replace(then, act="tell", reason=reason, next_step="Merge it by hand.")
    return replace(then, act="merge", reason=reason, next_step="")
