"""Where Splat's lines go in a PHP file."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code.php_lines import BUNDLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from healer.setup.code.tree import Tree
    from healer.setup.plan import Splice

#: What loads an app's classes, and the SDK with them: Composer's file.
_AUTOLOAD = re.compile(r"""autoload(_runtime)?\.php\s{0,3}['"]\s{0,9}\)?\s{0,9}\)?\s{0,9};?\s*\Z""")
_REQUIRES = re.compile(r"\A(\$\w{1,60}\s{0,9}=\s{0,9})?(require|include)(_once)?\b")
_HEAD = frozenset(("php_tag", "declare_statement", "namespace_definition", "namespace_use_declaration"))


def autoload_of(tree: Tree) -> Node | None:
    """The statement of the file itself that requires Composer's autoloader; None where none does, or in a block."""
    for node in tree.top():
        text = tree.text(node)[:2_000]
        if node.type == "expression_statement" and _REQUIRES.match(text) and _AUTOLOAD.search(text):
            return node
    return None


def behind_autoload(tree: Tree, lines: Sequence[str]) -> Splice | Rejected:
    """These lines behind the statement that loads the SDK, with an empty line above."""
    node = autoload_of(tree)
    if node is None:
        return Rejected("place", "it does not require Composer's autoload.php by a statement of its own")
    splice = tree.behind(node, lines)
    if isinstance(splice, Rejected):
        return splice
    line = node.end_point.row + 1
    return tree.source.insert(line, ["", *lines, *([] if tree.source.blank(line) else [""])])


def at_head(tree: Tree, lines: Sequence[str]) -> Splice | Rejected:
    """These lines before the file's first statement: behind `<?php`, `declare`, `namespace` and `use`."""
    last: Node | None = None
    for node in tree.top():
        shebang = node.type == "text" and tree.text(node).startswith("#!") and last is None
        if shebang or node.type == "comment":
            continue
        if node.type not in _HEAD or node.child_by_field_name("body") is not None:
            break
        last = node
    if last is None:
        return Rejected("place", "it does not begin with <?php")
    line = last.end_point.row
    if tree.source.lines[line].encode()[last.end_point.column :].strip():
        return Rejected("place", "something else stands on the same line")
    below = [] if tree.source.blank(line + 1) else [""]
    return tree.source.insert(line + 1, ["", *lines, *below])


def in_bundles(tree: Tree) -> Splice | Rejected:
    """The bundle's line in the array that `config/bundles.php` returns: behind the last, or, where no comma ends that,
    before the first.
    """
    items = _returned(tree)
    if not items:
        return Rejected("place", "it returns no list of bundles")
    first, last = items[0], items[-1]
    array = first.parent
    rows = [item.start_point.row for item in items]
    if array is None or array.start_point.row in rows or array.end_point.row == last.end_point.row or _share(items):
        return Rejected("place", "its bundles do not stand on lines of their own")
    indent = tree.source.indent(first.start_point.row)
    behind = tree.source.lines[last.end_point.row].encode()[last.end_point.column :].decode().lstrip()
    if behind.startswith(","):
        return tree.source.insert(last.end_point.row + 1, [indent + BUNDLE])
    return tree.source.insert(tree.source.above(first.start_point.row), [indent + BUNDLE])


def _share(items: Sequence[Node]) -> bool:
    return any(one.end_point.row >= two.start_point.row for one, two in pairwise(items))


def _returned(tree: Tree) -> list[Node]:
    """The items of the array that the file returns."""
    for node in tree.top():
        if node.type != "return_statement":
            continue
        array = node.named_child(0) if node.named_child_count else None
        if array is not None and array.type == "array_creation_expression" and tree.text(array).startswith("["):
            return [each for each in array.named_children if each.type == "array_element_initializer"]
    return []
