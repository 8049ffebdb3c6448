"""How a JavaScript file is written, and where `splat` is brought in and started in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code.javascript_imports import attached, import_place, leading
from healer.setup.code.javascript_lines import Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from healer.setup.code.tree import Tree
    from healer.setup.plan import Splice

_REQUIRE = re.compile(r"""\brequire\s{0,9}\(\s{0,9}(["'])""")
#: Brings a file into the environment, where SPLAT_TOKEN may be.
_ENVIRONMENT = re.compile(
    r"""["'](dotenv|dotenv-flow|dotenv-expand|dotenvx|@dotenvx/dotenvx|env-cmd)(/[\w/]{1,40})?["']"""
)
_LOADS = re.compile(r"\b(dotenv|dotenvx|env)\s{0,9}\.\s{0,9}config\s{0,9}\(|\bloadEnvFile\s{0,9}\(")
_SIMPLE = ("expression_statement", "lexical_declaration", "variable_declaration", "import_statement")
_BRANCHES = ("if_statement", "try_statement", "else_clause", "catch_clause")
_BLOCKS = ("statement_block", "else_clause", "catch_clause", "expression_statement")
_MOST_LOADS = 100
_TYPESCRIPT = (".ts", ".mts", ".cts", ".tsx")


def style_of(path: str, tree: Tree, package_type: str) -> Style:
    """By what stands in the file; else by its name and by `type` of package.json."""
    kinds = {node.type for node in tree.top()}
    texts = [tree.text(node) for node in tree.top()[:60]]
    brought = [text for text in texts if text.startswith("import") or _REQUIRE.search(text[:2_000])]
    sample = brought or [text for text in texts if not text.startswith(("//", "/*"))]
    single = sum(text.count("'") for text in sample)
    double = sum(text.count('"') for text in sample)
    ends = [text.endswith(";") for text in sample if text[-1:] in ";)'\"`" or text[-1:].isalnum()]
    quote = '"' if double > single else "'"
    return Style(_is_module(path, kinds, bool(brought), package_type), quote, ";" if not ends or any(ends) else "")


def _is_module(path: str, kinds: set[str], brings: bool, package_type: str) -> bool:
    if path.endswith((".mjs", ".mts")):
        return True
    if path.endswith((".cjs", ".cts")):
        return False
    if {"import_statement", "export_statement"} & kinds:
        return True
    return package_type == "module" or (path.endswith(_TYPESCRIPT) and not brings)


def start_splices(tree: Tree, style: Style, bring: str, start: Sequence[str], before: int) -> list[Splice] | Rejected:
    """The import among the file's own, and the start behind what has to come first. `before`: the line (from 0) of the
    first app.
    """
    top = [node for node in tree.top() if node.type != "hash_bang_line"]
    floor = _floor(tree, top)
    loads = _loads(tree, top[floor:], before)
    imports = leading(top[floor:]) if style.module else []
    placed = import_place(tree, imports, bring) if imports else _required(tree, top, floor, bring)
    behind = imports[-1].end_point.row + 1 if imports else placed[0]
    rows = [placed, (max(loads, behind), ["", *start])]
    if any(_splits(top, row) for row, _ in rows):
        return Rejected("place", "a statement goes on where the lines would begin")
    return _joined(tree, rows)


def _joined(tree: Tree, rows: Sequence[tuple[int, list[str]]]) -> list[Splice]:
    """Lines that go to one place, as one; an empty line behind the last."""
    (first, bring), (second, start) = rows
    below = [] if tree.source.blank(second) else [""]
    if first == second:
        return [tree.source.insert(first, [*bring, *start, *below])]
    apart = [] if tree.source.blank(first) or _holds_import(tree, first) else [""]
    start = start[1:] if tree.source.blank(second - 1) else start
    return [tree.source.insert(first, [*bring, *apart]), tree.source.insert(second, [*start, *below])]


def _holds_import(tree: Tree, row: int) -> bool:
    """Whether an import, or a comment above one, stands there."""
    return any(
        node.type in ("import_statement", "comment") and node.start_point.row <= row <= node.end_point.row
        for node in tree.top()
    )


def _splits(top: Sequence[Node], row: int) -> bool:
    return any(node.start_point.row < row <= node.end_point.row for node in top)


def _loads(tree: Tree, top: Sequence[Node], before: int) -> int:
    """The line behind what brings a file into the environment further down, in front of the first app; 0 for none."""
    found = 0
    for node in top[:_MOST_LOADS]:
        if node.end_point.row >= before:
            break
        if _only_loads(tree, node):
            found = node.end_point.row + 1
    return found


def _only_loads(tree: Tree, node: Node) -> bool:
    """Whether a statement, or each in its blocks, does that and nothing else: not where it starts the app too."""
    text = tree.text(node)[:2_000]
    if node.type in _SIMPLE:
        loads = bool(_LOADS.search(text) or _ENVIRONMENT.search(text))
        return loads and "=>" not in text and "function" not in text
    blocks = [each for each in node.named_children if each.type in _BLOCKS] if node.type in _BRANCHES else []
    inside = [each for block in blocks for each in block.named_children if each.type != "comment"]
    return bool(inside) and all(_only_loads(tree, each) for each in inside)


def _floor(tree: Tree, top: Sequence[Node]) -> int:
    """How many statements stay in front: directives, and what brings a file into the environment."""
    floor = 0
    for number, node in enumerate(top):
        text = tree.text(node)[:2_000]
        if node.type == "comment" or (node.type == "import_statement" and not _ENVIRONMENT.search(text)):
            continue
        directive = node.type == "expression_statement" and node.named_child_count == 1 and _is_string(node)
        if (directive and number == floor + _comments(top, floor)) or _only_loads(tree, node):
            floor = number + 1
        elif not _REQUIRE.search(text):
            break
    return floor


def _is_string(node: Node) -> bool:
    child = node.named_child(0)
    return child is not None and child.type == "string"


def _comments(top: Sequence[Node], start: int) -> int:
    count = 0
    while start + count < len(top) and top[start + count].type == "comment":
        count += 1
    return count


def _required(tree: Tree, top: Sequence[Node], floor: int, bring: str) -> tuple[int, list[str]]:
    """Where a `require` goes: in front of all code, behind what stays in front of it."""
    source = tree.source
    if floor:
        line = top[floor - 1].end_point.row + 1
        return line, ["", bring] if source.blank(line) and _is_string(top[floor - 1]) else [bring]
    code = next((node for node in top if node.type != "comment"), None)
    line = len(source.lines) if code is None else max(source.first, attached(tree, code.start_point.row))
    return line, [bring] if line <= source.first or source.blank(line - 1) else ["", bring]
