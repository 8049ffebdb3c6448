"""Reads pytest's own failures, long and short: `file.py:12: TypeError`, `file.py:12: in name`, `E   TypeError: …`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from textwrap import dedent
from typing import TYPE_CHECKING

from healer.frames import ExceptionInfo, Frame, Relation, Trace
from healer.runtimes.python.in_app import in_app
from healer.runtimes.python.traceback import CHAINED, EXCEPTION
from healer.runtimes.reading import MAX_LINE, MAX_MESSAGE_LINES, message, number

if TYPE_CHECKING:
    from collections.abc import Sequence

_TITLE = re.compile(r"_{3,} (.{1,300}) _{3,}\s*$")
_SECTION = re.compile(r"={5,}|-{5,} Captured |_{3,} ")
_PLACE = re.compile(r"(\S[^\"'<>|*?]{0,500}\.\w{2,4}):(\d{1,9}):(?: (?:in (.+)|([\w.]+)))?\s*$")
_DEF = re.compile(r"\s*(?:async )?def (\w+)")


@dataclass(slots=True)
class _Failure:
    """What has been read of one exception so far."""

    frames: list[Frame] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    function: str = ""
    source: str = ""
    kind: str = ""

    def next_entry(self) -> None:
        self.function = self.source = ""


def find_pytest(lines: Sequence[str]) -> list[Trace]:
    """Every failed test whose error pytest printed itself; linear time, never raises."""
    found = []
    first: int | None = None
    for index, line in enumerate(lines):
        if line.startswith(("___", "===", "--- Captured", "-----")) and len(line) < MAX_LINE and _SECTION.match(line):
            if first is not None and (trace := _read(lines, first, index)):
                found.append(trace)
            first = index if _TITLE.match(line) else None
    if first is not None and (trace := _read(lines, first, len(lines))):
        found.append(trace)
    return found


def _read(lines: Sequence[str], first: int, end: int) -> Trace | None:
    """The exceptions of one failure, printed oldest first."""
    chain: list[tuple[Relation, ExceptionInfo]] = []
    relation: Relation = "surfaced"
    failure = _Failure()
    last = first
    for index in range(first + 1, end):
        line = lines[index]
        if len(line) >= MAX_LINE:
            continue
        if line in CHAINED:
            if exception := _exception(failure):
                chain.append((relation, exception))
            failure, relation = _Failure(), CHAINED[line]
        elif _take(failure, line, lines[index + 1] if index + 1 < end else ""):
            last = index
    if exception := _exception(failure):
        chain.append((relation, exception))
    return Trace("python", _surfaced_first(chain), first, last) if chain else None


def _take(failure: _Failure, line: str, following: str) -> bool:
    """True when the line was one of the failure's."""
    if line.startswith("E  "):
        if len(failure.errors) < MAX_MESSAGE_LINES:
            failure.errors.append(line[1:])
        return True
    if line.startswith("> "):
        failure.source = line[1:].strip()
        return True
    if line.startswith("_ _ "):
        failure.next_entry()
        return True
    if place := _PLACE.match(line):
        _add_frame(failure, place, following)
        return True
    if not failure.function and (definition := _DEF.match(line)):
        failure.function = definition[1]
    return False


def _add_frame(failure: _Failure, place: re.Match[str], following: str) -> None:
    path, function, source = place[1], failure.function, failure.source
    if place[3]:
        function = place[3].strip()
        source = following.strip() if following.startswith("    ") else ""
    failure.frames.append(Frame(path, number(place[2]), None, function, in_app(path), source))
    failure.kind = place[4] or failure.kind
    failure.next_entry()


def _exception(failure: _Failure) -> ExceptionInfo | None:
    if not failure.errors or not failure.frames:
        return None
    errors = dedent("\n".join(failure.errors)).split("\n")
    match = EXCEPTION.match(errors[0].rstrip())
    if match and match[1] != "assert":
        return ExceptionInfo(match[1], message([match[2] or "", *errors[1:]]), tuple(failure.frames))
    return ExceptionInfo(failure.kind or "AssertionError", message(errors), tuple(failure.frames))


def _surfaced_first(chain: list[tuple[Relation, ExceptionInfo]]) -> tuple[ExceptionInfo, ...]:
    # A relation is printed before the newer exception and belongs to the older one: it hangs on what follows it.
    newest_first = list(reversed(chain))
    found = [newest_first[0][1]]
    for number_, (_, exception) in enumerate(newest_first[1:]):
        found.append(replace(exception, relation=newest_first[number_][0], parent=number_))
    return tuple(found)
