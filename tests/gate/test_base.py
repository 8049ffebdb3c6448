"""A throwaway branch in place of the default one: who may, and which."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.event import TRY_BRANCH, Trigger, read_event, try_base
from healer.gate import Go, Permission
from healer.outcome import Skipped
from healer.settings import load_settings
from tests.gate.world import OWN, code, decided, state
from tests.recorded_events import MONA, STRANGER, delivery

SETTINGS = load_settings(None, environ={})
BASE = "splat-try/mona-1a2b3c4d"
WRITES = Permission("write", MONA)


def asked(base: object, event: str = "workflow_dispatch", **more: object) -> Trigger | Skipped:
    return read_event(event, delivery("workflow_dispatch", inputs={"issue": "12", "base": base}, **more), SETTINGS)


@pytest.mark.parametrize(
    "base",
    [
        "main", "splat/0123456789ABCDEF", "splat/0123456789abcdef/x",
        "splat-attempt/0123456789abcdef", "splat-try/", "splat-try/../main", "splat-try/a/b", "splat-try/A",
        "refs/heads/splat-try/a", "splat-try/a b", "splat-try/a\nb", "splat-try/a;x", "splat-try/-a",
        "splat-try/" + "a" * 90, "$(id)", "--upload-pack=x", "splat-try/\uff41",
    ],
)  # fmt: skip
def test_no_other_branch_is_healed(base: str) -> None:
    found = asked(base)
    assert isinstance(found, Skipped)
    assert found.code == "other-base"


def test_a_throwaway_branch_is_named_and_no_branch_is_none() -> None:
    found = asked(f" {BASE}\n")
    assert isinstance(found, Trigger)
    assert found.base == BASE
    for nothing in ("", None, "  "):
        plain = asked(nothing)
        assert isinstance(plain, Trigger)
        assert plain.base == ""


def test_a_branch_of_a_fix_is_looked_at_and_never_healed_in_place_of_the_default_one() -> None:
    found = asked("splat/0123456789abcdef")
    assert isinstance(found, Trigger)
    assert (found.ask, found.branch, found.base, found.issue) == ("ci-finished", "splat/0123456789abcdef", "", 0)
    assert asked("splat/0123456789abcdef", ref="refs/heads/x") != found


def test_only_the_default_branch_s_workflow_may() -> None:
    found = asked(BASE, ref=f"refs/heads/{BASE}")
    assert isinstance(found, Skipped)
    assert found.code == "other-branch"


def test_a_dispatch_to_the_repository_names_no_branch() -> None:
    payload = delivery("repository_dispatch", client_payload={"issue": "12", "base": BASE})
    found = read_event("repository_dispatch", payload, SETTINGS)
    assert isinstance(found, Trigger)
    assert (found.base, try_base("repository_dispatch", payload)) == ("", "")


@pytest.mark.parametrize(
    ("permission", "ends"), [("admin", "go"), ("maintain", "go"), ("write", "go"), ("read", "denied")]
)
def test_it_takes_a_person_who_may_write(permission: str, ends: str) -> None:
    now = state(permission=Permission(permission, MONA))
    found = decided("workflow_dispatch", inputs={"issue": "12", "base": BASE}, now=now)
    if ends == "go":
        assert isinstance(found, Go)
        assert (found.base, found.ask, found.approved) == (BASE, "heal", True)
    else:
        assert isinstance(found, Skipped)
        assert found.code == ends


def test_neither_a_listed_account_nor_a_reporter_may_in_a_person_s_stead() -> None:
    inputs = {"issue": "12", "base": BASE}
    stranger = {"id": STRANGER, "login": "stranger"}
    listed = f"gate: {{trusted: [{STRANGER}]}}\n"
    for text in (listed, f"gate: {{reporters: [{STRANGER}]}}\n"):
        now = state(permission=Permission("read", STRANGER))
        assert code("workflow_dispatch", text, sender=stranger, inputs=inputs, now=now) == "denied"
    assert (
        code("workflow_dispatch", listed, sender=stranger, inputs={"issue": "12"}, now=state(permission=None))
        == "go heal"
    )


def test_whose_own_token_splat_writes_with_may_try_it() -> None:
    me, inputs = {"id": OWN, "login": "splat-bot"}, {"issue": "12", "base": BASE}
    assert (
        code("workflow_dispatch", sender=me, inputs=inputs, now=state(permission=Permission("write", OWN))) == "go heal"
    )
    assert code("workflow_dispatch", sender=me, inputs=inputs, now=state(permission=WRITES)) == "denied"


@settings(max_examples=150, deadline=None)
@given(base=st.one_of(st.text(), st.from_regex(r"splat-try/.*", fullmatch=True), st.integers(), st.lists(st.text())))
def test_what_two_readers_say_of_a_base_agrees(base: object) -> None:
    found = asked(base)
    told = try_base("workflow_dispatch", delivery("workflow_dispatch", inputs={"issue": "12", "base": base}))
    if isinstance(found, Trigger):
        assert found.base == told
        assert not told or TRY_BRANCH.fullmatch(told)
    else:
        assert told == ""
