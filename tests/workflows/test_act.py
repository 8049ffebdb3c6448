"""The real workflow on a runner: a delivery comes in, and jobs run, each with its own rights."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from healer.gate import read_ledger
from healer.testing import ScriptedClaude
from tests.github.after_kit import merged
from tests.github.ci_kit import CiProxy
from tests.github.jobs import mirrored, moved_in
from tests.github.kit import MONA, STRANGER
from tests.github.repairs import brought
from tests.github.test_webhooks import deliveries, next_of
from tests.heal.kit import answer, git
from tests.recorded_events import delivery
from tests.verdict.apps import crash
from tests.workflows.files import ROOT
from tests.workflows.guard import OF_APP
from tests.workflows.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.github.kit import Shop
    from tests.verdict.apps import App
    from tests.workflows.guard import Guard

OWN_STEPS = ROOT / "examples/workflows/splat-own-steps.yml"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
#: What the actor's relation to the repository is, in the words of a payload; the emulator leaves it out.
RELATION = {MONA: "COLLABORATOR", STRANGER: "NONE"}


@pytest.fixture
def app(tmp_path: Path) -> App:
    return crash("python", tmp_path / "app")


@pytest.fixture
def runner(shop: Shop, guard: Guard, app: App, tmp_path: Path, packages: Path) -> Iterator[Runner]:
    """Its repository is the crashing program's, the same commit on both sides."""
    mirrored(SimpleNamespace(shop=shop), app)
    with ScriptedClaude([answer(app)], repeat=True) as claude:
        yield Runner(shop, guard, tmp_path, app.repo, packages, claude)


def crashed(app: App) -> str:
    return f"The cart fails.\n\n```\n{app.trace}\n```\n"


def related(payload: Any) -> Any:
    payload["comment"]["author_association"] = RELATION[payload["comment"]["user"]["login"]]
    return payload


def pulls(runner: Runner) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = runner.shop.call("GET", f"{runner.shop.path}/pulls?state=all")
    return found


def requests(runner: Runner) -> int:
    """From the event to the pull request and the last word about it; then its checks are looked at."""
    asked = runner.guard.requests
    last = min(
        number for number, each in enumerate(asked["publish"], 1) if re.match(r"PATCH .*/issues/comments/", each)
    )
    return len(asked["gate"]) + len(asked["heal"]) + last


def test_a_label_becomes_a_pull_request(runner: Runner, app: App) -> None:
    with deliveries(runner) as got:  # type: ignore[arg-type]
        issue = runner.shop.issue(crashed(app), (), MONA)["number"]
        runner.shop.call("POST", f"{runner.shop.path}/issues/{issue}/labels", {"labels": ["splat"]}, MONA)
        ran = runner.deliver("issues", next_of(got, "issues", "labeled"))
    assert ran.jobs == {"gate": "success", "heal": "success", "publish": "success"}, ran.log
    [pull] = pulls(runner)
    assert pull["head"]["ref"].startswith("splat/")
    assert f"Fixes #{issue}" in pull["body"]
    told = ran.outputs("publish")
    assert (told["outcome"], told["pull-request"]) == ("fixed", str(pull["number"])), ran.log
    assert runner.guard.refused == []
    assert requests(runner) <= 25, json.dumps(runner.guard.requests, indent=1)
    assert "sk-ant-test" not in ran.log


