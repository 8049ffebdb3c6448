"""`splat after` against a GitHub that keeps state: whether a merged fix held, and what follows."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from healer.after.revert import revert
from healer.edge.github import GitHub
from healer.edge.github_fate import GitHubFate
from healer.edge.github_revert import GitHubReverts
from healer.settings import Actions, PolicySettings
from tests.github.after_kit import BEFORE, FIXED, Merged, later, merged, report
from tests.github.ci_kit import CiProxy
from tests.github.jobs import Jobs
from tests.github.kit import BOT, MONA, REPORTER, environment
from tests.verdict.apps import crash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.github.runs import Gate

pytestmark = pytest.mark.slow
REVERT = "merge: {revert: true}\n"
PEOPLE = {"mona": "write", "acme": "admin", "acme-errors": "write"}


@pytest.fixture
def proxy(github: int) -> Iterator[CiProxy]:
    with CiProxy(github, permissions=dict(PEOPLE)).serving() as proxy:
        assert isinstance(proxy, CiProxy)
        yield proxy


@pytest.fixture
def done(github: int, proxy: CiProxy, tmp_path: Path) -> Merged:
    return merged(github, proxy, tmp_path)


@pytest.fixture
def undone(github: int, proxy: CiProxy, tmp_path: Path) -> Merged:
    """Its fix is in a release, the error came back, and `merge.revert` is on."""
    made = merged(github, proxy, tmp_path, REVERT)
    made.tag("v2")
    made.seen("v1,v2")
    return made


def writes(made: Merged) -> int:
    return len(made.fix.proxy.written)


# --- did it hold


def test_an_sdk_reopens_the_issue_and_the_next_run_knows_why(done: Merged) -> None:
    done.tag("v2")
    done.seen("v1,v2", reopened=True)
    ended = done.look(done.reopened())
    assert (ended.outputs["failed"], ended.outputs["reverts"]) == (str(done.fix.pull), ""), ended
    assert done.labels == {"splat:failed"}
    assert "**The fix did not hold.**" in done.fix.comment
    assert "`v2`, which holds the fix" in done.fix.comment
    assert done.fix.proxy.asked == ["dispatch splat.yml on main"]
    assert done.reverts() == []
    # Splat's own dispatch, once.
    payload = done.fix.gate.payload("workflow_dispatch", by=BOT)
    payload |= {"ref": "refs/heads/main", "inputs": {"issue": str(done.fix.issue)}}
    began = done.gate("workflow_dispatch", payload)
    assert (began.outputs["go"], began.outputs["ask"]) == ("true", "heal"), began
    assert f'"earlier": {done.fix.pull}' in (done.fix.folder / "splat-request" / "request.json").read_text()
    assert f"**What did not hold:**\n- #{done.fix.pull}" in done.fix.comment, "the next run hides it not"
    assert done.gate("workflow_dispatch", payload).outputs["code"] == "own"
    assert done.fix.ledger.fate(done.fix.pull).outcome == "failed"


def test_a_failure_that_was_only_counted_reopens_the_issue(done: Merged) -> None:
    done.tag("v2")
    done.seen("v1,v2")
    assert done.issue["state"] == "closed"
    assert done.look(done.swept()).outputs["failed"] == str(done.fix.pull)
    assert done.issue["state"] == "open"
    assert done.fix.proxy.asked == ["dispatch splat.yml on main"]
    comments, before = len(done.shop.comments(done.fix.issue)), done.fix.comment
    done.shop.call("PATCH", f"{done.shop.path}/issues/{done.fix.issue}", {"state": "closed"}, MONA)
    done.look(done.swept())
    assert done.issue["state"] == "closed", "a person closed it again"
    assert (len(done.shop.comments(done.fix.issue)), done.fix.comment) == (comments, before)


def test_a_release_without_the_fix_is_no_failure_and_costs_nothing(done: Merged) -> None:
    base = done.fix.base
    done.shop.call("POST", f"{done.shop.path}/git/refs", {"ref": "refs/tags/v1.1", "sha": base})
    done.seen("v1,v1.1", reopened=True)
    ended = done.look(done.reopened())
    assert (ended.outputs["failed"], ended.outputs["waiting"]) == ("", str(done.fix.pull)), ended
    assert "`v1.1`, which does not hold the fix" in done.fix.comment
    assert (done.labels, done.fix.proxy.asked) == (set(), [])


def test_where_nobody_knows_the_release_it_is_healed_as_ever(done: Merged) -> None:
    done.seen("v1,build%2D77", reopened=True)
    ended = done.look(done.reopened())
    assert ended.outputs["waiting"] == str(done.fix.pull), ended
    assert done.fix.proxy.asked == ["dispatch splat.yml on main"]
    assert done.labels == set()


def test_live_and_quiet_is_verified_once_and_a_return_takes_it_back(
    github: int, proxy: CiProxy, tmp_path: Path
) -> None:
    made = merged(github, proxy, tmp_path, "merge: {quiet_hours: 0.0001}\n")
    made.look(made.deployed())
    assert "**The fix is live.**" in made.fix.comment
    time.sleep(1.2)
    assert made.look(made.swept()).outputs["verified"] == str(made.fix.pull)
    assert made.labels == {"splat:verified"}
    assert "**Verified.**" in made.fix.comment
    assert "was not seen for 0.0001 hours" in made.fix.comment
    assert "fixes this.**" in made.fix.comment, "what it said before stays"
    asked = writes(made)
    made.look(made.swept())
    assert writes(made) == asked, "said once"
    assert made.issue["state"] == "closed"
    made.tag("v2")
    made.seen("v1,v2")
    made.look(made.swept())
    assert made.labels == {"splat:failed"}
    assert "**Verified.**" not in made.fix.comment


def test_another_error_in_a_release_with_the_fix_says_that_it_is_live(done: Merged) -> None:
    done.tag("v2")
    time.sleep(1.1)
    done.shop.issue(report("v2", later(0), "f" * 16), ("splat",), REPORTER)
    assert done.look(done.swept()).outputs["waiting"] == str(done.fix.pull)
    assert done.fix.ledger.fate(done.fix.pull).live


def test_a_deploy_of_something_older_says_nothing(done: Merged) -> None:
    before = done.fix.comment
    assert done.look(done.deployed(done.fix.base)).outputs["waiting"] == str(done.fix.pull)
    assert done.fix.comment == before


def test_without_a_fix_of_splat_s_two_requests_end_it(github: int, proxy: CiProxy, tmp_path: Path) -> None:
    made = merged(github, proxy, tmp_path, "merge: {window_days: 0.0000001, quiet_hours: 0.0000001}\n")
    time.sleep(1.1)
    proxy.log.clear()
    ended = made.gate(*made.swept())
    assert (ended.outputs["go"], ended.outputs["code"]) == ("false", "nothing-merged"), ended
    assert len(proxy.log) <= 3


def test_a_person_who_said_stop_is_left_alone(undone: Merged) -> None:
    undone.shop.call("POST", f"{undone.shop.path}/issues/{undone.fix.issue}/labels", {"labels": ["splat:stop"]})
    before = writes(undone)
    undone.look(undone.swept())
    assert writes(undone) == before


@pytest.mark.parametrize("release", ["v2", "build%2D77"])
def test_where_a_cap_is_reached_no_run_is_asked_for_and_the_issue_says_why(
    github: int, proxy: CiProxy, tmp_path: Path, release: str
) -> None:
    made = merged(github, proxy, tmp_path)
    made.tag("v2")
    made.seen(f"v1,{release}", reopened=True)
    made.look(made.reopened(), SPLAT_GATE_ATTEMPTS="1")
    assert proxy.asked == []
    assert "no run by itself. Splat has tried 1 times, and may try 1." in made.fix.comment
    assert not made.fix.ledger.again
    before = made.fix.comment
    made.look(made.reopened(), SPLAT_GATE_ATTEMPTS="1")
    assert (made.fix.comment, proxy.asked) == (before, [])


def test_where_a_person_works_on_it_no_run_is_asked_for_and_the_issue_says_why(done: Merged) -> None:
    path = f"{done.shop.path}/issues/{done.fix.issue}"
    done.shop.call("PATCH", path, {"assignees": [MONA]}, MONA)
    done.tag("v2")
    done.seen("v1,v2")
    assert done.look(done.swept()).outputs["failed"] == str(done.fix.pull)
    assert (done.issue["state"], done.fix.proxy.asked) == ("open", [])
    assert "no run by itself. The issue is assigned to `mona`." in done.fix.comment


# --- the revert


def test_the_revert_is_the_fix_s_own_change_taken_out(undone: Merged) -> None:
    undone.push(f'"""The cart."""\n\n{FIXED}')
    ended = undone.look(undone.swept())
    [pull] = undone.reverts()
    assert ended.outputs["reverts"] == str(pull["number"]), ended
    assert pull["title"] == "revert: fix: it"
    assert not pull["draft"]
    assert pull["head"]["ref"] == f"splat-revert/0123456789abcdef-{undone.fix.pull}"
    assert "`v2`, which holds the fix" in pull["body"]
    assert f"issue #{undone.fix.issue}" in pull["body"]
    assert "Fixes" not in pull["body"]
    assert undone.file(pull["head"]["ref"]) == f'"""The cart."""\n\n{BEFORE}'
    assert FIXED in undone.file("main"), "nothing is merged"
    assert f"[Pull request {pull['number']}]" in undone.fix.comment
    undone.look(undone.swept())
    assert len(undone.reverts()) == 1


def test_it_is_off_by_default(done: Merged) -> None:
    done.tag("v2")
    done.seen("v1,v2")
    done.look(done.swept())
    assert done.reverts() == []


def test_what_does_not_come_out_cleanly_is_refused(undone: Merged) -> None:
    undone.push("def total(a, b):\n    return max(0, a - (b.amount if b else 0))\n")
    ended = undone.look(undone.swept())
    assert (ended.outputs["failed"], ended.outputs["reverts"]) == (str(undone.fix.pull), ""), ended
    assert "`shop/cart.py` was changed since" in undone.fix.comment
    assert undone.reverts() == []
    refs = undone.shop.call("GET", f"{undone.shop.path}/git/matching-refs/heads/splat-revert/")
    assert refs == []


def test_a_protected_path_is_left_to_people(github: int, proxy: CiProxy, tmp_path: Path) -> None:
    made = merged(github, proxy, tmp_path, f"{REVERT}policy: {{protected: ['shop/**']}}\n")
    made.tag("v2")
    made.seen("v1,v2")
    made.look(made.swept())
    assert "is protected (`protected`)" in made.fix.comment
    assert made.reverts() == []


def test_a_revert_that_was_closed_is_not_opened_again(undone: Merged) -> None:
    undone.look(undone.swept())
    [pull] = undone.reverts()
    undone.shop.call("PATCH", f"{undone.shop.path}/pulls/{pull['number']}", {"state": "closed"}, MONA)
    undone.shop.call("DELETE", f"{undone.shop.path}/git/refs/heads/{pull['head']['ref']}")
    undone.look(undone.swept())
    assert len(undone.reverts()) == 1


def test_two_at_once_open_one(undone: Merged) -> None:
    """Both have seen that there is none, and meet where the first one makes its branch."""
    both = threading.Barrier(2)
    met: list[bool] = []

    def meet() -> None:
        if len(met) < 2:
            met.append(True)
            both.wait(20)

    undone.fix.proxy.strikes.append((r"POST .*/git/commits", meet))
    delivery = undone.swept()
    assert undone.gate(*delivery).went

    def once() -> None:
        _revert_of(undone)

    threads = [threading.Thread(target=once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(met) == 2
    assert len(undone.reverts()) == 1


def hub_of(made: Merged) -> GitHub:
    """Without the process-wide environment of a command line."""
    env = environment(made.shop, made.fix.proxy, made.fix.folder)
    env |= {"SPLAT_ACTOR_ID": str(made.shop.user(BOT)["id"])}
    return GitHub(Actions.read(env), env)


def _revert_of(made: Merged) -> None:
    """The step's own part that writes."""
    hub = hub_of(made)
    fix = GitHubFate(hub, "main").fix(made.fix.pull)
    assert fix
    assert revert(fix, made.fix.issue, "Seen.", GitHubReverts(hub), PolicySettings()).number


