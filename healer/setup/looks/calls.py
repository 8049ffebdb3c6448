"""Which calls a source file makes, by tree-sitter: the name each is bound to, and its lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from healer.runtimes import treesitter
from healer.runtimes.caught import last_line_of, line_of
from healer.runtimes.treesitter import Grammar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from healer.runtimes.caught import Caught, Found

_LARGEST = 300_000
_MOST = 200
_SCRIPT = """
(variable_declarator) @definition
(assignment_expression) @definition
(public_field) @definition
(call_expression) @definition
(new_expression) @definition
"""
_JAVASCRIPT = _SCRIPT.replace("public_field", "field_definition")
_TYPESCRIPT = _SCRIPT.replace("public_field", "public_field_definition")
_GRAMMARS: Mapping[str, Grammar] = {
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx"), Grammar("tree_sitter_javascript", _JAVASCRIPT)),
    **dict.fromkeys((".ts", ".mts", ".cts"), Grammar("tree_sitter_typescript", _TYPESCRIPT, "language_typescript")),
    ".tsx": Grammar("tree_sitter_typescript", _TYPESCRIPT, "language_tsx"),
    ".go": Grammar(
        "tree_sitter_go",
        "(short_var_declaration) @definition (assignment_statement) @definition (var_spec) @definition"
        " (call_expression) @definition (function_declaration) @definition",
    ),
    **dict.fromkeys(
        (".rb", ".ru"), Grammar("tree_sitter_ruby", "(assignment) @definition (call) @definition (class) @definition")
    ),
    ".py": Grammar("tree_sitter_python", "(assignment) @definition (call) @definition"),
    ".php": Grammar(
        "tree_sitter_php",
        "(assignment_expression) @definition (scoped_call_expression) @definition"
        " (object_creation_expression) @definition",
        "language_php",
    ),
}
#: Around a call: what hands on its value.
_AROUND = frozenset(
    (
        "await_expression",
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "expression_list",
        "type_assertion",
    )
)
_CALLS = frozenset(
    (
        "call_expression",
        "new_expression",
        "call",
        "scoped_call_expression",
        "object_creation_expression",
        "member_call_expression",
    )
)


#: What a call may stand in, and is then not made when the file is loaded.
_FUNCTIONS = frozenset(
    (
        "function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
        "method_declaration",
        "generator_function_declaration",
        "func_literal",
        "function_definition",
        "anonymous_function",
        "method",
        "singleton_method",
    )
)
_HIGHEST = 60
"""Levels of the tree that are looked at around a call."""


@dataclass(frozen=True, slots=True)
class Call:
    """`callee` is what is called, as written without its arguments ("express", "gin.Default", "new Koa", "func main",
    "class < Base"), `name` what it is bound to or "", `line` to `end` where that stands, `function` the function that
    it stands in, "" for none, "(anonymous)" for one without a name.
    """

    callee: str
    name: str
    line: int
    end: int
    function: str = ""


def calls(path: str, text: str, wanted: Callable[[str], bool]) -> list[Call]:
    """The calls in a file whose callee is `wanted`; none in a language without a grammar here."""
    return parsed(path, text, wanted)[0]


def parsed(path: str, text: str, wanted: Callable[[str], bool]) -> tuple[list[Call], bool]:
    """The same, and whether the file has no mistake that the grammar sees."""
    grammar = _GRAMMARS.get(f".{path.rpartition('.')[2]}")
    if grammar is None or len(text) > _LARGEST:
        return [], False
    found: list[Call] = []

    def definitions(caught: Caught) -> Iterator[Found]:
        bound: set[int] = set()
        for node in caught["definition"]:
            callee, inner = _callee(caught, node)
            if callee and wanted(callee) and inner.id not in bound and len(found) < _MOST:
                bound.add(inner.id)
                found.append(
                    Call(callee, _name(caught, node), line_of(node), last_line_of(node), _function(caught, node))
                )
        yield from ()

    module = treesitter.read(grammar, text.encode("utf-8", "replace"), path, definitions, lambda _: ())
    return found, not module.faults


def _function(caught: Caught, node: Any) -> str:
    """The name of the innermost function around a node."""
    for _ in range(_HIGHEST):
        node = node.parent
        if node is None:
            break
        if node.type in _FUNCTIONS:
            named = node.child_by_field_name("name")
            around = node.parent
            if named is None and around is not None and around.type == "variable_declarator":
                named = around.child_by_field_name("name")
            return caught.text(named)[:100] or "(anonymous)"
    return ""


def _callee(caught: Caught, node: Any) -> tuple[str, Any]:
    """What a node calls, and the node of the call itself."""
    kind = node.type
    if kind == "function_declaration":
        return f"func {caught.text(node.child_by_field_name('name'))}", node
    if kind == "class":
        above = node.child_by_field_name("superclass")
        return (f"class {caught.text(above)}" if above is not None else ""), node
    inner = node
    if kind not in _CALLS:
        inner = node.child_by_field_name("value") or node.child_by_field_name("right")
        for _ in range(6):
            if inner is not None and inner.type in _AROUND and inner.named_child_count:
                inner = inner.named_child(0)
            elif inner is not None and inner.type == "assignment_expression":
                inner = inner.child_by_field_name("right")
        # `app = Fastify().withTypeProvider()` is still the one app.
        for _ in range(12):
            chained = _chained(inner)
            if chained is None:
                break
            inner = chained
    if inner is None or inner.type not in _CALLS:
        return "", node
    return _called(caught, inner), inner


def _chained(node: Any) -> Any:
    """The call on whose value this one is made, None for no such."""
    if node is None or node.type not in ("call_expression", "member_call_expression", "call"):
        return None
    function = node.child_by_field_name("function")
    holder = function if function is not None else node
    inner = next(
        (
            found
            for field in ("object", "operand", "receiver")
            if (found := holder.child_by_field_name(field)) is not None
        ),
        None,
    )
    return inner if inner is not None and inner.type in _CALLS else None


def _called(caught: Caught, call: Any) -> str:
    if call.type == "call" and call.child_by_field_name("function") is None:  # Ruby
        receiver, method = call.child_by_field_name("receiver"), call.child_by_field_name("method")
        dot = "." if receiver is not None else ""
        return f"{caught.text(receiver)}{dot}{caught.text(method)}"
    if call.type == "scoped_call_expression":
        return f"{caught.text(call.child_by_field_name('scope'))}::{caught.text(call.child_by_field_name('name'))}"
    if call.type == "object_creation_expression":
        return f"new {caught.text(call.named_child(0))}" if call.named_child_count else ""
    if call.type == "new_expression":
        return f"new {caught.text(call.child_by_field_name('constructor'))}"
    return caught.text(call.child_by_field_name("function"))


def _name(caught: Caught, node: Any) -> str:
    if node.type in _CALLS or node.type in ("function_declaration", "class"):
        return caught.text(node.child_by_field_name("name")) if node.type in ("function_declaration", "class") else ""
    found = node.child_by_field_name("name") or node.child_by_field_name("left") or node.child_by_field_name("property")
    return caught.text(found).split(",")[0].strip()[:100] if found is not None else ""
