"""From a real crash to a pull request, and every other way it can end."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from healer.testing import Fault, Hang, ScriptedClaude
from tests.heal.kit import ENVIRON, SPLAT, answer, git, heal
from tests.verdict.apps import NAMES, App, crash

pytestmark = pytest.mark.slow
NETWORK = """Traceback (most recent call last):
  File "shop/cart.py", line 3, in total
    x()
ConnectionRefusedError: [Errno 111] Connection refused
"""


@pytest.fixture
def app(tmp_path: Path) -> App:
    return crash("python", tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_crash_in_every_runtime_becomes_a_pull_request(name: str, tmp_path: Path) -> None:
    app = crash(name, tmp_path)
    ended = heal(app, [answer(app)])
    assert ended.code == 0, (ended.told, ended.errors)
    assert ended.told["outcome"] == "fixed"
    # The Node app's test asks a server on loopback: whoever adds a network call is looked at by a person.
    assert ended.told["draft_because"] == (["The patch adds a capability: network."] if name == "node" else [])
    touched = {edit["path"] for edit in app.data["answer"]["edits"] + app.data["answer"]["test"]["edits"]}
    assert set(git(app, "diff", "--name-only", ended.told["base"], ended.told["branch"]).split("\n")) == touched
    body = Path(ended.told["pull_request"]).read_text()
    assert app.data["expect"]["type"] in body
    assert "splat:state" in body


def test_what_is_refused_goes_back_and_one_step_up_the_ladder(app: App) -> None:
    wrong = answer(app, edits=[{"path": "shop/cart.py", "find": "no such text", "replace": "x"}])
    weak = answer(
        app, edits=[{"path": "shop/cart.py", "find": "    cheapest = min(cents)\n", "replace": "    cheapest = 1\n"}]
    )
    ended = heal(app, [wrong, weak, answer(app)])
    assert ended.told["outcome"] == "fixed", ended.told
    assert ended.told["attempts"] == 3
    assert [request["model"] for request in ended.requests] == [
        "claude-sonnet-5-5",
        "claude-opus-5-5",
        "claude-opus-5-5",
    ]
    assert "no such text" in json.dumps(ended.requests[1]["messages"])
    run = Path(ended.told["run"])
    assert {path.name for path in run.iterdir()} >= {
        *("report.json", "context.json", "attempt-1", "attempt-2", "attempt-3"),
        *("confidence.json", "cost.json", "timings.json", "summary.md"),
    }
    assert json.loads((run / "attempt-2/refusal.json").read_text())["rule"]
    assert (run / "attempt-3/patch.diff").read_text().startswith("--- a/shop/cart.py")


def test_no_acceptable_fix_delivers_the_diagnosis(app: App) -> None:
    wrong = answer(app, edits=[{"path": ".github/workflows/ci.yml", "find": "", "replace": "on: push\n"}])
    ended = heal(app, [wrong] * 3)
    assert (ended.code, ended.told["outcome"]) == (20, "unfixed")
    page = Path(ended.told["diagnosis"]).read_text()
    assert page.count("Refused by") == 3
    assert "A value is missing." in page
    assert git(app, "branch", "--list", "splat/*") == ""


def test_a_second_run_updates_the_same_pull_request(app: App) -> None:
    first, second = heal(app, [answer(app)]), heal(app, [answer(app, title="better")])
    assert (first.told["number"], second.told["number"], second.told["updated"]) == (1, 1, True)
    assert "better" in Path(second.told["pull_request"]).read_text()
    assert git(app, "branch", "--list", "splat/*").count("splat/") == 1


def test_a_dirty_tree_is_neither_read_nor_touched(app: App) -> None:
    cart = app.repo / "shop/cart.py"
    cart.write_text("raise SystemExit  # half-done work\n")
    (app.repo / "new.txt").write_text("mine\n")
    git(app, "add", "new.txt")
    before = (git(app, "status", "--porcelain"), git(app, "rev-parse", "HEAD"), git(app, "diff", "--cached"))
    ended = heal(app, [answer(app)])
    assert ended.told["outcome"] == "fixed", ended.told
    assert (git(app, "status", "--porcelain"), git(app, "rev-parse", "HEAD"), git(app, "diff", "--cached")) == before
    assert cart.read_text() == "raise SystemExit  # half-done work\n"


def test_what_is_out_of_scope_is_declined_without_key_or_sandbox(app: App) -> None:
    ended = heal(app, [], trace=NETWORK, ANTHROPIC_API_KEY="", PATH="/nowhere:" + os.environ["PATH"])
    assert (ended.code, ended.told["code"]) == (10, "network")
    assert ended.requests == []


def test_a_text_without_a_trace_is_declined(app: App) -> None:
    ended = heal(app, [], trace="all is well\n")
    assert (ended.code, ended.told["code"]) == (10, "no-trace")


def test_a_trace_of_another_repository_is_declined(app: App) -> None:
    other = 'Traceback (most recent call last):\n  File "/srv/other/thing.py", line 3, in go\n    x()\nTypeError: no\n'
    ended = heal(app, [], trace=other)
    assert (ended.code, ended.told["code"]) == (10, "no-app-frame")


def test_an_empty_purse_is_declined_before_anything_is_asked(app: App) -> None:
    ended = heal(app, [answer(app)], "--max-dollars", "0.0001")
    assert (ended.code, ended.told["code"]) == (10, "budget")
    assert ended.requests == []


def test_no_key_says_which_and_where(app: App) -> None:
    ended = heal(app, [], ANTHROPIC_API_KEY="")
    assert (ended.code, ended.told["where"]) == (2, "ANTHROPIC_API_KEY")


def test_no_bubblewrap_is_an_error_before_money_is_spent(app: App, tmp_path: Path) -> None:
    """In a mount namespace where the program is there but no longer one."""
    hidden = tmp_path / "hidden"
    hidden.touch(mode=0o644)
    bubblewrap = shutil.which("bwrap")
    assert bubblewrap
    ended = heal(app, [answer(app)], under=[bubblewrap, "--dev-bind", "/", "/", "--bind", str(hidden), bubblewrap])
    assert ended.code == 2, ended.told
    assert "bubblewrap" in ended.told["error"] + ended.told["next_step"]
    assert ended.requests == []


def test_without_a_sandbox_only_when_asked_for(app: App) -> None:
    ended = heal(app, [answer(app)], "--sandbox", "none")
    assert ended.told["outcome"] == "fixed", ended.told


def test_a_refused_key_is_a_configuration_error(app: App) -> None:
    ended = heal(app, [Fault(401, "authentication_error", "invalid x-api-key")])
    assert ended.code == 2
    assert "sk-ant-test" not in json.dumps(ended.told)


def test_the_key_and_secrets_of_the_crash_are_nowhere_in_the_run(app: App) -> None:
    leaking = app.trace.rstrip("\n") + ": password=hunter2-very-secret Authorization: Bearer abcdefghijklmnop123456\n"
    ended = heal(app, [answer(app, root_cause="The key AKIAIOSFODNN7EXAMPLE was there.")], trace=leaking)
    assert ended.told["outcome"] == "fixed", ended.told
    assert "hunter2" not in json.dumps(ended.requests)
    for path in (app.repo / ".splat").rglob("*"):
        if path.is_file():
            text = path.read_text()
            for secret in ("hunter2-very-secret", "abcdefghijklmnop123456", "sk-ant-test", "AKIAIOSFODNN7EXAMPLE"):
                assert secret not in text, path


def test_a_hint_reaches_claude_as_a_persons_words(app: App) -> None:
    ended = heal(app, [answer(app)], "--hint", "an empty cart costs nothing")
    sent = ended.requests[0]["messages"][0]["content"]
    assert re.search(r"<hint-\w+>\s*an empty cart costs nothing\s*</hint-", json.dumps(sent).replace("\\n", "\n"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_half_written(app: App, number: int) -> None:
    (app.repo.parent / "crash.log").write_text(app.trace)
    with ScriptedClaude([Hang()]) as claude:
        process = subprocess.Popen(
            [SPLAT, "heal", "--trace", "../crash.log", "--json"],
            cwd=app.repo,
            env=ENVIRON | {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": claude.url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        until = time.monotonic() + 200
        while not claude.requests:
            assert time.monotonic() < until
            time.sleep(0.05)
        process.send_signal(number)
        out, _ = process.communicate(timeout=200)
    assert process.returncode == 130
    assert json.loads(out)["error"] == "Interrupted"
    assert git(app, "branch", "--list", "splat/*") == ""
    assert not list((app.repo / ".splat").rglob(".tmp-*"))
    runs = list((app.repo / ".splat/runs").iterdir())
    assert "Broken off" in (runs[0] / "summary.md").read_text()
    for path in (app.repo / ".splat").rglob("*.json"):
        json.loads(path.read_text())


def test_a_branch_with_a_persons_commit_is_left_alone(app: App) -> None:
    first = heal(app, [answer(app)])
    git(app, "checkout", "-q", first.told["branch"])
    git(app, "commit", "-q", "--allow-empty", "-m", "mine")
    git(app, "checkout", "-q", "main")
    second = heal(app, [answer(app)])
    assert (second.code, second.told["code"]) == (10, "taken-over")
    assert second.requests == []


def test_no_repository_and_an_empty_one_are_named(app: App, tmp_path: Path) -> None:
    trace = tmp_path / "crash.log"
    trace.write_text(app.trace)
    for folder, setup in ((tmp_path / "plain", []), (tmp_path / "empty", ["git", "init", "-q"])):
        folder.mkdir()
        if setup:
            subprocess.run(setup, cwd=folder, check=True)
        done = subprocess.run(
            [SPLAT, "heal", "--trace", trace, "--repo", folder],
            capture_output=True,
            text=True,
            env=ENVIRON,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert "next:" in done.stderr
        assert "Traceback" not in done.stderr
