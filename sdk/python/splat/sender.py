"""The thread that delivers. What waits for a network waits here, so that the worker writes to disk meanwhile."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Callable, Deque, List, Optional, Sequence

from splat.outcome import Outcome
from splat.warn import why

if TYPE_CHECKING:
    from splat.store import Kept, Store
    from splat.values import Transport

BATCH = 50
MOST_WAITING = 100
#: Characters of canonical text that may wait in memory beside their files.
MOST_TEXT = 5_000_000
TICK = 2.0  #: seconds
FIRST_RETRY, LONGEST_RETRY = 60.0, 900.0
#: With less than this left before the end, nothing is begun any more.
_WORTH_A_TRY = 0.05


class Sender:
    """Delivers what it is given, new things first; then what earlier tries and earlier processes left."""

    def __init__(self, make_transport: Callable[[], Transport], store: Store, warn: Callable[[str], None]) -> None:
        """`make_transport` is called on the thread that delivers, before the first delivery."""
        self._make_transport = make_transport
        self._store = store
        self._warn = warn
        self._changed = threading.Condition()
        self._waiting: Deque[Kept] = deque()
        self._characters = 0
        self._in_hands: List[Kept] = []
        #: What no disk will have, until the next try.
        self._memory: Deque[Kept] = deque(maxlen=MOST_WAITING)
        self._transport: Optional[Transport] = None
        self._retry_at = 0.0  #: when what was left is tried next, on the steady clock; at first at once
        self._retry = FIRST_RETRY
        self._cursor = ""  #: up to where it was tried: what is always *later* must not hide the rest
        self._looking = False  #: for what was left
        self._dropped = 0
        self._postponed = 0  #: how often a delivery was left to a later try
        self._lost = 0  #: refused or dropped, since `drain` told of it
        self._deadline: Optional[float] = None
        self._started = False
        self._ended = False

    def start(self) -> bool:
        """Starts the thread when it does not run. False where none can be had: at the end of the interpreter."""
        with self._changed:
            if not self._started:
                try:
                    threading.Thread(target=self._run, name="splat-sender", daemon=True).start()
                except RuntimeError:
                    return False
                self._started = True
            return True

    def add(self, kept: Sequence[Kept]) -> None:
        """Takes over what is to be delivered. What is too much for memory stays in the spool."""
        over: List[Kept] = []
        with self._changed:
            self._waiting.extend(kept)
            self._characters += sum(len(each.item.text) for each in kept)
            while len(self._waiting) > 1 and (len(self._waiting) > MOST_WAITING or self._characters > MOST_TEXT):
                over.append(self._pop())
            self._changed.notify_all()
        if over:
            self._leave(over)

    def drain(self, deadline: float) -> bool:
        """Waits until nothing waits, at most until `deadline`. Whether all since the last time was delivered."""
        if not self.start():
            return False
        with self._changed:
            before = self._postponed
            self._retry_at = 0.0
            self._changed.notify_all()
            while not self._idle():
                left = deadline - time.monotonic()
                if left <= 0 or self._ended or not self._changed.wait(left):
                    return False
            lost, self._lost = self._lost, 0
            return self._postponed == before and not lost

    def lose(self, number: int = 1) -> None:
        """So many will never be delivered."""
        with self._changed:
            self._lost += number

    def close(self, deadline: float) -> None:
        """Delivers until `deadline` what it can; the rest stays in the spool."""
        with self._changed:
            self._deadline = deadline
            self._changed.notify_all()
        self._hurry()
        if not self.start():
            self._run()
        with self._changed:
            # A wait that ran out ends it too: tests of apps stop the clock, not the time.
            while not self._ended and deadline > time.monotonic():
                if not self._changed.wait(deadline - time.monotonic()):
                    break
            rest = [*self._in_hands, *self._waiting, *self._memory]
            self._waiting.clear()
        if rest:
            self._store.later(rest, sync=False)  # the time is over: no waiting for the disk

    # --- on the thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._transport = self._make_transport()
            self._hurry()
            self._deliver_all(self._transport)
        except Exception as error:
            self._warn(f"nothing is delivered any more, for {why(error)}")
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _deliver_all(self, transport: Transport) -> None:
        while True:
            new = self._new()
            batch = new or self._old()
            if batch:
                self._deliver(transport, batch, old=not new)
            elif self._deadline is None:
                self._guarded(transport.tick)
                self._pause()
            elif not self._waiting or self._over():  # something may have come while there was nothing
                break
        deadline = self._deadline
        self._guarded(lambda: transport.close(deadline))

    def _new(self) -> List[Kept]:
        with self._changed:
            if self._over():
                return []
            while self._waiting and len(self._in_hands) < BATCH:
                self._in_hands.append(self._pop())
            return self._in_hands

    def _old(self) -> List[Kept]:
        """What was left to a later try, once its time has come; over the whole spool, batch by batch."""
        with self._changed:
            if self._over() or time.monotonic() < self._retry_at:
                return []
            self._looking = True
            memory = list(self._memory)[:BATCH]
        found = memory or self._from_spool()
        with self._changed:
            self._in_hands = found
            self._looking = False
            for _ in memory:
                self._memory.popleft()
            if not found:
                self._retry_at = time.monotonic() + LONGEST_RETRY
                self._changed.notify_all()
        return found

    def _from_spool(self) -> List[Kept]:
        found = self._store.take(BATCH, self._cursor) if self._cursor else []
        if not found:
            self._store.tidy()
            found = self._store.take(BATCH)
        self._cursor = found[-1].name if found else ""
        return found

    def _over(self) -> bool:
        return self._deadline is not None and self._deadline - time.monotonic() < _WORTH_A_TRY

    def _pause(self) -> None:
        with self._changed:
            if not self._waiting and self._deadline is None:
                self._changed.wait(max(0.0, min(TICK, self._retry_at - time.monotonic())))

    def _pop(self) -> Kept:
        each = self._waiting.popleft()
        self._characters -= len(each.item.text)
        return each

    def _idle(self) -> bool:
        busy = self._waiting or self._in_hands or self._looking
        return not busy and time.monotonic() < self._retry_at

    def _deliver(self, transport: Transport, batch: List[Kept], *, old: bool) -> None:
        outcomes: List[Outcome] = []
        self._guarded(lambda: outcomes.extend(transport.send([each.item for each in batch])))
        outcomes += [Outcome.LATER] * (len(batch) - len(outcomes))
        pairs = list(zip(batch, outcomes))
        later = [each for each, outcome in pairs if outcome is Outcome.LATER]
        self._store.settled([each for each, outcome in pairs if outcome is not Outcome.LATER])
        if later:
            self._leave(later)
        if len(later) < len(batch):
            self._retry = FIRST_RETRY
            self._tell_dropped()
        elif old:
            self._retry = min(self._retry * 2, LONGEST_RETRY)
        with self._changed:
            self._in_hands = []
            self._postponed += len(later)
            self._lost += outcomes.count(Outcome.NEVER)
            if len(later) == len(batch) and (old or self._retry_at < time.monotonic()):
                self._retry_at = time.monotonic() + self._retry
            self._changed.notify_all()

    def _leave(self, kept: Sequence[Kept]) -> None:
        """To the spool, and what that does not take to memory."""
        memory = self._store.later(kept)
        with self._changed:
            self._dropped += max(0, len(self._memory) + len(memory) - MOST_WAITING)
            self._memory.extend(memory)
            if self._retry_at > time.monotonic():
                self._retry_at = min(self._retry_at, time.monotonic() + self._retry)

    def _tell_dropped(self) -> None:
        dropped, self._dropped = self._dropped + self._store.take_dropped(), 0
        if dropped:
            self.lose(dropped)
            self._warn(f"{dropped} errors were dropped: they could not be delivered for long, and the spool was full")

    def _hurry(self) -> None:
        transport, deadline = self._transport, self._deadline
        # A transport of the user's own may be without it.
        if transport is not None and deadline is not None and hasattr(transport, "hurry"):
            self._guarded(lambda: transport.hurry(deadline))

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            self._warn(f"delivery failed with {why(error)}")
