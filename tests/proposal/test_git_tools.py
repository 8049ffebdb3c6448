"""The tools on a real repository: git objects of the base commit are all that can be read."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from healer.edge.git import GitTree
from healer.proposal import ToolCall
from healer.proposal.tools import Librarian

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    repo = tmp_path / "repo"
    (repo / "src").mkdir(parents=True)
    (repo / "src" / "a.py").write_text("COMMITTED = 1\n")
    (repo / "link").symlink_to("/etc/passwd")
    (tmp_path / "outside.txt").write_text("outside")
    (repo / "up").symlink_to("../outside.txt")
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@example.invalid", "commit", "-q", "-m", "first"],
    ):
        subprocess.run(["git", *command], cwd=repo, check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"})
    (repo / "src" / "a.py").write_text("DIRTY = 2\n")
    (repo / "untracked.py").write_text("UNTRACKED = 3\n")
    return repo


def test_only_the_commit_is_read(repository: Path) -> None:
    with GitTree(repository) as tree:
        librarian = Librarian(tree)

        def ask(name: str, **arguments: object) -> tuple[str, bool]:
            return librarian.answer(ToolCall("1", name, arguments))

        assert ask("read_file", path="src/a.py") == ("src/a.py\n    1| COMMITTED = 1", False)
        assert ask("search", text="= ") == ("src/a.py:1: COMMITTED = 1", False)
        assert ask("list_files", prefix="") == ("src/a.py", False)
        for path in (
            "untracked.py",
            "link",
            "up",
            ".git/config",
            "src",
            "../outside.txt",
            str(repository / "untracked.py"),
        ):
            text, failed = ask("read_file", path=path)
            assert failed, (path, text)
        assert list(librarian.read) == ["src/a.py"]
