"""The files that `splat init` changes: read and written in a working tree, all of them or none."""

from __future__ import annotations

import errno
import os
import re
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from healer.edge.plumbing import git
from healer.outcome import SplatError, UsageError
from healer.setup.record import RECORD_PATH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from healer.setup.plan import Change

MAX_BYTES = 2 * 1024 * 1024
_TEMPORARY = ".splat-init-"


class TreeFiles:
    """Implements `Files` for a working tree; `paths` are those that git tracks. No link is followed."""

    def __init__(self, root: Path, paths: frozenset[str]) -> None:
        self.root = root
        self._paths = paths

    def paths(self) -> frozenset[str]:
        """Implements `Files`."""
        return self._paths

    def read(self, path: str) -> bytes | None:
        """Implements `Files`: untracked files are read too."""
        place = self.root / path
        try:
            if self._link_above(path) or not stat.S_ISREG(place.lstat().st_mode) or place.stat().st_size > MAX_BYTES:
                return None
            return place.read_bytes()
        except OSError:
            return None

    def blob(self, name: str) -> bytes | None:
        """Implements `Files`."""
        return blob_in(self.root, name)

    def is_folder(self, path: str) -> bool:
        """Implements `Files`."""
        return (self.root / path).is_dir()

    def blocked(self, path: str) -> str:
        """Implements `Files`."""
        if above := self._link_above(path):
            return f"lies below {above}, which is a link"
        try:
            mode = (self.root / path).lstat().st_mode
        except FileNotFoundError:
            return self._blocked_above(path)
        except OSError as error:
            return f"cannot be looked at ({error.strerror})"
        if stat.S_ISLNK(mode):
            return "is a link"
        return "" if stat.S_ISREG(mode) else "is no regular file"

    def _blocked_above(self, path: str) -> str:
        above = next((each for each in self._parents(path) if each.exists() and not each.is_dir()), None)
        return f"lies below {above.relative_to(self.root)}, which is no folder" if above else ""

    def _link_above(self, path: str) -> str:
        return next((str(each.relative_to(self.root)) for each in self._parents(path) if each.is_symlink()), "")

    def _parents(self, path: str) -> list[Path]:
        """The folders between the top and the file, the outermost first."""
        return [self.root.joinpath(*path.split("/")[:count]) for count in range(1, path.count("/") + 1)]


def blob_in(repo: Path, name: str) -> bytes | None:
    """An object of the repository's own; nothing is fetched. None where it is none, or larger than 2 MiB."""
    if re.fullmatch(r"[0-9a-f]{40,64}", name) is None:
        return None
    try:
        return git(repo, "cat-file", "blob", name) if int(git(repo, "cat-file", "-s", name)) <= MAX_BYTES else None
    except SplatError:
        return None


def write_changes(root: Path, changes: Sequence[Change], folders: Sequence[str] = ()) -> None:
    """Write all changes, or none: what fails half-way is put back. `folders` are removed then where they are empty.

    Each file is whole at any moment, whenever the process ends. Raises UsageError where the checkout cannot be written,
    or a file is no longer what the change was made for.
    """
    files = TreeFiles(root, frozenset())
    for change in changes:
        if why := files.blocked(change.path):
            raise UsageError(f"It {why}", where=change.path, next_step="Make it a file of its own, and run again.")
        if files.read(change.path) != change.before:
            raise UsageError("The file was changed in the meantime", where=change.path, next_step="Run it again.")
    undo: list[Callable[[], None]] = []
    try:
        for change in changes:
            _write(root, change, undo)
            _remember(root, change)
    except BaseException as error:
        for step in reversed(undo):
            step()
        if isinstance(error, OSError):
            raise _refused(error, root) from None
        raise
    for folder in sorted(folders, key=len, reverse=True):
        _remove_empty(root / folder)


def _write(root: Path, change: Change, undo: list[Callable[[], None]]) -> None:
    place = root / change.path
    if change.after is None:
        place.unlink()
        undo.append(lambda: _replace(root, place, change.before or b"", 0o644))
        return
    for folder in reversed([each for each in place.parents if each.is_relative_to(root) and not each.exists()]):
        folder.mkdir()
        undo.append(lambda folder=folder: _remove_empty(folder))  # type: ignore[misc]
    mode = stat.S_IMODE(place.stat().st_mode) if change.before is not None else 0o644
    _replace(root, place, change.after, mode)
    before = change.before
    undo.append(place.unlink if before is None else lambda: _replace(root, place, before, mode))


def _remember(root: Path, change: Change) -> None:
    """What a file of ours was written as, as an object of git: there even if a person edits it before they commit."""
    if change.created and change.splices and change.path != RECORD_PATH:
        with suppress(SplatError):
            git(root, "hash-object", "-w", "--stdin", given=change.splices[0].added)


def _replace(root: Path, place: Path, content: bytes, mode: int) -> None:
    """The whole file or none of it; its mode stays."""
    handle, name = tempfile.mkstemp(dir=_aside(root, place), prefix=_TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(name).chmod(mode)
        Path(name).replace(place)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(place)) from None
        raise


def _aside(root: Path, place: Path) -> Path:
    """Where a file waits until it is whole: out of sight, so that nobody commits what a killed run left; in the same
    file system.
    """
    hidden = root / ".git"
    fits = hidden.is_dir() and not hidden.is_symlink() and os.access(hidden, os.W_OK)
    return hidden if fits and hidden.stat().st_dev == place.parent.stat().st_dev else place.parent


def _remove_empty(folder: Path) -> None:
    try:
        if not folder.is_symlink():
            folder.rmdir()
    except OSError:
        pass  # it has something else in it, or is gone


def _refused(error: OSError, root: Path) -> SplatError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return UsageError(
        f"The checkout cannot be written: {error.strerror or error}. Nothing was changed",
        where=str(error.filename or root),
        next_step="Make room, and run it again."
        if full
        else "Correct the permissions, or write to a branch instead: splat init --branch",
    )
