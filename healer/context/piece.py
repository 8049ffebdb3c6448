"""The unit that is ranked: some lines of a file, how much they are worth, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.runtimes.source import Definition


#: How a line begins that is no definition itself.
_BEFORE = ("#", "//", "*", "/*", "@", '"', "'")


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines `first` to `last` (from 1, inclusive). `score` runs from 0 to 100; `reason` is for a person."""

    path: str
    first: int
    last: int
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Scene:
    """One function (or stretch of top-level code) on the stack, with every suspect line in it.

    `definition` is None for top-level code; `steps` counts the distinct functions between it and the crash;
    `circle` when it came back on the stack again and again.
    """

    path: str
    lines: tuple[int, ...]
    definition: Definition | None
    steps: int
    circle: bool = False

    @property
    def name(self) -> str:
        """The function's name, "" for top-level code."""
        return self.definition.name if self.definition else ""


def naming_line(definition: Definition, lines: Sequence[str]) -> int:
    """The line of a definition that names it: comments and decorators stand before."""
    last = min(definition.last, len(lines), definition.first + 60)
    for number in range(definition.first, last + 1):
        line = lines[number - 1].lstrip()
        if definition.name in line and not line.startswith(_BEFORE):
            return number
    return definition.first
