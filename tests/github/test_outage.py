"""GitHub has a bad day: jobs go on where they can, end with a word where not, and do nothing twice."""

from __future__ import annotations

import base64
import re
import time
from typing import TYPE_CHECKING

import pytest

from healer.edge.github_api import Api
from healer.outcome import SplatError
from healer.settings import Actions
from tests.github.ci_kit import CI, CiProxy, Fix, fix_of
from tests.github.jobs import Jobs, moved_in
from tests.github.kit import Shop, environment
from tests.github.runs import Gate
from tests.github.test_watch import DISPATCHABLE
from tests.verdict.apps import App, crash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
#: Each request fails before anything is done; or each that writes is done, and its answer gets lost.
WEATHER = ("early", "late")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    return crash("python", tmp_path_factory.mktemp("app"))


@pytest.fixture
def jobs(gate: Gate, app: App, tmp_path: Path) -> Jobs:
    return Jobs(gate, app, tmp_path)


@pytest.fixture
def fix(github: int, tmp_path: Path) -> Iterator[Fix]:
    permissions = {"mona": "write", "acme": "admin", "acme-errors": "write"}
    with CiProxy(github, permissions=permissions).serving() as proxy:
        assert isinstance(proxy, CiProxy)
        yield fix_of(Gate(Shop(github), proxy, tmp_path), proxy, tmp_path)


@pytest.mark.parametrize("weather", WEATHER)
def test_from_a_label_to_a_pull_request(jobs: Jobs, weather: str) -> None:
    """All three jobs, and a base that moved: every kind of request that they make."""
    issue = jobs.issue(labels=("auto-fix",))
    jobs.gate.proxy.weather = weather
    payload = jobs.gate.payload("issues_labeled", issue, label={"name": "auto-fix"})
    assert jobs.admit("issues_labeled", payload).went
    assert jobs.heal().outputs["outcome"] == "fixed"
    jobs.gate.proxy.weather = ""
    moved_in(jobs.gate)
    jobs.gate.proxy.weather = weather
    assert jobs.publish().outputs["outcome"] == "fixed"
    [pull] = jobs.pulls()
    assert list(jobs.branches().values()) == [pull["head"]["sha"]]
    assert [label["name"] for label in pull["labels"]] == ["splat"]
    [said] = jobs.gate.shop.comments(issue)
    assert "fixes this" in said["body"]
    assert jobs.ledger(issue).runs[-1].state == "fixed"


def label_without_a_trace(gate: Gate) -> int:
    issue = gate.issue("It fails.")
    gate.labeled(issue)
    return issue


def ask_for_help(gate: Gate) -> int:
    issue = gate.issue()
    gate.commented(issue, "@splat help")
    return issue


@pytest.mark.parametrize("weather", WEATHER)
@pytest.mark.parametrize("ask", [label_without_a_trace, ask_for_help])
def test_a_person_is_answered_once(gate: Gate, ask: Callable[[Gate], int], weather: str) -> None:
    gate.proxy.weather = weather
    issue = ask(gate)
    assert sum("splat:note" in each["body"] for each in gate.shop.comments(issue)) == 1
    assert ("needs-trace" in gate.shop.labels(issue)) is (ask is label_without_a_trace)


@pytest.mark.parametrize("weather", WEATHER)
def test_a_red_default_branch_gets_one_issue(gate: Gate, weather: str) -> None:
    gate.shop.configure("ci_heal: true")
    gate.proxy.weather = weather
    own = {"workflow_run__head_repository": gate.shop.repository()}
    ended = gate.run("workflow_run_default_branch", gate.payload("workflow_run_default_branch", **own))
    assert ended.outputs["code"] == "go", ended
    found = gate.shop.call("GET", f"{gate.shop.path}/issues?labels=splat:ci&state=all")
    assert [str(each["number"]) for each in found] == [ended.outputs["issue"]]


