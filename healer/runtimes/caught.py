"""What a grammar's query caught in one file, and what a runtime makes of it before it becomes definitions."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tree_sitter import Node

    from healer.runtimes.source import Kind

_LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Found:
    """A definition as a runtime sees it, before the definitions around it have given it its qualified name.

    `qualified` overrides that name; `joint` joins it, or the longer `path` where there is one ("Admin::User" for
    "User"), to the name around it. An `incidental` definition (an anonymous callback) counts only where no
    function is around it.
    """

    node: Node
    name: str
    kind: Kind
    qualified: str = ""
    joint: str = "."
    path: str = ""
    incidental: bool = False


class Caught:
    """What the query caught in one file."""

    def __init__(self, source: bytes, nodes: Mapping[str, Sequence[Node]]) -> None:
        self.source = source
        self._nodes = nodes

    def __getitem__(self, capture: str) -> list[Node]:
        """The nodes of one capture in the order of the file, an outer one before those it holds."""
        nodes = {node.id: node for node in self._nodes.get(capture, ())}.values()
        return sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte))

    def names(self) -> list[Node]:
        """The identifiers in the order of the file."""
        return sorted(self._nodes.get("name", ()), key=attrgetter("start_byte"))

    def text(self, node: Node | None) -> str:
        """The node's own text, "" for none; cut where it is longer than a name, since calls hold each other's text."""
        if node is None:
            return ""
        end = min(node.end_byte, node.start_byte + _LONGEST_TEXT)
        return self.source[node.start_byte : end].decode("utf-8", "replace")

    def ending(self, node: Node) -> str:
        """The last words of the node's text."""
        return self.source[max(node.start_byte, node.end_byte - 80) : node.end_byte].decode("utf-8", "ignore")


def argument(call: Node, index: int = 0) -> Node | None:
    """A call's argument by its place, None when it has fewer."""
    arguments = call.child_by_field_name("arguments")
    return arguments.named_child(index) if arguments is not None and index < arguments.named_child_count else None


def line_of(node: Node) -> int:
    """The line the node starts on."""
    return node.start_point[0] + 1


def last_line_of(node: Node) -> int:
    """The line the node ends on; an end in column 0 belongs to the line before."""
    row, column = node.end_point
    return row if column == 0 and row > node.start_point[0] else row + 1
