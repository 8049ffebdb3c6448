"""Every app of tests/apps is really crashed; its right answer is proven, each wrong one refused where it should be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from healer.verdict.crash import same_function
from tests.verdict.apps import APPS, NAMES, App, crash, judged, prepared, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from healer.edge.sandbox import Sandbox
    from healer.verdict import Baseline

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def benches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[App, Sandbox, Baseline]]]:
    """Each app set up once, as a healing does before its first answer."""
    opened: dict[str, tuple[App, Sandbox, Baseline]] = {}
    yield _Benches(tmp_path_factory, opened)
    for _, sandbox, _ in opened.values():
        sandbox.close()


class _Benches(dict[str, Any]):
    def __init__(self, folders: pytest.TempPathFactory, opened: dict[str, Any]) -> None:
        super().__init__()
        self.folders, self.opened = folders, opened

    def __missing__(self, name: str) -> tuple[App, Sandbox, Baseline]:
        folder: Path = self.folders.mktemp(name)
        app = crash(name, folder)
        sandbox = app.open()
        self.opened[name] = (app, sandbox, prepared(app, sandbox))
        self[name] = self.opened[name]
        return self.opened[name]


def _wrong() -> Iterator[Any]:
    for name in NAMES:
        for number, answer in enumerate(json.loads((APPS / name / "app.json").read_text())["wrong"]):
            yield pytest.param(name, number, id=f"{name}: {answer['about']}")


@pytest.mark.parametrize("name", NAMES)
def test_the_app_crashes_as_recorded(name: str, benches: dict[str, Any]) -> None:
    app, _, _ = benches[name]
    report = app.report()
    wanted = app.data["expect"]
    assert report.crash is not None
    assert report.root_cause.type == wanted["type"]
    # Ruby and PHP give a built-in function a frame of its own, at the line that calls it.
    here = [frame for frame in report.root_cause.frames if frame.line == report.crash.line]
    assert any(same_function(frame.function, wanted["function"]) for frame in here)
    assert report.crash.path.endswith(wanted["path"])


@pytest.mark.parametrize("name", NAMES)
def test_its_own_tests_pass_on_the_base(name: str, benches: dict[str, Any]) -> None:
    _, _, baseline = benches[name]
    assert not baseline.unavailable, baseline.checks
    assert baseline.suite.complete
    assert {test.status for test in baseline.suite.results} == {"passed"}


@pytest.mark.parametrize("name", NAMES)
def test_the_right_answer_is_proven(name: str, benches: dict[str, Any]) -> None:
    app, sandbox, baseline = benches[name]
    verdict = judged(app, sandbox, baseline, {})
    assert verdict.accepted, shown(verdict)
    assert verdict.proven, shown(verdict)
    assert verdict.suite == "green"
    assert verdict.tests == baseline.suite.passed + 1


@pytest.mark.parametrize(("name", "number"), list(_wrong()))
def test_a_wrong_answer_is_refused_by_the_right_check(name: str, number: int, benches: dict[str, Any]) -> None:
    app, sandbox, baseline = benches[name]
    answer = app.data["wrong"][number]
    verdict = judged(app, sandbox, baseline, answer)
    assert not verdict.accepted, shown(verdict)
    assert not verdict.proven
    assert verdict.failed is not None
    assert verdict.failed.name == answer["refused_by"], shown(verdict)
    assert verdict.refusal().rule == answer["refused_by"]
    assert verdict.failed.detail in verdict.feedback
