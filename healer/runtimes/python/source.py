"""Python source: what a file defines and imports, and which of its names are tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.runtimes import treesitter
from healer.runtimes.python.imports import resolve, siblings
from healer.runtimes.source import Import, Module
from healer.runtimes.treesitter import Caught, Found, Grammar, line_of

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
(module (if_statement (block (expression_statement (assignment) @value))))
(module (if_statement (_ (block (expression_statement (assignment) @value)))))
(module (try_statement (block (expression_statement (assignment) @value))))
(module (try_statement (_ (block (expression_statement (assignment) @value)))))
(import_statement) @import
(import_from_statement) @import
(call function: [(identifier) (attribute)] arguments: (argument_list . (string))) @call
(comment) @lead
(decorator) @lead
(identifier) @name
"""

_GRAMMAR = Grammar("tree_sitter_python", _QUERY)
_IMPORTERS = frozenset({"import_module", "__import__"})


def parse(source: bytes, path: str) -> Module:
    """Definitions, imports and syntax errors of one file; never raises."""
    return treesitter.read(_GRAMMAR, source, path, _definitions, _imports)


def is_test(path: str) -> bool:
    """True for what pytest or unittest would collect, and for what supports it (conftest, a test folder's helpers)."""
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0]
    if name == "conftest.py" or stem.startswith("test_") or stem.endswith("_test") or stem in ("test", "tests"):
        return True
    return any(folder in ("test", "tests", "testing") for folder in folders)


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
    for node in caught["call"]:
        function = caught.text(node.child_by_field_name("function")).rpartition(".")[2]
        arguments = node.child_by_field_name("arguments")
        if function in _IMPORTERS and arguments is not None:
            literal = caught.text(arguments.named_child(0))
            target = literal.strip("\"'")
            if target and literal[:1] in "\"'" and "{" not in target:
                yield Import(target, (), line_of(node))


def _plain(caught: Caught, node: Node) -> Iterator[Import]:
    for child in node.children_by_field_name("name"):
        name, local = _alias(caught, child)
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