@pytest.mark.parametrize(
    "dies",
    [r"POST .*/labels", r"PATCH .*/issues/\d+", r"PATCH .*/issues/comments/\d+", r"POST .*/git/refs", r"POST .*/pulls"],
)
def test_whatever_breaks_is_told_and_the_next_run_goes_on(undone: Merged, dies: str) -> None:
    undone.fix.proxy.faults.append((dies, 403, False))
    undone.look(undone.swept())
    undone.look(undone.swept())
    assert undone.labels == {"splat:failed"}
    assert undone.issue["state"] == "open"
    assert len(undone.reverts()) == 1
    assert len(undone.shop.comments(undone.fix.issue)) == 1
    assert undone.fix.ledger.fate(undone.fix.pull).revert == undone.reverts()[0]["number"]
    assert "takes the fix back" in undone.fix.comment


@pytest.mark.parametrize("late", [r"POST .*/git/refs", r"POST .*/pulls", r"PATCH .*/issues/comments/\d+"])
def test_an_answer_that_got_lost_makes_nothing_twice(undone: Merged, late: str) -> None:
    undone.fix.proxy.faults.append((late, 502, True))
    undone.look(undone.swept())
    undone.look(undone.swept())
    assert len(undone.reverts()) == 1
    assert undone.fix.ledger.fate(undone.fix.pull).revert == undone.reverts()[0]["number"]


