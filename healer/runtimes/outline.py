"""Definitions in their order: each gets its qualified name, the comments above it, and the names it uses."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.runtimes.caught import last_line_of, line_of
from healer.runtimes.source import Definition

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from healer.runtimes.caught import Caught, Found

MAX_DEPTH = 10
"""Definitions nested deeper than this are passed over: it bounds the size of all `qualified` and `uses` together."""

_LONGEST_NAME = 160


class Names:
    """The identifiers of one file in its order, ready to be asked by range."""

    def __init__(self, caught: Caught) -> None:
        known: dict[bytes, str] = {}
        source = caught.source
        self._starts: list[int] = []
        self._names: list[str] = []
        self._lines: dict[int, dict[str, None]] = {}
        for node in caught.names():
            start = node.start_byte
            raw = source[start : min(node.end_byte, start + _LONGEST_NAME)]
            name = known.get(raw)
            if name is None:
                name = known[raw] = raw.decode("utf-8", "replace").strip(":$")
            self._starts.append(start)
            self._names.append(name)
            self._lines.setdefault(node.start_point[0] + 1, {})[name] = None

    def between(self, start: int, end: int) -> frozenset[str]:
        """Those that start in the bytes from `start` up to `end`."""
        return frozenset(self._names[bisect_left(self._starts, start) : bisect_left(self._starts, end)])

    def by_line(self) -> dict[int, tuple[str, ...]]:
        """Those of each line."""
        return {line: tuple(names) for line, names in self._lines.items()}


def _leads(caught: Caught) -> dict[int, tuple[int, int]]:
    """For each line that only holds comments or decorators: the first line and byte of the block it belongs to."""
    blocks: dict[int, tuple[int, int]] = {}
    for node in caught["lead"]:
        (row, column), start, end = node.start_point, node.start_byte, node.end_byte
        before = caught.source[start - column : start] if column < 200 else b"code"
        after = caught.source[end : end + 200].split(b"\n", 1)[0]
        if before.strip() or (after.strip() and caught.source[end - 1 : end] != b"\n"):
            continue
        block = blocks.get(row, (row + 1, start))
        for line in range(row + 1, last_line_of(node) + 1):
            blocks.setdefault(line, block)
    return blocks


@dataclass(frozen=True, slots=True)
class _Scope:
    node: Node
    end: int
    qualified: str
    in_function: bool


def outline(caught: Caught, names: Names, found: Iterable[Found]) -> tuple[Definition, ...]:
    """Every definition of a file; those nested too deeply, and callbacks inside of functions, are passed over."""
    leads = _leads(caught)
    around: list[_Scope] = []
    definitions = []
    for item in sorted(found, key=lambda item: (item.node.start_byte, -item.node.end_byte)):
        node = item.node
        while around and (around[-1].end <= node.start_byte or around[-1].node == node):
            around.pop()
        in_function = bool(around) and around[-1].in_function
        if len(around) >= MAX_DEPTH or not item.name or (item.incidental and in_function):
            continue
        name = item.name[:_LONGEST_NAME]
        path = item.path[:_LONGEST_NAME] or name
        qualified = item.qualified[: 4 * _LONGEST_NAME]
        if not qualified:
            qualified = f"{around[-1].qualified}{item.joint}{path}" if around else path
        first, start = leads.get(line_of(node) - 1, (line_of(node), node.start_byte))
        around.append(
            _Scope(node, node.end_byte, qualified, in_function or (item.kind == "function" and not item.incidental))
        )
        uses = names.between(start, node.end_byte)
        definitions.append(Definition(name, qualified, item.kind, first, last_line_of(node), uses))
    return tuple(definitions)
