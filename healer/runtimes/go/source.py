"""Go source: what a file defines and imports, and which paths are tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.runtimes import treesitter
from healer.runtimes.caught import Caught, Found, line_of
from healer.runtimes.go.imports import resolve, siblings
from healer.runtimes.source import Import, Module
from healer.runtimes.treesitter import Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

__all__ = ["SUFFIXES", "is_test", "parse", "resolve", "siblings"]

SUFFIXES = (".go",)

_GRAMMAR = Grammar(
    "tree_sitter_go",
    """
    (function_declaration) @definition
    (method_declaration) @definition
    (source_file (type_declaration [(type_spec) (type_alias)] @definition))
    (source_file (const_declaration (const_spec) @value))
    (source_file (var_declaration (var_spec) @value))
    (source_file (var_declaration (var_spec_list (var_spec) @value)))
    (import_spec) @import
    (comment) @lead
    (identifier) @name
    (field_identifier) @name
    (type_identifier) @name
    (package_identifier) @name
    """,
)


def parse(source: bytes, path: str) -> Module:
    """Definitions, imports and syntax errors of one file; never raises."""
    return treesitter.read(_GRAMMAR, source, path, _definitions, _imports)


def is_test(path: str) -> bool:
    """True for what `go test` compiles as tests, and for the data and packages that only tests use."""
    *folders, name = path.split("/")
    return name.endswith("_test.go") or any(folder in ("testdata", "test", "tests", "testutil") for folder in folders)


def _definitions(caught: Caught) -> Iterator[Found]:
    for node in caught["definition"]:
        name = caught.text(node.child_by_field_name("name"))
        if node.type == "function_declaration":
            yield Found(node, name, "function")
        elif node.type == "method_declaration":
            receiver = _receiver(caught, node)
            yield Found(node, name, "function", qualified=f"{receiver}.{name}" if receiver else "")
        else:
            yield Found(node, name, "type")
    for node in caught["value"]:
        for child in node.children_by_field_name("name"):
            if child.type == "identifier" and caught.text(child) != "_":
                yield Found(node, caught.text(child), "value")


def _receiver(caught: Caught, method: Node) -> str:
    """The type a method hangs on: "Cart" for `(c *Cart[T])`."""
    receiver = caught.text(method.child_by_field_name("receiver")).strip("() ")
    words = receiver.partition("[")[0].split()
    return words[-1].lstrip("*") if words else ""


def _imports(caught: Caught) -> Iterator[Import]:
    for node in caught["import"]:
        target = caught.text(node.child_by_field_name("path")).strip('"`')
        alias = caught.text(node.child_by_field_name("name"))
        if target:
            yield Import(target, ("*",) if alias == "." else (), line_of(node), _bound(target, alias))


def _bound(target: str, alias: str) -> tuple[str, ...]:
    """The name the package goes by: its alias, or what its path's last part most likely calls it."""
    if alias:
        return () if alias in ("_", ".") else (alias,)
    parts = target.split("/")
    last = parts[-1]
    if len(parts) > 1 and last[:1] == "v" and last[1:].isdigit():
        last = parts[-2]
    return (last.partition(".v")[0].removeprefix("go-").removesuffix("-go").replace("-", "_"),)
