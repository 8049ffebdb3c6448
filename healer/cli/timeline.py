"""Where the time went, as a picture that GitHub draws."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.cli.progress import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healer.edge.stopwatch import Interval, Stopwatch

_SECTIONS = {"stage": "Splat", "claude": "Claude", "commands": "In the sandbox"}
#: Bars of one section; a suite of a thousand commands draws nothing anyone could read.
_MOST = 25


def timeline(stopwatch: Stopwatch) -> str:
    """A Mermaid chart in a fence; "" where nothing was timed. Milliseconds since the beginning."""
    intervals = stopwatch.intervals()
    if not intervals:
        return ""
    lines = ["```mermaid", "gantt", "    dateFormat x", "    axisFormat %M:%S"]
    for kind, title in _SECTIONS.items():
        bars = list(_longest(interval for interval in intervals if interval.kind == kind))
        if bars:
            lines.append(f"    section {title}")
            lines += [_bar(bar, stopwatch.began) for bar in bars]
    return "\n".join([*lines, "```"])


def _longest(intervals: Iterable[Interval]) -> list[Interval]:
    longest = sorted(intervals, key=lambda interval: interval.start - interval.end)[:_MOST]
    return sorted(longest, key=lambda interval: interval.start)


def _bar(interval: Interval, began: float) -> str:
    start = max(0, round((interval.start - began) * 1000))
    end = max(start + 1, round((interval.end - began) * 1000))
    name = WORDS.get(interval.name, interval.name).rpartition("/")[2]
    # A colon ends a name; what else Mermaid reads in one is left out too.
    return f"    {re.sub('[^0-9A-Za-z ._-]', ' ', name)[:40].strip() or 'command'} :{start}, {end}"