def test_a_role_at_amazon_stands_in_for_a_key(runner: Runner, app: App) -> None:
    """heal-oidc.yml: who asks Claude signs with the role's keys; no other step, and no other job, has them."""
    caller = runner.work / ".github/workflows/splat.yml"
    text, _, _ = caller.read_text().partition("    # What you did not set is empty")
    grants = ("      statuses: read\n", "      statuses: read\n      id-token: write\n")
    role = "    with: { aws-region: eu-central-1, aws-role-to-assume: 'arn:aws:iam::111122223333:role/splat' }\n"
    caller.write_text(text.replace("heal.yml@v1", "heal-oidc.yml@v1").replace(*grants) + role)
    with deliveries(runner) as got:  # type: ignore[arg-type]
        issue = runner.shop.issue(crashed(app), (), MONA)["number"]
        runner.shop.call("POST", f"{runner.shop.path}/issues/{issue}/labels", {"labels": ["splat"]}, MONA)
        ran = runner.deliver("issues", next_of(got, "issues", "labeled"))
    assert ran.jobs == {"gate": "success", "heal": "success", "publish": "success"}, ran.log
    assert len(pulls(runner)) == 1
    assert runner.claude.paths == ["/model/global.anthropic.claude-sonnet-5-5/invoke"]
    [headers] = runner.claude.headers
    assert "Credential=AKIASTANDIN/" in headers["authorization"]
    assert "/eu-central-1/bedrock/aws4_request" in headers["authorization"]
    assert headers["x-amz-security-token"] == "standin-session"
    assert "standin-secret-key" not in ran.log.replace("secret=***", "")
    assert runner.guard.refused == []


#: What the project's CI prints at the first fix: a second bug, that nobody had met.
RED = """Traceback (most recent call last):
  File "/home/runner/work/shop/shop/shop/cart.py", line 16, in total
    return sum(cents) - free
           ~~~^^^^^^^
TypeError: unsupported operand type(s) for +: 'int' and 'NoneType'
"""


def repaired(app: App) -> dict[str, Any]:
    """Claude's answer to that."""
    found = "    cents = [find(prices, name) for name in names]\n"
    better = "    cents = [cents for cents in (find(prices, name) for name in names) if cents is not None]\n"
    test = "def test_total_of_unknown():\n    assert total(PRICES, ['plate']) == 0\n\n\ndef test_find():\n"
    return answer(
        app,
        title="unknown names cost nothing",
        edits=[{"path": "shop/cart.py", "find": found, "replace": better}],
        regression_test={
            "name": "test_total_of_unknown",
            "edits": [{"path": "tests/test_cart.py", "find": "def test_find():\n", "replace": test}],
        },
    )


def ended(runner: Runner, conclusion: str, number: int, pull: dict[str, Any], log: str = "") -> Any:
    """The project's CI ends at the newest commit of a pull request; the delivery that tells of it."""
    head = pull["head"]["ref"]
    sha = runner.shop.call("GET", f"{runner.shop.path}/git/ref/heads/{head}")["object"]["sha"]
    runner.guard.run(sha, number=number, conclusion=conclusion)
    runner.guard.job(number, conclusion=conclusion, log=log)
    told = {"head_sha": sha, "head_branch": head, "id": number, "conclusion": conclusion}
    told |= {"head_repository": runner.shop.repository()}
    changes = {f"workflow_run__{name}": value for name, value in told.items()}
    return delivery("workflow_run_failed", repository=runner.shop.repository(), **changes)


@pytest.fixture
def claude(app: App) -> Iterator[ScriptedClaude]:
    with ScriptedClaude([answer(app), repaired(app)]) as claude:
        yield claude


