"""Where lines go in a Go file so that gofmt changes nothing: among the imports, in `func main`, behind a router."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code.go_lines import IMPORT, SDK, server_line, use_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from healer.setup.code.tree import Tree
    from healer.setup.plan import Splice
    from healer.setup.value import Entry

_MAKES = ("short_var_declaration", "assignment_statement", "var_declaration")
_NAME = re.compile(r"[A-Za-z_]\w{0,100}(?:\.[A-Za-z_]\w{0,100}){0,4}")
_SERVER = re.compile(r"(?:&\s{0,9})?http\.Server\s{0,9}\{")
#: Brings a file into the environment, where SPLAT_TOKEN may be.
_LOADS = re.compile(r"\b(?:godotenv|gotenv|dotenv)\.\w{1,40}\(")
_MOST_BEFORE = 12


# --- the import ------------------------------------------------------------------------------------------------------


def import_splice(tree: Tree) -> Splice:
    """`splat` among the imports of other people's packages, where they stand in a block; else on a line of its own."""
    declarations = [node for node in tree.top() if node.type == "import_declaration"]
    blocks = [block for node in declarations if (block := _block(node)) is not None]
    for block in blocks:
        for group in _groups(tree, block):
            if any(_is_other(_path(tree, spec)) for spec in group) and not _has_comments(tree, group):
                return tree.source.insert(_sorted_place(tree, group), ["\t" + IMPORT])
    if blocks:
        return tree.source.insert(blocks[-1].end_point.row, ["", "\t" + IMPORT])
    if declarations:
        return tree.source.insert(declarations[-1].end_point.row + 1, [f"import {IMPORT}"])
    package = next(node for node in tree.top() if node.type == "package_clause")
    behind = package.end_point.row + 1
    below = [] if tree.source.blank(behind) else [""]
    return tree.source.insert(behind, ["", f"import {IMPORT}", *below])


def _block(declaration: Node) -> Node | None:
    """The specs of `import ( … )`, each on a line of its own."""
    block = next((node for node in declaration.named_children if node.type == "import_spec_list"), None)
    if block is None:
        return None
    rows = [spec.start_point.row for spec in _specs(block)]
    inside = all(block.start_point.row < row < block.end_point.row for row in rows)
    return block if rows and inside and len(set(rows)) == len(rows) else None


def _specs(block: Node) -> list[Node]:
    return [node for node in block.named_children if node.type == "import_spec"]


def _groups(tree: Tree, block: Node) -> Iterator[list[Node]]:
    """Specs that no empty line parts."""
    group: list[Node] = []
    for spec in _specs(block):
        if group and any(tree.source.blank(row) for row in range(group[-1].end_point.row, spec.start_point.row)):
            yield group
            group = []
        group.append(spec)
    if group:
        yield group


def _path(tree: Tree, spec: Node) -> str:
    return tree.text(spec.child_by_field_name("path")).strip('"`')


def _is_other(path: str) -> bool:
    """Whether a package is from elsewhere: those of Go itself have no dot in front of the first slash."""
    return "." in path.partition("/")[0]


def _has_comments(tree: Tree, group: Sequence[Node]) -> bool:
    """Whether comments stand behind them, which gofmt puts into a column."""
    return any(tree.source.lines[spec.end_point.row].encode()[spec.end_point.column :].strip() for spec in group)


def _sorted_place(tree: Tree, group: Sequence[Node]) -> int:
    paths = [_path(tree, spec) for spec in group]
    later = next((number for number, path in enumerate(paths) if path > SDK), len(group))
    if later == len(group) or paths != sorted(paths):
        return group[-1].end_point.row + 1
    return _above(tree, group[later].start_point.row)


def _above(tree: Tree, row: int) -> int:
    """The first line of the comment directly above."""
    while tree.source.lines[row - 1].lstrip(" \t").startswith("//"):
        row -= 1
    return row


# --- func main -------------------------------------------------------------------------------------------------------


def start_splice(tree: Tree, start: Sequence[str]) -> Splice | Rejected:
    """The start, first thing in `func main`; behind what brings a file into the environment."""
    main = next((node for node in tree.top() if _is_main(tree, node)), None)
    body = main.child_by_field_name("body") if main is not None else None
    if body is None:
        return Rejected("place", "its `func main` is not there any more")
    first, last = body.start_point.row, body.end_point.row
    rest = tree.source.lines[first].encode()[body.start_point.column + 1 :].decode().strip()
    if first == last or (rest and not rest.startswith("//")):
        return Rejected("place", "something else stands on the line of `func main`")
    row = _environment(tree, statements(body), first) + 1
    below = [] if tree.source.blank(row) or row == last else [""]
    above = [""] if row > first + 1 else []
    lines = ["\t" + line if line else line for line in start]
    return tree.source.insert(row, [*above, *lines, *below])


