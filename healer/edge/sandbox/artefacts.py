"""Reads files from a folder that hostile code wrote."""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_BYTES = 16 * 1024**2
"""Bytes read of one artefact; the rest of a longer one is left out."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK a pipe put in the file's place would hang us in open().
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_artefacts(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """The regular files among `names` (relative paths), each capped; links, pipes and what is missing are left out."""
    found = {}
    for name in names:
        content = _read(folder, name)
        if content is not None:
            found[name] = content
    return found


def _read(folder: Path, name: str) -> bytes | None:
    parts = name.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        return None
    with ExitStack() as opened:
        try:
            at = _opened(opened, os.open(folder, _FOLDER))
            for part in parts[:-1]:
                at = _opened(opened, os.open(part, _FOLDER, dir_fd=at))
            file = _opened(opened, os.open(parts[-1], _FILE, dir_fd=at))
            return _content(file) if stat.S_ISREG(os.fstat(file).st_mode) else None
        except (OSError, ValueError):
            return None


def _opened(stack: ExitStack, handle: int) -> int:
    stack.callback(os.close, handle)
    return handle


def _content(file: int) -> bytes:
    parts, left = [], MAX_BYTES
    while left and (part := os.read(file, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
