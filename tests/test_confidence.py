"""The number, and that every part of it has its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from healer.confidence import POINTS, score
from healer.context import Context, Suspect
from healer.event import Event
from healer.frames import ExceptionInfo, Frame
from healer.patch import FileChange, Patch
from healer.proposal import Edit, Proposal, RegressionTest, Spend
from healer.report import Report
from healer.settings import ConfidenceSettings
from healer.verdict import Check, Verdict

BEFORE = b"def outer(cart):\n    return inner(cart)\n\n\n"
BEFORE += b"def inner(cart):\n    return min(cart)\n\n\ndef other():\n    pass"
AFTER = BEFORE.replace(b"min(cart)", b"min(cart, default=0)")
SETTINGS = ConfidenceSettings()


def verdict(**changes: Any) -> Verdict:
    frames = (Frame("shop/cart.py", 2, function="outer"), Frame("shop/cart.py", 6, function="inner"))
    report = Report(Event("trace", ""), "python", (ExceptionInfo("ValueError", "empty", frames),))
    suspects = tuple(Suspect(frame, frame.path, frame.line or 1, frame.function) for frame in frames)
    context = Context(report, "0" * 40, suspects, (), "")
    test = RegressionTest((Edit("tests/test_cart.py", "", "x"),), "test_empty")
    proposal = Proposal(context, 1, "Fix", "Cause", "Fix", (), test, (), 90, Spend("m"))
    proposal = replace(proposal, **changes.pop("proposal", {}))
    files = (
        FileChange("shop/cart.py", BEFORE, changes.pop("after", AFTER), False),
        FileChange("tests/test_cart.py", None, b"x", True),
    )
    patch = replace(Patch(proposal, files, "", 2), **changes.pop("patch", {}))
    checks = tuple(Check(name, "passed", "") for name in ("syntax", "compile", "red", "green", "lint", "suite"))
    return replace(Verdict(patch, checks, True, True, "green", tests=40), **changes)


def test_everything_good_is_a_hundred_and_no_draft() -> None:
    confidence = score(verdict(), SETTINGS)
    assert confidence.score == 100
    assert confidence.draft == ()


def test_the_points_add_up_and_each_has_a_reason() -> None:
    confidence = score(
        verdict(flaky=("test_a",), proposal={"attempt": 3, "unverified": ("x",), "confidence": 20}), SETTINGS
    )
    assert sum(point.value for point in confidence.points) == confidence.score
    assert all(point.reason.endswith(".") for point in confidence.points)
    assert len({point.reason for point in confidence.points}) == len(confidence.points)


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"proven": False}, POINTS["proof"]),
        ({"tests": 3}, POINTS["suite"] - POINTS["suite, few tests"]),
        ({"suite": "unavailable"}, POINTS["suite"] - POINTS["suite unavailable"]),
        ({"checks": ()}, POINTS["compile"] + POINTS["linters"]),
        ({"flaky": ("t",)}, -POINTS["flaky"]),
        ({"patch": {"lines": 20}}, POINTS["small"] - POINTS["medium"]),
        ({"patch": {"lines": 31}}, POINTS["small"] - POINTS["large"]),
        ({"patch": {"capabilities": ("network",)}}, -POINTS["capability"]),
        ({"proposal": {"confidence": 60}}, POINTS["sure"]),
        ({"proposal": {"confidence": 10}}, POINTS["sure"] - POINTS["unsure"]),
        ({"proposal": {"attempt": 2}}, -POINTS["another attempt"]),
        ({"proposal": {"attempt": 9}}, -2 * POINTS["another attempt"]),
        ({"proposal": {"unverified": ("a", "b")}}, -2 * POINTS["unverified claim"]),
        ({"after": BEFORE.replace(b"return inner(cart)", b"return cart and inner(cart)")}, POINTS["deepest frame"]),
        ({"after": BEFORE.replace(b"    pass", b"    return 1")}, POINTS["deepest frame"] + POINTS["on the stack"]),
    ],
)
def test_each_piece_of_evidence_counts(changes: dict[str, Any], lost: int) -> None:
    assert score(verdict(**changes), SETTINGS).score == 100 - lost


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"proven": False, "proposal": {"test": None}}, "There is no regression test."),
        ({"proven": False}, "The regression test could not be run."),
        ({"suite": "unavailable"}, "The project's own tests are unavailable."),
        ({"patch": {"capabilities": ("network",)}}, "The patch adds a capability: network."),
    ],
)
def test_what_makes_a_draft(changes: dict[str, Any], reason: str) -> None:
    assert reason in score(verdict(**changes), SETTINGS).draft


def test_an_unavailable_suite_says_why() -> None:
    why = Check("suite", "unavailable", "All 3 tests need a database.")
    draft = score(verdict(suite="unavailable", checks=(why,)), SETTINGS).draft
    assert any("need a database" in reason for reason in draft)


def test_nothing_unproven_is_ever_above_the_default_threshold() -> None:
    assert score(verdict(proven=False), SETTINGS).score < SETTINGS.draft_below


def test_the_threshold_is_the_users() -> None:
    strict = score(verdict(proposal={"attempt": 2}), ConfidenceSettings(draft_below=99))
    assert strict.draft == (f"The confidence of {strict.score} is below 99.",)


def test_claudes_own_word_moves_little() -> None:
    sure, unsure = (score(verdict(proposal={"confidence": value}), SETTINGS).score for value in (100, 0))
    assert 0 < sure - unsure <= 10


def test_a_refused_patch_scores_nothing() -> None:
    failed = Check("red", "failed", "The test passes on the base.")
    confidence = score(verdict(accepted=False, proven=False, checks=(failed,)), SETTINGS)
    assert confidence.score == 0
    assert "passes on the base" in confidence.draft[0]


def test_a_huge_file_is_scored_at_once() -> None:
    lines = [b"value_%d = %d" % (n, n) for n in range(40_000)]
    before = b"\n".join(lines)
    after = before.replace(b"value_20000 = 20000", b"value_20000 = 1")
    value = verdict()
    change = replace(value.patch.changes[0], before=before, after=after)
    assert score(replace(value, patch=replace(value.patch, changes=(change,))), SETTINGS).score == 90
