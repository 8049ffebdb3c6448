"""JavaScript and TypeScript source: what a file defines and imports, and which paths are tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.runtimes import treesitter
from healer.runtimes.caught import Caught, argument, line_of
from healer.runtimes.javascript.definitions import definitions
from healer.runtimes.javascript.imports import SUFFIXES, resolve, siblings
from healer.runtimes.source import Import, Module
from healer.runtimes.treesitter import Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

__all__ = ["SUFFIXES", "is_test", "parse", "resolve", "siblings"]

_VALUE = "[(arrow_function) (function_expression) (generator_function) (class) (call_expression)]"

_PATTERNS = """
(function_declaration) @definition
(generator_function_declaration) @definition
(class_declaration) @definition
(method_definition) @definition
(variable_declarator value: VALUE) @definition
(assignment_expression right: VALUE) @definition
(pair value: VALUE) @definition
(export_statement value: VALUE) @definition
(export_statement value: (object)) @definition
(call_expression arguments: (arguments [(arrow_function) (function_expression) (generator_function)])) @callback
(program (lexical_declaration (variable_declarator) @value))
(program (variable_declaration (variable_declarator) @value))
(program (export_statement (lexical_declaration (variable_declarator) @value)))
(program (export_statement (variable_declaration (variable_declarator) @value)))
(program (expression_statement (assignment_expression left: (member_expression)) @value))
(import_statement) @import
(export_statement source: (string)) @import
(call_expression function: [(identifier) (import)] arguments: (arguments . [(string) (template_string)])) @call
(comment) @lead
(decorator) @lead
(identifier) @name
(property_identifier) @name
(private_property_identifier) @name
(shorthand_property_identifier) @name
(shorthand_property_identifier_pattern) @name
"""

_SHARED = _PATTERNS.replace("VALUE", _VALUE)

_JAVASCRIPT = _SHARED + "(field_definition) @definition"

_TYPESCRIPT = (
    _SHARED
    + """
