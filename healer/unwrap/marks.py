"""How a line of a trace looks, in any of the runtimes, wherever it stands in the line."""

from __future__ import annotations

import re

_MARK = re.compile(
    r"Traceback \(most recent call last"
    r"|File \"[^\"]{1,1000}\", line \d"
    r"|\bat .{1,1000}:\d{1,9}\)?$"
    r"|:in [`']"
    r"|#\d{1,5} .{1,500}\(\d{1,9}\)"
    r"|#\d{1,5} \{main\}"
    r"|\bgoroutine \d{1,9} \["
    r"|\.go:\d"
    r"|[Ss]tack trace:|\[stacktrace\]"
    r"|\bUncaught [\w\\]{1,200}"
    r"|\S@\S{1,1000}:\d{1,9}:\d{1,9}$"
    r"|^panic: |^fatal error: "
    r"|\.(?:py|rb|php|[cm]?[jt]sx?):\d"
)
_ESCAPED = re.compile(
    r"\\n(?:\\{1,4}t|[ \t]){0,12}"
    r"(?:at |File |#\d|from |goroutine |Traceback|Stack trace:|\[stacktrace\]|[^\s\\]{1,300}?:\d)"
    r"|Traceback \(most recent call last\):\\"
)
_HINTS = (":", "File ", "#", "Uncaught", "acktrace")


def is_mark(line: str) -> bool:
    """True when the line looks like one that only a stack trace has."""
    return len(line) < 4_000 and any(hint in line for hint in _HINTS) and _MARK.search(line) is not None


def has_escaped_mark(line: str) -> bool:
    """True when a trace seems to stand in the line with its line ends escaped."""
    return "\\n" in line and _ESCAPED.search(line) is not None
