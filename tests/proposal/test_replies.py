"""Odd and hostile replies: `tests/cases/replies/`, and some too large to store."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from healer.outcome import Rejected
from healer.proposal import Proposal
from healer.proposal.answer import read_answer
from tests.proposal.support import ANSWER, CASES, ask

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_reply(path: Path) -> None:
    case = json.loads(path.read_text("utf-8"))
    attempt, _ = ask(case["text"] if "text" in case else json.dumps(case["answer"]))
    if case["expected"] == "proposal":
        assert isinstance(attempt.outcome, Proposal), attempt.outcome
        assert "\n" not in attempt.outcome.title
        assert len(attempt.outcome.title) <= 120
        assert type(attempt.outcome.confidence) is int
    else:
        assert isinstance(attempt.outcome, Rejected)
        assert attempt.outcome.rule == case["expected"]
        assert case["reason"] in attempt.outcome.reason
        assert len(attempt.outcome.evidence) < 2_000
    assert attempt.spend.calls == 1


@pytest.mark.parametrize(
    "text",
    [
        "{" * 1_000_000,
        "[" * 1_000_000,
        '{"a":' * 500_000,
        '{"root_cause": "' * 100_000,
        "x" * 10_000_000,
        '{"edits": 1}' * 100_000,
        " " * 1_900_000 + "{",
        '"\\u' * 600_000,
    ],
    ids=["braces", "brackets", "deep", "open-strings", "huge", "many", "spaces", "escapes"],
)
def test_a_huge_reply_is_refused_quickly(text: str) -> None:
    began = time.process_time()
    found = read_answer(text)
    assert isinstance(found, Rejected)
    assert found.rule == "malformed-answer"
    assert len(found.evidence) < 2_000
    assert time.process_time() - began < 2


def test_a_large_honest_answer_is_read() -> None:
    edits = [{"path": "a.py", "find": "x" * 100_000, "replace": "y" * 100_000}]
    found = read_answer(json.dumps(ANSWER | {"edits": edits}))
    assert not isinstance(found, Rejected)
