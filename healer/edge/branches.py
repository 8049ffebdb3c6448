"""Commits and branches written with git plumbing: the user's index, working tree and current branch stay untouched."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from healer.edge.plumbing import git
from healer.outcome import SplatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.patch import FileChange

#: What is asked about comes from a record on disk, and git would take a name with a dash for an option.
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REGULAR = (b"100644", b"100755")
AUTHOR = {
    "GIT_AUTHOR_NAME": "Splat",
    "GIT_AUTHOR_EMAIL": "splat@users.noreply.github.com",
    "GIT_COMMITTER_NAME": "Splat",
    "GIT_COMMITTER_EMAIL": "splat@users.noreply.github.com",
}


def _nobody(commit: str) -> str:
    """The id that stands for no commit, as long as the repository's ids are."""
    return "0" * len(commit)


def head_of(repo: Path, branch: str) -> str:
    """The commit id a local branch points at, "" when there is no such branch."""
    found = git(repo, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}").decode().split()
    return found[0] if found else ""


def contains(repo: Path, commit: str, ancestor: str) -> bool:
    """True when `ancestor` is in the history of `commit`."""
    if not _COMMIT.fullmatch(ancestor):
        return False
    try:
        return not git(repo, "rev-list", "--max-count=1", ancestor, f"^{commit}").strip()
    except SplatError:
        return False


def made_here(repo: Path, commit: str, signature: str) -> bool:
    """True when Splat made this commit for this signature: its own committer and trailer."""
    told = git(repo, "log", "-1", "--format=%ce%n%(trailers:key=Splat-Signature,valueonly)", commit).decode(
        "utf-8", "replace"
    )
    return told.split() == [AUTHOR["GIT_COMMITTER_EMAIL"], signature]


def commit_on(repo: Path, base: str, changes: Sequence[FileChange], message: str) -> str:
    """A new commit on `base` with these files changed; its id. Writes objects only."""
    entries = {line.split(b"\t", 1)[1]: line.split()[0] for line in _modes(repo, base, changes)}
    lines: list[bytes] = []
    for change in changes:
        blob = git(repo, "hash-object", "-w", "--stdin", given=change.after).strip()
        path = change.path.encode("utf-8", "surrogateescape")
        mode = entries.get(path, b"100644")
        if mode not in _REGULAR:
            raise SplatError(f"{change.path} is a link or a submodule on the base", where=str(repo))
        lines.append(mode + b" " + blob + b"\t" + path)
    with tempfile.TemporaryDirectory(prefix="splat-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git(repo, "read-tree", base, extra=index)
        git(repo, "update-index", "-z", "--index-info", given=b"\0".join(lines) + b"\0", extra=index)
        tree = git(repo, "write-tree", extra=index).decode().strip()
    _only(repo, base, tree, changes)
    return git(repo, "commit-tree", tree, "-p", base, given=message.encode(), extra=AUTHOR).decode().strip()


def _only(repo: Path, base: str, tree: str, changes: Sequence[FileChange]) -> None:
    """A file below the path of a link would have taken the link's place: nothing else may have moved."""
    moved = git(repo, "diff-tree", "-r", "-z", "--name-only", "--no-renames", base, tree).split(b"\0")
    others = {path.decode("utf-8", "surrogateescape") for path in moved if path} - {change.path for change in changes}
    if others:
        raise SplatError(f"The patch would also replace {', '.join(sorted(others))[:300]}", where=str(repo))


def _modes(repo: Path, base: str, changes: Sequence[FileChange]) -> list[bytes]:
    paths = [change.path for change in changes]
    return [
        line
        for line in git(repo, "--literal-pathspecs", "ls-tree", "-z", "--full-tree", base, "--", *paths).split(b"\0")
        if line
    ]


def point(repo: Path, branch: str, new: str, old: str) -> None:
    """Move `branch` from `old` ("" for: it must not exist) to `new`. Raises SplatError when someone else moved it, or
    when it cannot be written.
    """
    try:
        git(repo, "update-ref", "-m", "splat: fix", f"refs/heads/{branch}", new, old or _nobody(new))
    except SplatError as error:
        if head_of(repo, branch) == old:
            raise _unwritable(repo, branch, error) from error
        raise SplatError(
            f"Branch {branch} was moved by someone else while the fix was made",
            where=str(repo),
            next_step=f"Look at it, then delete it (git branch -D {branch}) and run again.",
        ) from error


def try_to_point(repo: Path, branch: str, base: str, old: str) -> None:
    """All of `point` but the move: SplatError says before the work, not after it, what stands in the branch's way."""
    objects = repo / git(repo, "rev-parse", "--git-path", "objects").decode("utf-8", "surrogateescape").rstrip("\n")
    if not os.access(objects, os.W_OK | os.X_OK):
        raise SplatError(
            "The fix could not be written: git's objects are read-only",
            where=str(objects),
            next_step="Make .git writable, or run Splat in a clone of your own.",
        )
    change = f"update refs/heads/{branch} {old or base} {old or '0' * len(base)}"
    try:
        git(repo, "update-ref", "--stdin", given=f"start\n{change}\nprepare\nabort\n".encode())
    except SplatError as error:
        raise _unwritable(repo, branch, error) from error


def _unwritable(repo: Path, branch: str, error: SplatError) -> SplatError:
    return SplatError(
        f"The branch {branch} cannot be written: {error.what}",
        where=str(repo),
        next_step=_way_out(error.what),
    )


def _way_out(said: str) -> str:
    if ".lock': File exists" in said:
        return "Where no git is running, a run that was killed has left that .lock file: remove it."
    if "cannot create" in said:
        return "Rename the branch that stands in its way, for example: git branch -m splat my-splat"
    return "Make .git writable, or run Splat in a clone of your own."
