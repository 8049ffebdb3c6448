"""Whether a statement gives an app its name: only then may a line behind it speak of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

    from healer.setup.code.tree import Tree
    from healer.setup.value import Entry

_BINDS = ("lexical_declaration", "variable_declaration", "expression_statement")
#: Around a call: what hands on its value.
_AROUND = frozenset(
    (
        "await_expression",
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "type_assertion",
    )
)
_VERBS = "get post put patch delete head options all use "
#: Methods of an app that give the app back, so that a chain of them is still the app.
_ITSELF = {
    "express": frozenset((_VERBS + "set enable disable engine param on once").split()),
    "fastify": frozenset(
        (
            _VERBS + "route register decorate decorateRequest decorateReply addHook addSchema withTypeProvider"
            " addContentTypeParser setErrorHandler setNotFoundHandler setValidatorCompiler setSerializerCompiler"
        ).split()
    ),
    "koa": frozenset(("use", "on", "once")),
}
_DEEPEST = 40


def gives(tree: Tree, statement: Node, entry: Entry) -> bool:
    """Whether a statement binds the app itself to the entry's name, whenever it is run."""
    held = statement.child_by_field_name("declaration") if statement.type == "export_statement" else statement
    if held is None or held.type not in _BINDS:
        return False
    bound = ((_name(tree, node), node) for node in held.named_children)
    made = next((node for name, node in bound if name == entry.name), None)
    value = made.child_by_field_name("value") or made.child_by_field_name("right") if made is not None else None
    return value is not None and _is_itself(tree, value, _ITSELF.get(entry.framework, frozenset()))


def _name(tree: Tree, node: Node) -> str:
    field = {"variable_declarator": "name", "assignment_expression": "left"}.get(node.type)
    return tree.text(node.child_by_field_name(field)) if field else ""


def _is_itself(tree: Tree, value: Node | None, methods: frozenset[str]) -> bool:
    """Whether a value is that of the call that makes the app, or of its methods that give it back."""
    for _ in range(_DEEPEST):
        if value is None or value.type == "new_expression":
            break
        if value.type == "call_expression":
            function = value.child_by_field_name("function")
            inner = function.child_by_field_name("object") if function is not None else None
            if function is None or inner is None or inner.type not in ("call_expression", "new_expression"):
                break  # `express()`, `NestFactory.create()`
            if tree.text(function.child_by_field_name("property")) not in methods:
                return False
            value = inner
        elif value.type == "assignment_expression":
            value = value.child_by_field_name("right")
        elif value.type in _AROUND:
            value = value.named_child(value.named_child_count - 1 if value.type == "type_assertion" else 0)
        else:
            return False
    return value is not None