# --- what others write


def test_a_stranger_s_block_says_nothing(github: int, proxy: CiProxy, tmp_path: Path) -> None:
    made = merged(github, proxy, tmp_path, REVERT, by=MONA, body=report("v2", later(60)), labels=("auto-fix",))
    made.tag("v2")
    before = writes(made)
    made.look(made.swept())
    assert writes(made) == before


def test_a_stranger_s_ledger_says_nothing(undone: Merged) -> None:
    """A forged one in an issue of a reporter that no fix was made for."""
    other = undone.shop.issue(report("v2", later(60)), ("splat",), REPORTER)["number"]
    undone.shop.comment(other, undone.fix.comment, MONA)
    path = f"{undone.shop.path}/pulls/{undone.fix.pull}"
    undone.shop.call("PATCH", path, {"body": f"Evil.\n\nFixes #{other}\n"}, MONA)
    undone.look(undone.swept())
    assert {name for name in undone.shop.labels(other) if name.startswith("splat:")} == set()
    assert undone.labels == {"splat:failed"}, "found by its signature"


def test_a_pull_request_of_somebody_else_is_none_of_splat_s(github: int, proxy: CiProxy, tmp_path: Path) -> None:
    made = merged(github, proxy, tmp_path, REVERT)
    pull = made.shop.pull("splat/0123456789abcdef-2", f"Fixes #{made.fix.issue}", MONA)
    made.shop.call("PUT", f"{made.shop.path}/pulls/{pull['number']}/merge", {"merge_method": "squash"}, MONA)
    made.tag("v2")
    made.seen("v1,v2")
    made.look(made.swept())
    assert [each["head"]["ref"] for each in made.reverts()] == [f"splat-revert/0123456789abcdef-{made.fix.pull}"]


