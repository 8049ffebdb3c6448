"""A repository at one commit, read through git's objects alone: working tree, hooks and filters are never touched."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from healer.edge.plumbing import SAFE, environment, git
from healer.outcome import SplatError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

MAX_BYTES = 2 * 1024 * 1024
HISTORY_SECONDS = 1.0
HISTORY_COMMITS = 5
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_TAG = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+/-]{0,119}")
_BLAME_HEAD = re.compile(r"[0-9a-f]{40,64} \d+ \d+")


class _Reply(NamedTuple):
    """What `git cat-file --batch` said about one object: `content` is None where it is too large."""

    name: str
    kind: str
    content: bytes | None


class GitTree:
    """Implements `Tree` over a commit of a repository: a checkout, any folder inside one, or a bare repository.

    Raises UsageError when `repo` is no repository git will open, has no commits, or does not know `rev`. Close it, or
    use it as a context manager: it keeps one `git cat-file` running. Threads may share it.
    """

    def __init__(self, repo: Path, rev: str = "HEAD") -> None:
        self.repo = repo
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._blobs: dict[str, str] | None = None
        self._paths: frozenset[str] = frozenset()
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
        with self._lock:
            self._end()

    def paths(self) -> frozenset[str]:
        """Every tracked regular file, as "/"-separated paths from the root of the repository.

        Names that are no UTF-8 or hold control characters are left out: no one can speak of them safely.
        """
        self._index()
        return self._paths

    def read(self, path: str) -> bytes | None:
        """The file's content, None when it is not tracked, not a regular file, or larger than 2 MiB."""
        blob = self._index().get(path)
        if blob is None:
            return None
        reply = self._ask(blob)
        return reply.content if reply is not None and reply.kind == "blob" else None

    def read_at(self, release: str, path: str) -> bytes | None:
        """The file as it was in `release` (a commit id or a tag, with or without a leading "v"), None where unknown."""
        commit = self._released(release)
        if commit is None or _CONTROL.search(path):
            return None
        reply = self._ask(f"{commit}:{path}")
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
            self._blobs = dict(_regular_files(listed))
            self._paths = frozenset(self._blobs)
        return self._blobs

    def _resolve(self, rev: str) -> str:
        if not rev.strip() or _CONTROL.search(rev) or len(rev) > 1_000:
            raise UsageError(f"{rev[:80]!r} is no revision", next_step="Name a commit, a branch or a tag.")
        reply = self._ask(f"{rev}^{{commit}}")
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
            found = (reply for name in names if (reply := self._ask(f"{name}^{{commit}}")) is not None)
            self._releases[release] = next((reply.name for reply in found if reply.kind == "commit"), None)
        return self._releases[release]

    def _ask(self, name: str) -> _Reply | None:
        """One object by its name, None where there is no such object. Starts the process when it is not running."""
        with self._lock:
            process = self._process or self._start()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
                process.stdin.flush()
                header = process.stdout.readline()
            except OSError:
                header = b""
            if not header:
                raise self._broken()
            words = header.decode("utf-8", "replace").split()
            if len(words) != 3 or not words[2].isdigit():
                return None
            size = int(words[2])
            if size > MAX_BYTES:
                # Cheaper than reading past it, whatever its size.
                self._end()
                return _Reply(words[0], words[1], None)
            content = process.stdout.read(size + 1)
            if len(content) != size + 1:
                raise self._broken()
            return _Reply(words[0], words[1], content[:-1])

    def _start(self) -> subprocess.Popen[bytes]:
        command = ["git", *SAFE, "-C", str(self.repo), "cat-file", "--batch"]
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
            )
        except FileNotFoundError:
            raise UsageError("git was not found", where="PATH", next_step="Install git and run again.") from None
        except ValueError:
            raise UsageError(f"{str(self.repo)[:80]!r} is no folder", next_step="Name a repository.") from None
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()

    def _broken(self) -> SplatError:
        """The error behind a process that stopped answering, from git's own last words."""
        process, said = self._process, ""
        if process is not None and process.stderr is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=2)
            if process.poll() is not None:
                said = process.stderr.read(4_000).decode("utf-8", "replace").strip()
        self._end()
        return _refusal(said, str(self.repo))


def _refusal(said: str, where: str) -> SplatError:
    """What git's own words mean to a person."""
    if "not a git repository" in said:
        return UsageError("This is not a git repository", where=where, next_step="Point --repo at a clone of the code.")
    if "dubious ownership" in said:
        return UsageError(
            "git does not trust this repository: another user owns it",
            where=where,
            next_step="If you trust it: git config --global --add safe.directory <its folder>",
        )
    if "no upstream" in said or "does not point to a branch" in said or "no such branch" in said:
        return UsageError(
            "That revision names no commit here", where=where, next_step="Give --base a commit or a branch."
        )
    if "bad config" in said or "unknown extension" in said or "unknown repository extension" in said:
        return UsageError(
            f"git cannot read this repository's configuration: {said}", where=where, next_step="Mend .git/config."
        )
    if "cannot change to" in said:
        return UsageError("There is no such folder", where=where, next_step="Point --repo at a clone of the code.")
    return SplatError(
        f"git could not read the repository: {said or 'it stopped'}", where=where, next_step="Try `git fsck` there."
    )


def _regular_files(listed: bytes) -> Iterator[tuple[str, str]]:
    """Path and blob of each regular file in the output of `git ls-tree -r -z`."""
    for entry in listed.split(b"\0"):
        if entry[:3] != b"100":
            continue
        about, _, raw = entry.partition(b"\t")
        try:
            path = raw.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(path):
            yield path, about.rpartition(b" ")[2].decode("ascii")


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
