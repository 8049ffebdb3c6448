"""The tree of a commit as a tar stream, read from git objects alone.

Neither `git checkout` nor `git archive` will do: both run the filters that attributes and configuration name. Files are
therefore the blobs as they are stored: LFS pointers stay pointers, line endings stay as committed.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from healer.edge.pointer import MOST_BYTES, is_pointer
from healer.outcome import SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MAX_TREE = 4 * 1024**3
"""A tree larger than this is refused: it would not be tested in reasonable time either."""
LIST_SECONDS, WRITE_SECONDS = 60.0, 300.0
_BLOCK, _NAME = 4096, 512
EXECUTABLE, _LINK = "100755", "120000"
_GIT = (
    "git",
    "--no-replace-objects",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "protocol.allow=never"),
)
_SETTINGS = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or link of the commit's tree: mode as git writes it, blob id, size in bytes, path."""

    mode: str
    blob: str
    size: int
    path: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All files and links of a commit, and the paths of its submodules, whose content is not here."""

    entries: tuple[Entry, ...]
    submodules: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        """What its files take of a disk, about: whole blocks, and their names."""
        return sum(-(-entry.size // _BLOCK) * _BLOCK + _NAME for entry in self.entries)


def listing(repo: Path, commit: str, environ: Mapping[str, str]) -> Listing:
    """What a commit holds. `commit` is any name of a commit.

    Raises SandboxError when git cannot read it, when a path would leave the tree, or when it is too large.
    """
    listed = _git(repo, environ, "ls-tree", "-r", "-z", "-l", "--full-tree", f"{commit}^{{tree}}")
    found, submodules = [], []
    for line in listed.split(b"\0"):
        about, tab, path = line.partition(b"\t")
        if tab:
            mode, kind, blob, size = about.decode().split()
            if kind == "blob" and not size.isdigit():
                raise SandboxError(
                    "A file of the commit is missing from the repository",
                    where=path.decode("utf-8", "replace")[:200],
                    next_step="Check it with `git fsck`; a partial clone needs `git fetch --refetch --no-filter`.",
                )
            if kind == "blob":
                found.append(Entry(mode, blob, int(size), safe_path(path.decode("utf-8", "surrogateescape"))))
            elif kind == "commit":
                submodules.append(path.decode("utf-8", "replace"))
    if sum(entry.size for entry in found) > MAX_TREE:
        raise SandboxError(
            "The repository's tree is too large for the sandbox",
            where=f"commit {commit}",
            next_step=f"Splat copies at most {MAX_TREE // 1024**3} GiB: keep large files in Git LFS.",
        )
    # Links go last: whoever unpacks can then never write through one, whatever a crafted tree object holds.
    return Listing(tuple(sorted(found, key=lambda entry: entry.mode == _LINK)), tuple(submodules))


def safe_path(name: str) -> str:
    """The path itself. Raises SandboxError when it would lead out of the tree or into `.git`."""
    if name.startswith("/") or any(part in {"", ".", "..", ".git"} for part in name.split("/")):
        raise SandboxError(
            "A path leads out of the tree",
            where=repr(name),
            next_step="Check the repository with `git fsck`.",
        )
    return name


def _git(repo: Path, environ: Mapping[str, str], *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            [*_GIT, "-C", str(repo), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=git_environment(environ),
            timeout=LIST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SandboxError(
            f"git {arguments[0]} took over {LIST_SECONDS:g} s",
            where=str(repo),
            next_step="Try `git gc` there, or again.",
        ) from None
    if done.returncode:
        raise SandboxError(
            "git cannot read the commit",
            where=str(repo),
            next_step=f"It said: {done.stderr.decode('utf-8', 'replace').strip()[:400]}",
        )
    return done.stdout


def git_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What git needs to find itself and its owner's `safe.directory`; no variable that redirects it elsewhere."""
    return {name: environ[name] for name in ("PATH", "HOME", "XDG_CONFIG_HOME") if name in environ} | _SETTINGS


def write_tree(
    target: IO[bytes], repo: Path, found: Iterable[Entry], environ: Mapping[str, str], *, mtime: float
) -> tuple[str, ...]:
    """Write the entries as a tar stream to `target`, one blob in memory at a time; which of them are pointers of Git
    LFS.
    """
    ordered, pointers = list(found), []
    with tempfile.TemporaryFile() as names:
        # A file, not a pipe: nobody has to read and write in turn.
        names.write("".join(f"{entry.blob}\n" for entry in ordered).encode())
        names.seek(0)
        git = subprocess.Popen(
            [*_GIT, "-C", str(repo), "cat-file", "--batch", "--buffer"],
            stdin=names,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=git_environment(environ),
        )
    assert git.stdout is not None
    # What is silent for ever would be read for ever.
    limit = threading.Timer(WRITE_SECONDS, git.kill)
    limit.start()
    try:
        for entry in ordered:
            content = _blob(git.stdout, entry)
            if entry.size < MOST_BYTES and is_pointer(content):
                pointers.append(entry.path)
            if entry.mode == _LINK:
                target.write(_header(entry.path, mtime, link=content.decode("utf-8", "surrogateescape")))
            else:
                target.write(regular(entry.path, content, mtime, executable=entry.mode == EXECUTABLE))
    finally:
        limit.cancel()
        git.kill()
        git.wait()
        git.stdout.close()
    target.write(END)
    return tuple(pointers)


def _blob(answer: IO[bytes], entry: Entry) -> bytes:
    head = answer.readline().split()
    if len(head) != 3:
        raise SandboxError(
            "The repository has not all files of the commit",
            where=entry.path.encode("utf-8", "replace").decode(),
            next_step="A shallow clone is enough, a partial one is not: clone without `--filter`.",
        )
    content = answer.read(int(head[2]))
    answer.read(1)
    return content


END = b"\0" * 1024
"""The end of a tar archive."""


def regular(path: str, content: bytes, mtime: float, *, executable: bool = False) -> bytes:
    """One regular file in tar's format, header, content and padding."""
    header = _header(path, mtime, size=len(content), mode=0o755 if executable else 0o644)
    return b"".join((header, content, b"\0" * (-len(content) % 512)))


def _header(path: str, mtime: float, *, size: int = 0, mode: int = 0o644, link: str = "") -> bytes:
    info = tarfile.TarInfo(path)
    info.size, info.mode, info.mtime = size, mode, int(mtime)
    if link:
        info.type, info.linkname = tarfile.SYMTYPE, link
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def changes_archive(changes: Mapping[str, bytes], executable: frozenset[str], *, mtime: float) -> bytes:
    """A tar archive of changed files; their mode is the base's."""
    archive = io.BytesIO()
    for path, content in changes.items():
        archive.write(regular(path, content, mtime, executable=path in executable))
    archive.write(END)
    return archive.getvalue()
