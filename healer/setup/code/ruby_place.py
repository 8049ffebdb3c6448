"""How a Ruby file is written, and where Splat is brought in, started and used in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code.ruby_lines import USE, Style, require_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from healer.setup.code.tree import Tree
    from healer.setup.plan import Splice
    from healer.setup.value import Entry

#: What loads other code, or brings a file into the environment, where SPLAT_TOKEN may be.
_LOADS = re.compile(
    r"(?:Kernel\.)?(?:require|require_relative|load|require_all|gem|autoload)[\s(]"
    r"|Bundler\.(?:require|setup)\b|Dotenv\.\w{1,40}|Zeitwerk::|loader\."
)
#: What makes the SDK to be found at all, wherever that stands.
_BUNDLER = re.compile(r"\brequire[\s(]{1,9}[\"']bundler(?:/\w{1,20})?[\"']|\bBundler\.(?:require|setup)\b")
_RUNS = ("call", "if", "unless", "if_modifier", "unless_modifier", "begin", "assignment", "rescue_modifier")
#: What may stand between such lines.
_BETWEEN = re.compile(
    r"\$(?:LOAD_PATH|:)|ENV\b|Encoding\.|STDOUT\.|\$std(?:out|err)\.|Thread\.|[A-Za-z_]\w{0,60}\s{0,9}\|?\|?="
)
#: Comments that Ruby, rackup or Sorbet read: they stay in front.
_MAGIC = re.compile(
    r"#(?:!|\\|\s{0,9}(?:-\*-|(?:frozen[_-]string[_-]literal|(?:en)?coding|warn[_-]indent|typed)\s{0,9}:))", re.I
)
_QUOTED = re.compile(r"""\b(?:require|require_relative|gem|source)[\s(]{1,9}(["'])""")


def style_of(tree: Tree) -> Style:
    """By the quotes of what the file loads; else by all of them."""
    text = tree.source.text
    found = _QUOTED.findall(text[:20_000]) or [char for char in text[:20_000] if char in "\"'"]
    return Style("'" if found.count("'") > found.count('"') else '"')


def start_splice(
    tree: Tree, style: Style, start: Sequence[str], *, use: bool = False, program: bool = False
) -> Splice | Rejected:
    """`require "splat"` behind what the file loads first, then the start, and the framework's line if it is to be used.

    Of a program that does nothing but load, the last is what runs: it comes behind.
    """
    source = tree.source
    line, loads = _head(tree, program=program)
    if (bundler := _bundler(tree)) is not None and bundler.end_point.row >= line:
        if not _alone(tree, bundler):
            return Rejected("place", "something else stands on the line where Bundler is started")
        line, loads = bundler.end_point.row + 1, True
    above = [] if loads or line <= source.first or source.blank(line - 1) else [""]
    below = [] if source.blank(line) else [""]
    return source.insert(line, [*above, require_line(style), "", *start, *([USE] if use else []), *below])


def require_splice(tree: Tree, style: Style) -> Splice | Rejected:
    """`require "splat"` alone, behind what the file loads first."""
    line, loads = _head(tree)
    return tree.source.insert(line, [require_line(style)]) if loads else Rejected("place", "it loads nothing first")


def _head(tree: Tree, *, program: bool = False) -> tuple[int, bool]:
    """The line behind what the file loads first, and whether it loads anything."""
    begin, last = _behind_magic(tree), None
    end = begin
    for node in tree.top():
        text = tree.text(node)[:2_000]
        if node.type == "comment":
            continue
        if node.type in ("call", "if_modifier", "unless_modifier") and _LOADS.match(text):
            if not _alone(tree, node):
                break
            end, last = node.end_point.row + 1, node
        elif not _BETWEEN.match(text):
            break
    else:
        if program and last is not None:
            end = max(begin, tree.source.above(last.start_point.row))
    return end, last is not None


def _bundler(tree: Tree) -> Node | None:
    """The last statement of the file itself that starts Bundler."""
    found = [node for node in tree.top() if node.type in _RUNS and _BUNDLER.search(tree.text(node)[:2_000])]
    return found[-1] if found else None


def _behind_magic(tree: Tree) -> int:
    source = tree.source
    line = number = source.first
    while number < len(source.lines) and (source.blank(number) or source.lines[number].startswith("#")):
        number += 1
        line = number if _MAGIC.match(source.lines[number - 1]) else line
    # A comment on the file as a whole.
    behind = line
    while not source.blank(behind) and source.lines[behind].startswith("#"):
        behind += 1
    return behind if behind < len(source.lines) and source.blank(behind) else line


def _alone(tree: Tree, node: Node) -> bool:
    """Whether nothing else stands on the lines of a statement."""
    first, last = node.start_point, node.end_point
    before = tree.source.lines[first.row].encode()[: first.column].strip()
    behind = tree.source.lines[last.row].encode()[last.column :].strip()
    return not before and (not behind or behind.startswith(b"#"))


def class_splice(tree: Tree, entry: Entry) -> Splice | Rejected:
    """The framework's line, first in the class of an app."""
    node = _class(tree, entry)
    body = node.child_by_field_name("body") if node is not None else None
    if node is None or body is None or not body.named_child_count:
        return Rejected("place", f"`class {entry.name}` has no body on lines of its own")
    head = node.child_by_field_name("superclass") or node.child_by_field_name("name")
    row = head.end_point.row if head is not None else node.start_point.row
    behind = tree.source.lines[row].encode()[head.end_point.column :].strip() if head is not None else b";"
    first = body.named_children[0]
    if first.start_point.row <= row or (behind and not behind.startswith(b"#")):
        return Rejected("place", f"something else stands on the line of `class {entry.name}`")
    below = [] if tree.source.blank(row + 1) else [""]
    return tree.source.insert(row + 1, [tree.source.indent(first.start_point.row) + USE, *below])


def _class(tree: Tree, entry: Entry) -> Node | None:
    waiting = [tree.root]
    while waiting:
        node = waiting.pop()
        if node.type == "class" and node.start_point.row == entry.line - 1:
            return node
        waiting += [each for each in node.named_children if each.type in ("module", "class", "body_statement")]
    return None
