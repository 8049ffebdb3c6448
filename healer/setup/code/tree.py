"""Places in a file by tree-sitter: its statements, and where a line behind one of them goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.runtimes import treesitter
from healer.runtimes.treesitter import Grammar
from healer.setup.code.source import read_utf8

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tree_sitter import Node

    from healer.setup.code.source import Source
    from healer.setup.plan import Splice

_TYPESCRIPT = Grammar("tree_sitter_typescript", "", "language_typescript")
_GRAMMARS: Mapping[str, Grammar] = {
    **dict.fromkeys(("js", "mjs", "cjs", "jsx"), Grammar("tree_sitter_javascript", "")),
    **dict.fromkeys(("ts", "mts", "cts"), _TYPESCRIPT),
    "tsx": Grammar("tree_sitter_typescript", "", "language_tsx"),
    "go": Grammar("tree_sitter_go", ""),
    **dict.fromkeys(("rb", "ru"), Grammar("tree_sitter_ruby", "")),
    "php": Grammar("tree_sitter_php", "", "language_php"),
}
_COMMENTS = {"rb": "#", "ru": "#"}
#: What holds statements, each on lines of its own.
_BLOCKS = frozenset(
    (
        "program",
        "source_file",
        "statement_block",
        "block",
        "statement_list",
        "body_statement",
        "compound_statement",
        "class_body",
        "switch_case",
        "then",
        "else",
        "do",
        "do_block",
        "begin",
    )
)


@dataclass(frozen=True, slots=True)
class Tree:
    """A file without a mistake, as its grammar sees it. Lines count from 0."""

    source: Source
    root: Node

    def text(self, node: Node | None) -> str:
        """What stands there, "" for None."""
        return "" if node is None or node.text is None else node.text.decode()

    def top(self) -> list[Node]:
        """The statements of the file itself, comments among them."""
        return list(self.root.named_children)

    def statement(self, line: int) -> Node | None:
        """The innermost statement of a block that reaches over this line, and has it among its own."""
        found: Node | None = None
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            for child in node.named_children:
                if child.type != "comment" and child.start_point.row <= line <= child.end_point.row:
                    if node.type in _BLOCKS:
                        found = child
                    waiting.append(child)
        return found

    def behind(self, node: Node, lines: Sequence[str]) -> Splice | Rejected:
        """These lines behind a statement, indented as it is. Rejected where something else stands on its lines."""
        first, last = node.start_point.row, node.end_point.row
        before = self.source.lines[first].encode()[: node.start_point.column]
        after = self.source.lines[last].encode()[node.end_point.column :].decode().strip()
        if before.strip() or (after.lstrip(";").strip() and not after.lstrip("; \t").startswith(("//", "#", "/*"))):
            return Rejected("place", "something else stands on the same line")
        indent = self.source.indent(first)
        return self.source.insert(last + 1, [indent + line if line else line for line in lines])


def _is_node(path: str, data: bytes) -> bool:
    """Whether a file without a suffix says that Node runs it."""
    return "." not in path.rpartition("/")[2] and re.match(rb"#![^\n]{0,100}\bnode\b", data[:200]) is not None


def read_tree(path: str, data: bytes | None) -> Tree | Rejected:
    """The tree of a file, by the ending of its name. Rejected for what cannot be read, with the reason."""
    ending = "js" if data and _is_node(path, data) else path.rpartition(".")[2]
    grammar = _GRAMMARS.get(ending)
    if data is None or grammar is None:
        return Rejected("unreadable", "it cannot be read")
    source = read_utf8(data, _COMMENTS.get(ending, "//"))
    if isinstance(source, Rejected):
        return source
    root = treesitter.root_of(grammar, source.text.encode())
    if root is None:
        return Rejected("syntax", "it has a syntax error")
    return Tree(source, root)