def test_a_release_s_name_is_only_ever_a_name(undone: Merged) -> None:
    names = [
        "main",
        "refs%2Fheads%2Fmain",
        "..%2F..%2F..%2Fuser",
        "%40acme%20%60%60%60%20%3C%21%2D%2D%20splat%3Aledger%20%7B%7D%20%2D%2D%3E",
        "v2%27%3Btouch%20x%3B",
        "acme%3Amain",
        "main~1",
        "%F0%9F%92%A5",
    ]
    undone.seen(",".join(["v1", *names]).replace("~", "%7E"))
    ended = undone.look(undone.swept())
    assert (ended.outputs["failed"], ended.outputs["waiting"]) == ("", str(undone.fix.pull)), ended
    assert undone.labels == set()
    assert undone.reverts() == []
    asked = [each.path for each in undone.fix.proxy.log]
    assert not [path for path in asked if "/compare/" in path], "not one of them is asked for as a commit"
    assert not [path for path in asked if path.endswith("/user") or ".." in path]


def beside_main(made: Merged) -> str:
    """A commit that holds the fix and stands on no branch of this repository: a fork's, by what GitHub answers."""
    head = made.shop.call("GET", f"{made.shop.path}/git/ref/heads/main")["object"]["sha"]
    return made_by(made, [head], BEFORE)


