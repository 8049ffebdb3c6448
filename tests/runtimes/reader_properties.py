"""What holds for every reader of traces, whatever text it is given."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from healer.frames import Trace
    from healer.runtimes import TraceReader


def shuffled(pool: Sequence[str]) -> st.SearchStrategy[list[str]]:
    """Lines of real traces in any order, whole, cut, doubled, behind other text, beside any text at all."""
    line = st.sampled_from(sorted(set(pool)))
    cut = st.builds(lambda text, at: text[: at % (len(text) + 1)], line, st.integers(0, 200))
    joined = st.builds(lambda left, right: left + right, line, line)
    behind = st.builds(lambda before, text: before + text, st.text(max_size=12), line)
    return st.lists(st.one_of(line, line, cut, joined, behind, st.text(max_size=60)), max_size=40)


def check_traces(traces: Sequence[Trace], lines: Sequence[str], reader: TraceReader) -> None:
    """What every answer of a reader must be like."""
    assert [trace.first for trace in traces] == sorted(trace.first for trace in traces)
    for trace in traces:
        assert 0 <= trace.first <= trace.last < len(lines)
        assert trace.exceptions
        assert trace.exceptions[0].relation == "surfaced"
        assert trace.exceptions[0].parent is None
        for index, exception in enumerate(trace.exceptions):
            assert index == 0 or (exception.parent is not None and 0 <= exception.parent < index)
            for frame in exception.frames:
                assert frame.path
                assert frame.line is None or frame.line > 0
                reader.clean_function(frame.function)


def grows_linearly(work: Callable[[int], object], small: int = 30_000, factor: int = 10, limit: float = 20) -> None:
    """Ten times the input takes at most twenty times as long; the best of a few tries, for the machine is shared."""
    ratios = []
    for _ in range(4):
        ratios.append(_seconds(work, small * factor) / max(_seconds(work, small), 0.002))
        if min(ratios) <= limit:
            return
    raise AssertionError(f"{factor} times the input took {min(ratios):.0f} times as long")


def _seconds(work: Callable[[int], object], size: int) -> float:
    start = time.process_time()
    work(size)
    return time.process_time() - start


def filled(unit: str, size: int) -> list[str]:
    return (unit * (size // len(unit) + 1))[:size].split("\n")
