"""What `splat init` would do to the files: one `Change` a file, made of splices that can be taken back exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from healer.outcome import SplatError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Files(Protocol):
    """The files that a proposal is made for: the working tree's, or those of a commit."""

    def paths(self) -> frozenset[str]:
        """Every tracked regular file, "/"-separated from the top."""

    def read(self, path: str) -> bytes | None:
        """The content of a regular file, tracked or not; None where there is none, or it is larger than 2 MiB."""

    def blob(self, name: str) -> bytes | None:
        """What git's history holds under the name of an object; None where it does not, or it is larger than 2 MiB."""

    def is_folder(self, path: str) -> bool:
        """True for a folder that is there."""

    def blocked(self, path: str) -> str:
        """Why nothing may be written there ("is a link"), "" where it may."""


@dataclass(frozen=True, slots=True)
class Splice:
    """At byte `at` of the original, `removed` gave way to `added`."""

    at: int
    removed: bytes
    added: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """A file before and after; None where it is not there. `why` is a phrase for a person.

    `splices` lead from the original (what was there before Splat first wrote into the file, `origin`) to `after`.
    """

    path: str
    before: bytes | None
    after: bytes | None
    splices: tuple[Splice, ...] = ()
    why: str = ""
    origin: bytes | None = None

    @property
    def created(self) -> bool:
        """True where the file is Splat's own."""
        return self.origin is None


@dataclass(frozen=True, slots=True)
class Paste:
    """Lines for a person to put somewhere: the place is not certain, or not ours to write to."""

    path: str
    lines: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Word:
    """Something to be told. `code` is stable for machines."""

    code: str
    what: str
    where: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the set-up asks for; parts add up to the plan."""

    changes: tuple[Change, ...] = ()
    pastes: tuple[Paste, ...] = ()
    words: tuple[Word, ...] = ()

    def __add__(self, other: Part) -> Part:
        return Part(self.changes + other.changes, self.pastes + other.pastes, self.words + other.words)


def together(parts: Sequence[Part]) -> Part:
    """All parts as one."""
    return sum(parts, Part())


def inserted(path: str, data: bytes, splices: Sequence[Splice], why: str) -> Change:
    """The change that these splices make of `data`."""
    ordered = tuple(sorted(splices, key=lambda splice: splice.at))
    return Change(path, data, spliced(data, ordered), ordered, why, origin=data)


def created(path: str, content: bytes, why: str) -> Change:
    """A new file."""
    return Change(path, None, content, (Splice(0, b"", content),), why)


def spliced(data: bytes, splices: Sequence[Splice]) -> bytes:
    """`data` with the splices done. Raises SplatError where what is to give way is not there."""
    parts: list[bytes] = []
    at = 0
    for splice in splices:
        if splice.at < at or data[splice.at : splice.at + len(splice.removed)] != splice.removed:
            raise SplatError("What Splat wants to change is not there", next_step="Run it again.")
        parts += [data[at : splice.at], splice.added]
        at = splice.at + len(splice.removed)
    return b"".join([*parts, data[at:]])


def difference(before: bytes, after: bytes, name: bytes = b"") -> tuple[Splice, ...]:
    """The one splice that makes `after` of `before`: whole lines where only lines were added. () for equal ones.

    Where what was added can be told from several places, from one where it holds `name`.
    """
    if before == after:
        return ()
    most = min(len(before), len(after))
    start = next((n for n in range(most) if before[n] != after[n]), most)
    end = next((n for n in range(most - start) if before[-1 - n] != after[-1 - n]), most - start)
    removed, added = before[start : len(before) - end], after[start : len(after) - end]
    line = before.rfind(b"\n", 0, start) + 1
    # What was only added is told from the beginning of its line, where that comes to the same.
    if not removed and added.endswith(before[line:start]):
        start, added = line, before[line:start] + added[: len(added) - (start - line)]
    while not removed and name not in added and start > line and before[start - 1 : start] == added[-1:]:
        start, added = start - 1, added[-1:] + added[:-1]
    return (Splice(start, removed, added),)
