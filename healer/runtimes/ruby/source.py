"""Ruby source: what a file defines, requires and names, and which paths are tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.runtimes import treesitter
from healer.runtimes.caught import Caught, Found, argument, last_line_of, line_of
from healer.runtimes.ruby.imports import resolve, siblings
from healer.runtimes.source import Import, Module
from healer.runtimes.treesitter import Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from healer.runtimes.source import Kind

__all__ = ["SUFFIXES", "is_test", "parse", "resolve", "siblings"]

SUFFIXES = (".rb", ".rake", ".ru", ".gemspec")

_GRAMMAR = Grammar(
    "tree_sitter_ruby",
    """
    (method) @definition
    (singleton_method) @definition
    (class) @definition
    (module) @definition
    (assignment left: (constant)) @value
    (call !receiver) @call
    (scope_resolution) @constant
    (constant) @constant
    (comment) @lead
    (identifier) @name
    (constant) @name
    (instance_variable) @name
    (class_variable) @name
    (global_variable) @name
    (simple_symbol) @name
    """,
)
_MAKERS = frozenset({"Struct.new", "Class.new", "Module.new", "Data.define"})
_TEST_FOLDERS = frozenset({"test", "tests", "spec", "specs"})


def parse(source: bytes, path: str) -> Module:
    """Definitions, imports and syntax errors of one file; never raises.

    Imports are the files required ("./x" for require_relative, "x" for require) and every constant named
    ("Shop::Cart"), which autoloading finds by its name.
    """
    return treesitter.read(_GRAMMAR, source, path, _definitions, _imports)


def is_test(path: str) -> bool:
    """True for what rspec, minitest or cucumber would run, and for the files that support it."""
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    if stem.endswith(("_spec", "_test", "spec_helper", "rails_helper", "test_helper")) or stem.startswith("test_"):
        return True
    if folders[:1] in (["lib"], ["app"]):
        return False
    return any(folder in _TEST_FOLDERS for folder in folders) or folders[:1] == ["features"]


def _definitions(caught: Caught) -> Iterator[Found]:
    for node in caught["definition"]:
        name = caught.text(node.child_by_field_name("name"))
        if node.type in ("class", "module"):
            yield Found(node, name.rpartition("::")[2], "class", joint="::", path=name)
        else:
            yield Found(node, name, "function")
    for node in caught["value"]:
        right = node.child_by_field_name("right")
        kind: Kind = "class" if right is not None and _made(caught, right) else "value"
        yield Found(node, caught.text(node.child_by_field_name("left")), kind, joint="::")
    for node in caught["call"]:
        found = _callback(caught, node)
        if found:
            yield found


def _made(caught: Caught, call: Node) -> bool:
    receiver, method = call.child_by_field_name("receiver"), call.child_by_field_name("method")
    return f"{caught.text(receiver)}.{caught.text(method)}" in _MAKERS


def _callback(caught: Caught, call: Node) -> Found | None:
    """`get "/cart" do`, `define_method(:x) do`, `scope :recent, -> {}`: a function by its first argument."""
    label = argument(call)
    if call.child_by_field_name("block") is None and getattr(argument(call, 1), "type", "") != "lambda":
        return None
    method = caught.text(call.child_by_field_name("method"))
    if label is None or (last_line_of(call) == line_of(call) and method not in ("define_method", "scope")):
        return None
    plain = label.type in ("string", "simple_symbol", "constant", "scope_resolution")
    name = caught.text(label).strip("\"':")[:80] if plain else method
    return Found(call, name, "function", incidental=not plain)


def _imports(caught: Caught) -> Iterator[Import]:
    for node in caught["call"]:
        imported = _loading(caught, node)
        if imported:
            yield imported
    yield from _constants(caught)


def _loading(caught: Caught, call: Node) -> Import | None:
    method = caught.text(call.child_by_field_name("method"))
    if method not in ("require", "require_relative", "load", "autoload"):
        return None
    first, second = argument(call), argument(call, 1)
    if method == "autoload":
        name = caught.text(first).strip(":")
        return Import(caught.text(second).strip("\"'"), (name,), line_of(call), (name,))
    target = _required(caught, first, relative=method == "require_relative") if first else ""
    return Import(target, (), line_of(call)) if target else None


def _required(caught: Caught, value: Node, *, relative: bool) -> str:
    if value.type == "string":
        target = caught.text(value).strip("\"'")
        if "#{" in target:
            return ""
        return f"./{target}" if relative and not target.startswith(".") else target
    return _expanded(caught, value) if value.type == "call" else ""


def _expanded(caught: Caught, call: Node) -> str:
    """`File.expand_path("../x", __FILE__)` and `File.join(__dir__, "x")` as the relative path they mean."""
    arguments = call.child_by_field_name("arguments")
    parts = [caught.text(part) for part in arguments.named_children] if arguments is not None else []
    literals = [part.strip("\"'") for part in parts if part[:1] in ("'", '"')]
    if "#{" in "".join(literals) or not literals:
        return ""
    if parts[-1:] == ["__FILE__"]:
        return f"./{literals[0].removeprefix('../')}" if literals[0].startswith("../") else ""
    here = ("__dir__", "File.dirname(__FILE__)")
    return "./" + "/".join(literal.strip("/") for literal in literals) if any(part in here for part in parts) else ""


def _constants(caught: Caught) -> Iterator[Import]:
    """Each constant that the file names and does not define itself, once, in full as written."""
    defined = {
        named.start_byte
        for capture, field in (("definition", "name"), ("value", "left"))
        for node in caught[capture]
        if (named := node.child_by_field_name(field))
    }
    seen: set[str] = set()
    covered = 0
    for node in caught["constant"]:
        if node.start_byte < covered:
            continue
        covered = node.end_byte
        name = caught.text(node).removeprefix("::")
        if (
            node.start_byte not in defined
            and name not in seen
            and name[:1].isupper()
            and name.replace(":", "").isidentifier()
        ):
            seen.add(name)
            yield Import(name, (), line_of(node), (name.partition("::")[0],))
