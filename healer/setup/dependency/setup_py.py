"""`setup.py`: an item of `install_requires=[…]`, where that is a list of texts on lines of their own."""

from __future__ import annotations

import re

from healer.outcome import Rejected
from healer.setup.code.source import read_source
from healer.setup.code.syntax import read_syntax
from healer.setup.plan import spliced

_OPENING = re.compile(r"\s*install_requires\s*=\s*\[\s*$")
_ITEM = re.compile(r"""(\s+)(["'])[A-Za-z0-9][^"'\\]*\2,?\s*(?:#.*)?$""")


def add(data: bytes, name: str) -> bytes | Rejected:
    """The file with one more line, before the first item."""
    source = read_source(data)
    if isinstance(source, Rejected):
        return source
    if isinstance(found := read_syntax(source), Rejected):
        return found
    openings = [number for number, line in enumerate(source.lines) if _OPENING.match(line)]
    if len(openings) != 1 or openings[0] + 1 >= len(source.lines):
        return Rejected("none", "install_requires is no list with lines of its own")
    first = openings[0] + 1
    item = _ITEM.match(source.lines[first])
    if item is None:
        return Rejected("none", "install_requires is no list of texts")
    after = spliced(data, [source.insert(first, [f"{source.indent(first)}{item[2]}{name}{item[2]},"])])
    checked = read_source(after)
    if isinstance(checked, Rejected) or isinstance(read_syntax(checked), Rejected):
        return Rejected("format", "it could not be changed")
    return after
