"""A fix whose checks failed, from the delivery to the next commit; and branches of people's that fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.github.ci_kit import CiProxy
from tests.github.jobs import Jobs, shown
from tests.github.kit import MONA, Shop
from tests.github.repairs import Repairs
from tests.github.runs import Gate
from tests.verdict.apps import App, crash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
_handed: dict[str, bytes] = {}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    return crash("python", tmp_path_factory.mktemp("app"))


@pytest.fixture
def repairs(github: int, app: App, tmp_path: Path) -> Iterator[Repairs]:
    permissions = {"mona": "write", "acme": "admin", "acme-errors": "write"}
    with CiProxy(github, permissions=permissions).serving() as proxy:
        assert isinstance(proxy, CiProxy)
        yield Repairs(Jobs(Gate(Shop(github), proxy, tmp_path), app, tmp_path), proxy)


def begun(repairs: Repairs) -> None:
    """Jobs `gate` and `answer`: what failed is handed on."""
    assert repairs.admitted(*repairs.finished()).went
    ended = repairs.watched("--can-repair")
    assert (ended.outputs["next"], ended.outputs["base"]) == ("repair", repairs.head), ended


def healed(repairs: Repairs, name: str) -> None:
    """Job `heal`; commits have the same id in every test, so each kind of it runs once."""
    if name not in _handed:
        ended = repairs.jobs.heal()
        assert ended.outputs["outcome"] == "fixed", ended.printed
        _handed[name] = repairs.jobs.handover.read_bytes()
    repairs.jobs.handover.write_bytes(_handed[name])
    del repairs.proxy.log[:]


def test_red_checks_become_a_second_commit(repairs: Repairs) -> None:
    repairs.with_fix().red()
    begun(repairs)
    before = repairs.page()
    _handed.pop("fix", None)
    healed(repairs, "fix")
    told = json.dumps(repairs.jobs.asked[0]["messages"])
    for word in ("The check 'test' failed on this branch", "The report that this branch fixes", "# A remark."):
        assert word in told
    ended = repairs.jobs.publish()
    assert ended.error is None, ended.error
    assert (ended.outputs["outcome"], ended.outputs["pull-request"]) == ("fixed", str(repairs.pull)), ended
    assert len(repairs.jobs.pulls()) == 1
    new = repairs.tip()
    commit = repairs.commit(new)
    assert [parent["sha"] for parent in commit["parents"]] == [repairs.head]
    assert "default=0" in repairs.jobs.file(repairs.branch, "shop/cart.py")
    page = repairs.page()
    assert (page["title"], page["draft"]) == (before["title"], False)
    for word in ("Nobody knows.", "Repaired after its checks failed", f"\nFixes #{repairs.issue}\n", "splat:state"):
        assert page["body"].count(word) == 1, page["body"]
    comment = repairs.jobs.comment_body(repairs.issue)
    assert f"A new commit, `{new[:7]}`, repairs what failed" in comment
    ledger = repairs.jobs.ledger(repairs.issue)
    assert [(run.ask, run.state) for run in ledger.runs] == [("heal", "fixed"), ("ci-finished", "fixed")]
    assert 0 < ledger.runs[1].dollars < 0.1
    print(f"{len(repairs.proxy.log)} requests to publish a repair")
    # Then its own checks are looked at.
    repairs.proxy.run(new, 78, conclusion=None)
    repairs.proxy.job(78, conclusion=None)
    assert repairs.watched("--wait", "5").outputs["state"] == "running"
    assert f"Checks of `{new[:7]}`: running" in repairs.jobs.comment_body(repairs.issue)
