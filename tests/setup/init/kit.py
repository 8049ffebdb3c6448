"""Small repositories, and `splat init` run in them as a person would."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

from tests.heal.kit import ENVIRON, SPLAT

if TYPE_CHECKING:
    from pathlib import Path

GIT = ("git", "-c", "user.name=T", "-c", "user.email=t@example.com")


def git(repo: Path, *arguments: str) -> str:
    done = subprocess.run([*GIT, *arguments], cwd=repo, capture_output=True, text=True, check=True, env=ENVIRON)
    return done.stdout.strip()


def repository(folder: Path, files: dict[str, bytes | str], remote: str = "https://github.com/acme/shop.git") -> Path:
    """A repository with one commit of these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    git(folder, "init", "-q", "-b", "main", "--template=")
    git(folder, "config", "core.autocrlf", "false")
    git(folder, "config", "user.name", "T")
    git(folder, "config", "user.email", "t@example.com")
    if remote:
        git(folder, "remote", "add", "origin", remote)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "The shop", "--allow-empty")
    return folder


def snapshot(repo: Path) -> dict[str, tuple[bytes, int] | str]:
    """Every file's bytes and mode, every folder, but those of git."""
    found: dict[str, tuple[bytes, int] | str] = {}
    for place in sorted(repo.rglob("*")):
        path = place.relative_to(repo).as_posix()
        if path.split("/")[0] == ".git":
            continue
        if place.is_symlink():
            found[path] = f"-> {os.readlink(place)}"
        else:
            found[path] = "folder" if place.is_dir() else (place.read_bytes(), place.stat().st_mode)
    return found


def run(repo: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SPLAT, "init", *arguments], cwd=repo, capture_output=True, text=True, check=False, timeout=300,
        env=ENVIRON | environ, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def told(repo: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    """`--json` of a run that touches files only."""
    done = run(repo, "--json", "--offline", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def notes(answer: dict[str, Any]) -> set[str]:
    return {note["code"] for note in answer["notes"]}


FLASK = """\
\"\"\"The shop.\"\"\"

import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return {}["x"]
"""
CI = "name: Tests\non: [push, pull_request]\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n"
SHOP: dict[str, bytes | str] = {
    "app.py": FLASK,
    "requirements.txt": "flask\nrequests",
    ".github/workflows/ci.yml": CI,
}
