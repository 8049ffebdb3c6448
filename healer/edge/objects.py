"""git's objects by name, from one `git cat-file` that stays running."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from healer.edge.plumbing import SAFE, environment
from healer.outcome import SplatError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 2 * 1024 * 1024
_CHUNK = 1 << 16
_LONGEST_NAME = 8_000


class Reply(NamedTuple):
    """What git said about one object: `content` is None where it is larger than 2 MiB."""

    name: str
    kind: str
    content: bytes | None


class Objects:
    """Asks for objects; threads may share it. `patience` are the seconds that git may take for one of them: a
    configuration that leads to a pipe, or a network folder that is gone, would be waited for without an end.
    """

    def __init__(self, repo: Path, patience: float) -> None:
        self._repo, self._patience = repo, patience
        self._where = str(repo.absolute())
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = bytearray()

    @property
    def running(self) -> bool:
        """True while there is a process; asking starts one."""
        return self._process is not None

    def close(self) -> None:
        """End the process; asking again starts a new one."""
        with self._lock:
            self._end()

    def ask(self, name: str) -> Reply | None:
        """One object by its name, None where there is none. Raises SplatError or UsageError when git cannot tell."""
        if len(name) > _LONGEST_NAME:
            return None
        with self._lock:
            process = self._process or self._start()
            assert process.stdin is not None
            deadline = time.monotonic() + self._patience
            with contextlib.suppress(BrokenPipeError):  # it has ended, and its last words say why
                process.stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
            words = self._line(deadline).decode("utf-8", "replace").split()
            if len(words) != 3 or not words[2].isdigit():
                return None
            size = int(words[2])
            if size > MAX_BYTES:
                # Cheaper than reading past it, whatever its size.
                self._end()
                return Reply(words[0], words[1], None)
            return Reply(words[0], words[1], self._take(size + 1, deadline)[:-1])

    def _start(self) -> subprocess.Popen[bytes]:
        command = ["git", *SAFE, "-C", str(self._repo), "cat-file", "--batch"]
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment(), bufsize=0
            )
        except FileNotFoundError:
            raise UsageError("git was not found", where="PATH", next_step="Install git and run again.") from None
        except ValueError:
            raise UsageError(f"{str(self._repo)[:80]!r} is no folder", next_step="Name a repository.") from None
        return self._process

    def _line(self, deadline: float) -> bytes:
        while (end := self._unread.find(b"\n")) < 0:
            self._read(deadline)
        return self._take(end + 1, deadline)

    def _take(self, size: int, deadline: float) -> bytes:
        while len(self._unread) < size:
            self._read(deadline)
        taken = bytes(self._unread[:size])
        del self._unread[:size]
        return taken

    def _read(self, deadline: float) -> None:
        """Some more bytes. Raises when there come none in time, or ever."""
        assert self._process is not None
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        if hasattr(select, "poll"):  # not on Windows
            ready = select.poll()
            ready.register(pipe, select.POLLIN)
            if not ready.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise self._silent()
        data = os.read(pipe, _CHUNK)
        if not data:
            raise self._broken()
        self._unread += data

    def _end(self) -> None:
        process, self._process = self._process, None
        self._unread.clear()
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()

    def _silent(self) -> SplatError:
        self._end()
        return SplatError(
            f"git did not answer within {self._patience:g} s",
            where=self._where,
            next_step="Try `git status` there. Does its configuration (`include.path`) lead to a pipe, or to a network "
            "folder that is gone?",
        )

    def _broken(self) -> SplatError:
        """The error behind a process that stopped answering, from git's own last words."""
        process, said = self._process, ""
        if process is not None and process.stderr is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=2)
            if process.poll() is not None:
                said = (process.stderr.read(4_000) or b"").decode("utf-8", "replace").strip()
        self._end()
        return _refusal(said, self._where)


class IncompleteError(UsageError):
    """The clone lacks what the commit holds."""

    def __init__(self, where: str) -> None:
        super().__init__(
            "This clone has not all files of the commit",
            where=where,
            next_step="A partial clone needs `git fetch --refetch --no-filter`; else try `git fsck` there.",
        )


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
    if "promisor remote" in said:
        return IncompleteError(where)
    if "cannot change to" in said:
        return UsageError("There is no such folder", where=where, next_step="Point --repo at a clone of the code.")
    return SplatError(
        f"git could not read the repository: {said or 'it stopped'}", where=where, next_step="Try `git fsck` there."
    )
