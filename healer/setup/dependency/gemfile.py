"""`Gemfile`: one more `gem` with the last ones that are for all environments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.runtimes.treesitter import Grammar, root_of
from healer.setup.code.source import read_utf8

if TYPE_CHECKING:
    from tree_sitter import Node

    from healer.setup.code.source import Source

VERSION = "~> 0.1"
_GRAMMAR = Grammar("tree_sitter_ruby", "")
_GEM = re.compile(r"gem[\s(]{1,9}([\"'])")
_NAMED = re.compile(r"gem[\s(]{1,9}[\"']([^\"']{0,100})")
#: Behind which the first one may stand.
_BEFORE = re.compile(r"(?:source|ruby|gemspec|git_source|plugin)\b")


def add(data: bytes, name: str) -> bytes | Rejected:
    """The file with the gem in it; Rejected where its form is not the usual one."""
    source = read_utf8(data, "#")
    if isinstance(source, Rejected):
        return source
    root = root_of(_GRAMMAR, source.text.encode())
    if root is None:
        return Rejected("syntax", "it has a syntax error")
    calls = [node for node in root.named_children if node.type == "call" and _alone(source, node)]
    gems = [node for node in calls if _GEM.match(_text(node))]
    before = gems or [node for node in calls if _BEFORE.match(_text(node))]
    if not before:
        return Rejected("format", "no `gem` and no `source` stands at its top level")
    quote = _quote(_text(before[-1]))
    row, lines = _place(source, gems, name, f"gem {quote}{name}{quote}, {quote}{VERSION}{quote}")
    splice = source.insert(before[-1].end_point.row + 1 if row is None else row, lines)
    return data[: splice.at] + splice.added + data[splice.at :]


def _place(source: Source, gems: list[Node], name: str, line: str) -> tuple[int | None, list[str]]:
    """Where among the gems, None for behind all; in the last block's own order, where it has one (as RuboCop wants),
    and not under a heading that speaks of others.
    """
    block = _last_block(gems)
    if not block:
        return None, ["", line]
    first, end = block[0].start_point.row, block[-1].end_point.row + 1
    if first and source.lines[first - 1].lstrip().startswith("#"):
        return None, ["", line, *([] if source.blank(end) else [""])]
    keys = [_key(_name(node)) for node in block]
    later = (node.start_point.row for node, key in zip(block, keys, strict=True) if key > _key(name))
    return (next(later, None) if keys == sorted(keys) else None), [line]


def _last_block(gems: list[Node]) -> list[Node]:
    """The last of them, and those on the lines right above."""
    block = gems[-1:]
    for node in reversed(gems[:-1]):
        if node.end_point.row + 1 != block[0].start_point.row:
            break
        block.insert(0, node)
    return block


def _name(node: Node) -> str:
    found = _NAMED.match(_text(node))
    return found[1] if found else ""


def _key(name: str) -> str:
    """What gems are ordered by."""
    return re.sub("[-_]", "", name).lower()


def _text(node: Node) -> str:
    return "" if node.text is None else node.text.decode()


def _quote(text: str) -> str:
    return "'" if text.count("'") > text.count('"') else '"'


def _alone(source: Source, node: Node) -> bool:
    """Whether nothing else stands on the lines of a call."""
    first, last = node.start_point, node.end_point
    before = source.lines[first.row].encode()[: first.column].strip()
    behind = source.lines[last.row].encode()[last.column :].strip()
    return not before and (not behind or behind.startswith(b"#"))
