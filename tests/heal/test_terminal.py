"""What a person sees on a terminal: one live line, and nothing that is written into it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest

from healer.testing import ScriptedClaude
from tests.heal.kit import ENVIRON, SPLAT, answer
from tests.verdict.apps import App, crash

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
STAGES = [
    "reading the crash",
    "gathering the lines that matter",
    "setting the project up in the sandbox",
    "asking Claude",
    "checking the patch against the rules",
    "proving it in the sandbox",
    "writing branch and pull request",
]


def on_a_terminal(app: App, script: list[Any]) -> tuple[str, list[str]]:
    """stdout, and the lines that stay on the terminal that stderr is: what is erased again is gone."""
    (app.repo.parent / "crash.log").write_text(app.trace)
    ours, theirs = pty.openpty()
    shown = bytearray()

    def read() -> None:
        try:
            while data := os.read(ours, 65536):
                shown.extend(data)
        except OSError:
            pass  # the other end is closed

    with ScriptedClaude(script) as claude:
        environ = ENVIRON | {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": claude.url, "TERM": "xterm"}
        process = subprocess.Popen(
            [SPLAT, "heal", "--trace", "../crash.log"], cwd=app.repo, env=environ, stdout=subprocess.PIPE, stderr=theirs
        )
        os.close(theirs)
        reading = threading.Thread(target=read)
        reading.start()
        out = process.communicate(timeout=300)[0].decode()
        reading.join()
    os.close(ours)
    return out, screen(shown.decode("utf-8", "replace"))


def screen(written: str) -> list[str]:
    """The lines of a terminal, wide enough, on which this was written."""
    lines, row = [""], 0
    for up, erase, other, text in re.findall(
        r"\x1b\[(\d*)A|(\x1b\[2K|\r)|(\x1b\[[\d;?]*[A-Za-z]|\n)|([^\x1b\r\n]+)", written
    ):
        if text:
            lines[row] += text
        elif erase:
            lines[row] = "" if erase != "\r" else lines[row]
        elif other == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        elif not other:
            row -= int(up or 1)
    return [line.strip() for line in lines if line.strip()]


def test_every_stage_has_a_line_of_its_own(tmp_path: Path) -> None:
    app: App = crash("python", tmp_path)
    wrong = answer(app, edits=[{"path": "nowhere.py", "find": "x", "replace": "y"}])
    out, lines = on_a_terminal(app, [wrong, answer(app)])
    assert "splat: fixed" in out
    assert re.search(r"confidence: +\d+ of 100\n", out)
    branch = re.search(r"branch: +(\S+)", out)
    assert branch is not None
    assert f"git show {branch[1]}" in out
    said = [line for line in lines if not re.fullmatch(r"[✓✗] [\w ]+ \d+\.\d s", line)]
    assert len(said) == 1, lines
    assert said[0].startswith("splat: refused by ")
    assert {line[2:].rpartition(" ")[0].rpartition(" ")[0] for line in lines if line not in said} == set(STAGES)
