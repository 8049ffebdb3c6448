"""Reads faulthandler's dumps: `Fatal Python error: …`, the crash first, a block a thread."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.frames import ExceptionInfo, Frame, Trace
from healer.runtimes.python.in_app import in_app
from healer.runtimes.reading import MAX_LINE, message, number

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEAD = re.compile(r"(Fatal Python error|Timeout)(?:: (.*)| \((.*)\)!)$")
_THREAD = re.compile(r"\s*(Current thread|Thread) 0x[0-9a-f]{1,16}.{0,200}\(most recent call first\):")
_FRAME = re.compile(r'\s+File "(.+)", line (\d{1,9}) in (.+)$')
#: How far the first thread may be from the head (`Python runtime state: initialized`, a blank line).
_REACH = 8


def find_fatal(lines: Sequence[str]) -> list[Trace]:
    """Every dump that says why it was made; the thread that crashed is the exception."""
    found = []
    index = 0
    while index < len(lines):
        line = lines[index]
        start = line.find("Fatal Python error: ") if "Fatal" in line else line.find("Timeout (")
        head = _HEAD.match(line, start) if start >= 0 and len(line) < MAX_LINE else None
        trace = _read(lines, index, head) if head else None
        if trace:
            found.append(trace)
        index = trace.last + 1 if trace else index + 1
    return found


def _read(lines: Sequence[str], first: int, head: re.Match[str]) -> Trace | None:
    chosen: list[Frame] = []
    chosen_is_current = False
    last = index = first
    threads = 0
    while index + 1 < len(lines) and index - last < _REACH:
        index += 1
        thread = _THREAD.match(lines[index][:MAX_LINE])
        if thread is None:
            continue
        frames, last = _frames(lines, index)
        index = last
        threads += 1
        if frames and not chosen_is_current:
            chosen, chosen_is_current = frames, thread[1] == "Current thread"
    if not chosen:
        return None
    exception = ExceptionInfo(head[1], message([head[2] or head[3] or ""]), tuple(reversed(chosen)))
    return Trace("python", (exception,), first, last, threads - 1)


def _frames(lines: Sequence[str], thread: int) -> tuple[list[Frame], int]:
    frames: list[Frame] = []
    index = thread
    if index + 1 < len(lines) and lines[index + 1].strip() == "Garbage-collecting":
        index += 1
    while index + 1 < len(lines) and (match := _FRAME.match(lines[index + 1][:MAX_LINE])):
        frames.append(Frame(match[1], number(match[2]), function=match[3].strip(), in_app=in_app(match[1])))
        index += 1
    return frames, index
