"""`.github/splat.init.json`: what `splat init` put where, so that it can be taken out again, by anyone with a clone.

A record beside the code, not marks in it: lines stay as a person would have written them, and a file that has no
comments (JSON) is taken back like all others. Nothing in it is believed: what is to be taken out has to be there, and
to be what Splat writes. A pull request may change this file too, and few look at what is for machines.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from healer.settings import CONFIG_PATH
from healer.setup.plan import Splice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healer.setup.plan import Change

RECORD_PATH = ".github/splat.init.json"
_ABOUT = "What `splat init` put where; `splat init --remove` takes it out again. Commit it with the rest."
_FORMAT = 1
_MOST = 2_000_000
_MOST_FILES = 2_000
_FOLDERS = (".github", ".github/workflows")
_WORKFLOW = re.compile(r"\.github/workflows/[0-9A-Za-z_.-]{1,100}\.ya?ml")
_MARK = b"`splat init`"
#: What gives way to our lines is nothing, but for the package of the same import name in a file of dependencies.
_OLD = re.compile(rb"""["']?py[-_.]splat[\w .=<>!~^*"',\[\]-]{0,200}""")
_MANIFEST = re.compile(r"(.*/)?(pyproject\.toml|Pipfile|[^/]{1,100}\.(txt|in))")
#: Files of code that frameworks load by their name, and that Splat makes where there is none.
_LOADED = re.compile(r"(.*/)?(instrumentation\.(ts|js)|config/initializers/splat\.rb)")
#: What begins, or goes on with, lines that do not all name Splat: `init` with its options, in each language.
_STARTS = (b"splat.init(", b"splat.Init(", b"Splat.init(", b"\\Splat\\init(")
_ARGUMENT = re.compile(rb"""(?i)['"]?(repo|api_?url|service|trigger_?label)['"]?(=| ?: ?| => ).*,|[)\]}]{1,2};?""")
_NEXT = re.compile(
    rb"""if \(process\.env\.NEXT_RUNTIME === ['"]nodejs['"]\) \{|\}"""
    rb"|export async function onRequestError\([\w:, .\[\]]*\) \{"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. `created`: it is Splat's own. `before` and `after` are SHA-256 of the whole file, "" for none.

    `splices` are what was put into a file of others. For one of Splat's own `blob` is git's name of what was written,
    which is in the history once it is committed; `text` has it where it never is: a person's edits were joined to it.
    """

    path: str
    created: bool
    before: str
    after: str
    splices: tuple[Splice, ...] = ()
    blob: str = ""
    text: bytes | None = None

    def is_as_left(self, now: bytes) -> bool:
        """Whether the file is what we wrote. Git may have turned the ends of lines."""
        return self.after in (digest(now), digest(now.replace(b"\r\n", b"\n")))


@dataclass(frozen=True, slots=True)
class Record:
    """`folders` are those that were made for the files, the outermost first. `foreign` are paths with an entry that
    says what Splat never does.
    """

    entries: tuple[Entry, ...] = ()
    folders: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()

    def of(self, path: str) -> Entry | None:
        """The entry of a file."""
        return next((entry for entry in self.entries if entry.path == path), None)

    @property
    def own(self) -> frozenset[str]:
        """The files that are Splat's."""
        return frozenset(entry.path for entry in self.entries if entry.created)


def is_marked(content: bytes) -> bool:
    """Whether a file of Splat's own says at its head who wrote it."""
    return _MARK in b"".join(content.splitlines()[:3])


def digest(content: bytes | None) -> str:
    """SHA-256 in hex digits, "" for no file."""
    return "" if content is None else hashlib.sha256(content).hexdigest()


def blob_of(content: bytes) -> str:
    """What git calls it."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def entry_of(change: Change) -> Entry:
    """What there is to say of a change, for the day on which it is taken back. Of a file of ours that a person edited
    too, what we wrote: so that it is known to be edited.
    """
    if not change.created:
        return Entry(change.path, False, digest(change.origin), digest(change.after), change.splices)
    wrote = change.splices[0].added
    text = None if wrote == change.after else wrote
    return Entry(change.path, True, "", digest(wrote), blob=blob_of(wrote), text=text)


def read_record(content: bytes | None) -> Record | None:
    """The record; None where there is none, or it cannot be read. Entries that nobody can act on are left out."""
    if content is None or len(content) > _MOST:
        return None
    try:
        told = json.loads(content)
        if told.get("format") != _FORMAT or len(told["files"]) > _MOST_FILES:
            return None
        read = [entry for each in told["files"] if (entry := _entry(each)) is not None]
        folders = tuple(folder for folder in told["folders"] if _is_our_folder(folder))
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        return None
    entries = {entry.path: entry for entry in read if _is_ours(entry)}
    return Record(tuple(entries.values()), folders, tuple(entry.path for entry in read if not _is_ours(entry)))


def _entry(told: Any) -> Entry | None:
    path = told["path"]
    if not _safe(path) or path == RECORD_PATH:
        return None
    if told["created"] is True:
        text = _bytes(told["text"]) if "text" in told else None
        return Entry(path, True, "", str(told["after"]), (), str(told.get("blob", "")), text)
    splices = tuple(Splice(int(each["at"]), _bytes(each["removed"]), _bytes(each["added"])) for each in told["splices"])
    return Entry(path, False, str(told["before"]), str(told["after"]), splices)


def _is_our_folder(path: Any) -> bool:
    """Of the workflow, and of a Rails app that has no initializers of its own."""
    return path in _FOLDERS or (_safe(path) and path.split("/")[-2:] == ["config", "initializers"])


def _is_ours(entry: Entry) -> bool:
    """False for what Splat never writes: such an entry would take out, or bring back, what somebody else thought of."""
    if entry.created:
        return entry.path == CONFIG_PATH or any(each.fullmatch(entry.path) for each in (_WORKFLOW, _LOADED))
    return all(_is_our_splice(splice, entry.path) for splice in entry.splices)


def _is_our_splice(splice: Splice, path: str) -> bool:
    if splice.removed and not (_OLD.fullmatch(splice.removed) and _MANIFEST.fullmatch(path)):
        return False
    lines = [line.strip() for line in splice.added.splitlines() if line.strip()]
    more = [_ARGUMENT] if any(line.startswith(_STARTS) for line in lines) else []
    more += [_NEXT] if any(b"await import(" in line and b"splat" in line for line in lines) else []
    return bool(lines) and all(_names_splat(line) or any(each.fullmatch(line) for each in more) for line in lines)


def _names_splat(line: bytes) -> bool:
    return b"splat" in line.lower()


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
    if entry.created:
        text = {} if entry.text is None else {"text": _text(entry.text)}
        return {"path": entry.path, "created": True, "after": entry.after, "blob": entry.blob, **text}
    splices = [
        {"at": splice.at, "removed": _text(splice.removed), "added": _text(splice.added)} for splice in entry.splices
    ]
    return {
        "path": entry.path,
        "created": False,
        "before": entry.before,
        "after": entry.after,
        "splices": splices,
    }


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _bytes(text: Any) -> bytes:
    return str(text).encode("utf-8", "surrogateescape")
