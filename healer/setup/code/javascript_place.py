"""How a JavaScript file is written, and where `splat` is brought in and started in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

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


def start_splices(tree: Tree, style: Style, bring: str, start: Sequence[str]) -> list[Splice]:
    """The import before the file's own, and the start behind what has to come first."""
    source = tree.source
    top = [node for node in tree.top() if node.type != "hash_bang_line"]
    floor = _floor(tree, top)
    imports = [node for node in top[floor:] if node.type == "import_statement"] if style.module else []
    if not imports:
        line = _line(tree, top, floor)
        above = [] if line <= source.first or source.blank(line - 1) or floor else [""]
        below = [] if source.blank(line) else [""]
        return [source.insert(line, [*above, bring, *start, *below])]
    first, last = imports[0], _leading(imports, top[floor:])
    place = source.above(first.start_point.row)
    behind = last.end_point.row + 1
    below = [] if source.blank(behind) else [""]
    return [source.insert(place, [bring]), source.insert(behind, ["", *start, *below])]


def _floor(tree: Tree, top: Sequence[Node]) -> int:
    """How many statements stay in front: directives, and what brings a file into the environment."""
    floor = 0
    for number, node in enumerate(top):
        text = tree.text(node)[:2_000]
        if node.type == "comment" or (node.type == "import_statement" and not _ENVIRONMENT.search(text)):
            continue
        directive = node.type == "expression_statement" and node.named_child_count == 1 and _is_string(node)
        if (directive and number == floor + _comments(top, floor)) or _ENVIRONMENT.search(text) or _LOADS.search(text):
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


def _line(tree: Tree, top: Sequence[Node], floor: int) -> int:
    """The line before which a `require` goes."""
    if floor:
        return top[floor - 1].end_point.row + 1
    code = next((node for node in top if node.type != "comment"), None)
    if code is None:
        return len(tree.source.lines)
    # A comment that an empty line parts from the code is the file's own.
    return max(tree.source.first, _above(tree, code.start_point.row))


def _above(tree: Tree, line: int) -> int:
    comments = [node for node in tree.top() if node.type == "comment"]
    for comment in reversed(comments):
        if comment.end_point.row == line - 1:
            line = comment.start_point.row
    return line


def _leading(imports: Sequence[Node], top: Sequence[Node]) -> Node:
    """The last of the imports that only imports and comments stand between."""
    last = imports[0]
    for node in top:
        if node.type == "import_statement":
            last = node
        elif node.type != "comment" and node.start_byte > imports[0].start_byte:
            break
    return last