def test_red_becomes_a_second_commit_and_green_is_merged(runner: Runner, app: App, claude: ScriptedClaude) -> None:
    runner.shop.configure("merge: {auto: true}")
    bring(runner, app, "main")
    runner.claude = claude
    with deliveries(runner) as got:  # type: ignore[arg-type]
        issue = runner.shop.issue(crashed(app), ("splat",), MONA)["number"]
        assert runner.deliver("issues", next_of(got, "issues", "opened")).outputs("publish")["checks"] == "none"
    [pull] = pulls(runner)
    first = bring(runner, app, pull["head"]["ref"])

    red = runner.deliver("workflow_run", ended(runner, "failure", 77, pull, RED))
    assert red.jobs == {"gate": "success", "answer": "success", "heal": "success", "publish": "success"}, red.log
    assert (red.outputs("answer")["next"], red.outputs("publish")["outcome"]) == ("repair", "fixed"), red.log
    second = bring(runner, app, pull["head"]["ref"])
    assert runner.shop.call("GET", f"{runner.shop.path}/git/commits/{second}")["parents"][0]["sha"] == first
    [pull] = pulls(runner)
    assert "Repaired after its checks failed" in pull["body"]
    assert len(claude.requests) == 2
    assert "The report that this branch fixes" in json.dumps(claude.requests[1])

    green = runner.deliver("workflow_run", ended(runner, "success", 78, pull))
    assert green.jobs == {"gate": "success", "answer": "success"}, green.log
    assert green.outputs("answer")["next"] == "merge", (green.log, runner.shop.comments(issue))
    assert [each["merged_at"] is not None for each in pulls(runner)] == [True]
    on_main = runner.shop.call("GET", f"{runner.shop.path}/contents/shop/cart.py?ref=main")["content"]
    assert "is not None" in base64.b64decode(on_main).decode()
    assert (runner.guard.refused, runner.guard.leaked) == ([], [])
    assert "sk-ant-test" not in red.log + green.log


def bring(runner: Runner, app: App, branch: str) -> str:
    """A branch of the emulated repository, in the one that is checked out of; its newest commit."""
    sha = str(runner.shop.call("GET", f"{runner.shop.path}/git/ref/heads/{branch}")["object"]["sha"])
    brought(SimpleNamespace(shop=runner.shop), app, sha)
    git(app, "update-ref", "HEAD" if branch == "main" else f"refs/heads/{branch}", sha)
    return sha


def test_a_comment_stops(runner: Runner, app: App) -> None:
    issue = runner.shop.issue(crashed(app), (), MONA)["number"]
    with deliveries(runner) as got:  # type: ignore[arg-type]
        runner.shop.comment(issue, "@splat stop")
        stopped = runner.deliver("issue_comment", related(next_of(got, "issue_comment", "created")))
    assert stopped.jobs == {"gate": "success", "answer": "success"}, stopped.log
    assert "splat:stop" in runner.shop.labels(issue)
    assert (runner.guard.refused, runner.guard.leaked) == ([], [])


def test_a_deploy_after_which_the_error_is_back(
    github: int, guard: Guard, app: App, tmp_path: Path, packages: Path
) -> None:
    place = tmp_path / "before"
    place.mkdir()
    with CiProxy(github, permissions=guard.permissions).serving() as proxy:
        assert isinstance(proxy, CiProxy)
        made = merged(github, proxy, place, "merge: {revert: true}\n")
        made.tag("v2")
        made.seen("v1,v2")
    told = {"repository": made.shop.repository(), "deployment__sha": made.fix.base, "sender": made.shop.user(MONA)}
    with ScriptedClaude([], repeat=True) as claude:
        runner = Runner(made.shop, guard, tmp_path, app.repo, packages, claude)
        ran = runner.deliver("deployment_status", delivery("deployment_status_production", **told))
    assert ran.jobs == {"gate": "success", "answer": "success"}, ran.log
    assert (made.labels, made.issue["state"], len(made.reverts())) == ({"splat:failed"}, "open", 1), ran.log
    assert guard.refused == []
    assert claude.requests == []


def test_opened_with_three_labels_is_one_pull_request(runner: Runner, app: App) -> None:
    with deliveries(runner) as got:  # type: ignore[arg-type]
        runner.shop.issue(crashed(app), ("bug", "splat", "checkout"), MONA)
        opened = next_of(got, "issues", "opened")
    labels = [{**opened, "action": "labeled", "label": {"name": name}} for name in ("bug", "splat", "checkout")]
    with ThreadPoolExecutor(2) as pool:
        ran = list(pool.map(lambda payload: runner.deliver("issues", payload), [opened, *labels]))
    begun = sorted(tuple(sorted(each.jobs)) for each in ran)
    assert begun == [(), (), ("gate",), ("gate", "heal", "publish")], "a foreign label starts nothing"
    assert len(pulls(runner)) == 1
    assert runner.guard.refused == []


