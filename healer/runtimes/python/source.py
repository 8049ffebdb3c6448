"""Python source: what a file defines and imports, and which of its names are tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.runtimes import treesitter
from healer.runtimes.caught import Caught, Found, line_of
from healer.runtimes.python.imports import resolve, siblings
from healer.runtimes.source import Import, Module
from healer.runtimes.treesitter import Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

__all__ = ["SUFFIXES", "is_test", "parse", "resolve", "siblings"]

SUFFIXES = (".py", ".pyi", ".pyw")

_QUERY = """
(function_definition) @definition
(class_definition) @definition
(type_alias_statement) @definition
(module (expression_statement (assignment) @value))
(module [(if_statement) (try_statement) (with_statement)] @branch)
(import_statement) @import
(import_from_statement) @import
(comment) @lead
(decorator) @lead
(identifier) @name
"""

_BRANCHES = frozenset(
    {"block", "if_statement", "elif_clause", "else_clause", "try_statement", "except_clause", "with_statement"}
)
_GRAMMAR = Grammar("tree_sitter_python", _QUERY)
_BY_NAME = re.compile(rb"\b(?:import_module|__import__)\(\s{0,80}[\"']([\w.]{1,200})[\"']")


def parse(source: bytes, path: str) -> Module:
    """Definitions, imports and syntax errors of one file; never raises."""
    return treesitter.read(_GRAMMAR, source, path, _definitions, _imports)


def is_test(path: str) -> bool:
    """True for what pytest or unittest would collect, and for what supports it (conftest, a test folder's helpers)."""
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0]
    if name == "conftest.py" or stem.startswith("test_") or stem.endswith("_test") or stem in ("test", "tests"):
        return True
    return any(folder in ("test", "tests") for folder in folders) or folders[:1] == ["testing"]


def _definitions(caught: Caught) -> Iterator[Found]:
    for node in caught["definition"]:
        name = caught.text(node.child_by_field_name("name"))
        if node.type == "function_definition":
            yield Found(node, name, "function")
        elif node.type == "class_definition":
            yield Found(node, name, "class")
        else:
            yield Found(node, caught.text(node.child_by_field_name("left")).partition("[")[0], "type")
    for node in caught["value"]:
        yield from _values(caught, node)
    for branch in caught["branch"]:
        yield from _conditional(caught, branch)


def _conditional(caught: Caught, branch: Node) -> Iterator[Found]:
    """The values that a module sets under `if`, `try` or `with`, however deep."""
    waiting = [branch]
    while waiting:
        for node in waiting.pop().named_children:
            if node.type in _BRANCHES:
                waiting.append(node)
            elif node.type == "expression_statement":
                for child in node.named_children:
                    if child.type == "assignment":
                        yield from _values(caught, child)


def _values(caught: Caught, node: Node) -> Iterator[Found]:
    left = node.child_by_field_name("left")
    if left is None:
        return
    targets = left.named_children if left.type in ("pattern_list", "tuple_pattern") else [left]
    for target in targets:
        if target.type == "identifier":
            yield Found(node, caught.text(target), "value")


def _imports(caught: Caught) -> Iterator[Import]:
    for node in caught["import"]:
        if node.type == "import_statement":
            yield from _plain(caught, node)
        else:
            yield _from(caught, node)
    yield from _by_name(caught.source)


def _by_name(source: bytes) -> Iterator[Import]:
    """`importlib.import_module("x")` and `__import__("x")`."""
    line, position = 1, 0
    for match in _BY_NAME.finditer(source):
        line += source.count(b"\n", position, match.start())
        position = match.start()
        yield Import(match[1].decode("ascii", "replace"), (), line)


def _plain(caught: Caught, node: Node) -> Iterator[Import]:
    for child in node.children_by_field_name("name"):
        name, local = _alias(caught, child)
        if name:  # a broken `import;` names nothing
            yield Import(name, (), line_of(child), (local or name.partition(".")[0],))


def _from(caught: Caught, node: Node) -> Import:
    target = caught.text(node.child_by_field_name("module_name")).replace(" ", "")
    pairs = [_alias(caught, child) for child in node.children_by_field_name("name")]
    if not pairs:
        return Import(target, ("*",), line_of(node))
    names = tuple(name for name, _ in pairs)
    return Import(target, names, line_of(node), tuple(local or name for name, local in pairs))


def _alias(caught: Caught, node: Node) -> tuple[str, str]:
    """The imported name, and the local one where it differs."""
    if node.type == "aliased_import":
        return caught.text(node.child_by_field_name("name")), caught.text(node.child_by_field_name("alias"))
    return caught.text(node), ""
