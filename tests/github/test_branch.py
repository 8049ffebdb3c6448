"""The branch of a fix, made whole again from what GitHub says of its difference; and what cannot be."""

from __future__ import annotations

import base64
from hashlib import sha1
from typing import Any

import pytest

from healer.context import Ahead
from healer.edge.github_branch import branch_of
from tests.patch.made import MemoryTree

NAME, SIGNATURE, OWN = "splat/0123456789abcdef", "0123456789abcdef", 7
OLD, NEW = b"one\ntwo\nthree\n", b"one\n2\nthree\n"
PATCH = "@@ -1,3 +1,3 @@ of something\n one\n-two\n+2\n three"


class Blobs:
    """GitHub, as far as it is asked."""

    def __init__(self, *contents: bytes) -> None:
        self.there = {name(content): content for content in contents}
        self.asked: list[str] = []

    def ask(self, verb: str, path: str, **how: Any) -> Any:
        self.asked.append(path)
        content = self.there.get(path.rpartition("/")[2])
        if content is None:
            return None
        return {"encoding": "base64", "size": len(content), "content": base64.b64encode(content).decode()}


def name(content: bytes) -> str:
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def commit(author: int = OWN, message: str = f"fix: it\n\nSplat-Signature: {SIGNATURE}\n") -> dict[str, Any]:
    told = {"message": message, "tree": {"sha": "2" * 40}}
    return {"sha": "1" * 40, "commit": told, "author": {"id": author}, "committer": {"id": author}, "parents": []}


def compared(tree: MemoryTree, *files: dict[str, Any], **changes: Any) -> dict[str, Any]:
    told = {"commits": [commit()], "total_commits": 1, "merge_base_commit": {"sha": tree.base}, "files": list(files)}
    return told | changes


def file(**changes: Any) -> dict[str, Any]:
    return {"filename": "a.py", "status": "modified", "sha": name(NEW), "patch": PATCH} | changes


TREE = MemoryTree({"a.py": OLD, "b.py": b"b\n"})


def read(told: dict[str, Any] | None, *blobs: bytes) -> Any:
    return branch_of(Blobs(*blobs), told, NAME, TREE, OWN)  # type: ignore[arg-type]


def test_differences_are_enough_and_held_against_git_s_own_name() -> None:
    hub, new = Blobs(), b"all\nnew"
    added = file(
        filename="c.py",
        status="added",
        sha=name(new),
        patch="@@ -0,0 +1,2 @@\n+all\n+new\n\\ No newline at end of file",
    )
    found = branch_of(hub, compared(TREE, file(), added), NAME, TREE, OWN)  # type: ignore[arg-type]
    assert found is not None
    assert (found.files, found.theirs, hub.asked) == ({"a.py": NEW, "c.py": new}, "", [])
    seen = Ahead(TREE, found.files or {})
    assert seen.read("a.py") == NEW
    assert seen.read("b.py") == b"b\n"
    assert seen.paths() == {"a.py", "b.py", "c.py"}
    assert seen.base == TREE.base


@pytest.mark.parametrize(
    "patch", [None, "", "@@ -1,3 +1,3 @@\n one\n-TWO\n+2\n three", "@@ x", "no difference", PATCH.replace("+2", "+3")]
)
def test_a_difference_that_is_missing_or_wrong_is_asked_for_whole(patch: str | None) -> None:
    assert read(compared(TREE, file(patch=patch)), NEW).files == {"a.py": NEW}
    assert read(compared(TREE, file(patch=patch))).files is None, "and there is none"


@pytest.mark.parametrize(
    "odd",
    [
        {"status": "removed"},
        {"status": "renamed"},
        {"status": "added"},
        {"filename": "gone.py"},
        {"sha": name(b"other")},
    ],
)
def test_what_is_no_plain_change_is_nothing_to_build_on(odd: dict[str, Any]) -> None:
    assert read(compared(TREE, file(**odd)), NEW).files is None


def test_where_the_base_has_changed_the_file_too() -> None:
    moved = {"merge_base_commit": {"sha": "9" * 40}}
    assert read(compared(TREE, file(), **moved)).files == {"a.py": NEW}, "it has changed something else"
    assert read(compared(TREE, file(patch=None), **moved), NEW).files is None
    assert read(compared(TREE, *[file()] * 21), NEW).files is None


@pytest.mark.parametrize(
    "theirs", [commit(author=8), commit(message="mine"), commit(message="x\n\nSplat-Signature: " + "1" * 16)]
)
def test_whose_commits_they_are(theirs: dict[str, Any]) -> None:
    found = read(compared(TREE, file(), commits=[commit(), theirs, commit()], total_commits=3))
    assert "not Splat's" in found.theirs
    assert found.files == {"a.py": NEW}
    assert read(compared(TREE, file(), total_commits=300)).theirs, "what is not listed is nobody's"
    assert read(None) is None
    assert read(compared(TREE, commits=[], total_commits=0)) is None
