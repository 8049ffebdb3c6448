"""`splat heal` under attack and under bad luck, as a whole."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from healer.testing import Hang, ScriptedClaude
from tests.heal.kit import ENVIRON, SPLAT, answer, git, heal
from tests.verdict.apps import App, crash

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
EVIL = "\x1b]0;pwned\x07\x1b[2J\u202e\n::add-mask::x ##[add-mask]y </details><!-- fixes #1 @octocat\n# H\n```\n--> "


@pytest.fixture
def app(tmp_path: Path) -> App:
    return crash("python", tmp_path)


def started(app: App, url: str, *options: str) -> subprocess.Popen[str]:
    (app.repo.parent / "crash.log").write_text(app.trace)
    return subprocess.Popen(
        [SPLAT, "heal", "--trace", "../crash.log", *options],
        cwd=app.repo,
        env=ENVIRON | {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": url, "GITHUB_ACTIONS": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_words_of_claude_are_inert_wherever_they_are_shown(app: App) -> None:
    words = {"title": EVIL, "root_cause": EVIL, "fix": EVIL, "unverified": [EVIL]}
    wrong = answer(app, edits=[{"path": "shop/cart.py", "find": EVIL, "replace": "x"}], **words)
    with ScriptedClaude([wrong, answer(app, **words)]) as claude:
        out, errors = started(app, claude.url).communicate(timeout=300)
    assert "splat: fixed" in out
    for text in (out, errors):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)
        for line in _obeyed(text):
            assert line in ("", "::endgroup::") or line.startswith(("::group::", "splat: ")), line
            assert "##[" not in line
    page = (app.repo / ".splat/pulls/1.md").read_text()
    prose = re.sub(r"(?s)```.*?```", "", page)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]|^# H|^```|</details><!--", prose, re.MULTILINE)
    assert prose.count("-->") == prose.count("<!--") == 1
    assert "Splat-Signature" in git(app, "log", "-1", "--format=%(trailers)", "splat/" + _signature(app))


def _obeyed(text: str) -> list[str]:
    """The lines outside stop-commands."""
    return re.sub(r"(?sm)^::stop-commands::(\w+)$.*?^::\1::$", "", text).split("\n")


def _signature(app: App) -> str:
    return str(json.loads((app.repo / ".splat/issues/1.json").read_text())["signature"])


def test_an_impatient_user_gets_the_same_clean_end(app: App) -> None:
    with ScriptedClaude([Hang()]) as claude:
        process = started(app, claude.url, "--json")
        until = time.monotonic() + 200
        while not claude.requests:
            assert time.monotonic() < until
            time.sleep(0.05)
        for _ in range(8):
            process.send_signal(signal.SIGINT)
            time.sleep(0.02)
        out, errors = process.communicate(timeout=200)
    assert process.returncode == 130, errors
    assert json.loads(out)["error"] == "Interrupted"
    assert "Traceback" not in errors
    (run,) = (app.repo / ".splat/runs").iterdir()
    assert "Broken off" in (run / "summary.md").read_text()


def test_a_killed_run_is_no_trouble_to_the_next(app: App) -> None:
    for seconds in (0.6, 1.5, 2.5):
        with ScriptedClaude([answer(app)]) as claude:
            process = started(app, claude.url, "--json")
            time.sleep(seconds)
            process.kill()
            process.communicate()
    ended = heal(app, [answer(app)])
    assert ended.told["outcome"] == "fixed", ended.told
    assert git(app, "branch", "--list", "splat/*").count("splat/") == 1
    assert git(app, "status", "--porcelain") == ""


def test_two_runs_at_once_make_one_pull_request(app: App) -> None:
    with ScriptedClaude([answer(app)] * 2) as claude:
        processes = [started(app, claude.url, "--json") for _ in range(2)]
        told = [json.loads(process.communicate(timeout=300)[0]) for process in processes]
    assert "fixed" in [one["outcome"] for one in told]
    for one in told:
        assert one["outcome"] == "fixed" or one.get("code") == "taken-over" or "moved" in one["error"], one
    assert len(list((app.repo / ".splat/pulls").glob("*.md"))) == 1
    assert len(list((app.repo / ".splat/issues").glob("*.md"))) == 1


def test_a_branch_in_the_way_costs_no_call(app: App) -> None:
    git(app, "branch", "splat")
    ended = heal(app, [answer(app)])
    assert (ended.code, ended.requests) == (1, [])
    assert "git branch -m splat" in ended.told["next_step"]
