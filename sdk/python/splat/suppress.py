"""Q: of each bug one report at once, then only how often it was seen.

Imported by the app's thread: nothing heavy.
"""

from __future__ import annotations

import threading
from collections import deque

from splat.values import Count

TYPE_CHECKING = False  # `import splat` may not load typing
if TYPE_CHECKING:
    from typing import Callable, NamedTuple
else:
    from splat._named import NamedTuple

FIRST_STEP = 60_000  #: milliseconds, as all times here
LONGEST_STEP = 3_600_000
FORGOTTEN_AFTER = 3_600_000
WINDOW = 60_000
REPORTS_A_WINDOW = 60
MOST_KNOWN = 1_000
#: What stands for a signature where many were counted into one (D9).
OVERFLOW = "0" * 16


class Answer(NamedTuple):
    """What goes out now: `counts` first, then the error itself when `report`."""

    report: bool
    counts: tuple[Count, ...]


REPORT = Answer(True, ())
SUPPRESSED = Answer(False, ())


class _Known:
    """What is kept of one signature (Q1)."""

    __slots__ = ("due", "first", "last", "pending", "seen", "step")

    def __init__(self, now: int) -> None:
        self.pending = 0
        self.first = self.last = 0.0  #: wall clock, of what is pending
        self.seen = now  #: the last time at all
        self.step = FIRST_STEP
        self.due = now + FIRST_STEP


class Keeper:
    """Decides for each error whether it goes out, and counts those that do not. One a process.

    `now` is milliseconds of a clock that never goes back. Safe to call from any thread: its own lock is held for
    microseconds (by a tick over 1,000 signatures, part of a millisecond), never while something is waited for. A call
    from inside a call of the same thread (a signal handler, a finaliser) is set aside and counted by the next tick.
    """

    def __init__(self, release: str = "") -> None:
        self._release = release
        self._known: dict[str, _Known] = {}
        self._window: int | None = None
        self._reports = 0  #: sent in this window
        self._over = 0
        self._over_first = self._over_last = 0.0
        self._busy = False
        self._aside: deque[tuple[str, int, float]] = deque()
        self._lock = threading.RLock()

    def error(self, signature: str, now: int, wall: float) -> Answer:
        """An error came (Q2). `wall` is its time in seconds since the epoch."""
        with self._lock:
            if self._busy:
                self._aside.append((signature, now, wall))
                return SUPPRESSED
            self._busy = True
            try:
                return self._error(signature, now, wall)
            finally:
                self._busy = False

    def _error(self, signature: str, now: int, wall: float) -> Answer:
        known = self._known.get(signature)
        if known is None or (not known.pending and now - known.seen >= FORGOTTEN_AFTER):
            return self._first(signature, now, wall)
        self._count(known, now, wall)
        if now < known.due:
            return SUPPRESSED
        return Answer(False, (self._flush(signature, known, now),))

    @staticmethod
    def _count(known: _Known, now: int, wall: float) -> None:
        if not known.pending:
            known.first = wall
        known.pending += 1
        known.last = wall
        known.seen = now

    def _first(self, signature: str, now: int, wall: float) -> Answer:
        self._known.pop(signature, None)
        counts: list[Count] = []
        if self._window is None or now - self._window >= WINDOW:
            self._window, self._reports = now, 0
            counts += self._take_overflow()
        if self._reports >= REPORTS_A_WINDOW:
            self._count_over(wall)
            return SUPPRESSED
        self._reports += 1
        if len(self._known) >= MOST_KNOWN:
            counts += self._push_out()
        self._known[signature] = _Known(now)
        return Answer(True, tuple(counts)) if counts else REPORT

    def tick(self, now: int) -> list[Count]:
        """What is due (Q4), to be sent in this order. At least every 5 seconds."""
        return self._alone(lambda: self._due(now))

    def close(self) -> list[Count]:
        """All that is pending (Q7). The keeper can go on afterwards."""
        return self._alone(self._pending)

    def waiting(self) -> list[Count]:
        """What is pending, as `close` would send it. It stays pending."""
        return self._alone(self._all_pending)

    def _alone(self, work: Callable[[], list[Count]]) -> list[Count]:
        with self._lock:
            if self._busy:
                return []
            self._busy = True
            try:
                self._count_aside()
                return work()
            finally:
                self._busy = False

    def _due(self, now: int) -> list[Count]:
        counts: list[Count] = []
        for signature, known in list(self._known.items()):
            if known.pending:
                if now >= known.due:
                    counts.append(self._flush(signature, known, now))
            elif now - known.seen >= FORGOTTEN_AFTER:
                del self._known[signature]
        if self._window is not None and now - self._window >= WINDOW:
            counts += self._take_overflow()
        return counts

    def _pending(self) -> list[Count]:
        counts = self._all_pending()
        for known in self._known.values():
            known.pending = 0
        self._over = 0
        return counts

    def _all_pending(self) -> list[Count]:
        counts = [self._counted(name, known) for name, known in self._known.items() if known.pending]
        return counts + self._overflow()

    def after_fork(self) -> None:
        """For a child: what is pending the parent sends, and the lock may be held by a thread that is not here."""
        self._lock = threading.RLock()
        self._busy = False
        self._aside.clear()
        self._over = 0
        for known in list(self._known.values()):
            known.pending = 0

    def _flush(self, signature: str, known: _Known, now: int) -> Count:
        """Q3."""
        known.step = min(known.step * 2, LONGEST_STEP)
        known.due = now + known.step
        return self._take(signature, known)

    def _take(self, signature: str, known: _Known) -> Count:
        count = self._counted(signature, known)
        known.pending = 0
        return count

    def _counted(self, signature: str, known: _Known) -> Count:
        return Count(signature, known.pending, known.first, known.last, self._release)

    def _push_out(self) -> list[Count]:
        """Q6. Of several as old, `min` takes the one that was known first."""
        signature = min(self._known, key=lambda each: self._known[each].seen)
        known = self._known.pop(signature)
        return [self._take(signature, known)] if known.pending else []

    def _count_over(self, wall: float) -> None:
        if not self._over:
            self._over_first = wall
        self._over += 1
        self._over_last = wall

    def _take_overflow(self) -> list[Count]:
        """Q5."""
        counts = self._overflow()
        self._over = 0
        return counts

    def _overflow(self) -> list[Count]:
        return [Count(OVERFLOW, self._over, self._over_first, self._over_last, self._release)] if self._over else []

    def _count_aside(self) -> None:
        while self._aside:
            signature, now, wall = self._aside.popleft()
            known = self._known.get(signature)
            if known is None:
                self._count_over(wall)
            else:
                self._count(known, now, wall)