def _is_main(tree: Tree, node: Node) -> bool:
    return node.type == "function_declaration" and tree.text(node.child_by_field_name("name")) == "main"


def statements(body: Node) -> list[Node]:
    """Those of a block, without comments."""
    inner = [node for node in body.named_children if node.type == "statement_list"] or [body]
    return [node for held in inner for node in held.named_children if node.type != "comment"]


def _environment(tree: Tree, held: Sequence[Node], row: int) -> int:
    """The last line of what loads the environment, and of what is done where that fails."""
    for number, statement in enumerate(held[:_MOST_BEFORE]):
        if _LOADS.search(_outside_functions(tree, statement)[:2_000]):
            follows = held[number + 1] if number + 1 < len(held) else statement
            fails = follows.type == "if_statement" and "err" in tree.text(follows.child_by_field_name("condition"))
            row = (follows if fails else statement).end_point.row
    return row


def _outside_functions(tree: Tree, statement: Node) -> str:
    """Its text without the functions in it, which are run some other time."""
    texts: list[str] = []
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        if not node.child_count:
            texts.append(tree.text(node))
        elif node.type != "func_literal":
            waiting += reversed(node.children)
    return "".join(texts)


# --- routers and servers ---------------------------------------------------------------------------------------------


def router_splice(tree: Tree, entry: Entry) -> Splice | Rejected:
    """The framework's line behind what makes a router, and behind what it uses to recover: what stands in front of that
    sees no panic.
    """
    made = tree.statement(entry.line - 1)
    if made is not None and made.type == "comment":  # behind it, on the same line
        made = made.prev_named_sibling
    if made is None or made.type not in _MAKES or not _NAME.fullmatch(entry.name) or entry.name == "_":
        return Rejected("place", f"no router is bound to a name on line {entry.line}")
    if not _is_bound(made):
        return Rejected("place", f"whether `{entry.name}` is the router is not certain on line {entry.line}")
    around = made.parent
    if around is None or around.type not in ("block", "statement_list"):
        return Rejected("place", "the router is made outside of a function")
    uses = [node for node in around.named_children if node.start_byte > made.end_byte and _recovers(tree, node, entry)]
    return _behind(tree, uses[-1] if uses else made, use_line(entry))


def _is_bound(made: Node) -> bool:
    """Whether the call's own value gets the name, and not what a method of it gives."""
    spec = next((node for node in made.named_children if node.type == "var_spec"), made)
    value = spec.child_by_field_name("right") or spec.child_by_field_name("value")
    if value is not None and value.type == "expression_list" and value.named_child_count:
        value = value.named_child(0)
    function = value.child_by_field_name("function") if value is not None else None
    holder = function.child_by_field_name("operand") if function is not None else None
    return holder is not None and holder.type == "identifier"


def _recovers(tree: Tree, node: Node, entry: Entry) -> bool:
    text = tree.text(node)[:2_000]
    return node.type == "expression_statement" and text.startswith(f"{entry.name}.Use(") and "ecover" in text


def server_splice(tree: Tree) -> Splice | None:
    """Behind the one `http.Server` of a file; None where there is not one, or the place is not certain."""
    made = [node for node in _inside(tree) if node.type in _MAKES and _SERVER.match(_value(tree, node))]
    name = tree.text(made[0].child_by_field_name("left")) if len(made) == 1 else ""
    if not _NAME.fullmatch(name) or name == "_":
        return None
    splice = _behind(tree, made[0], server_line(name))
    return None if isinstance(splice, Rejected) else splice


def _inside(tree: Tree) -> Iterator[Node]:
    """All statements of functions, without going into what is no block."""
    waiting = [body for node in tree.top() if (body := node.child_by_field_name("body")) is not None]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [each for each in node.named_children if node.type in ("block", "statement_list", "if_statement")]


def _value(tree: Tree, node: Node) -> str:
    return tree.text(node.child_by_field_name("right"))[:200]


def _behind(tree: Tree, node: Node, line: str) -> Splice | Rejected:
    row = node.end_point.row
    commented = "//" in tree.source.lines[row].encode()[node.end_point.column :].decode()
    if commented and row + 1 < len(tree.source.lines) and "//" in tree.source.lines[row + 1].lstrip(" \t")[1:]:
        return Rejected("place", "a line between these comments would move their column")
    return tree.behind(node, [line])
