"""Next.js: `instrumentation`, which it loads before all else. Made where there is none, added to where there is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code.javascript_lines import SDK, Style, next_lines
from healer.setup.code.javascript_place import style_of
from healer.setup.code.site import spliced_in, there
from healer.setup.code.tree import read_tree
from healer.setup.plan import Part, Paste, Word, created

if TYPE_CHECKING:
    from collections.abc import Set

    from tree_sitter import Node

    from healer.setup.choices import Choices
    from healer.setup.code.tree import Tree
    from healer.setup.plan import Change, Files
    from healer.setup.value import Service

#: By this `splat init --remove` knows it.
_HEAD = "// Written by `splat init`: Next.js loads this file before all else, and tells it of errors."
_NAMES = tuple(f"{folder}instrumentation.{ending}" for folder in ("src/", "") for ending in ("ts", "js", "mjs"))

#: What is beside it in an app, and tells how people write there.
_BESIDE = (
    *(
        f"{folder}{name}.{ending}"
        for folder in ("src/", "")
        for name in ("app/layout", "pages/_app", "middleware")
        for ending in ("tsx", "ts", "jsx", "js")
    ),
    *(f"next.config.{ending}" for ending in ("ts", "mjs", "js")),
)


def next_part(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    """The change of the file, or the lines to paste."""
    part = _part(service, files, choices, named=named)
    if part.changes and _is_old(service, files):
        what = "Next.js tells of errors since 15: before it, only those outside of requests are seen, if at all"
        then = "Bring Next.js up to date; till then it needs `experimental: { instrumentationHook: true }`."
        part += Part(words=(Word("next", what, service.manifest, then),))
    return part


def _is_old(service: Service, files: Files) -> bool:
    found = re.search(rb'"next"\s{0,9}:\s{0,9}"[~^>=v ]{0,4}([0-9]{1,3})\b', files.read(service.manifest) or b"")
    return found is not None and int(found[1]) < 15


def _part(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    prefix = f"{service.path}/" if service.path else ""
    path = next((prefix + name for name in _NAMES if files.read(prefix + name) is not None), "")
    if not path:
        return _new(service, files, choices, named=named)
    data = files.read(path) or b""
    tree = read_tree(path, data)
    if SDK.encode() in data:
        return Part(words=(there(path),))
    style = _typed(path, Style() if isinstance(tree, Rejected) else style_of(path, tree, ""))
    inside, beside = next_lines(service, choices, style, named=named)
    change: Change | Rejected = tree if isinstance(tree, Rejected) else _added(path, data, tree, inside, beside)
    if why := files.blocked(path):
        change = Rejected("blocked", f"it {why}")
    if isinstance(change, Rejected):
        lines = ("// into register():", *inside, "// beside it:", *beside)
        return Part(pastes=(Paste(path, lines, change.reason),))
    return Part(changes=(change,))


def _typed(path: str, style: Style) -> Style:
    return Style(path.endswith(".ts"), style.quote, style.end)


def _new(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    prefix = f"{service.path}/" if service.path else ""
    paths = files.paths()
    folder = "src/" if _holds_pages(paths, f"{prefix}src/") and not _holds_pages(paths, prefix) else ""
    ending = "ts" if any(path.startswith(prefix) and path.endswith((".ts", ".tsx")) for path in paths) else "js"
    path = f"{prefix}{folder}instrumentation.{ending}"
    if why := files.blocked(path):
        return Part(pastes=(Paste(path, (), f"it {why}"),))
    style, indent = _habits(prefix, files)
    inside, beside = next_lines(service, choices, _typed(path, style), named=named)
    lines = [_HEAD, "export async function register() {", *("  " + each for each in inside), "}", "", *beside]
    lines = [_indented(each, indent) for each in lines]
    content = "".join(each + "\n" for each in lines).encode()
    return Part(changes=(created(path, content, "Splat's SDK"),))


def _holds_pages(paths: Set[str], folder: str) -> bool:
    return any(path.startswith((f"{folder}app/", f"{folder}pages/")) for path in paths)


def _habits(prefix: str, files: Files) -> tuple[Style, str]:
    """How a file beside it is written, and by what it is indented."""
    for name in _BESIDE:
        tree = read_tree(prefix + name, files.read(prefix + name))
        if not isinstance(tree, Rejected) and tree.top():
            return style_of(name, tree, ""), _indent(tree)
    return Style(), "  "


def _indent(tree: Tree) -> str:
    """By how much the first line is indented that is, where it is no part of a comment."""
    first = (line for line in tree.source.lines if line[:1] in " \t" and not line.lstrip().startswith("*"))
    line = next((line for line in first if line.strip()), "  x")
    unit = line[: len(line) - len(line.lstrip(" \t"))]
    return "\t" if unit.startswith("\t") else unit if unit in ("  ", "    ") else "  "


def _indented(line: str, indent: str) -> str:
    depth = (len(line) - len(line.lstrip(" "))) // 2
    return indent * depth + line[2 * depth :]


def _added(path: str, data: bytes, tree: Tree, inside: list[str], beside: list[str]) -> Change | Rejected:
    """Into an `async function register() {`, and behind everything."""
    register = _function(tree, "register")
    if _function(tree, "onRequestError") is not None or "onRequestError" in tree.source.text:
        return Rejected("place", "it has an onRequestError of its own")
    body = register.child_by_field_name("body") if register is not None else None
    if register is None or body is None or not tree.text(register).startswith("async"):
        return Rejected("place", "it has no `async function register`")
    line = body.start_point.row
    if body.end_point.row == line:
        return Rejected("place", "register is written on one line")
    indent, unit = tree.source.indent(line), _indent(tree)
    splices = [tree.source.insert(line + 1, [indent + _indented(f"  {each}", unit) for each in inside])]
    splices.append(tree.source.insert(len(tree.source.lines), ["", *(_indented(each, unit) for each in beside)]))
    return spliced_in(path, data, splices, read_tree)


def _function(tree: Tree, name: str) -> Node | None:
    for node in tree.top():
        inner = node.child_by_field_name("declaration") if node.type == "export_statement" else node
        if inner is None or inner.type != "function_declaration":
            continue
        if tree.text(inner.child_by_field_name("name")) == name:
            return inner
    return None
