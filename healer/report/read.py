"""An event's text becomes a Report, or is declined."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from healer.outcome import Skipped, UsageError
from healer.report.choose import choose, find_traces
from healer.report.value import Report
from healer.report.wire import SCHEMA, from_wire
from healer.unwrap import unwrap

if TYPE_CHECKING:
    from healer.event import Event
    from healer.frames import ExceptionInfo, Frame, Trace

#: The longest text that is read.
MAX_BYTES = 10 * 1024 * 1024
#: What is kept of a trace without end: exceptions, and frames of one from both its ends.
MAX_EXCEPTIONS = 200
MAX_OUTER_FRAMES = 500
MAX_INNER_FRAMES = 1_500

_FENCE = re.compile(r"[ \t>]{0,12}(`{3,20}|~{3,20})[ \t]*(\w{0,20})[ \t]*$")
_NO_TRACE = "The text holds no stack trace that Splat can read: not Python's, JavaScript's, Go's, Ruby's or PHP's."


def read_report(event: Event) -> Report | Skipped:
    """The report in an event's text: an SDK's report as it is, else the trace that brought the program down.

    Raises UsageError for a text over MAX_BYTES and for a report that does not fit its schema. A text without a trace
    is `Skipped("no-trace")`.
    """
    text = _checked(event.text)
    if event.kind == "report":
        return from_wire(event, text)
    if report := _embedded(event, text):
        return report
    traces = find_traces(unwrap(text))
    trace = choose(traces)
    if trace is None:
        return Skipped("no-trace", _NO_TRACE, "Pass the whole output of the crash, from the first line of its trace.")
    return _from_trace(event, trace, len(traces) - 1)


def _checked(text: str) -> str:
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode("utf-8")
        size = len(text.encode("utf-8"))
    if size > MAX_BYTES:
        raise UsageError(
            f"The text has {size / 1_048_576:.1f} MB, and at most {MAX_BYTES // 1_048_576} MB are read",
            next_step="Cut the log down to the lines around the crash.",
        )
    return text


def _embedded(event: Event, text: str) -> Report | None:
    """The report that the text is, or that an issue's Markdown holds in a fence; None when there is none that fits."""
    if SCHEMA not in text:
        return None
    documents = [text] if text.lstrip()[:1] == "{" else _fenced(text)
    for document in documents:
        if SCHEMA in document:
            try:
                return from_wire(event, document)
            except UsageError:
                continue  # an issue also shows its trace to people: that one is read then
    return None


def _fenced(text: str) -> list[str]:
    """The fenced blocks of a Markdown text that look like a JSON object."""
    found: list[str] = []
    inside: list[str] = []
    fence = ""
    for line in text.splitlines():
        match = _FENCE.match(line[:80])
        if not fence and match:
            fence, inside = match[1], []
        elif fence and match and match[1].startswith(fence) and not match[2]:
            found.append("\n".join(inside))
            fence = ""
        elif fence:
            inside.append(line)
    return [block for block in found if block.lstrip()[:1] == "{"]


def _from_trace(event: Event, trace: Trace, others: int) -> Report:
    exceptions = tuple(map(_bounded, trace.exceptions[:MAX_EXCEPTIONS]))
    details = {"other_traces": others} | ({"other_stacks": trace.others} if trace.others else {})
    return Report(event, trace.runtime, exceptions, details=details)


def _bounded(exception: ExceptionInfo) -> ExceptionInfo:
    frames: tuple[Frame, ...] = exception.frames
    if len(frames) <= MAX_OUTER_FRAMES + MAX_INNER_FRAMES:
        return exception
    return replace(exception, frames=frames[:MAX_OUTER_FRAMES] + frames[-MAX_INNER_FRAMES:])
