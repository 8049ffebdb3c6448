"""Source maps (version 3): from a line and column of built JavaScript back to the line it was written on."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 2 * 1024 * 1024
#: The comment stands at the end of a file: no need to look at megabytes of minified code.
_COMMENT = re.compile(rb"//[#@][ \t]?sourceMappingURL=([^\s'\"]+)")
_DATA = re.compile(rb"data:application/json;(?:charset=[\w-]{1,20};)?base64,")
_DIGITS = {
    letter: value for value, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}


@dataclass(frozen=True, slots=True)
class Original:
    """Where built code came from: the source as the map names it, and its line from 1."""

    source: str
    line: int


def map_reference(built: bytes) -> tuple[str, bytes]:
    """What a built file says about its map: a relative URL, or the map itself where it is inline; else ("", b"")."""
    found = _COMMENT.search(built, max(0, built.rfind(b"sourceMappingURL=") - 4))
    if found is None:
        return "", b""
    url = found[1]
    inline = _DATA.match(url)
    if inline:
        try:
            return "", base64.b64decode(url[inline.end() :], validate=True)[:MOST_BYTES]
        except (binascii.Error, ValueError):
            return "", b""
    if url.startswith(b"data:") or len(url) > 1_000:
        return "", b""
    return url.decode("utf-8", "replace"), b""


def original(content: bytes, line: int, column: int | None) -> Original | None:
    """The origin of a line (and column, both from 1) of built code by its map; None where the map does not say.

    Never raises for what `content` holds.
    """
    try:
        parsed = json.loads(content.removeprefix(b")]}'"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, dict) or not isinstance(mappings := parsed.get("mappings"), str):
        return None
    sources = parsed.get("sources")
    place = _place(mappings, line, column)
    if place is None or not isinstance(sources, list) or not 0 <= place[0] < len(sources):
        return None
    source = _named(parsed, sources[place[0]])
    return Original(source, place[1] + 1) if source and place[1] >= 0 else None


def _named(parsed: dict[str, Any], source: object) -> str:
    if not isinstance(source, str):
        return ""
    root = parsed.get("sourceRoot")
    return f"{root.rstrip('/')}/{source}" if isinstance(root, str) and root else source


def _place(mappings: str, line: int, column: int | None) -> tuple[int, int] | None:
    """Source index and line (from 0) of the last segment at or before the column; the line's first without one."""
    source = original_line = 0
    best: tuple[int, int] | None = None
    for number, text in enumerate(mappings.split(";"), 1):
        if number > line:
            break
        generated = 0
        for fields in _segments(text):
            generated += fields[0]
            if len(fields) >= 4:
                source += fields[1]
                original_line += fields[2]
                if number == line and (best is None or (column is not None and generated < column)):
                    best = (source, original_line)
    return best


def _segments(text: str) -> Iterator[list[int]]:
    """The numbers of each segment of one line of `mappings`."""
    for segment in text.split(","):
        fields: list[int] = []
        value = shift = 0
        for letter in segment[:60]:
            digit = _DIGITS.get(letter)
            if digit is None:
                fields = []
                break
            value |= (digit & 31) << shift
            shift += 5
            if not digit & 32:
                fields.append(-(value >> 1) if value & 1 else value >> 1)
                value = shift = 0
        if fields:
            yield fields