def test_a_fork_s_commit_is_no_release(undone: Merged) -> None:
    """Whoever opens a pull request can have it seen in a preview, by an id that the compare API answers for."""
    theirs = beside_main(undone)
    undone.seen(f"v1,{theirs}")
    ended = undone.look(undone.swept())
    assert (ended.outputs["failed"], undone.labels, undone.reverts()) == ("", set(), []), ended
    undone.seen(f"v1,{theirs[:12]}")
    assert undone.look(undone.swept()).outputs["failed"] == ""
    undone.look(undone.deployed(theirs))
    assert not undone.fix.ledger.fate(undone.fix.pull).live


def test_a_protected_branch_s_last_commit_is_a_release(undone: Merged) -> None:
    theirs = beside_main(undone)
    told = json.dumps([{"name": "production", "protected": True}]).encode()
    undone.fix.proxy.answers[rf"GET .*/commits/{theirs}/branches-where-head"] = (200, told)
    undone.seen(f"v1,{theirs}")
    assert undone.look(undone.swept()).outputs["failed"] == str(undone.fix.pull)


def test_a_shortened_commit_of_the_default_branch_is_a_release(undone: Merged) -> None:
    head = undone.shop.call("GET", f"{undone.shop.path}/git/ref/heads/main")["object"]["sha"]
    undone.fix.proxy.answers[rf"GET .*/commits/{head[:10]}"] = (200, json.dumps({"sha": head}).encode())
    undone.seen(f"v1,{head[:10].upper()}")
    assert undone.look(undone.swept()).outputs["failed"] == str(undone.fix.pull)


def test_a_branch_whose_name_looks_like_a_commit_is_no_release(undone: Merged) -> None:
    head = undone.shop.call("GET", f"{undone.shop.path}/git/ref/heads/main")["object"]["sha"]
    undone.fix.proxy.answers[r"GET .*/commits/20261121"] = (200, json.dumps({"sha": head}).encode())
    undone.seen("v1,20261121")
    assert undone.look(undone.swept()).outputs["failed"] == ""


def test_a_tag_that_moves_is_no_release(undone: Merged) -> None:
    undone.tag("latest")
    undone.seen("v1,latest")
    assert undone.look(undone.swept()).outputs["failed"] == ""


def test_a_reporter_s_token_tells_of_no_deploy(done: Merged) -> None:
    case, payload = done.deployed()
    ended = done.gate(case, payload | {"sender": done.shop.user(REPORTER)})
    assert ended.outputs["code"] == "reporter"


