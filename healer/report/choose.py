"""Which of the traces in a text is the one that brought the program down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.runtimes import RUNTIMES, trace_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.frames import Trace


def find_traces(lines: Sequence[str]) -> list[Trace]:
    """The traces of every runtime in unwrapped lines, in order; where readers claim the same lines, the one that
    explains the most has them.
    """
    found = [trace for runtime in RUNTIMES for trace in trace_reader(runtime).find(lines)]
    kept: list[Trace] = []
    for trace in sorted(found, key=lambda trace: trace.first):
        if kept and trace.first <= kept[-1].last:
            if _explains(trace) > _explains(kept[-1]):
                kept[-1] = trace
        else:
            kept.append(trace)
    return kept


def _explains(trace: Trace) -> tuple[int, int]:
    """Lines, then frames."""
    return trace.last - trace.first, sum(len(exception.frames) for exception in trace.exceptions)


def choose(traces: Sequence[Trace]) -> Trace | None:
    """The last trace with a frame of the app, else the last; one that names its exception before one that does not."""
    ours = [trace for trace in traces if any(frame.in_app for each in trace.exceptions for frame in each.frames)]
    for pool in (ours, traces):
        if pool:
            named = [trace for trace in pool if trace.exceptions[0].type]
            return (named or pool)[-1]
    return None
