"""PHP source: what a file defines, uses and includes, and which paths are tests."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from healer.runtimes import treesitter
from healer.runtimes.caught import Caught, Found, argument, last_line_of, line_of
from healer.runtimes.php.imports import resolve, siblings
from healer.runtimes.source import Import, Module
from healer.runtimes.treesitter import Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from healer.runtimes.source import Kind

__all__ = ["SUFFIXES", "is_test", "parse", "resolve", "siblings"]

SUFFIXES = (".php", ".phtml", ".inc")

_GRAMMAR = Grammar(
    "tree_sitter_php",
    """
    (namespace_definition) @namespace
    (function_definition) @definition
    (method_declaration) @definition
    (class_declaration) @definition
    (interface_declaration) @definition
    (trait_declaration) @definition
    (enum_declaration) @definition
    (assignment_expression right: [(anonymous_function) (arrow_function)]) @closure
    (arguments . (argument (string)) (argument [(anonymous_function) (arrow_function)])) @callback
    (program (const_declaration (const_element) @value))
    (expression_statement (function_call_expression) @define)
    (namespace_use_declaration) @import
    [(require_expression) (require_once_expression) (include_expression) (include_once_expression)] @include
    [(object_creation_expression) (named_type) (base_clause) (class_interface_clause)] @naming
    [(use_declaration) (attribute)] @naming
    [(scoped_call_expression) (class_constant_access_expression) (scoped_property_access_expression)] @naming
    "instanceof" @instanceof
    (comment) @lead
    (name) @name
    """,
    "language_php",
)
_KINDS: dict[str, Kind] = {
    "class_declaration": "class",
    "trait_declaration": "class",
    "enum_declaration": "class",
    "interface_declaration": "type",
}
_CLASS_NAME = re.compile(rb"\s{1,80}([\w\\]{1,200})")
_NO_CLASS = frozenset({"self", "static", "parent", "null", "true", "false", "mixed", "object", "iterable", "never"})
_TEST_FOLDERS = frozenset({"test", "tests", "spec", "fixtures"})


def parse(source: bytes, path: str) -> Module:
    r"""Definitions, imports and syntax errors of one file; never raises.

    Imports are files ("./inc/x.php" where `__DIR__` starts the path, else as written) and every class, function or
    constant used, by its full name ("Shop\\Cart"): by `use`, or from the file's own namespace.
    """
    return treesitter.read(_GRAMMAR, source, path, _definitions, _imports)


def is_test(path: str) -> bool:
    """True for what phpunit or pest would run, and for the files that support it."""
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    return stem.endswith(("Test", "TestCase", "Cest")) or any(folder.lower() in _TEST_FOLDERS for folder in folders)


class _Namespaces:
    """The namespace in force at each byte of a file."""

    def __init__(self, caught: Caught) -> None:
        nodes = caught["namespace"]
        self._starts = [node.start_byte for node in nodes]
        self._names = [caught.text(node.child_by_field_name("name"))[:300] for node in nodes]

    def at(self, node: Node, name: str) -> str:
        """`name` in full, as if declared where `node` stands."""
        index = bisect_right(self._starts, node.start_byte) - 1
        prefix = self._names[index] if index >= 0 else ""
        return f"{prefix}\\{name}" if prefix else name


def _definitions(caught: Caught) -> Iterator[Found]:
    namespaces = _Namespaces(caught)
    for node in caught["definition"]:
        name = caught.text(node.child_by_field_name("name"))
        kind = _KINDS.get(node.type, "function")
        method = node.type == "method_declaration"
        yield Found(node, name, kind, qualified="" if method else namespaces.at(node, name))
    for node in caught["value"]:
        name = caught.text(node.named_child(0))
        yield Found(node, name, "value", qualified=namespaces.at(node, name))
    for node in caught["define"]:
        if caught.text(node.child_by_field_name("function")).lower() == "define":
            yield Found(node, _label(caught, argument(node)), "value")
    for node in caught["closure"]:
        name = caught.text(node.child_by_field_name("left")).rpartition(">")[2].strip("$")
        if last_line_of(node) > line_of(node) and name.isidentifier():
            yield Found(node, name, "function")
    for node in caught["callback"]:
        if last_line_of(node) > line_of(node):
            yield Found(node, _label(caught, node.named_child(0)), "function")


def _label(caught: Caught, literal: Node | None) -> str:
    text = caught.text(literal)
    return text.strip("\"'")[:80] if text[:1] in ("'", '"') and "\n" not in text else ""


def _imports(caught: Caught) -> Iterator[Import]:
    used: dict[str, str] = {}
    for node in caught["import"]:
        for imported in _use(caught, node):
            used[imported.bound[0].lower()] = imported.target
            yield imported
    for node in caught["include"]:
        target = _included(caught, node)
        if target:
            yield Import(target, (), line_of(node))
    yield from _classes(caught, used)


def _use(caught: Caught, node: Node) -> Iterator[Import]:
    r"""`use A\B as C`, `use A\{B, C as D}`, `use function A\b`: one import for each name."""
    prefix, clauses = "", node.named_children
    for child in node.named_children:
        if child.type == "namespace_name":
            prefix = caught.text(child).strip("\\") + "\\"
        elif child.type == "namespace_use_group":
            clauses = child.named_children
    for clause in clauses:
        if clause.type == "namespace_use_clause":
            name = next((caught.text(part) for part in clause.named_children if part.type != "comment"), "")
            target = prefix + name.strip("\\")
            alias = caught.text(clause.child_by_field_name("alias"))
            yield Import(target, (), line_of(clause), (alias or target.rpartition("\\")[2],))


def _classes(caught: Caught, used: dict[str, str]) -> Iterator[Import]:
    """Each class that the file names without a `use` of its own, once."""
    namespaces = _Namespaces(caught)
    seen = {target.lower() for target in used.values()}
    for node, name in _named_classes(caught):
        first, _, rest = name.partition("\\")
        if name.lower() in _NO_CLASS or (first.lower() in used and not rest):
            continue
        if name.startswith("\\"):
            target = name[1:]
        elif first.lower() in used:
            target = f"{used[first.lower()]}\\{rest}"
        else:
            target = namespaces.at(node, name.removeprefix("namespace\\"))
        if target.lower() not in seen:
            seen.add(target.lower())
            yield Import(target, (), line_of(node), (name.rpartition("\\")[2],))


def _named_classes(caught: Caught) -> Iterator[tuple[Node, str]]:
    for node in caught["naming"]:
        children = node.named_children
        for child in children[:1] if node.type.endswith("_expression") else children:
            if child.type in ("name", "qualified_name"):
                yield child, caught.text(child)
    for node in caught["instanceof"]:
        match = _CLASS_NAME.match(caught.source, node.end_byte)
        if match:
            yield node, match[1].decode("utf-8", "replace")


def _included(caught: Caught, node: Node) -> str:
    """The literal path of an include; "./" and "../" stand for `__DIR__`, `dirname(__FILE__)` and their parents."""
    if node.end_byte - node.start_byte > 400:
        return ""
    expression = node.named_child(0)
    text = caught.text(expression).strip("() ")
    if text[:1] in ("'", '"'):
        return text.strip("\"'") if "$" not in text and text.count(text[0]) == 2 else ""
    start, dot, rest = text.partition(".")
    rest = rest.strip()
    ups = _folders_up(start.replace(" ", ""))
    if not dot or ups is None or rest[:1] not in ("'", '"') or rest.count(rest[0]) != 2 or "$" in rest:
        return ""
    return ("../" * ups or "./") + rest.strip("\"'").lstrip("/")


def _folders_up(start: str) -> int | None:
    """How many folders above the file's own an expression like `dirname(__DIR__, 2)` stands; None for others."""
    inner, levels = start, 0
    for _ in range(8):
        if not inner.lower().startswith("dirname("):
            break
        inner, _, count = inner[8:].rstrip(")").partition(",")
        levels += int(count) if count.isdecimal() and len(count) < 3 else 1
    if inner == "__DIR__":
        return levels
    return levels - 1 if inner == "__FILE__" and levels else None
