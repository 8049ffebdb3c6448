"""What was tried and not proven, on a branch of its own: written by the job that writes, under every rule of a fix."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from healer.event import read_event
from healer.event.read import BRANCH
from healer.outcome import Skipped
from healer.settings import Settings
from tests.github.jobs import Jobs, moved_in, shown
from tests.github.kit import BOT, MONA
from tests.heal.kit import answer
from tests.recorded_events import delivery
from tests.verdict.apps import App, crash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github.runs import Gate

pytestmark = pytest.mark.slow
ON = {"SPLAT_PULL_REQUEST_ATTEMPTED_BRANCH": "true"}
NO_PROOF = {"find": "    cheapest = min(cents)\n", "replace": "    cheapest = min(sorted(cents))\n"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    return crash("python", tmp_path_factory.mktemp("app"))


@pytest.fixture
def jobs(gate: Gate, app: App, tmp_path: Path) -> Jobs:
    return Jobs(gate, app, tmp_path)


def unproven(app: App) -> dict[str, Any]:
    return answer(app, edits=[{"path": "shop/cart.py", **NO_PROOF}])


_handed: dict[str, bytes] = {}


def handed(jobs: Jobs) -> int:
    """An issue whose attempt waits to be shown."""
    issue = jobs.issue()
    assert jobs.labeled(issue).went
    if not _handed:
        healed = jobs.heal([unproven(jobs.app)], "--attempts", "1", **ON)
        assert healed.outputs["outcome"] == "unfixed", healed.printed
        _handed["it"] = jobs.handover.read_bytes()
    jobs.handover.write_bytes(_handed["it"])
    del jobs.gate.proxy.log[:]
    return issue


def attempts(jobs: Jobs) -> dict[str, str]:
    found = jobs.gate.shop.call("GET", f"{jobs.gate.shop.path}/git/matching-refs/heads/splat-attempt/")
    return {ref["ref"].removeprefix("refs/heads/"): ref["object"]["sha"] for ref in found}


def commit(jobs: Jobs, sha: str) -> Any:
    return jobs.gate.shop.call("GET", f"{jobs.gate.shop.path}/commits/{sha}")


def again(jobs: Jobs, issue: int) -> None:
    """The same is asked for once more, by a comment; what was handed over stays."""
    spoken = jobs.gate.shop.comment(issue, "@splat retry")
    payload = jobs.gate.payload("issue_comment_created", issue, comment=spoken)
    assert jobs.admit("issue_comment_created", payload).went


def test_by_default_nothing_is_left(jobs: Jobs) -> None:
    issue = jobs.issue()
    assert jobs.labeled(issue).went
    assert jobs.heal([unproven(jobs.app)], "--attempts", "1").outputs["outcome"] == "unfixed"
    assert "diff" not in json.loads(jobs.handover.read_text()), "what nobody wants to see does not cross"
    jobs.handover.write_bytes(_handed.get("it") or jobs.handover.read_bytes())
    assert jobs.publish().outputs["outcome"] == "unfixed"
    assert not attempts(jobs)
    assert "splat-attempt" not in jobs.comment_body(issue)
    assert not [asked for asked in jobs.gate.proxy.log if "splat-attempt" in asked.path]


def test_the_comment_leads_to_the_branch(jobs: Jobs) -> None:
    issue = handed(jobs)
    assert jobs.publish(**ON).outputs["outcome"] == "unfixed"
    [(branch, sha)] = attempts(jobs).items()
    signature = jobs.ledger(issue).signature
    assert branch == f"splat-attempt/{signature}"
    assert NO_PROOF["replace"] in jobs.file(branch, "shop/cart.py")
    made = commit(jobs, sha)
    assert [parent["sha"] for parent in made["parents"]] == [jobs.base]
    assert made["author"]["login"] == BOT
    first, _, rest = made["commit"]["message"].partition("\n")
    assert first.startswith("attempt: ")
    assert first.endswith(" [skip ci]")
    assert f"Splat-Attempt: {signature}" in rest
    assert "Splat-Signature" not in rest, "no reader of fixes knows it again"
    body = jobs.comment_body(issue)
    assert f"/acme/shop/tree/{branch}" in body or re.search(rf"/tree/{branch}\)", body)
    assert "**and was not proven**" in body
    assert not jobs.pulls()
    assert not jobs.branches()
    assert len(jobs.gate.proxy.log) <= 20


def test_nothing_of_splat_s_takes_it_for_a_fix(jobs: Jobs) -> None:
    handed(jobs)
    jobs.publish(**ON)
    [(branch, sha)] = attempts(jobs).items()
    assert not BRANCH.fullmatch(branch)
    payload: Any = delivery("workflow_run_failed")
    payload["workflow_run"] |= {"head_branch": branch, "head_sha": sha}
    told = read_event("workflow_run", payload, Settings())
    assert isinstance(told, Skipped), "its checks are nobody's business"
    payload["workflow_run"]["head_branch"] = branch.replace("-attempt", "")
    assert not isinstance(read_event("workflow_run", payload, Settings()), Skipped), "those of a fix are"


def test_the_next_attempt_is_the_branch_s_next_commit_and_a_fix_takes_it_away(jobs: Jobs) -> None:
    issue = handed(jobs)
    jobs.publish(**ON)
    [(branch, first)] = attempts(jobs).items()
    again(jobs, issue)
    jobs.forge(diff=json.loads(_handed["it"])["diff"].replace("min(sorted(cents))", "min(list(cents))"))
    assert jobs.publish(**ON).outputs["outcome"] == "unfixed"
    assert list(attempts(jobs)) == [branch]
    assert [parent["sha"] for parent in commit(jobs, attempts(jobs)[branch])["parents"]] == [first]
    assert "min(list(cents))" in jobs.file(branch, "shop/cart.py")
    again(jobs, issue)
    assert jobs.heal(**ON).outputs["outcome"] == "fixed"
    assert jobs.publish(**ON).outputs["outcome"] == "fixed"
    assert not attempts(jobs)
    assert len(jobs.branches()) == 1


def test_a_later_run_that_got_no_further_takes_it_away(jobs: Jobs) -> None:
    issue = handed(jobs)
    jobs.publish(**ON)
    again(jobs, issue)
    told = json.loads(_handed["it"])
    jobs.handover.write_text(json.dumps({key: told[key] for key in told.keys() - {"diff", "proposal"}}))
    assert jobs.publish(**ON).outputs["outcome"] == "unfixed"
    assert not attempts(jobs)
    assert "splat-attempt" not in jobs.comment_body(issue)


def test_a_person_s_commit_on_it_is_left_alone(jobs: Jobs) -> None:
    issue = handed(jobs)
    jobs.publish(**ON)
    [(branch, _)] = attempts(jobs).items()
    theirs = {"message": "mine", "content": "eA==", "branch": branch}
    made = jobs.gate.shop.call("PUT", f"{jobs.gate.shop.path}/contents/mine.txt", theirs, MONA)["commit"]["sha"]
    again(jobs, issue)
    assert jobs.publish(**ON).outputs["outcome"] == "unfixed"
    assert attempts(jobs) == {branch: made}
    assert "holds commits that are not Splat's" in shown(jobs.comment_body(issue))
    again(jobs, issue)
    assert jobs.heal(**ON).outputs["outcome"] == "fixed"
    jobs.publish(**ON)
    assert attempts(jobs) == {branch: made}


@pytest.mark.parametrize(
    ("diff", "says"),
    [
        ("--- /dev/null\n+++ b/.github/workflows/x.yml\n@@ -0,0 +1,1 @@\n+on: push\n", "a rule refuses it"),
        ("--- /dev/null\n+++ b/../../etc/passwd\n@@ -0,0 +1,1 @@\n+x\n", "a rule refuses it"),
        ("a capability", "it adds a capability"),
    ],
)
def test_what_a_rule_refuses_is_never_pushed(jobs: Jobs, diff: str, says: str) -> None:
    issue = handed(jobs)
    if diff == "a capability":
        ours = json.loads(_handed["it"])["diff"]
        diff = ours.replace("min(sorted(cents))", "min(cents, default=int(__import__('os').environ['X']))")
        assert diff != ours
    jobs.forge(diff=diff)
    assert jobs.publish(**ON).outputs["outcome"] == "unfixed"
    assert not attempts(jobs)
    assert not [asked for asked in jobs.gate.proxy.written if "/git/" in asked.path]
    assert says in shown(jobs.comment_body(issue))


def test_a_stranger_s_words_reach_no_branch(jobs: Jobs) -> None:
    issue = handed(jobs)
    file = jobs.request / "request.json"
    file.write_text(file.read_text().replace('"approved": true', '"approved": false'))
    jobs.publish(**ON)
    assert not attempts(jobs)
    assert "nobody with write permission filed or approved" in shown(jobs.comment_body(issue))


@pytest.mark.parametrize("how", ["dry", "closed", "refused", "moved"])
def test_what_stands_in_the_way(jobs: Jobs, how: str) -> None:
    issue = handed(jobs)
    path = jobs.gate.shop.path
    if how == "closed":
        jobs.gate.shop.call("PATCH", f"{path}/issues/{issue}", {"state": "closed"})
    elif how == "refused":
        jobs.gate.proxy.fault_says = "Resource not accessible by integration"
        jobs.gate.proxy.faults.append((rf"POST {path}/git/refs", 403, False))
    elif how == "moved":
        moved_in(jobs.gate)
    ended = jobs.publish(*(["--dry-run"] if how == "dry" else []), **ON)
    assert ended.code == 0, "the diagnosis is there either way"
    assert bool(attempts(jobs)) == (how == "moved")
    if how == "refused":
        assert "on no branch: The token may not do this" in shown(jobs.comment_body(issue))
