"""What lies in a working tree: never followed out of it, never waited for, never a device."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from healer.edge.plumbing import git
from healer.outcome import SplatError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_BYTES = 1024 * 1024


def top_of(folder: Path) -> Path | None:
    """The root of the working tree that holds the folder; None where there is none. Raises UsageError without git."""
    said = asked(folder, "rev-parse", "--show-toplevel")
    return Path(said) if said else None


def asked(folder: Path, *question: str) -> str:
    """What git answers in one line, "" where it has no answer. Raises UsageError without git."""
    try:
        return git(folder, *question, seconds=10).decode("utf-8", "replace").strip()
    except UsageError:
        raise
    except SplatError:
        return ""


def read_file(top: Path, path: str, most: int = MOST_BYTES) -> bytes | None:
    """A regular file's bytes; None where there is none. Raises UsageError for anything else that stands there."""
    place = top / path
    try:
        handle = os.open(place, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _odd(place, error.strerror or "it cannot be opened") from None
    with os.fdopen(handle, "rb") as source:
        about = os.fstat(source.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise _odd(place, "it is no regular file")
        if about.st_size > most:
            raise _odd(place, f"it has over {most:,} bytes")
        return source.read(most)


def _odd(place: Path, why: str) -> UsageError:
    return UsageError(f"Cannot read the file: {why}", where=str(place), next_step="Put a small text file there.")


def listed(top: Path, folder: str, endings: Sequence[str]) -> tuple[str, ...]:
    """The names of files in a folder of the working tree that end so, sorted; () where there is no such folder."""
    try:
        names = sorted(entry.name for entry in os.scandir(top / folder) if entry.is_file(follow_symlinks=False))
    except OSError:
        return ()
    return tuple(f"{folder}/{name}" for name in names if name.endswith(tuple(endings)))
