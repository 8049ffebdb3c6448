"""Where the import of `splat` goes among a file's own, so that linters of their order have nothing to say."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from healer.setup.code.javascript_lines import SDK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from healer.setup.code.tree import Tree

#: What Node brings itself.
# fmt: off
_NODE = frozenset((
    "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram",
    "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net",
    "os", "path", "perf_hooks", "process", "punycode", "querystring", "readline", "repl", "stream", "string_decoder",
    "sys", "timers", "tls", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads", "zlib",
))
# fmt: on
#: Comments that count for the line below them and for no other.
_OF_NEXT = re.compile(r"-next-line\b|@ts-(?:ignore|expect-error)|(?:prettier|biome)-ignore|ignore next")


def leading(top: Sequence[Node]) -> list[Node]:
    """The first imports, that only comments stand between."""
    run: list[Node] = []
    for node in top:
        if node.type == "import_statement":
            run.append(node)
        elif node.type != "comment" and run:
            break
    return run


def import_place(tree: Tree, imports: Sequence[Node], bring: str) -> tuple[int, list[str]]:
    """Behind what is imported for its effect alone and what is Node's own; then as the packages are sorted."""
    rest = list(imports)
    while rest and (_has_effect(rest[0]) or _is_node(_named(tree, rest[0]))):
        rest.pop(0)
    if not rest:
        return imports[-1].end_point.row + 1, [bring]
    if not _is_package(_named(tree, rest[0])) and len(rest) < len(imports):
        above = imports[len(imports) - len(rest) - 1].end_point.row + 1
        return above, ["", bring] if tree.source.blank(above) else [bring]
    group = _group(tree, rest)
    if _is_of_one_scope(tree, group) and _group(tree, rest[len(group) :]):
        # A group for a workspace's own packages; others' have the one behind it.
        group = _group(tree, rest := rest[len(group) :])
    names = [_named(tree, node).lower() for node in group]
    later = next((node for node, name in zip(group, names, strict=True) if name > SDK), None)
    if names != sorted(names) or not group:
        later = rest[0]
    if later is None:
        return group[-1].end_point.row + 1, [bring]
    return attached(tree, later.start_point.row), [bring]


def _group(tree: Tree, imports: Sequence[Node]) -> list[Node]:
    """The packages at the head of these that no empty line parts."""
    group: list[Node] = []
    for node in imports:
        parted = group and any(map(tree.source.blank, range(group[-1].end_point.row, node.start_point.row)))
        if parted or not _is_package(_named(tree, node)):
            break
        group.append(node)
    return group


def _is_of_one_scope(tree: Tree, group: Sequence[Node]) -> bool:
    scopes = {_named(tree, node).partition("/")[0] for node in group}
    return len(scopes) == 1 and min(scopes).startswith("@")


def _named(tree: Tree, node: Node) -> str:
    return tree.text(node.child_by_field_name("source")).strip("'\"")


def _has_effect(node: Node) -> bool:
    """`import 'x'`: linters leave it where it is, and so does who knows why it comes first."""
    return not any(child.type in ("import_clause", "import_require_clause") for child in node.named_children)


def _is_node(name: str) -> bool:
    return name.startswith("node:") or name.partition("/")[0] in _NODE


def _is_package(name: str) -> bool:
    return bool(name) and not name.startswith((".", "/", "~", "@/", "#", "$"))


def attached(tree: Tree, line: int) -> int:
    """The first line of the comments that belong to a statement: those directly above it. What begins the file is the
    file's own, but for what speaks of the next line alone.
    """
    comments: list[Node] = []
    place = line
    for comment in reversed([node for node in tree.top() if node.type == "comment"]):
        if comment.end_point.row == place - 1:
            comments.append(comment)
            place = comment.start_point.row
    if place > tree.source.first:
        return place
    of_next = itertools.takewhile(lambda comment: _OF_NEXT.search(tree.text(comment)[:500]), comments)
    return min((comment.start_point.row for comment in of_next), default=line)
