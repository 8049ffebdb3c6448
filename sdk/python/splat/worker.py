"""The one thread that makes reports of events and brings them to disk. What delivers them is `sender.py`.

Loaded by `init`: nothing heavy here. The rest is loaded by the worker, on its own thread.
"""

from __future__ import annotations

import os
import threading
import time
from _queue import Empty

from splat import folder, interval, process
from splat.transports import make
from splat.values import Count
from splat.warn import warn as _warn
from splat.warn import why

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, List, Optional, Sequence

    from splat.delivery import Delivery, Thing
    from splat.options import Options
    from splat.values import Transport

    #: Called on the thread that delivers, with the options, the spool's folder and what says a warning of a kind.
    TransportFactory = Callable[[Options, str, Callable[..., None]], Transport]

TICK = 5.0  #: seconds between two looks at what was suppressed (rule Q4)
#: Seconds of counts that a process may lose which is killed (rule P9).
NOTE = 1.0
MOST_QUEUED = 100
AT_EXIT = 2.0  #: seconds
#: Seconds that bringing to disk may take at the end, however little is left for delivery.
ON_DISK = 1.0
#: So many are on disk before more of a burst is worked on.
_BATCH = 8
#: Longest wait, in seconds, of a fork for modules that the worker is loading.
_LOADING = 2.0
#: Longest wait, in seconds, for a thread whose start was interrupted.
_BEGINS = 0.2


class _Marker:
    """Leaves the queue when all that was put before it is on disk."""

    def __init__(self, *, last: bool) -> None:
        self.last = last
        self.passed = threading.Event()


