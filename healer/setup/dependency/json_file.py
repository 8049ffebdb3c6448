"""`package.json` and `composer.json`: one more line in a table, and every other byte as it was."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from healer.outcome import Rejected
from healer.runtimes.treesitter import Grammar, root_of

if TYPE_CHECKING:
    from tree_sitter import Node

#: Where an app's own dependencies are.
TABLES = {"package.json": "dependencies", "composer.json": "require"}
VERSION = "^0.1"
#: What people keep their dependencies above, where they have none yet.
_LATER = ("require-dev", "devDependencies", "peerDependencies", "optionalDependencies", "autoload")
#: What Composer takes for a part of the machine, not for a package.
_PLATFORM = re.compile(r"(php|hhvm)(-\w{1,20})?\Z|(ext|lib)-|composer(-\w{1,20}-api)?\Z")
#: JSON is an expression of it.
_GRAMMAR = Grammar("tree_sitter_javascript", "")


def add(table: str, data: bytes, name: str) -> bytes | Rejected:
    """The file with `name` in its `table`; Rejected where that could not be done by added lines alone."""
    try:
        before = json.loads(data)
    except (ValueError, RecursionError) as error:
        return Rejected("syntax", f"it cannot be read ({str(error)[:100]})")
    if not isinstance(before, dict) or not isinstance(before.get(table, {}), dict):
        return Rejected("format", f"its `{table}` is no table")
    after = _added(table, data, name)
    if isinstance(after, Rejected):
        return after
    if json.loads(after) != before | {table: before.get(table, {}) | {name: VERSION}}:
        return Rejected("format", "it could not be changed without touching more")
    return after


def _added(table: str, data: bytes, name: str) -> bytes | Rejected:
    root = root_of(_GRAMMAR, b"(" + data + b")")
    top = _first(root, "object") if root is not None else None
    if top is None:
        return Rejected("syntax", "it cannot be read")
    held = _member(top, table)
    line = f"{json.dumps(name)}: {json.dumps(VERSION)}".encode()
    if held is not None:
        return _into(data, held, line, name)
    names = [_key(each) for each in top.named_children if each.type == "pair"]
    before = next((name for name in (*_LATER, *names[1:2]) if name in names), "")
    return _into(data, top, f'"{table}": {{ '.encode() + line + b" }", before, ordered=False)


def _first(node: Node | None, kind: str) -> Node | None:
    """The outermost node of a kind, going down the first named children."""
    while node is not None and node.type != kind:
        node = node.named_child(0) if node.named_child_count else None
    return node


def _member(held: Node, name: str) -> Node | None:
    for pair in held.named_children:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is not None and value is not None and key.text == json.dumps(name).encode() and value.type == "object":
            return value
    return None


def _into(data: bytes, held: Node, line: bytes, name: str, *, ordered: bool = True) -> bytes | Rejected:
    """A new member of an object, before another so that no comma moves: the one that comes behind `name` in an order
    that is kept, or the one that is called so; else the first.
    """
    pairs = [each for each in held.named_children if each.type == "pair"]
    rows = {each.start_point.row for each in pairs}
    if not pairs:
        at = held.start_byte
        return data[:at] + b" " + line + b" " + data[at:] if data[at:].lstrip().startswith(b"}") else _odd()
    if len(rows) < len(pairs) or held.start_point.row in rows:
        at = pairs[0].start_byte - 1  # of what was read, the file begins one byte later
        return data[:at] + line + b", " + data[at:]
    at = pairs[_place([_key(each) for each in pairs], name, ordered=ordered)].start_byte - 1
    begin = data.rfind(b"\n", 0, at) + 1
    end = b"\r\n" if data[:begin].endswith(b"\r\n") else b"\n"
    return data[:begin] + data[begin:at] + line + b"," + end + data[begin:]


def _place(keys: list[str], name: str, *, ordered: bool) -> int:
    """The number of the key that the new one stands before. What the platform has to have stays first, as Composer
    keeps it; what would be the last is the last but one, so that no comma moves.
    """
    if not ordered:
        return next((number for number, key in enumerate(keys) if key == name), 0)
    platform = next((number for number, key in enumerate(keys) if not _PLATFORM.match(key)), len(keys))
    rest = keys[platform:]
    later = (number for number, key in enumerate(rest, platform) if key > name)
    return next(later, len(keys) - 1) if rest == sorted(rest) else len(keys) - 1


def _key(pair: Node) -> str:
    key = pair.child_by_field_name("key")
    text = json.loads(key.text) if key is not None and key.text is not None else ""
    return text if isinstance(text, str) else ""


def _odd() -> Any:
    return Rejected("format", "its form is not one that Splat can add to")
