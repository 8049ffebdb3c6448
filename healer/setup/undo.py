"""Takes out what the record says was put in: exactly, where a file is as it was left; else what is found for sure."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.setup.plan import Change, Paste
from healer.setup.record import RECORD_PATH, digest, is_marked, write_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.setup.plan import Files, Splice
    from healer.setup.record import Entry, Record


_CODE = (".py", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".go", ".rb", ".ru", ".php")
_OPENS, _CLOSES = (b"(", b"[", b"{"), (b")", b"]", b"}")
#: Files without an ending that are no code, and those of dependencies that end as code does.
_NO_CODE = ("Pipfile", "Gemfile", "Dockerfile", "Procfile", "gems.rb", "setup.py")


@dataclass(frozen=True, slots=True)
class Undone:
    """`changes` to write, `left` what a person has to take out, `folders` those that may go once they are empty."""

    changes: tuple[Change, ...]
    left: tuple[Paste, ...]
    folders: tuple[str, ...]


def undo(record: Record, files: Files, *, force: bool = False) -> Undone:
    """All of the record. `force` deletes files of Splat's own that were edited since, too."""
    naming = _naming(record, files)
    made = {entry: _undone(entry, files, naming, force=force) for entry in record.entries}
    left = [paste for each in made.values() if isinstance(each, tuple) for paste in each]
    if any(_is_code(paste.path) for paste in left):
        # Code that still imports the SDK would not start without it.
        made |= {entry: (_stays(entry),) for entry, each in made.items() if isinstance(each, Change) and _needed(entry)}
    kept = [entry for entry, each in made.items() if isinstance(each, tuple)]
    changes = [each for each in made.values() if isinstance(each, Change)]
    left = [paste for each in made.values() if isinstance(each, tuple) for paste in each]
    left += [Paste(path, (), "the record names what `splat init` never does: left alone") for path in record.foreign]
    before = files.read(RECORD_PATH)
    after = write_record(kept, record.folders) if kept else None
    if before != after:
        changes.append(Change(RECORD_PATH, before, after, why="the record"))
    return Undone(tuple(changes), tuple(left), () if kept else record.folders)


def _is_code(path: str) -> bool:
    """By its ending; commands of Node often have none, nor have `artisan` and `bin/console`."""
    name = posixpath.basename(path)
    return name not in _NO_CODE and (name.endswith(_CODE) or "." not in name)


def _needed(entry: Entry) -> bool:
    """A file of dependencies."""
    return not entry.created and not _is_code(entry.path)


def _stays(entry: Entry) -> Paste:
    return Paste(entry.path, (), "the dependency stays as long as code imports it: take that out, and run this again")


def _naming(record: Record, files: Files) -> dict[str, bytes]:
    """Where a file that is gone may be by now: those that speak of Splat, and have no entry of their own."""
    known = {entry.path for entry in record.entries}
    if all(entry.created or files.read(entry.path) is not None for entry in record.entries):
        return {}
    endings = {posixpath.splitext(path)[1] for path in known}
    other = [path for path in sorted(files.paths() - known) if posixpath.splitext(path)[1] in endings]
    return {path: now for path in other if b"splat" in (now := files.read(path) or b"")}


def _undone(
    entry: Entry, files: Files, naming: Mapping[str, bytes], *, force: bool
) -> Change | tuple[Paste, ...] | None:
    """What is left to a person as a tuple; None where nothing of ours is there any more."""
    now = files.read(entry.path)
    if now is None:
        return None if entry.created else _moved(entry, files, naming)
    if why := files.blocked(entry.path):
        return (Paste(entry.path, (), f"it {why}"),)
    return _own(entry, now, force=force) if entry.created else _taken_out(entry, entry.path, now)


def _own(entry: Entry, now: bytes, *, force: bool) -> Change | tuple[Paste, ...]:
    if not is_marked(now):
        why = "nothing in it says that `splat init` wrote it: delete it yourself if it did"
        return (Paste(entry.path, (), why),)
    if force or entry.is_as_left(now):
        return Change(entry.path, now, None, why="Splat's own file")
    return (Paste(entry.path, (f"git rm {entry.path}",), "it was edited since; `--force` deletes it too"),)