def test_a_stranger_s_comment_starts_nothing(runner: Runner, app: App) -> None:
    issue = runner.shop.issue(crashed(app), (), MONA)["number"]
    with deliveries(runner) as got:  # type: ignore[arg-type]
        runner.shop.comment(issue, "@splat retry", by=STRANGER)
        ran = runner.deliver("issue_comment", related(next_of(got, "issue_comment", "created")))
    assert (ran.code, ran.jobs) == (0, {})
    assert runner.guard.requests == {}


def test_a_run_that_dies_says_why_and_a_person_s_hint_goes_on(runner: Runner, app: App) -> None:
    keys, runner.secrets = runner.secrets, {}
    with deliveries(runner) as got:  # type: ignore[arg-type]
        issue = runner.shop.issue(crashed(app), ("splat",), MONA)["number"]
        died = runner.deliver("issues", next_of(got, "issues", "opened"))
        assert died.jobs == {"gate": "success", "heal": "failure", "publish": "success"}, died.log
        [said] = runner.shop.comments(issue)
        assert "ANTHROPIC_API_KEY" in said["body"].replace("\\", "")
        assert (pulls(runner), runner.claude.requests) == ([], [])

        runner.secrets = keys
        runner.shop.comment(issue, "@splat retry An empty cart costs nothing.")
        commented = next_of(got, "issue_comment", "created")
        while commented["sender"]["login"] != MONA:
            commented = next_of(got, "issue_comment", "created")
        ran = runner.deliver("issue_comment", related(commented))
    assert ran.outputs("publish")["outcome"] == "fixed", ran.log
    assert "An empty cart costs nothing." in json.dumps(runner.claude.requests)
    assert len(pulls(runner)) == 1
    assert len(runner.shop.comments(issue)) == 2, "Splat has one comment, and mona has one"
    assert runner.guard.refused == []


def test_a_dry_run_writes_a_comment_and_nothing_else(runner: Runner, app: App) -> None:
    caller = runner.work / ".github/workflows/splat.yml"
    caller.write_text(caller.read_text().replace("    with:\n", "    with:\n      dry-run: true\n"))
    with deliveries(runner) as got:  # type: ignore[arg-type]
        issue = runner.shop.issue(crashed(app), ("splat",), MONA)["number"]
        ran = runner.deliver("issues", next_of(got, "issues", "opened"))
    assert ran.jobs["publish"] == "success", ran.log
    assert pulls(runner) == []
    assert runner.shop.call("GET", f"{runner.shop.path}/git/matching-refs/heads/splat/") == []
    assert [asked for asked in runner.guard.requests["publish"] if not asked.startswith("GET")] == [
        f"PATCH {runner.shop.path}/issues/comments/{runner.shop.comments(issue)[0]['id']}"
    ]


def test_an_app_s_tokens_have_the_rights_of_their_jobs(runner: Runner, app: App) -> None:
    caller = runner.work / ".github/workflows/splat.yml"
    caller.write_text(caller.read_text().replace("${{ vars.SPLAT_APP_CLIENT_ID }}", "Iv1.acme"))
    runner.secrets |= {"SPLAT_APP_PRIVATE_KEY": "the-app-s-key"}
    with deliveries(runner) as got:  # type: ignore[arg-type]
        runner.shop.issue(crashed(app), ("splat",), MONA)
        ran = runner.deliver("issues", next_of(got, "issues", "opened"))
    assert ran.outputs("publish")["outcome"] == "fixed", ran.log
    assert len(pulls(runner)) == 1
    assert runner.guard.refused == []
    held = {job: {token.startswith(OF_APP) for token in tokens} for job, tokens in runner.guard.tokens.items()}
    assert held == {"gate": {True}, "heal": {False}, "publish": {True}}
    assert "the-app-s-key" not in ran.log


