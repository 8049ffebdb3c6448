"""What reaches a terminal or a workflow's log: the words of others steer neither."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SPLAT = Path(sys.executable).parent / "splat"
ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith(("SPLAT_", "GITHUB_"))}
EVIL = "\x1b]0;pwned\x07\x1b[2J\x9b31m\u202e\r::add-mask::x\n::set-output name=a::b ##[add-mask]y"
#: What a terminal would act on.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")


def splat(*arguments: str, given: str = "", cwd: Path | None = None, **environ: str) -> Any:
    return subprocess.run(
        [SPLAT, *arguments],
        input=given.encode("utf-8", "surrogatepass"),
        capture_output=True,
        cwd=cwd,
        env=ENVIRON | environ,
        timeout=300,
        check=False,
    )


def report(**changes: Any) -> str:
    frame = {"path": "shop/cart.py", "line": 1, "function": "total", "in_app": True, "source": EVIL}
    exception = {"type": "TypeError", "message": EVIL, "frames": [frame]}
    return json.dumps({"schema": "splat-report/1", "runtime": "python", "exceptions": [exception]} | changes)


def unguarded(text: str) -> list[str]:
    """The lines that a runner would look at for commands: those outside stop-commands."""
    kept, token = [], ""
    for line in text.split("\n"):
        if token:
            token = "" if line == f"::{token}::" else token
        elif line.startswith("::stop-commands::"):
            token = line.removeprefix("::stop-commands::")
        else:
            kept.append(line)
    assert not token, "commands stay stopped"
    return kept


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/cart.py").write_text(f"def total():\n    return 1  # {EVIL!s}\n", newline="")
    (tmp_path / ":bug: [bold].py").write_text("x = 1\n")
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@e", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", f"--trace={EVIL}"),
        ("heal", f"--repo={EVIL}", "--report=-"),
        ("context", f"--base={EVIL}", "--report=-"),
        ("heal", f"--{EVIL}"),
        (EVIL,),
    ],
)
def test_an_error_shows_words_of_others_as_one_line_without_controls(arguments: tuple[str, ...], repo: Path) -> None:
    ended = splat(*arguments, given=report(), cwd=repo)
    said = ended.stderr.decode()
    assert ended.returncode == 2, said
    assert not CONTROL.search(said)
    assert not [line for line in said.split("\n") if line.startswith("::")]
    assert "Traceback" not in said


def test_the_context_table_and_text_have_no_controls(repo: Path) -> None:
    ended = splat("context", "--report=-", "--show", given=report(), cwd=repo)
    assert ended.returncode == 0, ended.stderr
    assert not CONTROL.search(ended.stdout.decode())
    assert "def total" in ended.stdout.decode()


@pytest.mark.parametrize("verb", [["context", "--show"], ["context"], ["report"], ["context", "--json"]])
def test_a_workflow_log_obeys_no_command_of_others(verb: list[str], repo: Path) -> None:
    for given in (
        report(),
        report(exceptions=[{"type": EVIL, "frames": []}]),
        report(runtime=EVIL),
        report(signature=EVIL),
    ):
        ended = splat(*verb, "--report=-", given=given, cwd=repo, GITHUB_ACTIONS="true")
        for line in [*unguarded(ended.stdout.decode()), *unguarded(ended.stderr.decode())]:
            assert not line.lstrip().startswith("::"), line
            assert "##[" not in line


def test_a_report_is_still_json_and_still_says_the_same(repo: Path) -> None:
    ended = splat("report", "--report=-", given=report(service=EVIL, tags={"ü": "ü"}), cwd=repo, GITHUB_ACTIONS="true")
    assert json.loads(ended.stdout)["service"] == EVIL
    assert not CONTROL.search(ended.stdout.decode())
    assert "ü" in ended.stdout.decode()


def test_a_stream_that_knows_only_ascii_is_no_error(repo: Path) -> None:
    for verb in (["report"], ["context", "--show"]):
        ended = splat(*verb, "--report=-", given=report(service="ü→"), cwd=repo, PYTHONIOENCODING="ascii")
        assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_crash(closed: str, repo: Path) -> None:
    command = f'{{ "{SPLAT}" heal --trace - {closed}; echo "$?"; }} 3>&1'
    ended = subprocess.run(
        ["sh", "-c", command], cwd=repo, env=ENVIRON, input=b"x\n", capture_output=True, timeout=300, check=False
    )
    assert b"Traceback" not in ended.stderr + ended.stdout
    assert ended.stdout.split()[-1] in (b"2", b"10"), ended


@pytest.mark.parametrize("verb", ["report", "context", "context --json", "context --show", "signature"])
def test_a_full_disk_behind_the_output_is_told(verb: str, repo: Path) -> None:
    (repo / "report.json").write_text(report())
    command = f'"{SPLAT}" {verb} --report report.json >/dev/full'
    ended = subprocess.run(
        ["sh", "-c", command], cwd=repo, env=ENVIRON, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "No space left" in ended.stderr


def test_what_nobody_foresaw_is_told_in_words() -> None:
    """An object that no JSON can hold, where our own code prints it: broken, in one line, with a place."""
    program = (
        "import click\nfrom healer.cli.console import say_json\nfrom healer.cli.run import run\n"
        "@click.command()\ndef verb():\n    say_json({'x': object()})\nrun(verb, [])\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "TypeError" in ended.stderr
    assert "console.py" in ended.stderr
    assert "next:" in ended.stderr