class Worker:
    """Takes events and counts from any thread. Only `flush` and `close` wait, and with `durable` `put`, for the disk.

    `counts(closing)` gives the counts that are due, and at the end all that are pending (rules Q4, Q7); `waiting` those
    that are pending, which stay so.
    """

    def __init__(
        self,
        options: Options,
        transport_factory: TransportFactory = make,
        counts: Optional[Callable[[bool], Sequence[Count]]] = None,
        waiting: Optional[Callable[[], Sequence[Count]]] = None,
        warn: Optional[Callable[..., None]] = None,
    ) -> None:
        self._options = options
        self._transport_factory = transport_factory
        self._counts = counts
        self._pending = waiting
        self._warn = _warn if warn is None else warn
        self._closed = False
        self._begin()
        process.watch(self)

    def _begin(self) -> None:
        """All that belongs to one process."""
        self._pid = os.getpid()
        self._queue = process.new_queue()
        self._running = False
        self._starting = threading.RLock()
        self._loading = threading.RLock()
        self._held = False
        self._dropped = False  #: since `flush` told of it
        self._delivery: Optional[Delivery] = None
        self._folder = ""  #: found when the first error comes

    # --- any thread --------------------------------------------------------------------------------------------------

    def put(self, thing: Thing) -> None:
        """Takes an event, one still to be named, or a count. With `durable`, it is on disk when this returns."""
        if self._options.transport == "none":
            return
        if self._pid != os.getpid():  # a fork that Python was not told of
            self.after_fork()
        if self._options.durable or self._closed:
            self._loaded().take([thing], durably=True)
            self._start()  # for what is counted only
            return
        # Counts push nothing out: at the end there may be one for each signature that is known.
        if self._queue.qsize() >= MOST_QUEUED and not isinstance(thing, Count):
            self._drop_oldest()
        self._queue.put(thing)
        self._start()

    def pick_up(self) -> None:
        """Starts delivering what earlier processes left, where there is something."""
        if folder.waits_in(folder.of(self._options)):
            self._queue.put(_Marker(last=False))
            self._start()

    def flush(self, seconds: float) -> bool:
        """Waits until all that was taken is delivered, at most so long. Whether all since the last time is."""
        deadline = time.monotonic() + seconds
        passed = not self._closed and self._start() and self._pass(_Marker(last=False), deadline)
        if not passed or not self._loaded().drain(deadline):
            return False
        dropped, self._dropped = self._dropped, False
        return not dropped

    def close(self, seconds: float = AT_EXIT) -> None:
        """Delivers what it can in so many seconds. The rest, and what is put later, is left in the spool.

        Where it is less, `ON_DISK` seconds may go into the spool alone.
        """
        if self._closed or self._pid != os.getpid():
            return
        # The last of it is for what has to be left in the spool.
        deadline = time.monotonic() + seconds * 0.9
        counts = self._due(closing=True)
        for each in counts:
            self._queue.put(each)
        late = self._running and not self._pass(_Marker(last=True), max(deadline, time.monotonic() + ON_DISK))
        self._closed = True
        rest = self._rest()
        if late and self._delivery is not None:
            rest = self._delivery.take_over() + rest
        if rest or self._delivery is not None:
            delivery = self._loaded()
            delivery.take(rest)
            delivery.close(deadline)

    @property
    def seconds_at_exit(self) -> float:
        """How long the end of the process may take."""
        return min(AT_EXIT, self._options.shutdown_timeout)

    def wait_for_loading(self) -> None:
        """Before a fork: no thread of ours is in the middle of an import."""
        self._held = self._loading.acquire(timeout=_LOADING)

    def loading_may_go_on(self) -> None:
        """After a fork, in the parent."""
        if self._held:
            self._held = False
            self._loading.release()

    def after_fork(self) -> None:
        """In the child of a fork: what the parent has it delivers itself; its threads and locks are not here."""
        delivery = self._delivery
        self._begin()
        if delivery is not None:
            delivery.forget()

    # --- starting ----------------------------------------------------------------------------------------------------

    def _start(self) -> bool:
        """Starts the thread when it does not run. False where none can be had: at the end of the interpreter."""
        if self._running:
            return True
        # The handler of a signal may come in between, and call this or raise: by `with` the lock gets free for sure.
        with self._starting:
            if not self._running and not self._closed:
                # Libraries that replace threads may have come after us.
                self._queue = process.moved(self._queue)
                self._begin_thread()
        return self._running

    def _begin_thread(self) -> None:
        begun = threading.Event()
        thread = threading.Thread(target=self._run, args=(begun,), name="splat-worker", daemon=True)
        if self._running:  # the handler of a signal was faster
            return
        self._running = True
        try:
            thread.start()
            process.at_end_of_child(self)
        except RuntimeError:
            self._running = False
        except BaseException:  # a signal's: the thread may run by now, or never will
            self._running = begun.wait(_BEGINS)
            raise

    def _loaded(self) -> Delivery:
        if self._delivery is None:
            with self._loading:
                if self._delivery is None:
                    from splat.delivery import Delivery

                    self._folder = folder.of(self._options)
                    self._delivery = Delivery(self._options, self._folder, self._transport, self._warn)
        return self._delivery

    def _transport(self) -> Transport:
        with self._loading:
            return self._transport_factory(self._options, self._folder, self._warn)

    def _pass(self, marker: _Marker, deadline: float) -> bool:
        self._queue.put(marker)
        return marker.passed.wait(max(0.0, deadline - time.monotonic()))

    def _drop_oldest(self) -> None:
        for _ in range(MOST_QUEUED):
            dropped = self._waiting()
            if dropped is None:
                return
            if not isinstance(dropped, (_Marker, Count)):
                self._dropped = True
                self._warn("errors were dropped: they came faster than they could be written to disk", "queue")
                return
            self._queue.put(dropped)  # small, and stands for many

    # --- the thread --------------------------------------------------------------------------------------------------

    def _run(self, begun: threading.Event) -> None:
        begun.set()
        due, note = time.monotonic() + TICK, time.monotonic() + NOTE
        marker = None
        while marker is None or not marker.last:
            marker = self._all_there_is(self._first(min(due, note)))
            if time.monotonic() >= due:
                due = time.monotonic() + TICK
                self._take(self._due())
            if time.monotonic() >= note:
                note = time.monotonic() + NOTE
                self._guarded(self._note, "counts are not kept")
            # First to disk, then the modules of a network.
            self._guarded(lambda: self._loaded().start(), "nothing is delivered")
            if marker is not None:
                marker.passed.set()
        self._running = False

    def _guarded(self, work: Callable[[], object], what: str) -> None:
        try:
            work()
        except Exception as error:
            self._warn(f"{what}, for {why(error)}", what)

    def _take(self, batch: List[Any]) -> None:
        self._guarded(lambda: self._loaded().take(batch), "errors were lost")

    def _note(self) -> None:
        if self._pending is not None:
            self._loaded().note(self._pending)

    def _first(self, due: float) -> Any:
        """What is put next; None when it is `due` to look at what was suppressed."""
        try:
            return self._queue.get(timeout=max(0.0, due - time.monotonic()))
        except Empty:
            return None

    def _all_there_is(self, thing: Any) -> Optional[_Marker]:
        """Brings this to disk and all that waits behind it, up to a marker."""
        interval.shorten()
        try:
            while thing is not None and not isinstance(thing, _Marker):
                batch = [thing]
                thing = self._waiting()
                while len(batch) < _BATCH and thing is not None and not isinstance(thing, _Marker):
                    batch.append(thing)
                    thing = self._waiting()
                self._take(batch)
            return thing
        finally:
            interval.restore()

    def _waiting(self) -> Any:
        try:
            return self._queue.get_nowait()
        except Empty:
            return None

    def _rest(self) -> List[Any]:
        """What the thread did not come to."""
        rest: List[Any] = []
        thing = self._waiting()
        while thing is not None:
            if isinstance(thing, _Marker):
                thing.passed.set()
            else:
                rest.append(thing)
            thing = self._waiting()
        return rest

    def _due(self, *, closing: bool = False) -> List[Count]:
        counts: List[Count] = []
        if self._counts is not None:
            of_keeper = self._counts
            self._guarded(lambda: counts.extend(of_keeper(closing)), "counts were lost")
        return counts
