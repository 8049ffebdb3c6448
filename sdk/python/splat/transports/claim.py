"""D7: one process a host creates issues at a time, by a lock file in the spool."""

from __future__ import annotations

import contextlib
import os
import time
from typing import Optional

NAME = "create.lock"
STALE = 60.0  #: seconds after which whoever holds it is not believed to be alive


class Claim:
    """The right to create issues. Where there is no folder to write in, everyone has it: D8 puts that right."""

    def __init__(self, folder: Optional[str]) -> None:
        self._path = os.path.join(folder, NAME) if folder else None
        self._held = False

    def take(self) -> bool:
        """Whether it is ours now. Does not wait."""
        if self._path is None or self._held:
            return True
        try:
            self._held = self._made() or (self._is_stale() and self._broken() and self._made())
        except OSError:
            return True
        return self._held

    def keep(self) -> None:
        """We are alive: nobody is to take it from us yet."""
        if self._held and self._path:
            with contextlib.suppress(OSError):
                os.utime(self._path)

    def release(self) -> None:
        """Let others have it."""
        if self._held and self._path:
            self._held = False
            with contextlib.suppress(OSError):
                os.unlink(self._path)

    def _made(self) -> bool:
        assert self._path
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return False
        return True

    def _is_stale(self) -> bool:
        assert self._path
        try:
            return abs(time.time() - os.lstat(self._path).st_mtime) > STALE
        except FileNotFoundError:
            return True

    def _broken(self) -> bool:
        """Takes a stale lock away. Two processes may try at once: who finds a fresh one in his hands puts it back."""
        assert self._path
        aside = f"{self._path}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
        try:
            os.rename(self._path, aside)
        except FileNotFoundError:
            return True
        try:
            if abs(time.time() - os.lstat(aside).st_mtime) <= STALE:
                with contextlib.suppress(OSError):
                    os.link(aside, self._path)
                return False
            return True
        finally:
            os.unlink(aside)
