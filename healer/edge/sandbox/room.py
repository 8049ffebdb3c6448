"""Whether a tree fits the disk: told before it is copied there."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from healer.edge.sandbox.sandbox import DISK_FLOOR
from healer.outcome import SandboxError

if TYPE_CHECKING:
    from healer.edge.sandbox.export import Listing

_MIB = 1024**2


def check_room(found: Listing, *, copies: int) -> None:
    """Raises SandboxError where so many copies of the tree leave too little of the temporary folder's disk."""
    place = tempfile.gettempdir()
    about = os.statvfs(place)
    free, needed = about.f_bavail * about.f_frsize, found.bytes * copies + DISK_FLOOR
    if free < needed:
        raise SandboxError(
            f"The repository's tree does not fit the disk: the sandbox needs {needed // _MIB:,} MiB for it, and "
            f"{free // _MIB:,} MiB are free",
            where=place,
            next_step="Free some space there, or point TMPDIR at a folder on a larger disk.",
        )
