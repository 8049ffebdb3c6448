"""What flows into a suspect line: the names on its statement, and the calls whose results those names hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.context.piece import Scene
    from healer.runtimes.source import Module

_OPEN, _CLOSE = "([{", ")]}"
_LONGEST_STATEMENT = 10
_ASSIGNED = re.compile(r"^\s{0,60}(?:(?:const|let|var|my|local)\s)?([\w$,@.\s\[\]{}*:]{1,200}?)\s?(?::=|=)(?![=>~])")
_FAR_BACK = 150
_WORD = re.compile(r"[A-Za-z_$][\w$]*")


def statement(lines: Sequence[str], line: int) -> tuple[int, int]:
    """The lines of the statement that starts at or holds `line`, as far as brackets tell."""
    depth, last = 0, line
    for number in range(line, min(line + _LONGEST_STATEMENT, len(lines)) + 1):
        text = lines[number - 1][:500]
        depth += sum(text.count(sign) for sign in _OPEN) - sum(text.count(sign) for sign in _CLOSE)
        last = number
        if depth <= 0:
            break
    return line, last


def on_suspect_lines(scene: Scene, module: Module, lines: Sequence[str]) -> frozenset[str]:
    """The identifiers of the statements that hold the scene's suspect lines."""
    found: set[str] = set()
    for line in scene.lines[:4]:
        first, last = statement(lines, line)
        found |= module.uses_in(first, last)
    return frozenset(found)


def flowing_in(scene: Scene, module: Module, lines: Sequence[str], names: frozenset[str]) -> frozenset[str]:
    """The identifiers of earlier statements of the same function that assign one of `names`."""
    if scene.definition is None:
        return frozenset()
    found: set[str] = set()
    end = min(scene.lines[0], len(lines) + 1)
    for number in range(max(scene.definition.first, end - _FAR_BACK), end):
        assigned = _ASSIGNED.match(lines[number - 1][:300])
        if assigned and names & set(_WORD.findall(assigned[1])):
            first, last = statement(lines, number)
            found |= module.uses_in(first, last)
    return frozenset(found)


def mentioning_lines(scene: Scene, module: Module, names: frozenset[str]) -> list[int]:
    """The lines of the scene's function that name one of `names`."""
    if scene.definition is None:
        return []
    first, last = scene.definition.first, scene.definition.last
    return [line for line, used in sorted(module.names.items()) if first <= line <= last and names & set(used)]