def _moved(entry: Entry, files: Files, naming: Mapping[str, bytes]) -> Change | tuple[Paste, ...] | None:
    """A file that is gone may have another name now: the one that still has all of our lines."""
    ending = posixpath.splitext(entry.path)[1]
    held = {path: now for path, now in naming.items() if path.endswith(ending)}
    there = {path: now for path, now in held.items() if _found_and_taken(now, entry.splices) is not None}
    if len(there) == 1 and not files.blocked(path := next(iter(there))):
        return _taken_out(entry, path, there[path])
    return (
        tuple(Paste(path, _lines_of_ours(now), f"{entry.path} may have moved here") for path, now in there.items())
        or None
    )


def _taken_out(entry: Entry, path: str, now: bytes) -> Change | tuple[Paste, ...] | None:
    if digest(now) == entry.after:
        original = reversed_splices(now, entry.splices)
        if digest(original) == entry.before:
            return Change(path, now, original, why="as it was")
    taken = _found_and_taken(now, entry.splices)
    # Where a line was edited nothing of this file is taken: half of it would name what is imported no more.
    if taken is None:
        lines = _lines_of_ours(now)
        return (Paste(path, lines, "it was edited since: take these lines out yourself"),) if lines else None
    return Change(path, now, taken, why="without Splat's lines") if taken != now else None


def _lines_of_ours(now: bytes) -> tuple[str, ...]:
    return tuple(line.decode("utf-8", "replace").strip() for line in now.splitlines() if b"splat" in line.lower())


def reversed_splices(after: bytes, splices: tuple[Splice, ...]) -> bytes:
    """What there was before; rubbish where `after` is not what the splices made."""
    parts: list[bytes] = []
    begins = shift = 0
    for splice in splices:
        at = splice.at + shift
        parts += [after[begins:at], splice.removed]
        begins = at + len(splice.added)
        shift += len(splice.added) - len(splice.removed)
    return b"".join([*parts, after[begins:]])


def _found_and_taken(now: bytes, splices: tuple[Splice, ...]) -> bytes | None:
    """Each splice taken back where it stands exactly once; None where one does not."""
    for splice in reversed(splices):
        spelling = next((each for each in _spellings(splice) if _stands_once(now, each[0])), None)
        taken = now.replace(*spelling) if spelling else _line_by_line(now, splice)
        if taken is None:
            return None
        now = taken
    return now


def _stands_once(now: bytes, added: bytes) -> bool:
    """Whether it does. Whole lines begin with a line, not behind a mark that makes a comment of them."""
    if not added or now.count(added) != 1:
        return False
    before, behind = now.split(added)
    if added.endswith(b"\n"):
        return not before or before.endswith(b"\n")
    return not added.startswith((b"\n", b"\r\n")) or not behind or behind.startswith((b"\n", b"\r\n"))


def _spellings(splice: Splice) -> list[tuple[bytes, bytes]]:
    """As it was written, and with the other end of line: an editor or git may have turned them all."""
    unix = [each.replace(b"\r\n", b"\n") for each in (splice.added, splice.removed)]
    windows = [each.replace(b"\n", b"\r\n") for each in unix]
    return list(dict.fromkeys([(splice.added, splice.removed), (unix[0], unix[1]), (windows[0], windows[1])]))


def _line_by_line(now: bytes, splice: Splice) -> bytes | None:
    """Lines that only were added may have been sorted, or moved apart: each whole statement that stands there once
    goes. What a person put between a bracket and its other half is an edit.
    """
    statements = _statements(splice.added)
    lines = now.splitlines(keepends=True)
    bare = [line.strip() for line in lines]
    gone: set[int] = set()
    for wanted in statements:
        found = [at for at in range(len(bare)) if bare[at : at + len(wanted)] == wanted]
        if len(found) != 1:
            return None
        gone.update(range(found[0], found[0] + len(wanted)))
    if splice.removed.strip() or not gone:
        return None
    return b"".join(line for number, line in enumerate(lines) if number not in gone)


def _statements(added: bytes) -> list[list[bytes]]:
    """The lines, those of one call together."""
    found: list[list[bytes]] = []
    is_open = False
    for line in (each.strip() for each in added.splitlines() if each.strip()):
        if is_open:
            found[-1].append(line)
            is_open = not line.startswith(_CLOSES)
        else:
            found.append([line])
            is_open = line.endswith(_OPENS)
    return found