# --- however it was merged


def made_by(made: Merged, parents: list[str], content: str, message: str = "x") -> str:
    """A commit on top of others, with this cart."""
    shop = made.shop
    tree = shop.call("GET", f"{shop.path}/git/commits/{parents[0]}")["tree"]["sha"]
    entry = {"path": "shop/cart.py", "mode": "100644", "type": "blob", "content": content}
    tree = shop.call("POST", f"{shop.path}/git/trees", {"base_tree": tree, "tree": [entry]})["sha"]
    told = {"message": message, "tree": tree, "parents": parents}
    sha: str = shop.call("POST", f"{shop.path}/git/commits", told)["sha"]
    return sha


def test_a_merge_a_squash_and_a_rebase_come_out_alike(done: Merged) -> None:
    """Base, a commit of others on it, and two commits of the fix's beside that; landed in each of the three ways."""
    base, fix = done.fix.base, done.fix
    first = made_by(done, [base], f"# one\n{BEFORE}")
    second = made_by(done, [first], f"# one\n{FIXED}")
    others = made_by(done, [base], f"{BEFORE}# others\n")
    together = f"# one\n{FIXED}# others\n"
    ways = {
        "merge": made_by(done, [others, second], together),
        "squash": made_by(done, [others], together),
        "rebase": made_by(done, [made_by(done, [others], f"# one\n{BEFORE}# others\n")], together),
    }
    hub = hub_of(done)
    for commit in ways.values():
        merged_one = GitHubFate(hub, "main").fix(fix.pull)
        assert merged_one
        landed = GitHubReverts(hub).landed(replace(merged_one, head=second, commit=commit), commit)
        assert not isinstance(landed, str), landed
        [file] = landed
        assert (file.before, file.after, file.now) == tuple(
            text.encode() for text in (BEFORE, f"# one\n{FIXED}", together)
        )


def test_what_was_renamed_or_is_a_link_is_left_to_people(undone: Merged) -> None:
    shop = undone.shop
    head = shop.call("GET", f"{shop.path}/git/ref/heads/main")["object"]["sha"]
    tree = shop.call("GET", f"{shop.path}/git/commits/{head}")["tree"]["sha"]
    link = {"path": "shop/cart.py", "mode": "120000", "type": "blob", "content": FIXED}
    tree = shop.call("POST", f"{shop.path}/git/trees", {"base_tree": tree, "tree": [link]})["sha"]
    sha = shop.call("POST", f"{shop.path}/git/commits", {"message": "x", "tree": tree, "parents": [head]})["sha"]
    shop.call("PATCH", f"{shop.path}/git/refs/heads/main", {"sha": sha})
    undone.look(undone.swept())
    assert undone.reverts() == []
    assert "**The revert:**" in undone.fix.comment
    assert undone.labels == {"splat:failed"}


def test_the_next_attempt_is_told_and_has_a_branch_of_its_own(gate: Gate, tmp_path: Path) -> None:
    jobs = Jobs(gate, crash("python", tmp_path / "app"), tmp_path)
    issue = jobs.issue()
    assert jobs.labeled(issue).went
    healed = jobs.heal()
    published = jobs.publish()
    assert published.outputs["outcome"] == "fixed", (healed, published)
    [first], shop = jobs.pulls(), gate.shop
    shop.call("PUT", f"{shop.path}/pulls/{first['number']}/merge", {"sha": first["head"]["sha"]}, MONA)
    payload = gate.payload("issue_comment_created", issue, comment=shop.comment(issue, "@splat retry"))
    assert jobs.admit("issue_comment_created", payload).went
    healed = jobs.heal()
    told = json.dumps(jobs.asked)
    assert f"An earlier fix of this error, pull request {first['number']}, which did not hold" in told, healed
    assert "look for what it missed" in told
    jobs.publish()
    assert f"{first['head']['ref']}-2" in jobs.branches()
