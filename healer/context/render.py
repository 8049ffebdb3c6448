"""Excerpts as Claude reads them: numbered lines, "..." for gaps, the suspect lines marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

#: A line beyond this is data or minified code; the rest of it is left out, and said so.
MAX_WIDTH = 500
#: A gap this small costs no more than the sign that stands for it.
_SMALL_GAP = 2


def merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Inclusive ranges in order, without overlaps, with small gaps closed."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + _SMALL_GAP + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def numbered(lines: Sequence[str], spans: Sequence[tuple[int, int]], marked: Collection[int]) -> str:
    """The lines of `spans`, each after its number; ">" stands before the number of a marked one."""
    width = len(str(spans[-1][1])) if spans else 1
    shown: list[str] = []
    for index, (first, last) in enumerate(spans):
        if index or first > 1:
            shown.append("...")
        for number in range(first, last + 1):
            sign = ">" if number in marked else " "
            shown.append(f"{sign}{number:>{width}}| {cut(lines[number - 1])}")
    if spans and spans[-1][1] < len(lines):
        shown.append("...")
    return "\n".join(shown)


def cut(line: str) -> str:
    """The line, its end left out where it is very long."""
    if len(line) <= MAX_WIDTH:
        return line
    return f"{line[:MAX_WIDTH]} [... {len(line) - MAX_WIDTH} more characters]"
