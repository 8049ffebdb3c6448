"""What a killed run left half-made in `.splat/`, removed by the next one."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEMPORARY = ".tmp-"
#: A killed run is among the last ones.
_RUNS = 20


def take_part(root: Path) -> IO[bytes] | None:
    """Be known as one who works in `root` until what comes back is closed; None where the system knows no such locks.

    Who finds nobody else at work removes what the dead have left: files half-written, and numbers taken for a page
    that was never finished. The system lets go of a lock however its process ends.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    with suppress(OSError):  # a file system without locks: what is left there stays
        lock = os.fdopen(os.open(root / "alive", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o644), "rb")
        with suppress(OSError):  # others are at work, or something there is not ours to remove
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _sweep(root)
        fcntl.flock(lock, fcntl.LOCK_SH)
        return lock
    return None


def _sweep(root: Path) -> None:
    for folder in _folders(root):
        for path in folder.glob(f"{TEMPORARY}*"):
            _remove(path)
    for kind in ("issues", "pulls"):
        for record in (root / kind).glob("*.json"):
            if record.stem.isdecimal() and record.lstat().st_size == 0:
                _remove(record.with_suffix(".md"))
                _remove(record)


def _folders(root: Path) -> Iterator[Path]:
    yield from (root, root / "issues", root / "pulls")
    for run in sorted((root / "runs").iterdir(), reverse=True)[:_RUNS]:
        if run.is_dir() and not run.is_symlink():
            yield run
            yield from (path for path in run.iterdir() if path.is_dir() and not path.is_symlink())


def _remove(path: Path) -> None:
    with suppress(FileNotFoundError):
        if stat.S_ISREG(path.lstat().st_mode):
            path.unlink()
