"""A state for the gate's decisions, and what is changed in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from healer.event import Actor, Trigger, read_event
from healer.gate import Go, Here, IssueNow, Ledger, Permission, PullNow, Run, Said, State, decide, stamp, write_ledger
from healer.settings import load_settings
from tests.recorded_events import ACTIONS_BOT, HEAD, MONA, REPORTER, SIGNATURE, delivery, name_of

if TYPE_CHECKING:
    from healer.outcome import Skipped

OWN = ACTIONS_BOT
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
SETTINGS = f"gate: {{reporters: [{REPORTER}]}}\n"


def trigger(case: str, settings: str = SETTINGS, **changes: Any) -> Trigger:
    found = read_event(name_of(case), delivery(case, **changes), load_settings(settings.encode(), environ={}))
    assert isinstance(found, Trigger), found
    return found


def issue(case: str = "issues_labeled", **changes: Any) -> IssueNow:
    """The issue of a recorded delivery, as it is now."""
    told = delivery(case)["issue"]
    author = Actor(told["user"]["id"], told["user"]["login"])
    labels = tuple(label["name"] for label in told["labels"])
    return replace(IssueNow(told["number"], True, False, labels, (), author, told["body"]), **changes)


def pull(number: int = 14, **changes: Any) -> PullNow:
    return replace(PullNow(number, OWN, 501, f"splat/{SIGNATURE}", HEAD, "Body.\n\nFixes #12\n"), **changes)


def run(number: int = 900, minutes_ago: float = 60, **changes: Any) -> Run:
    """A run that began so long ago, and ended a minute later."""
    began, ended = (stamp(NOW - timedelta(minutes=minutes_ago - more)) for more in (0, 1))
    return replace(Run(number, 1, f"comment:{number}", began, "heal", MONA, 0.1, "unfixed", ended), **changes)


def said(ledger: Ledger, number: int = 5000, about: int = 12, author: int = OWN) -> Said:
    return Said(number, author, about, f"{write_ledger(ledger)}\n\nAt work.", stamp(NOW))


def runs(*these: Run, about: int = 12, number: int = 5000, **changes: Any) -> tuple[Said, ...]:
    """The tracking comment that tells of these runs."""
    return (said(replace(Ledger(these), **changes), number, about),)


def state(**changes: Any) -> State:
    """Mona may write; nothing happened before."""
    usual = State(
        NOW, Here(OWN, 1000, 1, "https://github.com/acme/shop/actions/runs/1000", ".github/workflows/splat.yml")
    )
    return replace(usual, **{"permission": Permission("write", MONA), "issue": issue()} | changes)


def decided(case: str, settings: str = "", now: State | None = None, **changes: Any) -> Go | Skipped:
    """The decision about a recorded delivery; `settings` is YAML beside the usual."""
    text = settings or SETTINGS
    return decide(trigger(case, text, **changes), now or state(), load_settings(text.encode(), environ={}))


def code(case: str, settings: str = "", now: State | None = None, **changes: Any) -> str:
    """The reason's name, with a `!` behind it when somebody waits for it; the ask of a Go."""
    found = decided(case, settings, now, **changes)
    if isinstance(found, Go):
        return f"go {found.ask}"
    assert found.reason.endswith(".")
    return found.code + "!" * found.told
