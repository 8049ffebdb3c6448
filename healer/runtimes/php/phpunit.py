"""Reads phpunit's failures: a numbered test, what was raised, and bare `file:line` places, the crash first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.frames import ExceptionInfo, Frame, Relation, Trace
from healer.runtimes.php.frames import in_app
from healer.runtimes.reading import MAX_LINE, MAX_MESSAGE_LINES, message, number

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEST = re.compile(r"\d{1,6}\) [\w\\]{1,300}::\S")
_PLACE = re.compile(r"(\S.{0,1000}\.(?:php|phtml|inc|phpt)):(\d{1,9})$")
_RAISED = re.compile(r"([A-Za-z_\\][\w\\]{1,300}): (.*)$")


def find_phpunit(lines: Sequence[str]) -> list[Trace]:
    """Every failed test that names the places it went through."""
    found = []
    index = 0
    while index < len(lines):
        trace = None
        if lines[index][:1].isdigit() and _TEST.match(lines[index][:MAX_LINE]):
            trace = _read(lines, index)
        if trace:
            found.append(trace)
        index = trace.last + 1 if trace else index + 1
    return found


def _read(lines: Sequence[str], first: int) -> Trace | None:
    exceptions: list[ExceptionInfo] = []
    at = first + 1
    last = first
    while block := _block(lines, at):
        texts, frames, end = block
        raised = _RAISED.match(texts[0]) if texts else None
        kind, text = (raised[1], [raised[2], *texts[1:]]) if raised else ("", texts)
        relation: Relation = "cause" if exceptions else "surfaced"
        parent = len(exceptions) - 1 if exceptions else None
        exceptions.append(ExceptionInfo(kind, message(text), frames, relation, parent))
        last = end - 1
        while end < len(lines) and end - last < 4 and not lines[end].strip():
            end += 1
        if end >= len(lines) or lines[end].strip() != "Caused by":
            break
        at = end + 1
    return Trace("php", tuple(exceptions), first, last) if exceptions else None


def _block(lines: Sequence[str], first: int) -> tuple[list[str], tuple[Frame, ...], int] | None:
    """Message lines, then places; None when no place follows within a message's reach."""
    texts: list[str] = []
    frames: list[Frame] = []
    index = first
    while index < len(lines) and index - first < MAX_MESSAGE_LINES + len(frames):
        line = lines[index].rstrip()
        place = _PLACE.match(line) if len(line) < MAX_LINE else None
        if place and texts and not texts[-1]:
            frames.append(Frame(place[1], number(place[2]), in_app=in_app(place[1])))
        elif frames or _TEST.match(line):
            break
        else:
            texts.append(line)
        index += 1
    return (texts, tuple(reversed(frames)), index) if frames else None
