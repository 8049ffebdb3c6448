"""Takes off a prefix that is in no list: what stands before a trace's own words, when its neighbours have it too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How a line of a trace begins, for certain.
_WORDS = re.compile(
    r"Traceback \(most recent call last\):|  File \"|    at \S|\tat \S|\tfrom \S"
    r"|#\d{1,5} \S|goroutine \d{1,9} \[|panic: |Stack trace:$"
)
_HINTS = ("Traceback (", 'File "', "at ", "from ", "#", "goroutine ", "panic: ", "Stack trace:")
#: The drawing of an exception group, which belongs to the trace.
_DRAWING = re.compile(r"(?: {2}[|+] ?){1,20}$")
_MAX_PREFIX = 200
#: Different prefixes that are learned from one text.
_MAX_SHAPES = 64


def drop_learned(lines: Sequence[str]) -> list[str]:
    """The lines, those of a run without the prefix that they share up to its digits."""
    shapes: dict[str, re.Pattern[str] | None] = {}
    found = list(lines)
    index = done = 0
    while index < len(found):
        pattern = _pattern(found[index], shapes)
        if pattern is None:
            index += 1
            continue
        first = index
        while first > done and pattern.match(found[first - 1]):
            first -= 1
        last = index
        while last + 1 < len(found) and pattern.match(found[last + 1]):
            last += 1
        if last == first:
            index += 1
            continue
        for at in range(first, last + 1):
            match = pattern.match(found[at])
            if match:
                rest = found[at][match.end() :]
                found[at] = rest.removesuffix('"') if match[0].endswith('"') else rest
        index = done = last + 1
    return found


def _pattern(line: str, shapes: dict[str, re.Pattern[str] | None]) -> re.Pattern[str] | None:
    """What matches the prefix of this line, None when it has none."""
    head = line[: _MAX_PREFIX + 40]
    if not any(hint in head for hint in _HINTS):
        return None
    words = _WORDS.search(head)
    prefix = _DRAWING.sub("", head[: words.start()].removesuffix("Exception Group ")) if words else ""
    if len(prefix) < 2 or len(prefix) > _MAX_PREFIX or not prefix.strip(" \t|+"):
        return None
    shape = re.sub(r"\d+", "0", prefix)
    if shape not in shapes:
        several = len(shapes) < _MAX_SHAPES
        shapes[shape] = re.compile(r"\d+".join(map(re.escape, shape.split("0")))) if several else None
    return shapes[shape]
