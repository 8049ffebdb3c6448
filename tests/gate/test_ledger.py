"""The hidden line: what is written is read, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.gate import Fate, Ledger, Run, read_ledger, write_ledger
from healer.gate.ledger import together

RUN = Run(900, 1, "comment:3301", "2026-11-21T09:00:00Z", "retry", 2001, 1.0)
LEDGER = Ledger(
    (RUN, replace(RUN, id=901, state="fixed", ended="2026-11-21T09:03:00Z", dollars=0.1234)), "0" * 16, "a" * 16, 14
)


def test_what_is_written_is_read() -> None:
    for ledger in (
        Ledger(),
        LEDGER,
        replace(LEDGER, attempts=3, dollars=2.5, first="2026-10-01T00:00:00Z", again=True),
        LEDGER.with_fate(Fate(14, "2026-11-20T00:00:00Z", "failed", "2026-11-21T00:00:00Z", 15)),
    ):
        line = write_ledger(ledger)
        assert "\n" not in line
        assert line.count("-->") == line.count("<!--") == 1
        assert read_ledger(f"{line}\n\nwords") == ledger
        assert read_ledger(f"{line}\r\nwords") == ledger


def test_it_counts_at_the_very_beginning_only() -> None:
    line = write_ledger(LEDGER)
    assert read_ledger(f" {line}") is None
    assert read_ledger(f"words\n{line}") is None
    assert read_ledger(f"> {line}") is None


def line_with(**changes: object) -> str:
    facts = json.loads(write_ledger(LEDGER).removeprefix("<!-- splat:ledger ").removesuffix(" -->"))
    return f"<!-- splat:ledger {json.dumps(facts | changes)} -->"


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"v": "1"},
        {"dollars": -1},
        {"dollars": 1e999},
        {"dollars": "1"},
        {"attempts": True},
        {"attempts": 10**30},
        {"again": 1},
        {"fates": {}},
        {"fates": [[14, "", "fine", "", 0]]},
        {"fates": [[14, "yesterday", "", "", 0]]},
        {"fates": [[14, "", "failed", "", -1]]},
        {"fates": [[14]]},
        {"signature": "../../etc"},
        {"signature": "0" * 16 + "\n"},
        {"runs": {}},
        {"runs": [[1, 2]]},
        {"runs": [[900, 1, "a b", "2026-11-21T09:00:00Z", "retry", 1, 1, "running", ""]]},
        {"runs": [[900, 1, "a", "2026-13-41T09:00:00Z", "retry", 1, 1, "running", ""]]},
        {"runs": [[900, 1, "a", "", "retry", 1, 1, "running", ""]]},
        {"runs": [[900, 1, "a", "2026-11-21T09:00:00Z", "retry", 1, 1, "won", ""]]},
        {"runs": [[900, 1, "a", "2026-11-21T09:00:00Z", "retry", 1, 1, [], ""]]},
        {"runs": [[900, 1, "a", "2026-11-21T09:00:00Z", "retry", 1, 1, "running", ""]] * 31},
    ],
    ids=str,
)
def test_what_is_damaged_is_none(changes: dict[str, object]) -> None:
    assert read_ledger(line_with()) == LEDGER
    assert read_ledger(line_with(**changes)) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists, max_leaves=8))
def test_nothing_raises(text: str, value: object) -> None:
    for body in (text, f"<!-- splat:ledger {text} -->", line_with(runs=value), line_with(first=value, text=value)):
        read_ledger(body)
    assert read_ledger("<!-- splat:ledger " + "[" * 15_000 + " -->") is None


def test_old_runs_are_counted_and_not_kept() -> None:
    ledger = Ledger()
    for number in range(100):
        ledger = ledger.with_run(replace(RUN, id=number, at=f"2026-11-{number % 28 + 1:02}T00:00:00Z", dollars=0.5))
    assert (ledger.tries, ledger.spent, len(ledger.runs)) == (100, 50.0, 30)
    assert ledger.began == "2026-11-01T00:00:00Z"
    assert len(write_ledger(ledger)) < 5_000
    assert read_ledger(write_ledger(ledger)) == ledger


def test_what_was_reserved_becomes_what_was_spent() -> None:
    ended = LEDGER.with_end(900, 1, "unfixed", 0.25, "2026-11-21T09:05:00Z", signature="1" * 16, pull=15)
    assert ended.runs[0] == replace(RUN, state="unfixed", dollars=0.25, ended="2026-11-21T09:05:00Z")
    assert (ended.spent, ended.pull) == (0.25 + 0.1234, 15)
    assert LEDGER.with_end(900, 2, "fixed", 0.0, "2026-11-21T09:05:00Z") == LEDGER


def test_a_second_attempt_of_a_run_takes_its_place() -> None:
    ledger = Ledger().with_run(RUN).with_run(RUN)
    assert ledger.runs == (RUN,)


def test_a_forged_ledger_beside_the_true_one_can_only_add() -> None:
    forged = Ledger((replace(RUN, state="fixed", dollars=0.0),), again=True)
    both = together([LEDGER, forged])
    assert both.spent >= LEDGER.spent
    assert both.tries >= LEDGER.tries
    assert not both.again
    assert any(run.state == "running" for run in both.runs)


def test_an_attempt_that_never_ended_has_ended_once_the_next_one_begins() -> None:
    """Its money stays counted; it is no longer at work, so that nobody waits for it."""
    other, dead = replace(RUN, dollars=0.5), replace(RUN, id=1000)
    ledger = Ledger((other, dead)).with_run(replace(dead, attempt=2, at="2026-11-21T10:00:00Z"))
    states = [(each.id, each.attempt, each.state, each.dollars) for each in ledger.runs]
    assert states == [(900, 1, "running", 0.5), (1000, 1, "error", 1.0), (1000, 2, "running", 1.0)]
    assert ledger.runs[1].ended == "2026-11-21T10:00:00Z"


def test_looks_at_checks_push_no_repair_out_of_the_count() -> None:
    at = "2026-11-21T10:00:00Z"
    ledger = Ledger().with_run(Run(1, 1, "a", at, "heal", 7, 0.1, "fixed", at))
    ledger = ledger.with_run(Run(2, 1, "b", at, "ci-finished", 7, 0.2, "fixed", at))
    for number in range(3, 103):
        ledger = ledger.with_run(Run(number, 1, f"c{number}", at, "ci-finished", 7, 0.0, "declined", at))
    assert [run.id for run in ledger.runs][:2] == [1, 2]
    assert len(ledger.runs) <= 30
    assert read_ledger(write_ledger(ledger)) == ledger
