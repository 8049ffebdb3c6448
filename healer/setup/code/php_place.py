"""Where Splat's lines go in a PHP file."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code.php_lines import BUNDLE
from healer.setup.looks.php_requires import required

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from healer.setup.code.tree import Tree
    from healer.setup.plan import Splice

#: Composer's file, behind what says where it lies.
_AUTOLOAD = re.compile(r"""([\w.-]{1,60})/autoload(?:_runtime)?\.php\s{0,3}['"]\s{0,9}\)?\s{0,9}\)?\s{0,9};?\s*\Z""")
_REQUIRES = re.compile(r"\A(\$\w{1,60}\s{0,9}=\s{0,9})?(require|include)(_once)?\b")
_ABOUT = re.compile(r"(?i)copyright|licen[cs]e|@package|@author|this file is part of")
_HEAD = frozenset(("php_tag", "declare_statement", "namespace_definition", "namespace_use_declaration"))


@dataclass(frozen=True, slots=True)
class Begin:
    """A file, and the folder that Composer installs into, as paths of the repository."""

    path: str
    vendor: str

    def autoload(self, tree: Tree) -> Node | None:
        """The statement of the file itself that requires Composer's autoloader, which loads an app's classes, and the
        SDK with them; None where none does, or in a block.
        """
        return next((node for node in tree.top() if self._loads(tree, node)), None)

    def _loads(self, tree: Tree, node: Node) -> bool:
        text = tree.text(node)[:2_000]
        found = _AUTOLOAD.search(text)
        if node.type != "expression_statement" or not _REQUIRES.match(text) or found is None:
            return False
        there = [each.path for each in required(text, self.path) if each.is_sure]
        if there:  # another project of the repository may have its own
            return posixpath.dirname(there[0]) == self.vendor
        return found[1] == posixpath.basename(self.vendor)

    def behind_autoload(self, tree: Tree, lines: Sequence[str]) -> Splice | Rejected:
        """These lines behind the statement that loads the SDK, with an empty line above."""
        node = self.autoload(tree)
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
        if shebang or (node.type == "comment" and not _is_about_file(tree, node)):
            continue
        if node.type not in (*_HEAD, "comment") or node.child_by_field_name("body") is not None:
            break
        last = node
    if last is None:
        return Rejected("place", "it does not begin with <?php")
    line = last.end_point.row
    if tree.source.lines[line].encode()[last.end_point.column :].strip():
        return Rejected("place", "something else stands on the same line")
    below = [] if tree.source.blank(line + 1) else [""]
    return tree.source.insert(line + 1, ["", *lines, *below])


def _is_about_file(tree: Tree, node: Node) -> bool:
    """A comment that speaks of the file as a whole: PSR-12 wants it first."""
    last, text = node.end_point, tree.text(node)
    alone = tree.source.blank(last.row + 1) and not tree.source.lines[last.row].encode()[last.column :].strip()
    return alone and text.startswith("/*") and _ABOUT.search(text[:2_000]) is not None


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
