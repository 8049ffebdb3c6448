"""What the processes of a host tell each other and those that come after them, in files beside the spool's.

No file of it ends in `.json`: those are the spool's. Where none can be written, each process knows only its own.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from hashlib import sha256
from typing import List, NamedTuple, Optional, Set

from splat import files

_REPORTERS = "reporters.txt"
_MOST_REPORTERS = 20
_OWED = re.compile(r"([1-9][0-9]{0,17})-([0-9a-f]{16})\.created\Z")
_NO_LABELS_FOR = 3_600.0
_OWED_FOR = 86_400.0


class Owed(NamedTuple):
    """An issue that was created and not yet followed up (D8)."""

    number: int
    signature: str


class Notes:
    """Of one repository. Nothing here raises: a note that is lost costs an issue that is closed again."""

    def __init__(self, folder: Optional[str]) -> None:
        #: None when there is none that only this user can read.
        self.folder = folder
        if folder:
            try:
                files.private(folder)
            except OSError:
                self.folder = None

    # --- who files issues from here ----------------------------------------------------------------------------------

    def reporters(self) -> Set[int]:
        """Numeric ids of the accounts that this host's tokens were seen to create issues as."""
        return {int(line) for line in self._read(_REPORTERS).split() if line.isascii() and line.isdigit()}

    def add_reporter(self, account: int) -> None:
        """Remember one: an installation's token cannot ask who it is."""
        known = self.reporters()
        if account not in known and len(known) < _MOST_REPORTERS:
            self._write(_REPORTERS, "".join(f"{each}\n" for each in sorted(known | {account})))

    # --- what is not finished ----------------------------------------------------------------------------------------

    def owe(self, number: int, signature: str) -> None:
        """D8 is to be done for this issue, which was created."""
        self._write(f"{number}-{signature}.created", "")

    def settled(self, number: int, signature: str) -> None:
        """D8 is done for it."""
        self._delete(f"{number}-{signature}.created")

    def owed(self, older: float) -> List[Owed]:
        """Issues created at least `older` seconds ago whose maker did not come to D8."""
        found: List[Owed] = []
        with contextlib.suppress(OSError):
            for name in sorted(os.listdir(self.folder or "")) if self.folder else ():
                match = _OWED.match(name)
                age = time.time() - os.lstat(os.path.join(self.folder or "", name)).st_mtime if match else 0.0
                if match and age > _OWED_FOR:
                    self._delete(name)
                elif match and age >= older:
                    found.append(Owed(int(match[1]), match[2]))
        return found

    # --- a token without the right to label --------------------------------------------------------------------------

    def cannot_label(self, token: str) -> None:
        """The labels it set were dropped: a process that is started again and again must not file each time."""
        self._write(_no_labels(token), "")

    def may_label(self, token: str) -> bool:
        """False for an hour after `cannot_label`."""
        try:
            state = os.lstat(os.path.join(self.folder, _no_labels(token))) if self.folder else None
        except OSError:
            return True
        return state is None or time.time() - state.st_mtime > _NO_LABELS_FOR

    # --- files -------------------------------------------------------------------------------------------------------

    def _read(self, name: str) -> str:
        try:
            with open(os.path.join(self.folder or "", name), encoding="ascii") as file:
                return file.read(1_000) if self.folder else ""
        except (OSError, ValueError):
            return ""

    def _write(self, name: str, text: str) -> None:
        if self.folder:
            with contextlib.suppress(OSError):
                files.write(self.folder, name, text, sync=False)

    def _delete(self, name: str) -> None:
        if self.folder:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self.folder, name))


def _no_labels(token: str) -> str:
    return f"{sha256(token.encode('utf-8', 'replace')).hexdigest()[:16]}.cannot-label"
