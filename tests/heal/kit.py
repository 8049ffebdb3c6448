"""`splat heal` as a user runs it: a real process, a real repository, a real sandbox; Claude is a script over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from healer.testing import ScriptedClaude

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.verdict.apps import App

SPLAT = Path(sys.executable).parent / "splat"
#: Nothing of the machine's own settings may decide a test.
ENVIRON = {
    name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC_", "SPLAT_", "GITHUB_"))
}


@dataclass(frozen=True)
class Ended:
    code: int
    told: dict[str, Any]
    errors: str
    requests: list[dict[str, Any]]


def answer(app: App, **changes: Any) -> dict[str, Any]:
    """The app's recorded right answer, as Claude would give it."""
    right = app.data["answer"]
    return {
        "title": "the crash is gone",
        "root_cause": "A value is missing.",
        "fix": "It is looked at first.",
        "edits": right["edits"],
        "regression_test": right["test"],
        "unverified": [],
        "confidence": 90,
        "cannot_fix": None,
    } | changes


def heal(
    app: App, script: list[Any], *options: str, trace: str | None = None, under: Sequence[str] = (), **environ: str
) -> Ended:
    """Run it with `--json`, `under` another program where one is given; what it printed, and what Claude was asked."""
    (app.repo.parent / "crash.log").write_text(app.trace if trace is None else trace)
    with ScriptedClaude(script) as claude:
        done = subprocess.run(
            [*under, SPLAT, "heal", "--trace", "../crash.log", "--json", *options],
            cwd=app.repo,
            env=ENVIRON | {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": claude.url} | environ,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.stdout.strip(), done.stderr
        return Ended(done.returncode, json.loads(done.stdout), done.stderr, claude.requests)


def git(app: App, *arguments: str) -> str:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.com", *arguments]
    return subprocess.run(command, cwd=app.repo, check=True, capture_output=True, text=True).stdout.strip()