(public_field_definition) @definition
(abstract_class_declaration) @definition
(interface_declaration) @definition
(type_alias_declaration) @definition
(enum_declaration) @definition
(internal_module) @definition
(function_signature) @definition
(import_require_clause) @import
(type_identifier) @name
"""
)

_JS = Grammar("tree_sitter_javascript", _JAVASCRIPT)
_TS = Grammar("tree_sitter_typescript", _TYPESCRIPT, "language_typescript")
_TSX = Grammar("tree_sitter_typescript", _TYPESCRIPT, "language_tsx")

_SCRIPT = re.compile(rb"<script\b[^<>]{0,1000}>", re.IGNORECASE)
_TEST_FOLDERS = frozenset(
    {"test", "tests", "__tests__", "__mocks__", "__fixtures__", "spec", "specs", "e2e", "cypress"}
)


def parse(source: bytes, path: str) -> Module:
    """Definitions, imports and syntax errors of one file; never raises. Of .vue and .svelte files only the scripts."""
    if path.endswith((".vue", ".svelte")):
        return _read(_TS, _scripts(source), path)
    if path.endswith((".ts", ".mts", ".cts")):
        return _read(_TS, source, path)
    if path.endswith(".tsx"):
        return _read(_TSX, source, path)
    module = _read(_JS, source, path)
    if module.faults and b"@flow" in source[:4000]:
        # Flow's annotations are mostly TypeScript's; real mistakes are faults in both.
        annotated = _read(_TSX, source, path)
        return module if annotated.faults else annotated
    return module


def is_test(path: str) -> bool:
    """True for what jest, vitest, mocha, playwright or node --test would run, and for the files that support it."""
    *folders, name = path.split("/")
    parts = name.split(".")
    if len(parts) > 2 and parts[-2] in ("test", "tests", "spec", "e2e", "cy"):
        return True
    stem = parts[0]
    if stem == "test" or name.startswith(("test-", "test_", "jest.", "vitest.", "playwright.", "cypress.", ".mocharc")):
        return True
    return stem.endswith(("-test", "_test", "-spec", "_spec")) or any(folder in _TEST_FOLDERS for folder in folders)


def _read(grammar: Grammar, source: bytes, path: str) -> Module:
    return treesitter.read(grammar, source, path, definitions, _imports)


def _scripts(source: bytes) -> bytes:
    """The text of the script elements on the lines where it stands; all else is blank."""
    kept, position = [], 0
    while opening := _SCRIPT.search(source, position):
        end = source.find(b"</script", opening.end())
        end = len(source) if end < 0 else end
        kept += [b"\n" * source.count(b"\n", position, opening.end()), source[opening.end() : end]]
        position = end
    return b"".join(kept)


def _imports(caught: Caught) -> Iterator[Import]:
    for node in caught["import"]:
        imported = _statement(caught, node)
        if imported:
            yield imported
    bindings = _required(caught)
    for node in caught["call"]:
        callee = caught.text(node.child_by_field_name("function"))
        if callee not in ("require", "import"):
            continue
        target = _literal(caught, argument(node))
        names, bound = bindings.get(node.start_byte, ((), ()))
        if target:
            yield Import(target, names, line_of(node), bound)


def _literal(caught: Caught, node: Node | None) -> str:
    text = caught.text(node)
    return "" if len(text) < 3 or "${" in text or "\n" in text else text[1:-1]


def _statement(caught: Caught, node: Node) -> Import | None:
    target = _literal(caught, node.child_by_field_name("source"))
    if not target:
        return None
    if node.type == "import_require_clause":
        return Import(target, (), line_of(node), (caught.text(node.named_child(0)),))
    names: list[str] = []
    bound: list[str] = []
    whole: list[str] = []
    for clause in node.named_children:
        parts = [clause] if clause.type in ("export_clause", "namespace_export") else clause.named_children
        for part in parts:
            if clause.type == "import_clause" and part.type == "identifier":
                names.append("default")
                bound.append(caught.text(part))
            elif part.type in ("namespace_import", "namespace_export"):
                whole += [caught.text(child) for child in part.named_children]
            elif part.type in ("named_imports", "export_clause"):
                for specifier in part.named_children:
                    name, local = specifier.child_by_field_name("name"), specifier.child_by_field_name("alias")
                    names.append(caught.text(name))
                    bound.append(caught.text(local or name))
    if whole:
        return Import(target, (), line_of(node), (*whole, *bound))
    if node.type == "export_statement":
        return Import(target, tuple(names) or ("*",), line_of(node))
    return Import(target, tuple(names), line_of(node), tuple(bound))


def _required(caught: Caught) -> dict[int, tuple[tuple[str, ...], tuple[str, ...]]]:
    """What `const x = require(…)` and `const { a, b: c } = require(…)` bind, by where the call starts."""
    found: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for node in (*caught["definition"], *caught["value"]):
        if node.type != "variable_declarator":
            continue
        pattern, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        member = ""
        if value is not None and value.type == "member_expression":
            member = caught.text(value.child_by_field_name("property"))
            value = value.child_by_field_name("object")
        elif value is not None and value.type == "await_expression":
            value = value.named_child(0) if value.named_child_count else None
        if pattern is None or value is None or value.type != "call_expression":
            continue
        if pattern.type == "identifier":
            found[value.start_byte] = ((member,) if member else (), (caught.text(pattern),))
        elif pattern.type == "object_pattern" and not member:
            pairs = [_pair(caught, child) for child in pattern.named_children]
            found[value.start_byte] = (tuple(name for name, _ in pairs), tuple(local for _, local in pairs))
    return found


def _pair(caught: Caught, node: Node) -> tuple[str, str]:
    if node.type == "pair_pattern":
        return caught.text(node.child_by_field_name("key")), caught.text(node.child_by_field_name("value"))
    name = caught.text(node.child_by_field_name("left") or node)
    return name, name
