"""What the readers of printed traces share: bounds on hostile input, and small reads that never raise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: No runtime prints a frame longer than this; a longer line is data, and no pattern is tried on it.
MAX_LINE = 4_000
#: A message is read this far, in lines and in characters.
MAX_MESSAGE_LINES = 40
MAX_MESSAGE = 8_000

_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL)"
_RECORD = re.compile(
    rf"\s{{0,8}}(?:[\[(<]\s?)?(?:"
    r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d"
    r"|\d\d:\d\d:\d\d\b"
    r"|\d\d[-/](?:\d\d|[A-Z][a-z]{2})[-/]\d{4}[ :]\d\d:\d\d"
    r"|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"
    rf"|{_LEVEL}(?:\]|:| -| \[|\s{{2}}|\s*\|)"
    r"|[DIWEFA], \[\d{4}-"
    r"|##\[)"
)


def number(digits: str | None) -> int | None:
    """A line or column as printed, None when there is none or it cannot be one."""
    if not digits or len(digits) > 9 or not (digits.isascii() and digits.isdigit()):
        return None
    return int(digits) or None


def message(lines: Iterable[str]) -> str:
    """The lines of a message as one text, without trailing blanks, at most MAX_MESSAGE characters."""
    return "\n".join(line.rstrip() for line in lines).strip()[:MAX_MESSAGE].rstrip()


def starts_record(line: str) -> bool:
    """True when the line looks like the start of a log record (a time or a level first): no message goes on there."""
    return _RECORD.match(line[:80]) is not None


def paragraph(lines: Sequence[str], first: int, end: int | None = None) -> int:
    """The index after the message lines from `first` on: they stop at a blank line, at the next log record, at a
    Markdown fence, at `end`, and after MAX_MESSAGE_LINES.
    """
    stop = min(len(lines) if end is None else end, first + MAX_MESSAGE_LINES)
    for index in range(first, stop):
        line = lines[index]
        if not line.strip() or starts_record(line) or line.lstrip().startswith(("```", "~~~")):
            return index
    return max(first, stop)


def posix(path: str) -> str:
    """The path with forward slashes, as patterns over paths expect it."""
    return path.replace("\\", "/")
