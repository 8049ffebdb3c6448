"""A trace that leads out of the repository: into a submodule, into a file that git has only a pointer to."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from healer.context import Context, gather
from healer.edge.git import GitTree
from healer.event import Event
from healer.outcome import Rejected, Skipped
from healer.patch import check_diff
from healer.proposal.model import ToolCall
from healer.proposal.tools import Librarian
from healer.report import Report, read_report
from healer.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "4d7a" * 16 + "\nsize 12345\n"
CODE = "def total(cents):\n    return min(cents)\n"


def report(*frames: tuple[str, str]) -> Report:
    lines = [f'  File "{path}", line 2, in {function}\n    return min(cents)' for path, function in frames]
    trace = "\n".join(["Traceback (most recent call last):", *lines, "ValueError: min() arg is an empty sequence"])
    found = read_report(Event("trace", trace))
    assert isinstance(found, Report)
    return found


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A submodule of `vendor/money` and one of `lib`, neither checked out; two files in LFS."""
    folder = tmp_path / "repo"
    git(tmp_path, "init", "-q", "-b", "main", str(folder))
    for path, text in {"shop/cart.py": CODE, "shop/big.py": POINTER, "tests/prices.bin": POINTER}.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    git(folder, "add", "-A")
    for path in ("vendor/money", "lib"):
        git(folder, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},{path}")
    git(folder, "commit", "-q", "-m", "base")
    return folder


def git(folder: Path, *arguments: str) -> None:
    environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments]
    subprocess.run(command, cwd=folder, env=environ, check=True, capture_output=True)


@pytest.mark.parametrize("path", ["/srv/app/vendor/money/rates.py", "vendor/money/src/rates.py"])
def test_a_trace_into_a_submodule_names_it(repo: Path, path: str) -> None:
    with GitTree(repo) as tree:
        found = gather(report((path, "rate")), tree, Settings())
    assert isinstance(found, Skipped)
    assert found.code == "in-submodule"
    assert "vendor/money" in found.reason


def test_a_library_s_own_lib_is_no_submodule(repo: Path) -> None:
    with GitTree(repo) as tree:
        found = gather(report(("/usr/lib/python3.11/json/decoder.py", "decode")), tree, Settings())
    assert isinstance(found, Skipped)
    assert found.code == "no-app-frame"


def test_where_the_repository_calls_into_it_claude_is_told(repo: Path) -> None:
    frames = (("/srv/app/shop/cart.py", "total"), ("/srv/app/vendor/money/rates.py", "rate"))
    with GitTree(repo) as tree:
        found = gather(report(*frames), tree, Settings())
    assert isinstance(found, Context)
    assert "vendor/money is a submodule" in found.facts["Not in this repository"]
    assert [suspect.path for suspect in found.suspects] == ["shop/cart.py"]


def test_a_pointer_is_never_shown_as_source(repo: Path) -> None:
    with GitTree(repo) as tree:
        assert "shop/big.py" in tree.paths()
        assert tree.read("shop/big.py") is None
        found = gather(report(("/srv/app/shop/big.py", "total")), tree, Settings())
        assert isinstance(found, Skipped)
        assert (found.code, "shop/big.py" in found.reason) == ("unreadable", True)
        assert "LFS" in found.reason
        librarian = Librarian(tree)
        told, wrong = librarian.answer(ToolCall("1", "read_file", {"path": "shop/big.py"}))
        assert wrong
        assert "oid" not in told
        assert "oid sha256" not in librarian.answer(ToolCall("2", "search", {"text": "oid sha256"}))[0]


def test_a_pointer_is_never_replaced(repo: Path) -> None:
    """Neither by an edit nor by a forged diff that calls it a new file."""
    diff = "--- /dev/null\n+++ b/shop/big.py\n@@ -0,0 +1,1 @@\n+x = 1\n"
    with GitTree(repo) as tree:
        refused = check_diff(diff, tree.read, Settings().policy, runtime="python", tracked=tree.paths())
    assert isinstance(refused, Rejected)
    assert refused.rule == "too-large"


def test_what_only_begins_like_a_pointer_is_a_file(repo: Path) -> None:
    texts = {"a.txt": POINTER + "x" * 1_100, "b.txt": POINTER.replace("\noid", "\n oid"), "c.txt": f"# {POINTER}"}
    for path, text in texts.items():
        (repo / path).write_text(text)
    git(repo, "add", "-A", *texts)
    git(repo, "commit", "-q", "-m", "more")
    with GitTree(repo) as tree:
        assert {path: tree.read(path) for path in texts} == {path: text.encode() for path, text in texts.items()}
