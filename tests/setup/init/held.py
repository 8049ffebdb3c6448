"""Files in memory, and what holds of every change that `init` makes to one: lines are added, and come out again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from healer.setup.choices import Choices
from healer.setup.plan import spliced
from healer.setup.record import RECORD_PATH, entry_of, read_record, write_record
from healer.setup.undo import undo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from healer.setup.plan import Change, Part

CHOICES = Choices("acme/shop")
_MARK = b"\xef\xbb\xbf"


@dataclass
class Held:
    """`Files` in memory."""

    held: dict[str, bytes]
    links: frozenset[str] = field(default_factory=frozenset)

    def paths(self) -> frozenset[str]:
        return frozenset(self.held)

    def read(self, path: str) -> bytes | None:
        return self.held.get(path)

    def blob(self, name: str) -> bytes | None:
        return None

    def is_folder(self, path: str) -> bool:
        return any(each.startswith(f"{path}/") for each in self.held)

    def blocked(self, path: str) -> str:
        return "is a link" if path in self.links else ""


def only(part: Part) -> Change:
    (change,) = part.changes
    return change


def only_adds(change: Change) -> None:
    """Each old line is there, in its order and with its own end; each new one is ours or empty."""
    before, after = change.before or b"", change.after or b""
    assert all(splice.removed == b"" for splice in change.splices)
    assert spliced(before, change.splices) == after
    assert after.startswith(_MARK) == before.startswith(_MARK)
    left = _lines(before)
    for line in _lines(after):
        if left and line == left[0]:
            left.pop(0)
        elif len(left) == 1 and line.rstrip(b"\r\n") == left[0]:
            left.pop(0)  # the last line, which had no end: one was needed before what follows
        else:
            assert b"splat" in line.lower() or not line.strip(), line
    assert not left


def _lines(data: bytes) -> list[bytes]:
    return data.removeprefix(_MARK).splitlines(keepends=True)


def comes_out(change: Change) -> None:
    """`--remove` knows every line for one of Splat's, and gives back the bytes that were there."""
    assert taken_out([change]) == ({change.path: change.before, RECORD_PATH: None}, [])


def taken_out(
    changes: Sequence[Change], edited: Mapping[str, bytes] | None = None
) -> tuple[dict[str, bytes | None], list[str]]:
    """What `--remove` makes of these files, after a person edited some, and which it leaves to a person."""
    written = write_record([entry_of(change) for change in changes], ())
    record = read_record(written)
    assert record
    assert not record.foreign
    now = {change.path: change.after or b"" for change in changes} | dict(edited or {})
    undone = undo(record, Held({**now, RECORD_PATH: written}))
    return {change.path: change.after for change in undone.changes}, [paste.path for paste in undone.left]
