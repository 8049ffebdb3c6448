"""Repositories for the tests of what `look` finds: those under tests/apps/init, and made-up ones."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from healer.edge.checkout import WorkingTree
from healer.setup.looks import look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.setup.value import Found

APPS = Path(__file__).parent.parent / "apps" / "init"
NAMES = sorted(path.stem for path in APPS.glob("*.json"))
_ENVIRONMENT = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=_ENVIRONMENT).stdout


def expected(name: str) -> dict[str, Any]:
    """What is expected of the project `name`: the data beside it."""
    found = json.loads((APPS / f"{name}.json").read_text())
    assert isinstance(found, dict)
    return found


def project(name: str, folder: Path) -> Path:
    """A repository of its own with one of the projects, committed, with a remote on GitHub."""
    shutil.copytree(APPS / name, folder, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    return commit(folder)


def tree(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A repository with these files, committed."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return commit(folder)


def commit(folder: Path) -> Path:
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
        git(folder, "remote", "add", "origin", "https://github.com/octo/shop.git")
    git(folder, "add", "-f", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    return folder


def looked(folder: Path) -> Found:
    return look(WorkingTree(folder))


def codes(found: Found) -> set[str]:
    return {note.code for note in found.notes}