@pytest.mark.parametrize(
    ("words", "outcome"), [("stop", "stopped"), ("ignore", "ignored"), ("explain", "explained"), ("merge", "merged")]
)
def test_a_command_is_obeyed_once(fix: Fix, words: str, outcome: str) -> None:
    fix.proxy.run(fix.head)
    fix.proxy.job(1)
    fix.proxy.weather = "late"
    assert fix.commanded(f"@splat {words}").outputs["outcome"] == outcome
    assert sum("splat:note" in each["body"] for each in fix.gate.shop.comments(fix.issue)) == 1
    assert fix.gate.shop.call("GET", f"{fix.gate.shop.path}/pulls/{fix.pull}")["merged"] is (words == "merge")


def test_checks_run_again_once(fix: Fix) -> None:
    fix.proxy.run(fix.head, conclusion="failure")
    fix.proxy.job(1, conclusion="failure", log="FAILED tests/test_clock.py::test_now\n")
    fix.proxy.weather = "late"
    assert fix.watch(*fix.finished()).outputs["next"] == "rerun"
    assert fix.proxy.asked == ["rerun 1"]


def test_checks_are_started_once(fix: Fix) -> None:
    content = base64.b64encode(DISPATCHABLE.encode()).decode()
    fix.gate.shop.call("PUT", f"{fix.gate.shop.path}/contents/{CI}", {"message": "CI", "content": content})
    fix.proxy.workflows = [CI]
    fix.proxy.weather = "late"
    assert fix.watch(*fix.finished()).outputs["next"] == "dispatch"
    assert fix.proxy.asked == [f"dispatch ci.yml on {fix.branch}"]


def test_a_github_that_is_away_is_waited_for(gate: Gate) -> None:
    issue = gate.issue()
    payload = gate.payload("issues_labeled", issue, label={"name": "splat"})
    gate.proxy.away_until = time.monotonic() + 5
    assert gate.run("issues_labeled", payload).went
    assert len(gate.shop.comments(issue)) == 1


# --- what does not pass ----------------------------------------------------------------------------------------------


def api(gate: Gate, patience: float = 150.0) -> Api:
    environ = environment(gate.shop, gate.proxy, gate.folder)
    return Api(Actions.read(environ), environ, patience)


def test_as_long_as_it_asks_for_and_no_longer(gate: Gate) -> None:
    gate.proxy.fault_headers = {"Retry-After": "2"}
    gate.proxy.faults.append((r"GET .*/labels", 429, False))
    began = time.monotonic()
    assert api(gate).ask("GET", "/labels") is not None
    assert 2 <= time.monotonic() - began < 100
    assert len(gate.proxy.log) == 2


@pytest.mark.parametrize(
    ("status", "says", "headers"),
    [
        (429, "Too many requests", {"Retry-After": "3600"}),
        (403, "You have exceeded a secondary rate limit.", {"Retry-After": "3600"}),
        (
            403,
            "API rate limit exceeded for installation ID 1.",
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "x"},
        ),
    ],
)
def test_a_limit_that_ends_too_late_is_told_at_once(
    gate: Gate, status: int, says: str, headers: dict[str, str]
) -> None:
    if "X-RateLimit-Reset" in headers:
        headers |= {"X-RateLimit-Reset": str(int(time.time()) + 3_000)}
    gate.proxy.fault_says, gate.proxy.fault_headers = says, headers
    gate.proxy.faults += [(r"GET .*/labels", status, False)] * 3
    with pytest.raises(SplatError, match="rate limit") as caught:
        api(gate).ask("GET", "/labels")
    assert re.search(r"after \d\d:\d\d UTC", caught.value.next_step)
    assert len(gate.proxy.log) == 1, "who is asked to wait does not ask again"


def test_a_github_that_stays_away_is_given_up_in_time(gate: Gate) -> None:
    gate.proxy.away_until = time.monotonic() + 600
    began = time.monotonic()
    with pytest.raises(SplatError, match="GitHub does not answer"):
        api(gate, patience=3).ask("GET", "/labels")
    assert time.monotonic() - began < 200
