"""Checks of somebody else's, or about what is gone: nothing is merged, paid or left reserved for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.github.ci_kit import CiProxy, Fix, fix_of
from tests.github.kit import BOT, MONA, Shop
from tests.github.runs import Gate
from tests.github.test_watch import FAILED, green, merged
from tests.recorded_events import SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture
def fix(github: int, tmp_path: Path) -> Iterator[Fix]:
    permissions = {"mona": "write", "acme": "admin", "acme-errors": "write"}
    with CiProxy(github, permissions=permissions).serving() as proxy:
        assert isinstance(proxy, CiProxy)
        yield fix_of(Gate(Shop(github), proxy, tmp_path), proxy, tmp_path)


def red(fix: Fix, number: int = 1, **more: Any) -> None:
    fix.proxy.run(fix.head, number, conclusion="failure", **more)
    fix.proxy.job(number, conclusion="failure", log=FAILED)


@pytest.mark.parametrize("fork", [{"id": 999_999}, None], ids=["there", "deleted since"])
def test_a_fork_s_green_run_of_the_same_commit_merges_nothing(fix: Fix, fork: Any) -> None:
    green(fix)
    here = fix.gate.shop.repository()
    fix.proxy.runs[0] |= {"repository": here, "head_repository": here}
    fix.proxy.runs[0]["conclusion"] = fix.proxy.jobs[1][0]["conclusion"] = "failure"
    fix.proxy.run(fix.head, 9, repository=here, head_repository=fork)
    fix.proxy.job(9)
    ended = fix.watch(*fix.finished("success"))
    assert ended.outputs["state"] == "failed", ended
    assert not merged(fix)


def test_a_commit_of_splat_s_that_a_person_amended_is_theirs(fix: Fix) -> None:
    green(fix)
    shop = fix.gate.shop
    tree = shop.call("GET", f"{shop.path}/git/commits/{fix.head}")["tree"]["sha"]
    who = {name: {"name": name, "email": f"{name}@users.noreply.github.com"} for name in (BOT, MONA)}
    message = f"fix: it\n\nSplat-Signature: {SIGNATURE}\nSplat-Confidence: 100\n"
    told = {"message": message, "tree": tree, "parents": [fix.base], "author": who[BOT], "committer": who[MONA]}
    fix.head = shop.call("POST", f"{shop.path}/git/commits", told, MONA)["sha"]
    shop.call("PATCH", f"{shop.path}/git/refs/heads/{fix.branch}", {"sha": fix.head, "force": True}, MONA)
    fix.proxy.run(fix.head, 5)
    fix.proxy.job(5)
    ended = fix.watch(*fix.finished("success"))
    assert (ended.outputs["state"], ended.outputs["next"]) == ("passed", "nothing"), ended
    assert not merged(fix)
