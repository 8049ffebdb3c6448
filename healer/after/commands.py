"""What a person asked for in a comment, and the gate let through: `stop`, `ignore`, `explain`, `merge`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from healer.after.conditions import conditions
from healer.after.explain import explanation
from healer.after.merging import merge_case, merge_now, settled
from healer.ci import checks_of
from healer.gate.case import tracked
from healer.gate.ledger import stamp, write_ledger
from healer.gate.people import is_writer, permitted
from healer.gate.standing import IGNORE, STOP, of_ours
from healer.gate.words import help_body
from healer.markdown import code
from healer.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from healer.after.conditions import Condition
    from healer.after.merging import MergeSite
    from healer.ci import CiSite, Pull
    from healer.gate import Hub
    from healer.gate.case import Case
    from healer.gate.ledger import Run

COMMANDS = frozenset({"stop", "ignore", "explain", "merge", "help"})


class CommandSite(Protocol):
    """GitHub, as commands need it. Every verb is one request."""

    def workflow_of(self, run: int) -> str:
        """The file of a run's workflow, "" for no such run."""

    def cancel(self, run: int) -> bool:
        """Cancel a run; False where it is over, or where that may not be."""

    def close_unplanned(self, issue: int) -> None:
        """Close an issue as not planned."""


@dataclass(frozen=True, slots=True)
class Obeyed:
    """What came of it; `words` are what was said, Markdown."""

    outcome: Literal["stopped", "ignored", "explained", "merged", "helped", "refused", "nothing"]
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Orders:
    case: Case
    hub: Hub
    ci: CiSite
    merging: MergeSite
    site: CommandSite
    now: datetime
    pause: Callable[[], None]

    # --- stop ---------------------------------------------------------------------------------------------------------

    def stop(self) -> Obeyed:
        """The label first: what starts or ends meanwhile sees it."""
        self.hub.label(self.case.number, STOP)
        done = [f"Splat keeps its hands off this issue: the label {code(STOP)} is there. Remove it to let it go on."]
        if (run := self.case.running) is not None:
            done.append(self._cancel(run))
        pull = self._fix()
        if pull is not None and pull.automatic:
            off = self.merging.not_automatic(pull)
            done.append("Its auto-merge was taken back." if off else f"Switch auto-merge off by hand: {pull.url}")
        return self._said("stopped", " ".join(done))

    def _cancel(self, run: Run) -> str:
        if self.site.workflow_of(run.id) != self.case.state.here.workflow:
            # The account may be shared: what another workflow wrote into a ledger cancels no run of a third.
            self._end(run)
            return "The run that was noted is none of Splat's; it goes on."
        if self.site.cancel(run.id):
            return f"Run {run.id} was cancelled."
        self._end(run)
        return f"Run {run.id} was over already, or Splat's token may not cancel it (`actions: write`)."

    def _end(self, run: Run) -> None:
        """In the ledger, with all that was set aside for it: nobody is left who could say what it spent."""
        for comment, ledger in tracked(self.hub.comments(self.case.number) or (), self.case.state.here.own):
            if run in ledger.runs:
                ended = ledger.with_end(run.id, run.attempt, "stopped", run.dollars, stamp(self.now))
                self.hub.rewrite(comment.id, f"{write_ledger(ended)}\n{comment.body.partition(chr(10))[2]}")

    # --- ignore, explain, help ----------------------------------------------------------------------------------------

    def ignore(self) -> Obeyed:
        """The issue closed as not planned is what the SDKs look at, the label what the gate does."""
        case = self.case
        self.hub.label(case.number, IGNORE)
        self.site.close_unplanned(case.number)
        done = [
            "Splat never heals this error again: the issue is closed as not planned, which the SDKs heed too, and has "
            f"the label {code(IGNORE)}. Reopen it and remove the label to take that back."
        ]
        if case.signature:
            done.append(
                f"To keep it so whatever becomes of this issue, add {code(case.signature)} to `ignore:` in "
                ".github/splat.yml."
            )
        if case.fix is not None:
            done.append(f"Pull request {case.fix.number} is still open: close it if you do not want it.")
        return self._said("ignored", " ".join(done))

    def explain(self) -> Obeyed:
        """From what was left on GitHub."""
        case = self.case
        number = case.fix.number if case.fix is not None else case.ledger.pull
        pull = self.ci.pull(number) if number else None
        comments = tracked(case.state.comments or (), case.state.here.own)
        return self._said("explained", explanation(case, pull, comments[0][0].id if comments else 0))

    def help(self) -> Obeyed:
        """The gate answers it itself; here it is for whoever calls this anyway."""
        words = help_body(self.case.key, "", self.case.settings)
        self.hub.say(self.case.number, words)
        return Obeyed("helped", words)

    # --- merge --------------------------------------------------------------------------------------------------------

    def merge(self) -> Obeyed:
        """By a person: all conditions but the threshold, which they stand in for."""
        fix = self._fix()
        if fix is None:
            return self._said("refused", "There is no open fix of Splat's to merge.")
        pull = settled(self.ci, fix, self.pause)
        checks = checks_of(self.ci, pull.head, self.case.state.here.workflow)
        case = merge_case(self.case, pull, checks, self.ci, self.merging, filed=is_writer(self.case), threshold=None)
        found = conditions(case)
        if unmet := [condition for condition in found if not condition.met]:
            return self._said("refused", _refusal(unmet))
        merged = merge_now(self.merging, pull, self.case.settings.merge.method, self.case.state.here.own)
        link = f"[Pull request {pull.number}]({pull.url})"
        return self._said("refused" if merged.how == "refused" else "merged", f"{link}: {merged.reason}")

    def _fix(self) -> Pull | None:
        fix = self.case.fix
        pull = self.ci.pull(fix.number) if fix is not None else None
        return pull if pull is not None and pull.open else None

    def _said(self, outcome: Literal["stopped", "ignored", "explained", "merged", "refused"], words: str) -> Obeyed:
        """Where it was asked: on the issue, or on the pull request; once, however often the step is run."""
        place = self.case.trigger.pull or self.case.number
        mark = f"<!-- splat:note {self.case.key} -->"
        there = self.hub.comments(place) if self.case.trigger.pull else self.case.state.comments
        own = self.case.state.here.own
        if not any(said.author == own and said.body.startswith(mark) for said in there or ()):
            self.hub.say(place, f"{mark}\n\n{words}")
        return Obeyed(outcome, words)


def _refusal(unmet: list[Condition]) -> str:
    reasons = "\n".join(f"- {condition.reason}" for condition in unmet)
    return f"**Not merged**, because:\n{reasons}\n\nYou can still merge it yourself, on its page."


def obey(
    case: Case,
    hub: Hub,
    ci: CiSite,
    merging: MergeSite,
    site: CommandSite,
    now: datetime,
    pause: Callable[[], None] = lambda: None,
) -> Obeyed | Skipped:
    """Do what the delivery of `case` asks, and answer where it was asked.

    `case` is GitHub's state as of now: who may no longer ask, and what is gone, is Skipped.
    """
    if skipped := permitted(case) or of_ours(case):
        return skipped
    orders = _Orders(case, hub, ci, merging, site, now, pause)
    ask = case.trigger.ask
    if ask == "stop":
        return orders.stop()
    if ask == "ignore":
        return orders.ignore()
    if ask == "explain":
        return orders.explain()
    if ask == "merge":
        return orders.merge()
    return orders.help() if ask == "help" else Skipped("no-command", f"`{ask}` is no command.")
