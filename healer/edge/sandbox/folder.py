"""The private folder that holds one sandbox's trees, and its removal whatever was left in it."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import shutil
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from healer.outcome import SandboxError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "splat-sandbox-"
STALE_AFTER = 60.0
"""Seconds in which a folder that was just made gets its lock."""
MEMORY_ROOM = 2 * 1024**3
"""Bytes that must be free, and at most half of the free memory, before a tree is held there."""


_SHARE = 4
"""A tree takes at most one part in so many of that: tests write, too."""


class PrivateFolder:
    """A folder that only its owner may enter; removed by `close()`, at exit, or by the next one.

    A lock file inside is held as long as the process lives, so that a long run is never swept away as stale.
    Raises SandboxError when the temporary folder cannot be written.
    """

    def __init__(self, parent: Path | None = None) -> None:
        base = parent or Path(tempfile.gettempdir())
        sweep(base)
        try:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base)).resolve()
            self._lock = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SandboxError(
                f"The sandbox's folder cannot be made: {error.strerror}",
                where=str(base),
                next_step="Make room there, or point TMPDIR at a folder that can be written.",
            ) from None
        atexit.register(self.close)

    def close(self) -> None:
        """Remove the folder. Safe to call twice."""
        atexit.unregister(self.close)
        if self._lock >= 0:
            remove_tree(self.path)
            os.close(self._lock)
            self._lock = -1


def in_memory(environ: Mapping[str, str], size: int = 0, place: Path = Path("/dev/shm")) -> Path | None:  # noqa: S108 - looked at first
    """A folder whose files are held in memory, None where there is none that programs may be started from, memory is
    short for a tree of `size` bytes, or the user has named a temporary folder.
    """
    if environ.get("TMPDIR") or not (place.is_mount() and os.access(place, os.W_OK | os.X_OK)):
        return None
    with contextlib.suppress(OSError, ValueError, IndexError):
        about = os.statvfs(place)
        told = Path("/proc/meminfo").read_text().partition("MemAvailable:")[2].split()
        room = min(about.f_bavail * about.f_frsize, int(told[0]) * 1024 // 2)
        return place if room >= max(MEMORY_ROOM, _SHARE * size) and not about.f_flag & os.ST_NOEXEC else None
    return None


def remove_tree(path: Path) -> None:
    """Remove a tree that hostile code may have written: links are never followed, depth and permissions do not matter.

    `rm` walks with open folders, not with paths, and needs no recursion; Python's own walk fails on very deep trees.
    """
    subprocess.run(["rm", "-rf", "--", str(path)], stderr=subprocess.DEVNULL, check=False)
    if path.exists() and not path.is_symlink():
        # Go's module cache, for one, is read-only down to its folders.
        subprocess.run(["chmod", "-R", "u+rwX", "--", str(path)], stderr=subprocess.DEVNULL, check=False)
        subprocess.run(["rm", "-rf", "--", str(path)], stderr=subprocess.DEVNULL, check=False)
    if path.exists():
        shutil.rmtree(path, ignore_errors=True)


def sweep(base: Path, *, now: float | None = None) -> None:
    """Remove what a killed process left in `base`: our own folders, whose lock nobody holds."""
    limit = (now if now is not None else time.time()) - STALE_AFTER
    with contextlib.suppress(OSError):
        for path in base.glob(f"{PREFIX}*"):
            about = path.lstat()
            ours = stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid()
            if ours and about.st_mtime < limit and _unlocked(path / "lock"):
                remove_tree(path)


def _unlocked(lock: Path) -> bool:
    try:
        handle = os.open(lock, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(handle)
