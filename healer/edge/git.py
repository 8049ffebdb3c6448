"""A repository at one commit, read through git's objects alone: working tree, hooks and filters are never touched."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from healer.edge.objects import MAX_BYTES, IncompleteError, Objects
from healer.edge.plumbing import SAFE, environment, git
from healer.edge.pointer import is_pointer
from healer.outcome import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

PATIENCE = 30.0
HISTORY_SECONDS = 1.0
HISTORY_COMMITS = 5
_LIMIT, _UNITS = re.compile(r"blob:limit=([0-9]{1,12})([kmg]?)"), {"": 0, "k": 10, "m": 20, "g": 30}
_SUBMODULE = "160000"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_TAG = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+/-]{0,119}")
_BLAME_HEAD = re.compile(r"[0-9a-f]{40,64} \d+ \d+")


class GitTree:
    """Implements `Tree` over a commit of a repository: a checkout, any folder inside one, or a bare repository.

    Raises UsageError when `repo` is no repository git will open, has no commits, or does not know `rev`, and SplatError
    when git is silent for `patience` seconds. Close it, or use it as a context manager: it keeps one `git cat-file`
    running. Threads may share it.
    """

    def __init__(self, repo: Path, rev: str = "HEAD", *, patience: float = PATIENCE) -> None:
        self.repo = repo
        self._objects = Objects(repo, patience)
        self._blobs: dict[str, str] | None = None
        self._paths: frozenset[str] = frozenset()
        self._submodules: frozenset[str] = frozenset()
        self._releases: dict[str, str | None] = {}
        self.base = self._resolve(rev)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def top(self) -> Path:
        """The root of the working tree; of a bare repository, its own folder."""
        inside, _, place = self._run(
            ["git", *SAFE, "-C", str(self.repo), "rev-parse", "--is-inside-work-tree", "--show-toplevel"]
        ).partition("\n")
        return Path(place.strip("\n")) if inside == "true" else self.repo.resolve()

    def close(self) -> None:
        """End the process; reading again starts a new one."""
        self._objects.close()

    def paths(self) -> frozenset[str]:
        """Every tracked regular file, as "/"-separated paths from the root of the repository.

        Names that are no UTF-8 or hold control characters are left out: no one can speak of them safely.
        """
        self._index()
        return self._paths

    def submodules(self) -> frozenset[str]:
        """The paths of its submodules: their content is another repository's."""
        self._index()
        return self._submodules

    def read(self, path: str) -> bytes | None:
        """The file's content, None when it is not tracked, not a regular file, larger than 2 MiB, or in Git LFS: the
        pointer that git has in its place is nothing to read or to change.

        Raises UsageError for a file that the commit has and the clone has not.
        """
        blob = self._index().get(path)
        if blob is None:
            return None
        try:
            reply = self._objects.ask(blob)
            if reply is None:
                raise IncompleteError(path)
        except IncompleteError:
            if self._left_out_large():
                return None
            raise
        if reply.kind != "blob" or reply.content is None or is_pointer(reply.content):
            return None
        return reply.content

    def read_at(self, release: str, path: str) -> bytes | None:
        """The file as it was in `release` (a commit id or a tag, with or without a leading "v"), None where unknown."""
        commit = self._released(release)
        if commit is None or _CONTROL.search(path):
            return None
        reply = self._objects.ask(f"{commit}:{path}")
        return reply.content if reply is not None and reply.kind == "blob" else None

    def history(self, path: str, first: int, last: int) -> Sequence[str]:
        """The last commits that touched these lines, newest first, one line each: id, date, subject.

        Empty when git does not answer within a second, or knows only where a shallow clone was cut off.
        """
        if path not in self._index() or self._is_shallow():
            return ()
        # From the top of the tree, whatever folder was named: there the path and the user's own ignoreRevsFile hold.
        command = ["git", *SAFE, "-C", str(self.top), "blame", "--porcelain", "--no-textconv", "--root"]
        said = self._run([*command, "-L", f"{first},{last}", self.base, "--", path])
        return _commits(said) if said else ()

    def _left_out_large(self) -> bool:
        """True for a clone that was made without large files, and has all that would be read."""
        name = r"^remote\..*\.partialclonefilter$"
        told = self._run(["git", *SAFE, "-C", str(self.repo), "config", "--get-regexp", name]).split()
        limit = _LIMIT.fullmatch(told[1]) if len(told) == 2 else None
        return limit is not None and int(limit[1]) << _UNITS[limit[2]] > MAX_BYTES

    def _is_shallow(self) -> bool:
        """True for a shallow clone, and where git cannot tell."""
        command = ["git", *SAFE, "-C", str(self.repo), "rev-parse", "--is-shallow-repository"]
        return self._run(command).strip() != "false"

    def _run(self, command: list[str]) -> str:
        """What a command that may fail said, "" when it did."""
        try:
            ended = subprocess.run(
                command,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                env=environment({"GIT_LITERAL_PATHSPECS": "1"}),
                timeout=HISTORY_SECONDS,
                check=False,
            )
        except (subprocess.TimeoutExpired, OSError):
            return ""
        return "" if ended.returncode else ended.stdout.decode("utf-8", "replace")

    def _index(self) -> dict[str, str]:
        """The blob of every path that `paths` gives."""
        if self._blobs is None:
            listed = git(self.repo, "ls-tree", "-r", "-z", "--full-tree", self.base)
            found = list(_entries(listed))
            self._blobs = {path: blob for mode, blob, path in found if mode.startswith("100")}
            self._submodules = frozenset(path for mode, _, path in found if mode == _SUBMODULE)
            self._paths = frozenset(self._blobs)
        return self._blobs

    def _resolve(self, rev: str) -> str:
        if not rev.strip() or _CONTROL.search(rev) or len(rev) > 1_000:
            raise UsageError(f"{rev[:80]!r} is no revision", next_step="Name a commit, a branch or a tag.")
        reply = self._objects.ask(f"{rev}^{{commit}}")
        if reply is not None and reply.kind == "commit":
            return reply.name
        if rev == "HEAD":
            raise UsageError(
                "The repository has no commits yet", where=str(self.repo), next_step="Commit the code first."
            )
        raise UsageError(
            f"{rev!r} names no commit here",
            where=str(self.repo),
            next_step="Name a commit, branch or tag that this clone has (a shallow clone may need `git fetch`).",
        )

    def _released(self, release: str) -> str | None:
        if release not in self._releases:
            names = [release] if _COMMIT.fullmatch(release) else []
            if _TAG.fullmatch(release) and ".." not in release:
                names += [f"refs/tags/{release}", f"refs/tags/v{release}"]
            found = (reply for name in names if (reply := self._objects.ask(f"{name}^{{commit}}")) is not None)
            self._releases[release] = next((reply.name for reply in found if reply.kind == "commit"), None)
        return self._releases[release]


def _entries(listed: bytes) -> Iterator[tuple[str, str, str]]:
    """Mode, object and path of each regular file and submodule in the output of `git ls-tree -r -z`."""
    for entry in listed.split(b"\0"):
        if entry[:3] not in (b"100", b"160"):
            continue
        about, _, raw = entry.partition(b"\t")
        try:
            path = raw.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(path):
            mode, _, blob = about.decode("ascii").split()
            yield mode, blob, path


def _commits(porcelain: str) -> list[str]:
    """One line for each commit that `git blame --porcelain` names, newest first."""
    found: list[tuple[int, str, str]] = []
    name, moment = "", 0
    for line in porcelain.split("\n"):
        if _BLAME_HEAD.match(line):
            name = line.partition(" ")[0]
        elif line.startswith("committer-time ") and line[15:].isdigit():
            moment = int(line[15:])
        elif line.startswith("summary "):
            found.append((moment, name, line[8:]))
    found.sort(reverse=True)
    return [
        f"{name[:10]} {datetime.fromtimestamp(moment, UTC):%Y-%m-%d} {_CONTROL.sub(' ', subject)[:120]}"
        for moment, name, subject in found[:HISTORY_COMMITS]
    ]
