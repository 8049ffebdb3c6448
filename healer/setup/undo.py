"""Takes out what the record says was put in: exactly, where a file is as it was left; else what is found for sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.setup.plan import Change, Paste
from healer.setup.record import RECORD_PATH, digest, is_marked, write_record

if TYPE_CHECKING:
    from healer.setup.plan import Files, Splice
    from healer.setup.record import Entry, Record


@dataclass(frozen=True, slots=True)
class Undone:
    """`changes` to write, `left` what a person has to take out, `folders` those that may go once they are empty."""

    changes: tuple[Change, ...]
    left: tuple[Paste, ...]
    folders: tuple[str, ...]


def undo(record: Record, files: Files, *, force: bool = False) -> Undone:
    """All of the record. `force` deletes files of Splat's own that were edited since, too."""
    changes: list[Change] = []
    left: list[Paste] = []
    kept: list[Entry] = []
    for entry in record.entries:
        made = _undone(entry, files, force=force)
        if isinstance(made, Change):
            changes.append(made)
        elif isinstance(made, Paste):
            left.append(made)
            kept.append(entry)
    left += [Paste(path, (), "the record names what `splat init` never does: left alone") for path in record.foreign]
    before = files.read(RECORD_PATH)
    after = write_record(kept, record.folders) if kept else None
    if before != after:
        changes.append(Change(RECORD_PATH, before, after, why="the record"))
    return Undone(tuple(changes), tuple(left), () if kept else record.folders)


def _undone(entry: Entry, files: Files, *, force: bool) -> Change | Paste | None:
    """None where nothing of ours is there any more."""
    now = files.read(entry.path)
    if now is None:
        return None
    if why := files.blocked(entry.path):
        return Paste(entry.path, (), f"it {why}")
    if entry.created:
        if not is_marked(now):
            return Paste(entry.path, (), "nothing in it says that `splat init` wrote it: delete it yourself if it did")
        if force or entry.is_as_left(now):
            return Change(entry.path, now, None, why="Splat's own file")
        return Paste(entry.path, (f"git rm {entry.path}",), "it was edited since; `--force` deletes it too")
    if digest(now) == entry.after:
        original = reversed_splices(now, entry.splices)
        if digest(original) == entry.before:
            return Change(entry.path, now, original, why="as it was")
    taken = _found_and_taken(now, entry.splices)
    # Where a line was edited nothing of this file is taken: half of it would name what is imported no more.
    if taken is None:
        lines = [line.decode("utf-8", "replace").strip() for line in now.splitlines() if b"splat" in line.lower()]
        return Paste(entry.path, tuple(lines), "it was edited since: take these lines out yourself") if lines else None
    return Change(entry.path, now, taken, why="without Splat's lines") if taken != now else None


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
        spelling = next((each for each in _spellings(splice) if each[0] and now.count(each[0]) == 1), None)
        taken = now.replace(*spelling) if spelling else _line_by_line(now, splice)
        if taken is None:
            return None
        now = taken
    return now


def _spellings(splice: Splice) -> list[tuple[bytes, bytes]]:
    """As it was written, and with the other end of line: an editor or git may have turned them all."""
    unix = [each.replace(b"\r\n", b"\n") for each in (splice.added, splice.removed)]
    windows = [each.replace(b"\n", b"\r\n") for each in unix]
    return list(dict.fromkeys([(splice.added, splice.removed), (unix[0], unix[1]), (windows[0], windows[1])]))


def _line_by_line(now: bytes, splice: Splice) -> bytes | None:
    """Lines that only were added may have been sorted, or moved apart: each whole line that stands there once goes."""
    wanted = {line.strip() for line in splice.added.splitlines() if line.strip()}
    lines = now.splitlines(keepends=True)
    bare = [line.strip() for line in lines]
    if splice.removed.strip() or not wanted or any(bare.count(line) != 1 for line in wanted):
        return None
    return b"".join(line for line, text in zip(lines, bare, strict=True) if text not in wanted)
