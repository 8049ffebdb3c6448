"""Checks of somebody else's, or about what is gone: nothing is merged, paid or left reserved for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from healer.cli.watch import watch
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


# --- GitHub's own auto-merge, which merges whatever is pushed later ---------------------------------------------------


def armed(fix: Fix) -> None:
    """Splat switches it on: all is well, but the branch's rules ask for a review."""
    green(fix)
    fix.proxy.automatic, fix.proxy.mergeable = True, "blocked"
    ended = fix.watch(*fix.finished("success"))
    assert ended.outputs["next"] == "merge", ended
    [on] = fix.proxy.armed.values()
    assert (on["by"]["login"], on["head"], on["method"]) == (BOT, fix.head, "SQUASH")
    assert "GitHub merges it once the branch's rules are met" in fix.comment
    assert not merged(fix)


def settled(fix: Fix) -> bool:
    node = fix.gate.shop.call("GET", f"{fix.gate.shop.path}/pulls/{fix.pull}")["node_id"]
    return fix.proxy.settle(node, "acme-token")


def test_auto_merge_that_is_on_merges_once_the_rules_are_met(fix: Fix) -> None:
    armed(fix)
    fix.watch(*fix.finished("success"))
    assert len(fix.proxy.armed) == 1
    assert len([each for each in fix.proxy.asked if "AutoMerge" in each]) == 1
    assert settled(fix)
    assert merged(fix)


def pushed(fix: Fix) -> None:
    told = {"message": "mine", "content": "eA==", "branch": fix.branch}
    fix.head = fix.gate.shop.call("PUT", f"{fix.gate.shop.path}/contents/mine.txt", told, MONA)["commit"]["sha"]
    fix.proxy.run(fix.head, 6)
    fix.proxy.job(6)


def failed(fix: Fix) -> None:
    fix.proxy.runs[0]["conclusion"] = fix.proxy.jobs[1][0]["conclusion"] = "failure"


def reviewed(fix: Fix) -> None:
    path = f"{fix.gate.shop.path}/pulls/{fix.pull}/reviews"
    fix.gate.shop.call("POST", path, {"event": "REQUEST_CHANGES", "body": "No."}, MONA)


@pytest.mark.parametrize("after", [pushed, failed, reviewed])
def test_auto_merge_is_switched_off_for_what_splat_would_not_merge(fix: Fix, after: Any) -> None:
    armed(fix)
    after(fix)
    ended = fix.watch(*fix.finished("success"))
    assert ended.outputs["next"] != "merge", ended
    assert not fix.proxy.armed
    assert "has switched it off again" in fix.comment
    assert not settled(fix)


def test_auto_merge_of_a_person_s_stays(fix: Fix) -> None:
    armed(fix)
    [on] = fix.proxy.armed.values()
    on["by"] = fix.gate.shop.user(MONA)
    pushed(fix)
    fix.watch(*fix.finished("success"))
    assert fix.proxy.armed


def test_auto_merge_that_cannot_be_switched_off_is_told_of(fix: Fix) -> None:
    armed(fix)
    pushed(fix)
    fix.proxy.graphql = "Resource not accessible by integration"
    fix.watch(*fix.finished("success"))
    assert "Switch auto-merge off by hand" in fix.comment


def test_a_push_at_the_very_moment_of_switching_it_on(fix: Fix) -> None:
    green(fix)
    fix.proxy.automatic, fix.proxy.mergeable = True, "blocked"
    told, done = {"message": "mine", "content": "eA==", "branch": fix.branch}, []

    def push() -> None:
        if not done:
            done.append(fix.gate.shop.call("PUT", f"{fix.gate.shop.path}/contents/mine.txt", told, MONA))

    fix.proxy.strikes.append((rf"GET {fix.gate.shop.path}", push))  # asked for right before: is it allowed here
    ended = fix.watch(*fix.finished("success"))
    assert done
    assert ended.outputs["next"] == "tell", ended
    assert not fix.proxy.armed
    assert "Head branch was modified" in fix.comment


def test_a_fix_that_was_sent_to_another_branch_is_a_person_s_to_merge(fix: Fix) -> None:
    green(fix)
    shop = fix.gate.shop
    shop.call("POST", f"{shop.path}/git/refs", {"ref": "refs/heads/release", "sha": fix.base}, MONA)
    shop.call("PATCH", f"{shop.path}/pulls/{fix.pull}", {"base": "release"}, MONA)
    ended = fix.watch(*fix.finished("success"))
    assert ended.outputs["next"] == "nothing", ended
    assert "merges into the default branch alone" in fix.comment
    assert not merged(fix)


# --- what is gone between two jobs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("listed", [True, False], ids=["listed in the payload", "not listed"])
def test_a_fix_that_is_closed_in_between_leaves_nothing_reserved(fix: Fix, listed: bool) -> None:
    red(fix)
    pulls = [{"number": fix.pull}] if listed else []
    case, payload = fix.finished(workflow_run__pull_requests=pulls)
    assert fix.gate.run(case, payload).went
    assert fix.ledger.runs[-1].dollars > 0
    before = fix.comment.partition("\n")[2]
    fix.gate.shop.call("PATCH", f"{fix.gate.shop.path}/pulls/{fix.pull}", {"state": "closed"}, MONA)
    ended = fix.step(watch, case, payload, "--can-repair")
    assert (ended.error, ended.outputs["next"]) == (None, "nothing"), ended
    assert (fix.ledger.runs[-1].state, fix.ledger.runs[-1].dollars) == ("declined", 0)
    assert fix.comment.partition("\n")[2] == before
    assert not fix.gate.shop.comments(fix.pull)


def test_a_look_that_cannot_begin_leaves_nothing_reserved(fix: Fix) -> None:
    red(fix)
    case, payload = fix.finished()
    assert fix.gate.run(case, payload).went
    fix.proxy.faults = [(rf"GET {fix.gate.shop.path}/contents/.github/splat.yml", 403, False)]
    ended = fix.step(watch, case, payload, "--can-repair")
    assert ended.error is not None
    assert (fix.ledger.runs[-1].state, fix.ledger.runs[-1].dollars) == ("declined", 0)
