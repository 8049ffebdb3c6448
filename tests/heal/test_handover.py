"""What the job that thinks hands over, the job that writes makes again; what does not fit is refused."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from healer.edge.git import GitTree
from healer.event import Event
from healer.handover import Handover, Rebuilt, read_handover, rebuild
from healer.outcome import Rejected, Skipped, UsageError
from healer.report import Report, read_report
from healer.settings import PolicySettings, Settings
from tests.heal.kit import answer, heal
from tests.verdict.apps import App, crash

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    return crash("python", tmp_path_factory.mktemp("handover"))


@pytest.fixture(scope="module")
def told(app: App) -> dict[str, Any]:
    file = app.repo.parent / "handover.json"
    ended = heal(app, [answer(app)], "--handover", str(file))
    assert ended.code == 0, ended.told
    return json.loads(file.read_text()) | {"ended": ended.told}


def again(app: App, told: dict[str, Any], settings: Settings | None = None, trace: str | None = None) -> Any:
    handover = read(told)
    report = read_report(Event("trace", app.trace if trace is None else trace))
    assert isinstance(report, Report)
    with GitTree(app.repo, "HEAD") as tree:
        return rebuild(handover, report, tree, settings or Settings())


def read(told: dict[str, Any]) -> Handover:
    return read_handover(json.dumps({key: value for key, value in told.items() if key != "ended"}).encode())


def test_the_same_patch_and_the_same_confidence(app: App, told: dict[str, Any]) -> None:
    rebuilt = again(app, told)
    assert isinstance(rebuilt, Rebuilt)
    assert rebuilt.confidence is not None
    assert rebuilt.confidence.score == told["ended"]["confidence"]
    assert list(rebuilt.confidence.draft) == told["ended"]["draft_because"]
    assert rebuilt.confidence.verdict.patch.diff == told["diff"]


def test_a_diff_that_breaks_a_rule_is_refused_again(app: App, told: dict[str, Any]) -> None:
    strict = replace(Settings(), policy=PolicySettings(max_lines=1))
    refused = again(app, told, strict)
    assert isinstance(refused, Rejected)
    assert refused.rule == "too-many-lines"
    elsewhere = told | {"diff": told["diff"].replace("shop/cart.py", ".github/workflows/x.yml")}
    assert isinstance(again(app, elsewhere), Rejected)


def test_another_commit_or_another_crash_is_refused(app: App, told: dict[str, Any]) -> None:
    assert isinstance(again(app, told | {"base": "0" * 40}), Rejected)
    assert isinstance(again(app, told | {"signature": "0" * 16}), Rejected)
    assert isinstance(again(app, told, trace=app.trace.replace("ValueError", "KeyError")), (Rejected, Skipped))


def test_a_proof_without_a_test_is_none(app: App, told: dict[str, Any]) -> None:
    parts = re.split(r"(?m)^(?=--- )", told["diff"])
    fix = "".join(part for part in parts if "tests/" not in part.split("\n+++")[0])
    assert fix != told["diff"]
    rebuilt = again(app, told | {"diff": fix})
    assert isinstance(rebuilt, Rebuilt)
    assert rebuilt.confidence is not None
    assert not rebuilt.confidence.verdict.proven
    assert rebuilt.confidence.draft


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "splat-handover/2"},
        {"extra": 1},
        {"signature": "../../x"},
        {"base": "HEAD"},
        {"diff": "x" * 1_000_001},
        {"outcome": "merged"},
        {"verdict": {"proven": True}},
        {"tally": {"dollars": -1}},
    ],
)
def test_what_is_not_of_the_schema_is_refused(told: dict[str, Any], change: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        read(told | change)


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b"\xff", b"null", b'"\\ud800"', b"NaN", b"x" * 16_000_001])
def test_what_is_no_handover_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError):
        read_handover(data)


def test_a_run_that_declines_hands_over_why(app: App, tmp_path: Path) -> None:
    file = tmp_path / "handover.json"
    network = 'Traceback (most recent call last):\n  File "shop/cart.py", line 3, in total\nTimeoutError: timed out\n'
    assert heal(app, [], "--handover", str(file), trace=network).code == 10
    handover = read_handover(file.read_bytes())
    assert handover.outcome == "declined"
    assert handover.reason
