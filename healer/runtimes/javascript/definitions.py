"""What JavaScript and TypeScript nodes define: a function has the name of whatever it is assigned to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.runtimes.caught import Found, last_line_of, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from healer.runtimes.caught import Caught
    from healer.runtimes.source import Kind

_FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function"})
_KINDS: dict[str, Kind] = {
    "class_declaration": "class",
    "abstract_class_declaration": "class",
    "class": "class",
    "internal_module": "class",
    "interface_declaration": "type",
    "type_alias_declaration": "type",
    "enum_declaration": "type",
}
_PROTOTYPES = frozenset({"prototype", "exports", "module", "window", "globalThis", "this", "self", "root"})


def definitions(caught: Caught) -> Iterator[Found]:
    """Everything one file defines; callbacks without a name get the label or the name of what they are passed to."""
    seen = set()
    named = set()
    for node in caught["definition"]:
        found = _definition(caught, node)
        if found:
            seen.add(node.start_byte)
            named |= {argument.start_byte for argument in _functions_of(_value(node))}
            yield found
    for node in caught["value"]:
        if node.start_byte not in seen:
            yield from _module_value(caught, node)
    for node in caught["callback"]:
        yield from _callbacks(caught, node, named)


def _definition(caught: Caught, node: Node) -> Found | None:
    value = _value(node)
    if value is None and node.type.endswith("field_definition"):
        return None
    if value is None:
        return Found(node, _name(caught, node.child_by_field_name("name")), _KINDS.get(node.type, "function"))
    if value.type in _FUNCTIONS or value.type == "class":
        kind: Kind = "class" if value.type == "class" else "function"
    elif value.type == "call_expression" and _functions_of(value):
        kind = "function"
    elif node.type == "export_statement" and value.type == "object":
        kind = "value"
    else:
        return None
    return Found(node, *_assigned(caught, node, kind))


def _value(node: Node) -> Node | None:
    """What the node assigns; None for declarations, which are their own value."""
    return node.child_by_field_name("right" if node.type == "assignment_expression" else "value")


def _functions_of(value: Node | None) -> list[Node]:
    """The functions passed by a call directly: `memo(() => …)` makes a function out of a function."""
    arguments = (
        value.child_by_field_name("arguments") if value is not None and value.type == "call_expression" else None
    )
    return [] if arguments is None else [node for node in arguments.named_children if node.type in _FUNCTIONS]


def _assigned(caught: Caught, node: Node, kind: Kind) -> tuple[str, Kind, str]:
    """Name, kind and, for `a.b.c = …`, the qualified name."""
    if node.type == "export_statement":
        return "default", kind, ""
    target = node.child_by_field_name("left" if node.type == "assignment_expression" else "name")
    if target is None:
        target = node.child_by_field_name("key") or node.child_by_field_name("property")
    if target is None or target.type != "member_expression":
        return _name(caught, target), kind, ""
    parts = [part for part in caught.text(target).replace("?", "").split(".") if part.strip()][-4:]
    if any(not part.strip().isidentifier() and not part.startswith("#") for part in parts):
        return caught.text(target.child_by_field_name("property")), kind, ""
    if parts == ["module", "exports"]:
        return "exports", kind, "module.exports"
    local = parts[0] == "this"
    kept = [part for part in parts if part not in _PROTOTYPES] or parts[-1:]
    return kept[-1], kind, "" if local else ".".join(kept)


def _name(caught: Caught, node: Node | None) -> str:
    """A plain name: `"key"` and `[computed]` without their marks, nothing for patterns."""
    if node is None or node.type in ("object_pattern", "array_pattern"):
        return ""
    return caught.text(node).strip("\"'`[] ")


def _module_value(caught: Caught, node: Node) -> Iterator[Found]:
    value = _value(node)
    called = value.child_by_field_name("function") if value is not None and value.type == "call_expression" else None
    if caught.text(called) != "require":
        yield Found(node, *_assigned(caught, node, "value"))


def _callbacks(caught: Caught, call: Node, named: set[int]) -> Iterator[Found]:
    arguments = call.child_by_field_name("arguments")
    callee = call.child_by_field_name("function")
    if arguments is None or callee is None or callee.type in ("parenthesized_expression", *_FUNCTIONS):
        return
    children = arguments.named_children
    label = _label(caught, children[0]) if children else ""
    for node in children:
        if node.type in _FUNCTIONS and node.start_byte not in named and last_line_of(node) > line_of(node):
            own = caught.text(node.child_by_field_name("name"))
            name = own or label or caught.ending(callee).rpartition("\n")[2].strip()
            yield Found(node, name, "function", incidental=not (own or label))


def _label(caught: Caught, node: Node) -> str:
    text = caught.text(node) if node.type in ("string", "template_string") else ""
    return text.strip("\"'`")[:80] if "\n" not in text else ""
