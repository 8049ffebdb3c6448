"""The gate at work: look, decide, take the place, say so. As few requests as can be, none for what is not ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from healer.gate.caps import spends
from healer.gate.case import Case, digest, tracked
from healer.gate.decide import Go, decide
from healer.gate.ledger import Run, stamp, write_ledger
from healer.gate.people import asks_the_api, is_final, may_label, permitted
from healer.gate.standing import labelled_pull
from healer.gate.state import CI_LABEL, State
from healer.gate.words import ci_issue, ci_mark, help_body, note_body, tracking_body
from healer.outcome import ConfigError, Skipped

if TYPE_CHECKING:
    from datetime import datetime

    from healer.event import Trigger
    from healer.gate.state import Here, Hub, Said
    from healer.settings import Settings

NEEDS_TRACE = "needs-trace"
_SET_IT = "Set it to the numeric id of the token's own account, or leave it out."


@dataclass(frozen=True, slots=True)
class Admission:
    """How it ended: the decision, the issue it is about, and the tracking comment's id, 0 for none."""

    decision: Go | Skipped
    issue: int = 0
    tracking: int = 0


def admit(trigger: Trigger, hub: Hub, settings: Settings, here: Here, now: datetime) -> Admission:
    """Decide about a delivery, and act on the decision: the tracking comment, a reaction, an answer."""
    if not here.own:
        raise ConfigError("Nobody said which account Splat writes as", where="SPLAT_ACTOR_ID", next_step=_SET_IT)
    state = look(trigger, hub, settings, here, now)
    case = Case(trigger, state, settings)
    decision = decide(trigger, state, settings)
    if isinstance(decision, Skipped):
        if decision.told:
            _answer(case, hub, note_body(case.key, decision), "confused")
            if decision.code == "no-trace":
                hub.label(case.number, NEEDS_TRACE)
        return Admission(decision, case.number)
    if decision.ask == "help":
        _answer(case, hub, help_body(case.key, trigger.words, settings), "eyes")
        return Admission(Skipped("help", "The commands were listed."), case.number)
    return _begin(case, decision, hub)


def look(trigger: Trigger, hub: Hub, settings: Settings, here: Here, now: datetime) -> State:
    """What a decision needs, and no more: who may not ask costs one request."""
    state = State(now, here)
    if asks_the_api(Case(trigger, state, settings)):
        state = replace(state, permission=hub.permission(trigger.actor.login))
    case = Case(trigger, state, settings)
    if is_final(case) and permitted(case):
        return state
    if trigger.ask == "after":
        merged = hub.merged(watched_since(settings, now))
        return replace(state, merged=merged, pulls=hub.pulls() if trigger.sweeps and not merged else ())
    state = about(replace(state, pulls=hub.pulls()), trigger, hub, settings)
    case = Case(trigger, state, settings)
    if case.number:
        state = replace(state, issue=hub.issue(case.number))
        if state.issue is None:
            return state
        state = replace(state, comments=hub.comments(case.number))
    if spends(case):
        state = replace(state, recent=hub.recent(now - timedelta(hours=24)))
    return state


def about(state: State, trigger: Trigger, hub: Hub, settings: Settings) -> State:
    """The state with what tells whether a failed run on a branch of people's is to be healed, and where it is told of.
    Nothing is asked for any other delivery.
    """
    if trigger.default_branch:
        return replace(state, filed=hub.ci_issue(ci_mark(trigger)))
    case = Case(trigger, state, settings)
    if settings.ci_heal and trigger.ask == "ci-finished" and trigger.conclusion == "failure" and labelled_pull(case):
        return replace(state, labelled=may_label(case, hub))
    return state


def watched_since(settings: Settings, now: datetime) -> datetime:
    """The earliest merge that is still looked after: its window, and the quiet time of what was deployed at its end."""
    return now - timedelta(days=settings.merge.window_days, hours=settings.merge.quiet_hours)


def _answer(case: Case, hub: Hub, body: str, reaction: str) -> None:
    if case.trigger.comment:
        hub.react(case.trigger.comment, reaction, review=case.trigger.review)
    hub.say(case.number, body)


def _begin(case: Case, go: Go, hub: Hub) -> Admission:
    """Take the issue: two runs that saw no tracking comment both write one, and the lower number has it."""
    if case.trigger.comment:
        hub.react(case.trigger.comment, "eyes", review=case.trigger.review)
    if not go.dollars:
        return Admission(go, go.issue)
    if not go.issue:
        # Without a place for the ledger nothing would count what a red branch costs.
        mine = hub.open_issue(*ci_issue(case.trigger, case.state.here), CI_LABEL)
        if 0 < hub.ci_issue(ci_mark(case.trigger)) < mine:
            hub.withdraw(mine)
            return Admission(Skipped("duplicate", "Another run filed the issue at the same moment, and has it."))
        go = replace(go, issue=mine)
    here = case.state.here
    run = Run(here.run, here.attempt, case.key, stamp(case.state.now), go.ask, case.trigger.actor.id, go.dollars)
    ledger = case.ledger.with_run(run, signature=go.signature, text=digest(go.text, from_reporter=case.from_reporter))
    body = tracking_body(ledger, go, here, case.settings)
    earlier = tracked(case.state.comments or (), here.own)
    if earlier:
        said = earlier[0][0]
        if go.ask == "ci-finished":
            # What it says about the fix stays: it may well be all there is to say.
            body = f"{write_ledger(ledger)}\n{said.body.partition(chr(10))[2]}"
        hub.rewrite(said.id, body)
        return Admission(go, go.issue, said.id)
    return _claim(case, go, hub, hub.say(go.issue, body))


def _claim(case: Case, go: Go, hub: Hub, mine: Said) -> Admission:
    here = case.state.here
    if mine.author != here.own:
        hub.remove(mine.id)
        raise ConfigError(
            f"Splat's token writes as the account {mine.author}, not as {here.own}",
            where="SPLAT_ACTOR_ID",
            next_step=_SET_IT,
        )
    there = tracked(hub.comments(go.issue) or (mine,), here.own)
    first, ledger = there[0] if there else (mine, case.ledger)
    if first.id >= mine.id:
        return Admission(go, go.issue, mine.id)
    hub.remove(mine.id)
    if any((run.id, run.attempt) == (here.run, here.attempt) for run in ledger.runs):
        return Admission(go, go.issue, first.id)  # an answer got lost on its way, and the request was sent again
    return Admission(Skipped("duplicate", "Another run began at the same moment, and has the issue."), go.issue)
