"""Finds what was raised, in the lines above a bare backtrace: every logger and runner words it its own way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.runtimes.reading import MAX_LINE, message, starts_record

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How far above the first frame the head may stand: messages have lines, Rails prints template source.
_REACH = 16
TYPE = r"[A-Z]\w{0,100}(?:::[A-Z]\w{0,100}){0,10}"
#: What loggers put before the text: `E, [time #pid] ERROR -- : `, `2026-11-21 07:00:00 - `, `[uuid] `.
_RECORD = re.compile(
    r"(?:\d{4}-[^:]{1,20}:[^:]{1,20}:[^:]{1,80} (?:DEBUG|INFO|WARN|ERROR|FATAL): "
    r"|[DIWEFA], \[[^\]]{1,80}\] +[A-Z]{3,7} -- [^:]{0,80}: "
    r"|\d{4}-[\d:., +TZ-]{10,40} - "
    r"|\[[\w-]{1,80}\] ){1,4}"
)
_RAILS = re.compile(rf"({TYPE}) \((.*)\)(:?)$")
_RAILS_OPEN = re.compile(rf"({TYPE}) \((.*)$")
_COLON = re.compile(rf"({TYPE})(?:: (.*)|:)$")
_DASH = re.compile(rf"({TYPE}) - (.*?):?$")
_INSPECT = re.compile(rf"#<({TYPE}): ?(.*)>$")
TYPE_LAST = re.compile(rf"(.*?)\s?\(({TYPE})\)$")


@dataclass(frozen=True, slots=True)
class Head:
    """What was raised, its causes by (type, message), and the line where its text starts."""

    type: str
    message: str
    first: int
    causes: tuple[tuple[str, str], ...] = ()


def find_head(lines: Sequence[str], frames: int, floor: int) -> Head | None:
    """The head of the backtrace whose first frame is line `frames`; not above line `floor`."""
    lowest = max(floor, frames - _REACH)
    for index in range(frames - 1, lowest - 1, -1):
        text = _text(lines[index])
        if head := _at(lines, index, frames, lowest, text):
            return head
        if starts_record(lines[index]) and text:
            return None
    return None


def _text(line: str) -> str:
    line = line[:MAX_LINE].strip()
    return _RECORD.sub("", line, count=1) if line.startswith(("[", "2", "D", "I", "W", "E", "F", "A")) else line


def _at(lines: Sequence[str], index: int, frames: int, lowest: int, text: str) -> Head | None:
    below = lines[index + 1 : frames]
    if match := _RAILS.match(text):
        if not match[3] and (whole := _with_causes(lines, index, lowest)):
            return whole
        return Head(match[1], message([match[2]]), index)
    if text.endswith("):") and (several := _rails_over_lines(lines, index, lowest)):
        return several
    if (match := _COLON.match(text)) and not text.endswith("::"):
        return Head(match[1], message([match[2] or "", *_dedent(below)]), index)
    if match := _DASH.match(text):
        return Head(match[1], message([match[2], *below]), index)
    if match := _INSPECT.search(text):
        return Head(match[1], message([match[2].strip('"')]), index)
    if (match := TYPE_LAST.match(text)) and not lines[index].lstrip().startswith(("Completed ", "#")):
        return _type_last(lines, index, lowest, match)
    return None


def _dedent(lines: Sequence[str]) -> list[str]:
    return [line.strip() for line in lines]


def _with_causes(lines: Sequence[str], index: int, lowest: int) -> Head | None:
    """Rails lists `Causes:` between the head and the frames."""
    causes: list[tuple[str, str]] = []
    for above in range(index, lowest - 1, -1):
        text = _text(lines[above])
        match = _RAILS.match(text)
        if match and match[3]:
            return Head(match[1], message([match[2]]), above, tuple(reversed(causes))) if causes else None
        if match:
            causes.append((match[1], message([match[2]])))
        elif text and not causes:
            return None
    return None


def _rails_over_lines(lines: Sequence[str], index: int, lowest: int) -> Head | None:
    for above in range(index - 1, lowest - 1, -1):
        if match := _RAILS_OPEN.match(_text(lines[above])):
            between = [*lines[above + 1 : index], lines[index].rstrip()[:MAX_LINE].removesuffix("):")]
            return Head(match[1], message([match[2], *between]), above)
    return None


def _type_last(lines: Sequence[str], index: int, lowest: int, match: re.Match[str]) -> Head:
    """`message (Type)`; the message may begin above, at the start of the log's record."""
    first = index
    if lines[index][:1].isspace():
        while first > lowest and not starts_record(lines[first]):
            first -= 1
        if not starts_record(lines[first]):
            first = index
    if first == index:
        return Head(match[2], message([match[1]]), index)
    return Head(match[2], message([_text(lines[first]), *lines[first + 1 : index]]), first)
