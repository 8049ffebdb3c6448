"""Finds a frame again in the tree: by its line's text and its function, not by the number of back then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.context.names import function_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from healer.context.sources import Library
    from healer.frames import Frame
    from healer.runtimes.source import Definition, Module

#: Text shorter than this ("}", "end", "return") says nothing about where it stands.
_TELLING = 6


@dataclass(frozen=True, slots=True)
class Place:
    """Where a frame is now. `trust` compares candidates: how much of what the frame says is true of this place;
    `proven` when its line's text or its function is really there.
    """

    path: str
    line: int
    function: str
    trust: int
    proven: bool = True


def locate(frame: Frame, path: str, library: Library, *, text: str = "", exact: bool = True) -> Place | None:
    """The line of `path` that the frame means, None when the file has no lines or the frame nothing to go by.

    `text` is the line as it was at the crash, where that is known; without `exact` the number counts for nothing.
    """
    lines = library.lines(path)
    if not lines:
        return None
    module = library.module(path, always=True)
    named = _named(frame.function, module)
    number = frame.line if exact and frame.line is not None and frame.line <= len(lines) else None
    line, trust = _line(number, _plain(text), lines, named)
    if line is None:
        return None
    around = module.around(line, "function") if module else None
    fits = any(definition.first <= line <= definition.last for definition in named)
    return Place(path, line, around.qualified if around else "", trust + 2 * fits, fits or trust >= 3)


def _line(number: int | None, text: str, lines: Sequence[str], named: Sequence[Definition]) -> tuple[int | None, int]:
    """The line and how much speaks for it."""
    if text and number is not None and _plain(lines[number - 1]) == text:
        return number, 4
    if text:
        inside = [line for definition in named for line in range(definition.first, definition.last + 1)]
        found = _nearest(text, lines, inside, number)
        if found is None and len(text) >= _TELLING:
            found = _nearest(text, lines, range(1, len(lines) + 1), number)
        if found is not None:
            return found, 3
    if number is not None and (not named or any(one.first <= number <= one.last for one in named)):
        return number, 1 if text else 2
    if named:
        return min(named, key=lambda one: _distance(one, number or 1)).first, 1
    return number, 0


def _nearest(text: str, lines: Sequence[str], numbers: Iterable[int], near: int | None) -> int | None:
    found = [number for number in numbers if number <= len(lines) and _plain(lines[number - 1]) == text]
    return min(found, key=lambda number: abs(number - (near or number)), default=None)


def _named(function: str, module: Module | None) -> list[Definition]:
    """The functions of the file that the frame's name may mean: those of the named class, where any are."""
    names = function_names(function)
    if not names or module is None:
        return []
    # A closure is named after what it stands in: the innermost name that the file knows is the one to trust.
    for name in reversed(names):
        found = [one for one in module.definitions if one.name == name and one.kind == "function"]
        owners = {owner for owner in names if owner != name}
        owned = [one for one in found if owners & set(one.qualified.replace("::", ".").replace("\\", ".").split("."))]
        if found:
            return owned or found
    return []


def _distance(definition: Definition, line: int) -> int:
    return max(definition.first - line, line - definition.last, 0)


def _plain(line: str) -> str:
    """The line without what reformatting changes: indentation and runs of blanks."""
    return " ".join(line[:2_000].split())
