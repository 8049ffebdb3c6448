"""A fix whose checks failed, repaired: what the job's log says is healed on the fix's own branch."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from healer.ci import Check, Job, Repair, pack_repair, read_evidence, read_repair, repair_event
from healer.edge.branches import AUTHOR
from healer.event import Event
from healer.testing import ScriptedClaude
from tests.heal.kit import ENVIRON, SPLAT, answer, git
from tests.verdict.apps import crash

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
STAMP = "2026-11-21T10:00:01.1234567Z "
SIGNATURE = "0123456789abcdef"


def test_the_log_of_a_failed_job_becomes_a_commit_on_the_fix_s_branch(tmp_path: Path) -> None:
    app = crash("python", tmp_path)
    git(app, "switch", "-q", "-c", f"splat/{SIGNATURE}")
    (app.repo / "NOTES.md").write_text("An earlier fix.\n")
    git(app, "add", "NOTES.md")
    message = f"fix: an earlier try\n\nSplat-Signature: {SIGNATURE}\nSplat-Confidence: 80\n"
    who = ["-c", f"user.name={AUTHOR['GIT_AUTHOR_NAME']}", "-c", f"user.email={AUTHOR['GIT_AUTHOR_EMAIL']}"]
    git(app, *who, "commit", "-q", "-m", message)
    head = app.commit
    lines = ["##[group]Run python app.py", *app.trace.splitlines(), "##[error]Process completed with exit code 1."]
    log = "".join(f"{STAMP}{line}\n" for line in lines)
    found = read_evidence(Check("test", "failed", 7), Job(7, "test", "Run tests"), (), log)
    started = repair_event([found], [])
    assert isinstance(started, Event)
    repair = read_repair(pack_repair(Repair(14, f"splat/{SIGNATURE}", head, started.text, started.facts)))
    event = repair.event()
    assert event.kind == "report"
    assert json.loads(event.text)["signature"] == SIGNATURE
    (tmp_path / "report.json").write_text(event.text)
    with ScriptedClaude([answer(app)]) as claude:
        command = [str(SPLAT), "heal", "--report", "../report.json", "--base", repair.head, "--json"]
        env = ENVIRON | {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": claude.url}
        done = subprocess.run(command, cwd=app.repo, env=env, capture_output=True, text=True, timeout=300, check=False)
    told = json.loads(done.stdout)
    assert done.returncode == 0, (told, done.stderr)
    new = git(app, "rev-parse", f"splat/{SIGNATURE}")
    assert git(app, "rev-parse", f"{new}^") == head  # a commit more on the same branch
    assert git(app, "show", f"{new}:NOTES.md") == "An earlier fix."
    assert [ref for ref in git(app, "branch", "--format", "%(refname:short)").split() if "splat/" in ref] == [
        f"splat/{SIGNATURE}"
    ]
    assert "in the step 'Run tests'" in "".join(event.facts)