def without_steps_of_its_own(text: str) -> str:
    """The example as it is before a user puts steps there."""
    steps = r"      # Your own steps stand here\.\n(?:      - uses: .*\n        with:\n          .*\n)"
    shorter, count = re.subn(steps, "", text)
    assert count == 1
    return shorter


def test_with_steps_of_one_s_own_and_a_base_that_moves_meanwhile(runner: Runner, app: App) -> None:
    """The action itself, a phase a job. Somebody pushes while Splat thinks: a draft, and one more run asked for."""
    runner.calls(without_steps_of_its_own(OWN_STEPS.read_text()))
    pushed: list[str] = []

    def push() -> None:
        if not pushed:
            pushed.append(moved_in(SimpleNamespace(shop=runner.shop)))  # type: ignore[arg-type]

    runner.guard.strikes.append((rf"GET {runner.shop.path}/git/ref/heads/main", push))
    with deliveries(runner) as got:  # type: ignore[arg-type]
        issue = runner.shop.issue(crashed(app), ("splat",), MONA)["number"]
        ran = runner.deliver("issues", next_of(got, "issues", "opened"))
    assert ran.jobs == {"gate": "success", "heal": "success", "publish": "success"}, ran.log
    assert len(pushed) == 1
    [pull] = pulls(runner)
    assert pull["draft"]
    assert "The default branch went on" in pull["body"]
    assert [each for each in runner.guard.requests["publish"] if each.endswith("/dispatches")], ran.log
    assert len(runner.shop.comments(issue)) == 1
    assert runner.guard.refused == []
    assert {job: len(tokens) for job, tokens in runner.guard.tokens.items()} == {"gate": 1, "heal": 1, "publish": 1}


#: All in one job, which is called as the guard calls the one with its rights.
ALL = """
name: Splat
on: { issues: { types: [opened] } }
permissions: {}
jobs:
  publish:
    runs-on: ubuntu-24.04
    permissions: { contents: write, issues: write, pull-requests: write, actions: write, checks: read, statuses: read }
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: { persist-credentials: false }
      - uses: splat-heal/splat@v1
        with: { phase: all, anthropic-api-key: "${{ secrets.ANTHROPIC_API_KEY }}" }
"""


def killed(folder: Path) -> None:
    """The step that publishes dies at once, as with its runner."""
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            words = (each / "cmdline").read_bytes().split(b"\0")
            if b"publish" in words and any(str(folder).encode() in word for word in words):
                os.kill(int(each.name), signal.SIGKILL)


def test_all_in_one_job_which_dies_between_pull_request_and_comment_and_runs_again(
    runner: Runner, app: App, tmp_path: Path
) -> None:
    runner.calls(ALL)
    died: list[int] = []

    def die() -> None:
        if pulls(runner) and not died:
            died.append(1)
            killed(tmp_path)
            raise ConnectionError("nobody is there any more")

    runner.guard.strikes.append((rf"PATCH {runner.shop.path}/issues/comments/\d+", die))
    with deliveries(runner) as got:  # type: ignore[arg-type]
        issue = runner.shop.issue(crashed(app), ("splat",), MONA)["number"]
        opened = next_of(got, "issues", "opened")
        first = runner.deliver("issues", opened)
        assert (first.jobs, died) == ({"publish": "failure"}, [1]), first.log
        [pull] = pulls(runner)
        [said] = runner.shop.comments(issue)
        assert "is at work" in said["body"]
        again = runner.deliver("issues", opened, attempt=2)
    assert again.jobs == {"publish": "success"}, again.log
    [same] = pulls(runner)
    assert (same["number"], same["head"]["sha"]) == (pull["number"], pull["head"]["sha"])
    [said] = runner.shop.comments(issue)
    assert "fixes this" in said["body"]
    ledger = read_ledger(said["body"])
    assert ledger
    assert "running" not in [run.state for run in ledger.runs], "nothing stays reserved"
    assert again.outputs("publish")["outcome"] == "fixed"
    assert runner.guard.refused == []
