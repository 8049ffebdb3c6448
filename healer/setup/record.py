"""`.github/splat.init.json`: what `splat init` put where, so that it can be taken out again, by anyone with a clone.

A record beside the code, not marks in it: lines stay as a person would have written them, and a file that has no
comments (JSON) is taken back like all others. Nothing in it is believed: what is to be taken out has to be there.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from healer.setup.plan import Splice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healer.setup.plan import Change

RECORD_PATH = ".github/splat.init.json"
_ABOUT = "What `splat init` put where; `splat init --remove` takes it out again. Commit it with the rest."
_FORMAT = 1
_MOST = 2_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. `created`: it is Splat's own. `before` and `after` are SHA-256 of the whole file, "" for none."""

    path: str
    created: bool
    before: str
    after: str
    splices: tuple[Splice, ...]

    @property
    def text(self) -> bytes:
        """What a file of Splat's own was written as."""
        return self.splices[0].added if self.splices else b""


@dataclass(frozen=True, slots=True)
class Record:
    """`folders` are those that were made for the files, the outermost first."""

    entries: tuple[Entry, ...] = ()
    folders: tuple[str, ...] = ()

    def of(self, path: str) -> Entry | None:
        """The entry of a file."""
        return next((entry for entry in self.entries if entry.path == path), None)

    @property
    def own(self) -> frozenset[str]:
        """The files that are Splat's."""
        return frozenset(entry.path for entry in self.entries if entry.created)


def digest(content: bytes | None) -> str:
    """SHA-256 in hex digits, "" for no file."""
    return "" if content is None else hashlib.sha256(content).hexdigest()


def entry_of(change: Change) -> Entry:
    """What there is to say of a change, for the day on which it is taken back. Of a file of ours that a person edited
    too, what we wrote: so that it is known to be edited.
    """
    after = change.splices[0].added if change.created else change.after
    return Entry(change.path, change.created, digest(change.origin), digest(after), change.splices)


def read_record(content: bytes | None) -> Record | None:
    """The record; None where there is none, or it cannot be read. Entries that nobody can act on are left out."""
    if content is None or len(content) > _MOST:
        return None
    try:
        told = json.loads(content)
        if told.get("format") != _FORMAT:
            return None
        entries = tuple(entry for each in told["files"] if (entry := _entry(each)) is not None)
        folders = tuple(folder for folder in told["folders"] if _safe(folder))
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        return None
    return Record(entries, folders)


def _entry(told: Any) -> Entry | None:
    path = told["path"]
    if not _safe(path) or path == RECORD_PATH:
        return None
    splices = tuple(Splice(int(each["at"]), _bytes(each["removed"]), _bytes(each["added"])) for each in told["splices"])
    return Entry(path, told["created"] is True, str(told["before"]), str(told["after"]), splices)


def _safe(path: Any) -> bool:
    """A path below the top that is written the one way there is."""
    return (
        isinstance(path, str)
        and bool(path)
        and not path.startswith(("/", "../"))
        and posixpath.normpath(path) == path
        and path.split("/")[0].lower() != ".git"
        and not any(char < " " or char in "\\\x7f" for char in path)
        and path != ".."
    )


def write_record(entries: Iterable[Entry], folders: Iterable[str]) -> bytes:
    """The record as it is committed: sorted, a line a field, so that two branches merge."""
    told = {
        "about": _ABOUT,
        "format": _FORMAT,
        "files": [_told(entry) for entry in sorted(entries, key=lambda entry: entry.path)],
        "folders": sorted(folders),
    }
    return (json.dumps(told, indent=1) + "\n").encode("ascii")


def _told(entry: Entry) -> dict[str, Any]:
    return {
        "path": entry.path,
        "created": entry.created,
        "before": entry.before,
        "after": entry.after,
        "splices": [
            {"at": splice.at, "removed": _text(splice.removed), "added": _text(splice.added)}
            for splice in entry.splices
        ],
    }


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _bytes(text: Any) -> bytes:
    return str(text).encode("utf-8", "surrogateescape")
