"""Where the time went: Splat's own, waiting for Claude, and the project's own commands."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from healer.patch import FileChange
    from healer.proposal import Model, Reply, Request
    from healer.verdict import Checks, Ran

Kind = Literal["stage", "claude", "commands"]


@dataclass(frozen=True, slots=True)
class Interval:
    """From `start` to `end`, in seconds of the monotonic clock."""

    kind: Kind
    name: str
    start: float
    end: float


class Stopwatch:
    """Collects intervals from any thread."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._intervals: list[Interval] = []
        self._lock = threading.Lock()

    @contextmanager
    def running(self, kind: Kind, name: str) -> Iterator[None]:
        """Times what happens inside, also when it raises."""
        start = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._intervals.append(Interval(kind, name, start, time.monotonic()))

    def add(self, kind: Kind, name: str, end: float, seconds: float) -> None:
        """An interval that someone else timed, ending at `end`."""
        with self._lock:
            self._intervals.append(Interval(kind, name, end - seconds, end))

    def intervals(self) -> list[Interval]:
        """All that was timed so far, in the order it began."""
        with self._lock:
            return sorted(self._intervals, key=lambda interval: interval.start)

    def table(self) -> list[dict[str, Any]]:
        """A row a stage in the order they began: its seconds, and how many of them were Splat's own."""
        known = self.intervals()
        foreign = [interval for interval in known if interval.kind != "stage"]
        return [
            {
                "stage": stage.name,
                "seconds": round(stage.end - stage.start, 4),
                "own": round(stage.end - stage.start - _covered(foreign, stage.start, stage.end), 4),
            }
            for stage in known
            if stage.kind == "stage"
        ]

    def totals(self) -> dict[str, float]:
        """Wall seconds since the beginning, and the part of them that was Claude's, the commands', and our own."""
        with self._lock:
            known = list(self._intervals)
        now = time.monotonic()
        by_kind = {
            kind: _covered([interval for interval in known if interval.kind == kind], self.began, now)
            for kind in ("claude", "commands")
        }
        both = _covered([interval for interval in known if interval.kind != "stage"], self.began, now)
        wall = now - self.began
        return {"wall": wall, "claude": by_kind["claude"], "commands": by_kind["commands"], "own": wall - both}


def _covered(intervals: Sequence[Interval], start: float, end: float) -> float:
    """Seconds between `start` and `end` in which at least one interval was running."""
    covered, reached = 0.0, start
    for interval in sorted(intervals, key=lambda interval: interval.start):
        first, last = max(interval.start, reached), min(interval.end, end)
        if last > first:
            covered += last - first
            reached = last
    return covered


class TimedModel:
    """A `Model` whose answers are waited for on a stopwatch."""

    def __init__(self, model: Model, stopwatch: Stopwatch) -> None:
        self._model, self._stopwatch = model, stopwatch
        self.tools = model.tools

    def reply(self, request: Request) -> Reply:
        """Ask, and time the wait itself; what this side does around it is Splat's own time."""
        reply = self._model.reply(request)
        self._stopwatch.add("claude", request.model, time.monotonic(), reply.spend.seconds)
        return reply


class TimedChecks:
    """A `Checks` whose commands are timed on a stopwatch."""

    def __init__(self, checks: Checks, stopwatch: Stopwatch) -> None:
        self._checks, self._stopwatch = checks, stopwatch

    @classmethod
    @contextmanager
    def around(cls, opened: AbstractContextManager[Checks], stopwatch: Stopwatch) -> Iterator[Checks]:
        """Open, time, close."""
        with opened as checks:
            yield cls(checks, stopwatch)

    @property
    def root(self) -> str:
        """As the checks see it."""
        return self._checks.root

    @property
    def lacks(self) -> str:
        """As the checks have it."""
        return self._checks.lacks

    def run(self, command: Sequence[str], *, seconds: float, **conditions: Any) -> Ran:
        """Run, and time what the command itself took; the sandbox around it is Splat's own time."""
        before = time.monotonic()
        ran = self._checks.run(command, seconds=seconds, **conditions)
        self._stopwatch.add("commands", command[0], time.monotonic(), min(ran.seconds, time.monotonic() - before))
        return ran

    def put(self, changes: Sequence[FileChange], *, side: Literal["before", "after"]) -> None:
        """As the checks do."""
        self._checks.put(changes, side=side)
