"""The same on a new branch: one commit, by git's plumbing. Checkout, index and current branch stay as they are."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from healer.edge.branches import head_of
from healer.edge.plumbing import git
from healer.edge.setup_files import MAX_BYTES, blob_in
from healer.outcome import SplatError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.setup.plan import Change
    from healer.setup.value import Checkout

BRANCH = "splat-init"


class CommitFiles:
    """Implements `Files` for a commit."""

    def __init__(self, repo: Path, commit: str) -> None:
        self.repo = repo
        self.commit = commit
        listed = git(repo, "ls-tree", "-r", "-z", "--full-tree", commit).decode("utf-8", "surrogateescape").split("\0")
        #: Path to (mode, kind, object).
        self._entries = {path: about.split() for about, _, path in (line.partition("\t") for line in listed if line)}

    def paths(self) -> frozenset[str]:
        """Implements `Files`."""
        return frozenset(path for path, (mode, *_) in self._entries.items() if mode.startswith("100"))

    def read(self, path: str) -> bytes | None:
        """Implements `Files`."""
        mode, _, blob = self._entries.get(path, ("", "", ""))
        if not mode.startswith("100") or int(git(self.repo, "cat-file", "-s", blob)) > MAX_BYTES:
            return None
        return git(self.repo, "cat-file", "blob", blob)

    def blob(self, name: str) -> bytes | None:
        """Implements `Files`."""
        return blob_in(self.repo, name)

    def is_folder(self, path: str) -> bool:
        """Implements `Files`."""
        return any(each.startswith(f"{path}/") for each in self._entries)

    def blocked(self, path: str) -> str:
        """Implements `Files`."""
        parts = path.split("/")
        for each in ("/".join(parts[:count]) for count in range(1, len(parts) + 1)):
            mode = self._entries.get(each, [""])[0]
            if mode and (mode[:3] != "100" or each != path):
                return (
                    "is a link" if each == path and mode == "120000" else f"stands where {each} is no folder of files"
                )
        return ""


class CommitTree:
    """Implements `Repository` for a commit: `where` is the working tree's state, the files are the commit's."""

    def __init__(self, where: Checkout, files: CommitFiles) -> None:
        self._where = where
        self._files = files

    def checkout(self) -> Checkout:
        """Implements `Repository`. What is changed in the working tree does not matter here."""
        return replace(self._where, dirty=False)

    def paths(self) -> frozenset[str]:
        """Implements `Repository`."""
        return frozenset(path for path in self._files.paths() if path.isprintable())

    def read(self, path: str) -> bytes | None:
        """Implements `Repository`."""
        return self._files.read(path)


def start_of(repo: Path, branch: str) -> tuple[str, str]:
    """The commit that the branch begins with, and where the branch is now: "" for nowhere. An existing one goes on from
    where it is. Raises UsageError for a name that git refuses, a branch that is checked out, one without any commit.
    """
    try:
        git(repo, "check-ref-format", f"refs/heads/{branch}")
    except SplatError:
        raise UsageError("Git takes no branch of this name", where=branch[:100], next_step="Give another.") from None
    now = head_of(repo, branch)
    if now and branch in _checked_out(repo):
        then = "Run it without --branch to write there, or give another name."
        raise UsageError("This branch is checked out", where=branch, next_step=then)
    try:
        return now or git(repo, "rev-parse", "--verify", "HEAD^{commit}").decode().strip(), now
    except SplatError:
        raise UsageError(
            "There is no commit to begin a branch with",
            where=str(repo),
            next_step="Commit first, or leave out --branch.",
        ) from None


def _checked_out(repo: Path) -> set[str]:
    listed = git(repo, "worktree", "list", "--porcelain").decode("utf-8", "replace").splitlines()
    return {line.removeprefix("branch refs/heads/") for line in listed if line.startswith("branch ")}


def commit_changes(repo: Path, start: tuple[str, str], branch: str, changes: Sequence[Change], message: str) -> str:
    """One commit with these changes on the branch; its id. The author is who git says the user is."""
    base, now = start
    with tempfile.TemporaryDirectory(prefix="splat-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git(repo, "read-tree", base, extra=index)
        git(repo, "update-index", "-z", "--index-info", given=_lines(repo, base, changes), extra=index)
        tree = git(repo, "write-tree", extra=index).decode().strip()
    try:
        commit = git(repo, "commit-tree", tree, "-p", base, given=message.encode()).decode().strip()
    except SplatError as error:
        if re.search(r"identity|empty ident|user\.(name|email)", error.what):
            then = 'git config user.name "Your Name"; git config user.email you@example.com'
            raise UsageError("Git does not know who makes the commit", where=str(repo), next_step=then) from None
        raise
    git(repo, "update-ref", "-m", "splat init", f"refs/heads/{branch}", commit, now or "0" * len(commit))
    return commit


def _lines(repo: Path, base: str, changes: Sequence[Change]) -> bytes:
    modes = CommitFiles(repo, base)._entries
    lines: list[bytes] = []
    for change in changes:
        path = change.path.encode("utf-8", "surrogateescape")
        if change.after is None:
            lines.append(b"0 " + b"0" * len(base) + b"\t" + path)
        else:
            blob = git(repo, "hash-object", "-w", "--stdin", given=change.after).strip()
            lines.append(modes.get(change.path, ["100644"])[0].encode() + b" " + blob + b"\t" + path)
    return b"".join(line + b"\0" for line in lines)


def merge_texts(written: bytes, now: bytes, fresh: bytes) -> bytes | None:
    """What a person made of `written`, and what we would write today, joined by git; None where they contradict."""
    with tempfile.TemporaryDirectory(prefix="splat-merge-") as folder:
        paths = [Path(folder) / name for name in ("now", "written", "fresh")]
        for path, content in zip(paths, (now, written, fresh), strict=True):
            path.write_bytes(content)
        try:
            return git(Path(folder), "merge-file", "-p", *(str(path) for path in paths))
        except SplatError:
            return None
