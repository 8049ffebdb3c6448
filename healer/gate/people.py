"""Who may ask for what. An account is its numeric id; what it may do, the collaborator API alone says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.markdown import code
from healer.outcome import Skipped

if TYPE_CHECKING:
    from healer.gate.case import Case
    from healer.gate.state import Hub

_MAY = frozenset({"admin", "maintain", "write"})
_WRITER = "Somebody with write permission can ask for it."
_LIST = "; an account of your own apps is listed by its id in `gate.reporters`."


def permitted(case: Case) -> Skipped | None:
    """None when the actor may ask for this; else why not."""
    trigger, gate = case.trigger, case.settings.gate
    if trigger.ask == "ci-finished":
        return None  # a fact that nobody asks for; whose branch it is about is what counts
    if trigger.ask == "after":
        # Whoever deploys may write, or GitHub would not have taken its word; a token that sits in an app is not asked.
        return _reporter(case) if trigger.actor.id in gate.reporters else None
    if trigger.base:
        # Code that nobody reviewed, beside the credential: a person with write permission, and nobody in their stead.
        return None if is_writer(case) else _denied(case)
    if trigger.actor.id == case.state.here.own:
        return _own(case)
    if trigger.through_app and trigger.through_app not in gate.trusted:
        reason = "The comment was written by an app in somebody's name, not by a person."
        return Skipped("through-app", reason, "Write it on GitHub itself, or list the app's id in `gate.trusted`.")
    if trigger.actor.id in gate.reporters:
        return _reporter(case)
    if trigger.actor.id in gate.trusted and trigger.ask != "merge":
        return None
    return None if is_writer(case) else _denied(case)


def _denied(case: Case) -> Skipped:
    actor = case.trigger.actor
    reason = f"The account {code(actor.login, 50)} (id {actor.id}) asked, and has no write permission here."
    return Skipped("denied", reason, _WRITER.rstrip(".") + _LIST)


def _own(case: Case) -> Skipped | None:
    """Splat may start itself once more, where its own ledger says that it wanted to."""
    if case.trigger.ask == "heal" and not case.trigger.key and case.ledger.again:
        return None
    reason = "Splat does not act on its own words, and its token writes as the account that asked."
    return Skipped("own", reason, "Ask as somebody else, or give Splat an App or a token of another account.")


def _reporter(case: Case) -> Skipped | None:
    """A token that sits in an app may have leaked with it: it may file, and start what it filed itself."""
    if case.trigger.ask == "heal" and case.from_reporter:
        return None
    return Skipped("reporter", "A reporter's account files issues; it gives no commands.", _WRITER)


def is_writer(case: Case) -> bool:
    """True when the API says so, for this very id: a login can change hands."""
    found = case.state.permission
    return found is not None and found.user == case.trigger.actor.id and found.value in _MAY


def may_label(case: Case, hub: Hub) -> bool:
    """True when somebody with write permission put the trigger label there: who triages labels too. Two requests."""
    gate = case.settings.gate
    person = hub.labeller(case.trigger.pull, frozenset(label.casefold() for label in gate.labels))
    if person is None or not person.id or person.id in (case.state.here.own, *gate.reporters):
        return False
    if person.id in gate.trusted:
        return True
    found = hub.permission(person.login)
    return found is not None and found.user == person.id and found.value in _MAY


def asks_the_api(case: Case) -> bool:
    """True when only the collaborator API can tell."""
    trigger, gate = case.trigger, case.settings.gate
    if trigger.ask == "after":
        return False
    if trigger.base:
        return True
    if trigger.actor.id in (case.state.here.own, *gate.reporters):
        return False
    if trigger.ask == "ci-finished":
        return trigger.default_branch  # whoever may write, and pushed, stands behind what the log says
    return trigger.actor.id not in gate.trusted or trigger.ask == "merge"


def is_final(case: Case) -> bool:
    """True when `permitted` needs neither the issue nor its comments: for all but a dispatch, the payload says it."""
    return bool(case.trigger.key) or case.trigger.ask != "heal" or asks_the_api(case)
