"""A sandbox as the judge sees it: the prepared tree, what was put on it, and runs."""

from __future__ import annotations

import os
import secrets
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal

from healer.edge.sandbox import export, setup_env
from healer.edge.sandbox.artefacts import read_artefacts
from healer.edge.sandbox.folder import remove_tree
from healer.edge.sandbox.job import Job, Request
from healer.outcome import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from healer.edge.sandbox.export import Listing
    from healer.edge.sandbox.folder import PrivateFolder
    from healer.edge.sandbox.job import Way
    from healer.edge.sandbox.process import Finished
    from healer.patch.value import FileChange
    from healer.verdict.value import Ran

DISK_BYTES = 8 * 1024**3
"""What one run may take of the disk; looked at twice a second, so a little more may be written."""
DISK_FLOOR = 256 * 1024**2
"""Free space that a run must leave, whoever took the rest."""
KILLED = 137
"""Exit code of a command that was killed, as shells count."""
UNPACK_SECONDS = 300.0
#: How bubblewrap ends when a folder goes between its looking for it and its mounting it.
_VANISHED = "No such file or directory"


class Sandbox:
    """Implements `Checks` (healer/verdict/value.py). A context manager: leaving it removes everything.

    `hidden` values are crossed out in whatever comes out of it.
    """

    def __init__(
        self,
        folder: PrivateFolder,
        way: Way,
        leaving: threading.Event | None = None,
        hidden: Sequence[str] = (),
    ) -> None:
        self._hidden = hidden
        self._folder = folder
        self._way = way
        self._prepared = folder.path / "prepared"
        self._changes: dict[str, bytes] = {}
        self._executable: frozenset[str] = frozenset()
        self._submodules: tuple[str, ...] = ()
        self._pointers: tuple[str, ...] = ()
        self._touched = False
        self._leaving = leaving or threading.Event()
        self._lock = threading.Lock()
        self._runs = 0
        self._made_at = time.time()
        for path in (self._prepared, self._prepared / "tree", self._prepared / "home"):
            path.mkdir(mode=0o755)
            way.own(path)

    @property
    def root(self) -> str:
        """The tree's folder as commands, and so stack traces, see it."""
        return self._way.root(self._prepared)

    @property
    def lacks(self) -> str:
        """See `Checks`."""
        return " and ".join(filter(None, (_of_lfs(self._pointers), _of_others(self._submodules))))

    def fill(self, repo: Path, found: Listing, environ: Mapping[str, str]) -> None:
        """Write a commit's files and links into the prepared tree; submodules stay empty.

        Raises SandboxError when git cannot read the commit, or the tree cannot be written.
        """
        self._submodules = found.submodules
        self._executable = frozenset(entry.path for entry in found.entries if entry.mode == export.EXECUTABLE)
        # Older than any change: Python takes cached bytecode for current when a source's size and second agree.
        mtime = self._made_at - 60

        def write(handle: int) -> None:
            with os.fdopen(handle, "wb", buffering=1 << 18) as target:
                self._pointers = export.write_tree(target, repo, found.entries, environ, mtime=mtime)

        self._unpack(write)

    def _unpack(self, write: Callable[[int], None]) -> None:
        """Unpacked inside, by the sandbox's own user: no path or link of the commit can lead anywhere else."""
        reader, writer = os.pipe()
        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write, writer)
            try:
                request = Request(("tar", "-xf", "-"), UNPACK_SECONDS, keep=True)
                done = self._execute(request, {}, stdin=reader)[0]
            finally:
                os.close(reader)
            trouble = writing.exception()
        # tar stops reading at the archive's end mark, before we have closed the pipe, or earlier and with an exit code.
        if trouble and not isinstance(trouble, BrokenPipeError):
            raise trouble
        if done.exit_code:
            raise SandboxError(
                "The commit's tree cannot be written",
                where=str(self._folder.path),
                next_step=f"It said: {done.output.strip()[-400:]}",
            )

    def put(self, changes: Sequence[FileChange], *, side: Literal["before", "after"]) -> None:
        """From now on runs see the changes' `after`, or again what the base has there (`before`)."""
        self._touched = True
        for change in changes:
            if side == "after":
                self._changes[export.safe_path(change.path)] = change.after
            else:
                self._changes.pop(change.path, None)

    def run(
        self,
        command: Sequence[str],
        *,
        seconds: float,
        network: bool = False,
        keep: bool = False,
        workdir: str = "",
        env: Mapping[str, str] | None = None,
        artefacts: Sequence[str] = (),
        files: Mapping[str, bytes] | None = None,
    ) -> Ran:
        """Run one command; see `Checks`. Raises SandboxError when the sandbox itself fails, when the command or
        workdir is malformed, and when the network or a lasting change is asked for after a `put`.
        """
        if (keep or network) and self._touched:
            raise SandboxError(
                "Set-up was asked for after model-written code was put into the tree",
                where=" ".join(command)[:200],
                next_step="Run every set-up command before the first `put`.",
            )
        from healer.verdict.value import Ran  # with all of the judge, which whoever only probes does without

        _check([*command, workdir, *(files or {}), *(word for pair in (env or {}).items() for word in pair)])
        _check_places(command, workdir, files or {}, seconds)
        request = Request(tuple(command), seconds, network, keep or network, workdir, env or {})
        done, found = self._execute(request, files or {}, artefacts=artefacts)
        return Ran(
            exit_code=KILLED if done.timed_out or done.exit_code is None else done.exit_code,
            output=setup_env.without(done.output, self._hidden)
            + (f"\n[stopped: {done.stopped}]\n" if done.stopped else ""),
            seconds=done.seconds,
            timed_out=done.timed_out,
            artefacts={name: self._public(content) for name, content in found.items()},
        )

    def _public(self, content: bytes) -> bytes:
        for value in self._hidden:
            content = content.replace(value.encode(), setup_env.CROSSED.encode())
        return content

    def _execute(
        self,
        request: Request,
        files: Mapping[str, bytes],
        *,
        artefacts: Sequence[str] = (),
        stdin: int = subprocess.DEVNULL,
    ) -> tuple[Finished, dict[str, bytes]]:
        if self._leaving.is_set():
            raise SandboxError("The healing was interrupted", where=" ".join(request.command)[:200])
        done, found = self._run_once(request, files, artefacts, stdin)
        if not done.started and _VANISHED in done.output:
            # Nothing has run yet. What was to be shown has just gone; the second start finds that it is not there.
            done, found = self._run_once(request, files, artefacts, stdin)
        if not done.started:
            raise SandboxError(
                "The sandbox did not get as far as the command",
                where=" ".join(request.command)[:200],
                next_step=f"It said: {done.output.strip()[-400:] or 'nothing'}",
            )
        return done, found

    def _run_once(
        self, request: Request, files: Mapping[str, bytes], artefacts: Sequence[str], stdin: int
    ) -> tuple[Finished, dict[str, bytes]]:
        with self._lock:
            self._runs += 1
            folder = self._folder.path / f"run{self._runs}"
        try:
            job = self._job(folder, request, files, stdin)
            done = self._way.run(job)
            return done, read_artefacts(job.results, artefacts) if done.started else {}
        finally:
            remove_tree(folder)

    def _job(self, folder: Path, request: Request, files: Mapping[str, bytes], stdin: int) -> Job:
        changes = {} if request.keep else dict(self._changes)
        job = Job(request, self._prepared, folder, secrets.token_hex(16), bool(changes), self._watch(), stdin)
        for path in (job.folder, job.shown, job.results, job.tools):
            path.mkdir(mode=0o755)
        self._way.own(job.results)
        if changes:
            archive = export.changes_archive(changes, self._executable, mtime=time.time())
            _write(job.changes, archive)
        for name, content in files.items():
            _write(job.tools / name, content)
        return job

    def _watch(self) -> Callable[[], str]:
        """Answers why a run must stop, or ""."""
        disk = _disk_watch(self._prepared)
        return lambda: "the healing was interrupted" if self._leaving.is_set() else disk()

    def try_out(self, seconds: float) -> Finished:
        """Run a command that does nothing. Raises SandboxError when it is not even begun."""
        return self._execute(Request(("true",), seconds), {})[0]

    def close(self) -> None:
        """Remove the sandbox's folder and all in it."""
        self._folder.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _of_lfs(paths: Sequence[str]) -> str:
    """Of the files that are pointers, three are named."""
    return f"only pointers for {len(paths)} Git LFS file{'s'[len(paths) < 2 :]} ({_some(paths)})" if paths else ""


