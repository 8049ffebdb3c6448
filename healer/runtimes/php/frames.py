"""Reads the lines of a PHP stack trace, and tells the app's files from vendored ones.

PHP prints where a function was *called*, beside the function's name. A frame here holds a place and the function around
that place, so names move one line up: the crash is in the function of `#0`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.frames import Frame
from healer.runtimes.reading import MAX_LINE, number, posix

if TYPE_CHECKING:
    from collections.abc import Sequence

_CALL = re.compile(r"\s*#(\d{1,6}) (?:(\[internal function\]): |(.+?)\((\d{1,9})\): )?(\S.*)$")
_XDEBUG = re.compile(r"(?:PHP)? {1,8}(\d{1,6})\. ([^\s(]{1,500})\(")
_EVALUATED = re.compile(r"(.{1,1000}?)\((\d{1,9})\) : (?:eval\(\)'d code|runtime-created function)")
_FOREIGN = re.compile(
    r"(?:^|/)vendor/"
    r"|^phar://"
    r"|^/usr/(?:local/)?(?:share|lib)/(?:php|pear)"
    r"|/var/cache/(?:prod|dev|test)"
    r"|/storage/framework/(?:views|cache)/"
    r"|/wp-(?:includes|admin)/"
)


@dataclass(frozen=True, slots=True)
class Call:
    """One `#` line: where `function` was called; `path` is "" for `{main}`."""

    path: str
    line: int | None
    function: str


def in_app(path: str) -> bool:
    """False for what composer installed, PHP's own libraries, compiled templates, and code that has no file."""
    if not path or path.startswith("["):
        return False
    return _FOREIGN.search(posix(path).lower()) is None


def read_calls(lines: Sequence[str], first: int) -> tuple[list[Call], int]:
    """The calls printed from line `first` on, innermost first, and the index after them."""
    calls: list[Call] = []
    index = first
    while index < len(lines) and len(lines[index]) < MAX_LINE and (match := _CALL.match(lines[index])):
        if int(match[1]) == 0 and calls:
            break
        calls.append(Call(match[2] or match[3] or "", number(match[4]), _name(match[5])))
        index += 1
    return (calls, index) if calls else _read_xdebug(lines, first)


def _read_xdebug(lines: Sequence[str], first: int) -> tuple[list[Call], int]:
    calls: list[Call] = []
    index = first
    while index < len(lines) and len(lines[index]) < MAX_LINE and (match := _XDEBUG.match(lines[index])):
        path, _, line = lines[index].rstrip().rpartition(") ")[2].rpartition(":")
        calls.append(Call("" if match[2] == "{main}" else path, number(line), match[2]))
        index += 1
    return list(reversed(calls)), index


def _name(text: str) -> str:
    """The function before its arguments; an 8.4 closure's name holds parentheses itself."""
    start = text.find("{closure:")
    start = text.find("}", start) + 1 if start >= 0 else 0
    end = text.find("(", start)
    return (text[:end] if end >= 0 else text).strip()


def frames(calls: Sequence[Call], path: str, line: int | None) -> tuple[Frame, ...]:
    """The frames from the outermost call to the crash at `path`, each with the function that holds its line."""
    found: list[Frame] = []
    where, at = path, line
    for call in calls:
        if (call.path, call.line) == (where, at) and not found and not _inline(call.function):
            continue  # a function of PHP itself has no lines: what it raises is said to be where it was called
        if where:
            found.append(_frame(where, at, call.function))
        where, at = call.path, call.line
    if where:
        found.append(_frame(where, at, "{main}" if calls and calls[-1].function == "{main}" else ""))
    return tuple(reversed(found))


def _inline(function: str) -> bool:
    return "{closure" in function or function in ("eval", "{main}")


def _frame(path: str, line: int | None, function: str) -> Frame:
    if evaluated := _EVALUATED.match(path):
        path, line = evaluated[1], number(evaluated[2])
    return Frame(path, line, function=function, in_app=in_app(path))
