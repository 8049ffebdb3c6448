"""A fix whose checks ended, and no delivery that told of it: found by the clock, looked at and repaired as ever."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from healer.cli.after import after as after_verb
from healer.gate import write_ledger
from tests.github.ci_kit import CiProxy
from tests.github.jobs import Jobs
from tests.github.kit import BOT, MONA, Shop
from tests.github.repairs import Repairs
from tests.github.runs import Gate
from tests.recorded_events import SIGNATURE
from tests.verdict.apps import App, crash
from tests.workflows.files import HEAL
from tests.workflows.files import jobs as workflow_jobs
from tests.workflows.guard import may

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.github.runs import Ended

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    return crash("python", tmp_path_factory.mktemp("app"))


@pytest.fixture
def repairs(github: int, app: App, tmp_path: Path) -> Iterator[Repairs]:
    with CiProxy(github, permissions={"mona": "write", "acme": "admin"}).serving() as proxy:
        assert isinstance(proxy, CiProxy)
        yield Repairs(Jobs(Gate(Shop(github), proxy, tmp_path), app, tmp_path), proxy).with_fix()


def swept(repairs: Repairs) -> Ended:
    """The clock strikes, without a word on where; what was asked is what the jobs may ask."""
    payload = {"schedule": "23 5 * * *"}
    for job in ("gate", "answer"):
        del repairs.proxy.log[:]
        if job == "gate":
            ended = repairs.gate.run("schedule", payload)
            assert ended.outputs.get("ask") == "after", ended
        else:
            ended = repairs.fix.step(after_verb, "schedule", payload)
            assert ended.error is None, ended
        granted = workflow_jobs(HEAL)[job]["permissions"]
        assert not [each for each in repairs.proxy.log if not may(each.verb, each.path, granted)]
    return ended


def started(repairs: Repairs) -> list[Any]:
    return [each.data for each in repairs.proxy.log if each.path.endswith("/dispatches")]


def dispatched(repairs: Repairs, by: str = BOT, **inputs: str) -> tuple[str, Any]:
    """The delivery that comes of it."""
    payload = repairs.gate.payload("workflow_dispatch", by=by)
    told = {"issue": str(repairs.issue), "base": repairs.branch} | inputs
    return "workflow_dispatch", payload | {"ref": "refs/heads/main", "inputs": told}


def test_red_checks_that_nobody_told_of_are_repaired(repairs: Repairs) -> None:
    repairs.red()
    ended = swept(repairs)
    assert ended.outputs["unheard"] == str(repairs.pull), ended
    told = {"ref": "main", "inputs": {"issue": str(repairs.issue), "base": f"splat/{SIGNATURE}"}}
    assert started(repairs) == [told]
    assert "nobody told Splat" in ended.summary
    assert len(repairs.proxy.log) <= 12, [f"{each.verb} {each.path}" for each in repairs.proxy.log]
    # That run is one as GitHub's own word would have begun.
    ended = repairs.admitted(*dispatched(repairs))
    assert (ended.outputs["ask"], ended.outputs["issue"], ended.outputs["branch"]) == (
        "ci-finished",
        str(repairs.issue),
        "",
    ), ended
    assert repairs.watched("--can-repair").outputs["next"] == "repair"
    repairs.jobs.heal()
    published = repairs.jobs.publish()
    assert published.outputs["outcome"] == "fixed", published
    assert [run.state for run in repairs.jobs.ledger(repairs.issue).runs] == ["fixed", "fixed"]
    # A job that is run again, behind the commit, writes no second one.
    tip = repairs.tip()
    assert repairs.jobs.publish().outputs["outcome"] == "replaced"
    assert repairs.tip() == tip


def test_what_was_told_or_has_not_ended_starts_nothing(repairs: Repairs) -> None:
    assert swept(repairs).outputs["unheard"] == "", "no check"
    repairs.proxy.run(repairs.head, 77, conclusion=None)
    repairs.proxy.job(77, conclusion=None)
    assert swept(repairs).outputs["unheard"] == "", "it runs"
    for each in (repairs.proxy.runs[-1], repairs.proxy.jobs[77][0]):
        each.update(status="completed", conclusion="success")
    assert swept(repairs).outputs["unheard"] == str(repairs.pull)
    assert repairs.admitted(*dispatched(repairs)).went
    assert repairs.watched("--can-repair").outputs["state"] == "passed"
    asked = swept(repairs)
    assert (asked.outputs["unheard"], started(repairs)) == ("", [])
    assert not [each for each in repairs.proxy.log if "check-runs" in each.path], "not even asked for"


def test_checks_that_were_run_again_are_waited_for(repairs: Repairs) -> None:
    """A rerun that Splat asked for is the token's own doing too."""
    repairs.proxy.run(repairs.head, 77, conclusion="failure")
    repairs.proxy.job(77, conclusion="failure", log="FAILED tests/test_clock.py::test_now\n")
    assert repairs.admitted(*repairs.finished()).went
    assert repairs.watched("--can-repair").outputs["next"] == "rerun"
    assert swept(repairs).outputs["unheard"] == "", "it is queued"
    repairs.proxy.runs[-1].update(status="completed", run_attempt=2, conclusion="success")
    repairs.proxy.jobs[77][0].update(conclusion="success")
    assert swept(repairs).outputs["unheard"] == "", "a look was just made, and polling is not to be paid for"
    ledger, [said] = repairs.jobs.ledger(repairs.issue), repairs.gate.shop.comments(repairs.issue)
    *runs, last = ledger.runs
    ledger = replace(ledger, runs=(*runs, replace(last, at="2026-11-01T00:00:00Z")))
    body = f"{write_ledger(ledger)}\n{said['body'].partition(chr(10))[2]}"
    path = f"{repairs.gate.shop.path}/issues/comments/{said['id']}"
    repairs.gate.shop.call("PATCH", path, {"body": body}, BOT)
    assert swept(repairs).outputs["unheard"] == str(repairs.pull), "a day later"


@pytest.mark.parametrize("why", ["stopped", "closed", "stranger"])
def test_what_is_not_splat_s_is_left_alone(repairs: Repairs, why: str) -> None:
    shop = repairs.gate.shop
    repairs.red()
    if why == "stopped":
        shop.call("POST", f"{shop.path}/issues/{repairs.issue}/labels", {"labels": ["splat:stop"]})
    elif why == "closed":
        shop.call("PATCH", f"{shop.path}/issues/{repairs.issue}", {"state": "closed"}, MONA)
    else:
        [said] = shop.comments(repairs.issue)
        shop.call("DELETE", f"{shop.path}/issues/comments/{said['id']}")
        shop.comment(repairs.issue, said["body"], MONA)
    assert (swept(repairs).outputs["unheard"], started(repairs)) == ("", [])


def test_where_no_run_can_be_started_the_summary_says_so(repairs: Repairs) -> None:
    repairs.red()
    repairs.proxy.answers[r"POST .*/dispatches"] = (422, json.dumps({"message": "Unexpected inputs"}).encode())
    repairs.proxy.faults.append((r"POST .*/dispatches", 422, False))
    ended = swept(repairs)
    assert (ended.outputs["unheard"], ended.code) == ("", 0)
    assert "no run could be started" in ended.summary


@pytest.mark.parametrize("base", ["splat/ffffffffffffffff", "splat/0123456789abcdef-7"])
def test_a_branch_without_a_fix_is_no_ones(repairs: Repairs, base: str) -> None:
    assert repairs.gate.run(*dispatched(repairs, MONA, base=base)).outputs["code"] == "not-ours"