def _of_others(paths: Sequence[str]) -> str:
    return f"nothing of {len(paths)} submodule{'s'[len(paths) < 2 :]} ({_some(paths)})" if paths else ""


def _some(paths: Sequence[str]) -> str:
    named = [path.encode("utf-8", "replace").decode()[:80] for path in sorted(paths)[:3]]
    return ", ".join([*named, "…"] if len(paths) > 3 else named)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o644)


def _disk_watch(folder: Path) -> Callable[[], str]:
    """Answers why a run must stop for the disk's sake, or ""."""

    def free() -> int:
        about = os.statvfs(folder)
        return about.f_bavail * about.f_frsize

    at_start = free()
    # A folder held in memory is small: half of it is for others. One limit and one sentence: what a run is told must
    # not depend on how far it came between two looks.
    most = max(0, min(DISK_BYTES, at_start // 2, at_start - DISK_FLOOR))
    told = f"the disk fills up: over {most >> 20:,} of the {at_start >> 20:,} MiB that were free at its start are taken"
    return lambda: told if at_start - free() > most else ""


def _check(words: Sequence[str]) -> None:
    """A zero byte would end a word early, and what follows it would be another argument of bubblewrap's."""
    if any("\0" in word for word in words):
        raise SandboxError(
            "A command, or a variable for it, holds a zero byte",
            where=repr([word for word in words if "\0" in word])[:200],
            next_step="Correct `checks` in the configuration.",
        )


def _check_places(command: Sequence[str], workdir: str, files: Mapping[str, bytes], seconds: float) -> None:
    bad_names = [name for name in files if "/" in name or name in {"", ".", ".."}]
    outside = workdir.startswith("/") or ".." in workdir.split("/")
    if not command or bad_names or outside or not seconds > 0:
        raise SandboxError(
            "The sandbox was given a command it cannot run",
            where=repr((list(command), workdir, *files, seconds))[:200],
            next_step="`checks.workdir` is a folder inside the repository, given relative to its root; "
            "timeouts are more than 0 seconds.",
        )
