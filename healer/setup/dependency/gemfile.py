"""`Gemfile`: one more `gem` behind the last one that is for all environments."""

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
    quote = _quote(_text(gems[-1])) if gems else _quote(source.text)
    line = f"gem {quote}{name}{quote}, {quote}{VERSION}{quote}"
    if not before:
        return Rejected("format", "no `gem` and no `source` stands at its top level")
    splice = source.insert(before[-1].end_point.row + 1, [line] if gems else ["", line])
    return data[: splice.at] + splice.added + data[splice.at :]


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
