"""The decision: pure, over a delivery, what GitHub says now, and the settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from healer.event import Event
from healer.gate.caps import capped, spends
from healer.gate.case import Case
from healer.gate.ledger import stamp
from healer.gate.people import is_writer, permitted
from healer.gate.standing import WORK, asked_before, edited, of_ours, taken_over, under_way
from healer.markdown import code
from healer.outcome import Skipped, SplatError
from healer.report import read_report

if TYPE_CHECKING:
    from healer.event import Ask, Trigger
    from healer.gate.state import State
    from healer.settings import Settings

#: Answers on one issue in an hour; a bot that answers answers would go on for ever.
MOST_ANSWERS = 10
#: Reasons that nobody waits for.
_QUIET = frozenset({"duplicate", "not-ours", "own-workflow", "outdated", "unlabeled", "locked", "gone"})


@dataclass(frozen=True, slots=True)
class Go:
    """The run may begin. `issue` and `pull` are numbers, 0 for none; `signature` is "" where it is not known yet.

    `approved` is True when somebody with write permission asked for it, or a reporter filed it: what neither filed nor
    approved becomes a draft. `dollars` is what is reserved; `running` the workflow run that is at work on the issue, 0
    for none: what `stop` cancels; `earlier` the issue's last fix, where that is no longer open, 0 for none. `text` is
    all that may be acted on, `words` what the actor says; both are words of others. `base` is the throwaway branch to
    heal, "" for the default branch; `fix` the branch of the issue's open fix, "" for none. `writer` is the actor's
    numeric id where the API said that they may write here, else 0. `let` is when it was let through (ISO): what people
    write or edit later is not for this run.
    """

    ask: Ask
    issue: int
    pull: int
    signature: str
    text: str
    words: str
    actor: str
    approved: bool
    dollars: float
    running: int = 0
    place: str = ""
    earlier: int = 0
    base: str = ""
    fix: str = ""
    writer: int = 0
    let: str = ""

    @property
    def hint(self) -> str:
        """The actor's words, and which line of the fix they stand at."""
        return f"About {self.place}: {self.words}" if self.words and self.place else self.words

    def event(self) -> Event:
        """What the walk starts from."""
        return Event("trace", self.text, self.actor, self.hint)


def decide(trigger: Trigger, state: State, settings: Settings) -> Go | Skipped:
    """May this delivery start a run now. A reason that somebody waits for comes back with `told`."""
    case = Case(trigger, state, settings)
    if denied := permitted(case):
        return denied
    if trigger.ask == "after":
        wanted = state.merged or (trigger.sweeps and case.ours)
        return _after(case) if wanted else Skipped("nothing-merged", "No fix of Splat's was merged lately, or is open.")
    if comes_back(case):
        return asked_before(case) or of_ours(case) or _after(case)
    for rule in (asked_before, of_ours, taken_over, edited, under_way, _has_trace, capped):
        if skipped := rule(case):
            if rule is capped and trigger.ask == "ci-finished" and case.fix is not None:
                return _go(case, 0.0)  # what failed is told of all the same; who looks at it repairs nothing
            return replace(skipped, told=_waited_for(case, skipped))
    return _go(case, settings.limits.dollars if spends(case) else 0.0)


def _go(case: Case, dollars: float) -> Go:
    trigger, state, settings = case.trigger, case.state, case.settings
    return Go(
        trigger.ask,
        case.number,
        case.fix.number if case.fix else trigger.pull,
        case.signature,
        case.text,
        trigger.words,
        trigger.actor.login,
        is_writer(case) or trigger.actor.id in settings.gate.trusted or case.from_reporter or state.labelled,
        dollars,
        case.running.id if case.running else 0,
        trigger.place,
        0 if case.fix else case.ledger.pull,
        trigger.base,
        case.fix.branch if case.fix else "",
        trigger.actor.id if is_writer(case) else 0,
        stamp(state.now),
    )


def comes_back(case: Case) -> bool:
    """True where a reporter reopened an issue that a fix of Splat's was published for: what became of that is looked at
    first.
    """
    trigger = case.trigger
    return bool(trigger.ask == "heal" and trigger.returned and case.from_reporter and case.ledger.pull and not case.fix)


def _after(case: Case) -> Go:
    return Go("after", case.number, 0, case.signature, "", "", case.trigger.actor.login, case.from_reporter, 0.0)


def _waited_for(case: Case, skipped: Skipped) -> bool:
    """True when a person gave a command or put a label, and has not been answered often enough."""
    gate, trigger = case.settings.gate, case.trigger
    person = trigger.is_command or (trigger.ask == "heal" and trigger.actor.id not in gate.reporters)
    own = trigger.actor.id == case.state.here.own
    return person and not own and skipped.code not in _QUIET and bool(case.number) and case.answers < MOST_ANSWERS


def _has_trace(case: Case) -> Skipped | None:
    """Before anything is installed or paid for: an issue without a trace can only be sent back."""
    if case.trigger.ask not in WORK or case.fix is not None:
        return None
    try:
        found = read_report(Event("trace", case.text))
    except SplatError as error:
        return Skipped("no-trace", error.what, error.next_step)
    if not isinstance(found, Skipped):
        return None
    retry = code(case.settings.gate.mention + " retry")
    then = f"Paste the whole output of the crash into the issue, then comment {retry}."
    return Skipped("no-trace", "The issue holds no stack trace that Splat can read.", then)
