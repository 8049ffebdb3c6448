"""All that `splat init` would write: the code, the dependency, the workflow, the settings, the record of it."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from healer.outcome import UsageError
from healer.setup.code import propose_code
from healer.setup.migrate import propose_migration
from healer.setup.plan import Change, Part, Word, created, together
from healer.setup.record import RECORD_PATH, Record, digest, entry_of, is_marked, read_record, write_record
from healer.setup.settings_file import propose_settings
from healer.setup.workflow import propose_workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from healer.setup.choices import Choices
    from healer.setup.plan import Files
    from healer.setup.record import Entry
    from healer.setup.value import Found, Service

    #: What we wrote, what it is now, what we would write today: the last two joined, None where they contradict.
    Merge = Callable[[bytes, bytes, bytes], bytes | None]


_MOST_LIBRARIES = 3


def propose(found: Found, files: Files, choices: Choices, merge: Merge) -> Part:
    """The whole set-up. Its changes are those that are left to do: none where all is there already."""
    record = record_of(files)
    services = [each for each in found.services if choices.services is None or each.path in choices.services]
    several = sum(not service.library for service in services) > 1
    code = together([_of(service, found, files, choices, several) for service in services])
    own = together(
        [
            propose_workflow(found, files, choices, own_files := _own(record, files)),
            propose_settings(found, files, choices, own_files),
        ]
    )
    changes, words = _todo(_joined(code.changes) + own.changes, files, record, merge)
    runs = {service.path for service in services if not service.library}
    known = [
        word
        for word in code.words
        if not (word.code == "has-splat" and record.of(word.where))
        and not (word.code == "library" and word.where in runs)
    ]
    told = together([_noted(found), Part(words=_brief(known)), Part(pastes=code.pastes, words=own.words + words)])
    return told + Part(changes=(*_record(changes, files, record), *changes))


def record_of(files: Files) -> Record:
    """What was put in before; an empty record for nothing. Raises UsageError for one that cannot be read."""
    content = files.read(RECORD_PATH)
    record = read_record(content)
    if content is not None and record is None:
        raise UsageError(
            "The record of what `splat init` wrote cannot be read",
            where=RECORD_PATH,
            next_step=f"Take it from git again: git checkout HEAD -- {RECORD_PATH}",
        )
    return record or Record()


def _own(record: Record, files: Files) -> frozenset[str]:
    """Splat's own files: by the record and, where they are there, by what they say themselves."""
    return frozenset(path for path in record.own if (now := files.read(path)) is None or is_marked(now))


def _noted(found: Found) -> Part:
    """What was noticed when looking, for a person to know; but what the proposal itself says better."""
    told = [note for note in found.notes if note.code not in ("foreign-workflow", "py-splat")]
    names = {"sentry": "Sentry", "bugstack": "bugstack"}
    others = {names[seen.product]: seen.path for seen in reversed(found.others) if seen.product in names}
    beside = [Word("beside", f"{name} is here too, and stays as it is", path) for name, path in sorted(others.items())]
    return Part(words=(*(Word(note.code, note.what, note.where, note.next_step) for note in told), *beside))


def _of(service: Service, found: Found, files: Files, choices: Choices, named: bool) -> Part:
    if not service.path and service.name == found.root.name:  # each clone may have another folder
        service = replace(service, name=choices.repository.rpartition("/")[2])
    if service.runtime == "python" and any(seen.service == service.path for seen in found.splat.py_splat):
        return propose_migration(service, found, files, choices, named=named)
    return propose_code(service, files, choices, named=named)


def _brief(words: Sequence[Word]) -> tuple[Word, ...]:
    """Each once: two services may share a lock file. Many libraries are one word."""
    once = dict.fromkeys(words)
    libraries = [word for word in once if word.code == "library"]
    if len(libraries) <= _MOST_LIBRARIES:
        return tuple(once)
    paths = ", ".join(word.where or "." for word in libraries[:_MOST_LIBRARIES])
    what = f"{len(libraries)} projects have nothing that runs by itself: no SDK is put into {paths} and the others"
    return (*(word for word in once if word.code != "library"), Word("library", what))


def _joined(changes: Sequence[Change]) -> tuple[Change, ...]:
    """One change a file: what two services would do to the same one is done by the first."""
    first: dict[str, Change] = {}
    for change in changes:
        first.setdefault(change.path, change)
    return tuple(first.values())


def _todo(
    changes: Sequence[Change], files: Files, record: Record, merge: Merge
) -> tuple[tuple[Change, ...], tuple[Word, ...]]:
    todo: list[Change] = []
    words: list[Word] = []
    for change in changes:
        if why := files.blocked(change.path):
            words.append(Word("blocked", f"cannot be written: it {why}", change.path, "Make it a file of its own."))
            continue
        entry = record.of(change.path)
        made = _updated(change, files, entry, merge) if change.created and entry else change
        if isinstance(made, Word):
            words.append(made)
        elif made.before != made.after:
            todo.append(made)
    return tuple(todo), tuple(words)


def _updated(change: Change, files: Files, entry: Entry, merge: Merge) -> Change | Word:
    """A file of our own that is there: brought up to date, with what a person changed in it."""
    now, fresh = files.read(change.path), change.after or b""
    if now is not None and entry.after == digest(fresh):
        return replace(change, before=now, after=now)
    if now is None or entry.is_as_left(now):
        return replace(change, before=now)
    wrote = entry.text if entry.text is not None else files.blob(entry.blob)
    joined = merge(wrote, now, fresh) if wrote is not None and digest(wrote) == entry.after else None
    if joined is None:
        what = "was edited where Splat would change it too: left as it is"
        return Word("edited", what, change.path, "Delete it and run `splat init` again, or change it yourself.")
    return replace(change, before=now, after=joined)


def _record(changes: Sequence[Change], files: Files, record: Record) -> tuple[Change, ...]:
    """The record's own change: what was there, and what is new. It is written first: who is killed behind it can still
    take back what was done.
    """
    if not changes:
        return ()
    entries = {entry.path: entry for entry in record.entries} | {each.path: entry_of(each) for each in changes}
    folders = {*record.folders, *(folder for each in changes for folder in _missing(each.path, files))}
    folders |= set(_missing(RECORD_PATH, files))
    content = write_record(entries.values(), folders)
    return (replace(created(RECORD_PATH, content, "the record of all this"), before=files.read(RECORD_PATH)),)


def _missing(path: str, files: Files) -> list[str]:
    """The folders that have to be made for a file."""
    folders: list[str] = []
    while (path := posixpath.dirname(path)) and not files.is_folder(path):
        folders.append(path)
    return folders
