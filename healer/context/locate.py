"""Finds a frame again in the tree: by its line's text and its function, not by the number of back then."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.context.names import function_names
from healer.context.sources import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.context.sources import Library
    from healer.frames import Frame
    from healer.runtimes.source import Definition, Module

#: Text shorter than this ("}", "end", "return") says nothing about where it stands.
_TELLING = 6
_NEIGHBOURS = 5
#: Where the same text stands more often, the nearest places are compared.
_MOST_COMPARED = 100


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


@dataclass(frozen=True, slots=True)
class Then:
    """The crash line and its neighbours as they were at the crash, as far as that is known; the nearest comes first."""

    text: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @staticmethod
    def of(text: str, before: Sequence[str], after: Sequence[str]) -> Then:
        """`before` and `after` in the order of the file."""
        return Then(
            folded(text),
            tuple(map(folded, before[: -_NEIGHBOURS - 1 : -1])),
            tuple(map(folded, after[:_NEIGHBOURS])),
        )

    def agreeing(self, lines: Sequence[str], number: int) -> int:
        """How many of the neighbours of the line `number` are the same."""
        above = zip(self.before, reversed(lines[max(0, number - 1 - _NEIGHBOURS) : number - 1]), strict=False)
        below = zip(self.after, lines[number : number + _NEIGHBOURS], strict=False)
        return sum(then == folded(now) for pairs in (above, below) for then, now in pairs)


def locate(frame: Frame, path: str, library: Library, *, then: Then, exact: bool = True) -> Place | None:
    """The line of `path` that the frame means, None when the file has no lines or the frame nothing to go by.

    Without `exact` the number counts for nothing.
    """
    lines = library.lines(path)
    if not lines:
        return None
    module = library.module(path, always=True)
    named = _named(frame.function, module)
    number = frame.line if exact and frame.line is not None and frame.line <= len(lines) else None
    line, trust = _line(number, then, lines, library.where(path, then.text), named)
    if line is None:
        return None
    around = module.around(line, "function") if module else None
    fits = any(definition.first <= line <= definition.last for definition in named)
    return Place(path, line, around.qualified if around else "", trust + 2 * fits, fits or trust >= 3)


def _line(
    number: int | None, then: Then, lines: Sequence[str], same: Sequence[int], named: Sequence[Definition]
) -> tuple[int | None, int]:
    """The line and how much speaks for it; `same` are the lines of the crash line's text, in order."""
    inside = [line for one in named for line in same[bisect_left(same, one.first) : bisect_right(same, one.last)]]
    candidates = _nearest(inside or (same if len(then.text) >= _TELLING else ()), number)
    if number is not None and _nearest(same, number, 1) == [number]:
        candidates.append(number)
    if candidates:
        # Where nothing is known of its neighbours, or theirs are as good, its number decides.
        found = max(candidates, key=lambda line: (then.agreeing(lines, line), -abs(line - (number or line))))
        return found, 4 if found == number else 3
    if number is not None and (not named or any(one.first <= number <= one.last for one in named)):
        return number, 1 if then.text else 2
    if named:
        return min(named, key=lambda one: _distance(one, number or 1)).first, 1
    return number, 0


def _nearest(found: Sequence[int], number: int | None, most: int = _MOST_COMPARED) -> list[int]:
    """About `most` of these numbers, which are in order, around `number`."""
    at = bisect_left(found, number or 0)
    return list(found[max(0, at - most // 2) : at + (most + 1) // 2])


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
