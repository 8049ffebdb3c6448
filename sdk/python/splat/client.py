"""From an exception on the app's thread to what the worker gets.

    capture: an error? seen before? ignored? sampled?  ->  its key  ->  its signature  ->  suppressed?  ->  an event

The signature may need a line of a file, which only the worker reads (rule T5). So an error whose key is new goes to
the worker as a `Fresh`: it is named there, and kept back when its signature turns out to be a known one. From then on
the key gives the signature, and a repeated error costs a walk over its traceback and a look into two tables.
"""

from __future__ import annotations

import os
import sys
import time
from _thread import allocate_lock
from _weakrefset import WeakSet
from contextvars import ContextVar

from splat import scope, snapshot
from splat.eligible import Ignored, first_time, forget, is_error
from splat.frames import Frames
from splat.shapes import text_of, type_name
from splat.suppress import OVERFLOW, Keeper
from splat.values import Count, Event, Raised
from splat.warn import debug, warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

    from splat.options import Options
    from splat.snapshot import Key, Reading
    from splat.source import Sources
    from splat.worker import Worker

MOST_KEYS = 2_000
#: Errors that wait for their names; what comes beyond is counted only.
MOST_FRESH = 60
#: A key whose name does not come for so long (the worker dropped it) is taken as new again. Seconds.
_PATIENCE = 60.0
_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_busy: ContextVar[bool] = ContextVar("splat_busy", default=False)
_current: Optional[Client] = None


def current() -> Optional[Client]:
    """The client that `init` made; None before it, after `close`, and when it is not enabled."""
    return _current


def is_busy() -> bool:
    """Whether the SDK itself is at work here: what it causes meanwhile is none of the app's errors."""
    return _busy.get()


def replace(client: Optional[Client]) -> Optional[Client]:
    """`client` is the current one from now on; the one before."""
    global _current
    before, _current = _current, client
    return before


class _Kind:
    """All errors with one key."""

    __slots__ = ("codes", "last", "seen", "signature", "since")

    def __init__(self, codes: Sequence[object]) -> None:
        self.codes = codes  #: their identities stand in the key
        self.signature = ""  #: "" until the worker has named it
        self.since = time.monotonic()
        self.seen = 0  #: repeats until then, and the wall clock of the last
        self.last = 0.0


class Fresh:
    """An event without a signature. The worker calls it, once, and gets the event when it is to be sent."""

    __slots__ = ("__weakref__", "_client", "_event", "_kind")

    def __init__(self, client: Client, event: Event, kind: _Kind) -> None:
        self._client = client
        self._event = event
        self._kind = kind

    def __call__(self) -> Optional[Event]:
        """The event with its signature; None when it is suppressed."""
        return self._client.name(self, self._event, self._kind)


class Client:
    """One `init`. Every method may be called from any thread; none raises."""

    def __init__(self, options: Options, worker: Worker) -> None:
        self.options = options
        self.worker = worker
        self._frames = Frames(options.root, options.include)
        self._photographer = snapshot.Photographer(self._frames, options.locals, _tells(options.redact))
        self._ignored = Ignored(options.ignore)
        self._sources: Optional[Sources] = None
        self._begin()

    def _begin(self) -> None:
        """All that belongs to one process."""
        self._pid = os.getpid()
        self._keeper = Keeper(self.options.release)
        self._kinds: Dict[Key, _Kind] = {}
        #: Weakly: one that the worker dropped is waited for no more.
        self._fresh: WeakSet[Fresh] = WeakSet()
        self._lock = allocate_lock()
        self._over = (0, 0.0, 0.0)
        self._ending = False
        self.closed = self.options.transport == "none"

    # --- the app's thread --------------------------------------------------------------------------------------------

    def capture(self, exc: BaseException, *, mechanism: str, handled: bool = False) -> Optional[str]:
        """The id of the event, when the error is new; None when it is counted only, or no error.

        `mechanism` says who caught it; `handled` that the app did.
        """
        # The one door, and `capture_message` another: what fails behind it does not reach the app, and what it calls
        # does not come in again.
        if self.closed or _busy.get():
            return None
        try:
            _busy.set(True)
            return self._capture(exc, mechanism, handled)
        except Exception as error:
            _failed(error)
            return None
        finally:
            _busy.set(False)  # no token: a signal's exception may come before there is one

    def capture_message(self, text: str, level: str = "info") -> Optional[str]:
        """R4: `text` as an error of type `Message`, at the place of the caller."""
        if self.closed or _busy.get():
            return None
        try:
            _busy.set(True)
            if not self._sampled():
                return None
            self.after_fork()
            return self._take_here("Message", text_of(text), "capture_message", text_of(level))
        except Exception as error:
            _failed(error)
            return None
        finally:
            _busy.set(False)

    def _capture(self, exc: BaseException, mechanism: str, handled: bool) -> Optional[str]:
        if not is_error(exc) or not first_time(exc):
            return None
        try:
            if self._ignored(type(exc)) or not self._sampled():
                return None
            self.after_fork()
            reading = snapshot.read(exc, self._frames)
            if not reading.codes and len(reading.links) == 1 and handled:
                return self._take_here(reading.links[0].type, reading.links[0].message, mechanism)
            return self._take(reading, mechanism, handled)
        except Exception:
            forget(exc)  # a hook further out may have more luck, with more of the stack left
            raise

    def _take(self, reading: Reading, mechanism: str, handled: bool) -> Optional[str]:
        now = time.time()
        kind = self._kinds.get(reading.key)
        if kind is None:
            signature = self._quickly(reading)
            if signature:
                kind = self._remember(reading.key, _Kind(reading.codes))
                kind.signature = signature
        decided = self._decide(kind, now)
        if decided is None:
            return None
        event = self._event(self._photographer.raised(reading.links), decided, mechanism, handled, now)
        return self._put(event, reading.key, reading.codes)

    def _take_here(self, kind_name: str, text: str, mechanism: str, level: str = "") -> Optional[str]:
        """What has no traceback: its place is the caller's (rule R4)."""
        now = time.time()
        frame = _caller()
        code, instruction = (frame.f_code, frame.f_lasti) if frame is not None else (None, 0)
        in_app = code is not None and self._frames.in_app(code.co_filename)
        key: Key = (kind_name, id(code), instruction, "" if in_app else text[:5_000])
        decided = self._decide(self._kinds.get(key), now)
        if decided is None:
            return None
        raised = Raised(kind_name, text, "", -1, self._photographer.stack(frame))
        event = self._event((raised,), decided, mechanism, True, now)
        if level:
            event.scope["level"] = level
        return self._put(event, key, (code,))

    def _decide(self, kind: Optional[_Kind], now: float) -> Optional[str]:
        """None: it is counted only. "": it goes out when the worker has named it. Else the signature to go out with."""
        if kind is None:
            return None if self._is_full(now) else ""
        if not kind.signature:
            with self._lock:
                lost = time.monotonic() - kind.since > _PATIENCE
                if not kind.signature and not lost:
                    kind.seen += 1
                    kind.last = now
                    return None
        if not kind.signature:
            return None if self._is_full(now) else ""
        return kind.signature if self._ask(kind.signature, now) else None

    def _event(self, raised: Tuple[Raised, ...], signature: str, mechanism: str, handled: bool, now: float) -> Event:
        return Event(os.urandom(16).hex(), now, signature, raised, mechanism, handled, scope.gather())

    def _put(self, event: Event, key: Key, codes: Sequence[object]) -> Optional[str]:
        if event.signature:
            self.worker.put(event)
            return event.id
        with self._lock:
            kind = self._remember(key, _Kind(codes))
            fresh = Fresh(self, event, kind)
            self._fresh.add(fresh)
        self.worker.put(fresh)
        return event.id

    def _remember(self, key: Key, kind: _Kind) -> _Kind:
        kinds = self._kinds
        while len(kinds) >= MOST_KEYS:
            kinds.pop(next(iter(kinds)), None)
        kinds[key] = kind
        return kind

    def _ask(self, signature: str, wall: float) -> bool:
        """Whether the error goes out; counts that are due go first (rule Q)."""
        answer = self._keeper.error(signature, _steady(), wall)
        for count in answer.counts:
            self.worker.put(count)
        return answer.report

    def _quickly(self, reading: Reading) -> str:
        """The signature of an error outside the app, which needs no file: messages may differ each time."""
        if reading.in_app or "splat.signature.messages" not in sys.modules:
            return ""
        from splat.signature import signature_of

        raised = self._photographer.raised(reading.links, with_locals=False)
        return signature_of(raised, self.options.root, lambda _file, _line, _code: "")

    def _sampled(self) -> bool:
        rate = self.options.sample_rate
        return rate >= 1 or int.from_bytes(os.urandom(4), "big") < rate * 4_294_967_296

    def _is_full(self, wall: float) -> bool:
        """Whether so many wait for their names that this one is only counted."""
        if len(self._fresh) < MOST_FRESH:
            return False
        with self._lock:
            count, first, _ = self._over
            self._over = (count + 1, first if count else wall, wall)
        return True

    # --- the worker's thread -----------------------------------------------------------------------------------------

    def name(self, fresh: Fresh, event: Event, kind: _Kind) -> Optional[Event]:
        """The event with its signature; None when that is suppressed."""
        token = _busy.set(True)
        try:
            signature = self._signature(event)
            with self._lock:
                kind.signature = signature
            report = self._ask(signature, event.time)
            for _ in range(kind.seen):
                self._ask(signature, kind.last)
            if self._ending:
                for count in self._keeper.close():
                    self.worker.put(count)
            return event._replace(signature=signature) if report else None
        finally:
            self._fresh.discard(fresh)
            _busy.reset(token)

    def _signature(self, event: Event) -> str:
        from splat.signature import signature_of

        if self._sources is None:
            from splat.source import Sources

            self._sources = Sources()
        around = self._sources.around
        return signature_of(event.exceptions, self.options.root, lambda file, line, _code: around(file, line)[0] or "")

    def due(self, closing: bool) -> List[Count]:
        """The counts that are due now, or all that are pending (rules Q4, Q7)."""
        token = _busy.set(True)
        try:
            self.after_fork()
            self._ending = closing  # what is named later brings its counts itself
            with self._lock:
                (count, first, last), self._over = self._over, (0, 0.0, 0.0)
            counts = self._keeper.close() if closing else self._keeper.tick(_steady())
            if count:
                counts.append(Count(OVERFLOW, count, first, last, self.options.release))
            return counts
        finally:
            _busy.reset(token)

    def waiting(self) -> List[Count]:
        """What is counted and not due yet."""
        token = _busy.set(True)
        try:
            self.after_fork()
            return self._keeper.waiting()
        finally:
            _busy.reset(token)

    def after_fork(self) -> None:
        """In the child of a fork: what waits and what is counted is the parent's."""
        if os.getpid() != self._pid:
            closed = self.closed
            self._begin()
            self.closed = closed

    # --- ending ------------------------------------------------------------------------------------------------------

    def flush(self, seconds: float) -> bool:
        """Waits until all that was captured is delivered, at most so long. Whether all since the last time is."""
        return self.worker.flush(seconds)

    def close(self, seconds: float) -> None:
        """Captures nothing more; delivers what it can in so many seconds, the rest stays in the spool."""
        self.closed = True
        self.worker.close(seconds)
        debug("closed")


def _failed(error: Exception) -> None:
    try:
        warn(f"an error could not be captured: {type_name(type(error))} in the SDK itself", "capture")
        debug(f"capture failed: {type_name(type(error))} in {_place(error)}")
    except Exception:  # at the end of the stack there may be no room to say it
        pass


def _place(error: Exception) -> str:
    """File and line. What the error says may quote the app's values, which are not redacted yet."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"


def _caller() -> Any:
    """The innermost frame that is not the SDK's."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back  # type: ignore[assignment]
    return frame


def _steady() -> int:
    return int(time.monotonic() * 1000)


def _tells(extra: Tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a local's name hides its value; asked for the first time with the first error."""
    found: List[Callable[[str], bool]] = []

    def tells(name: str) -> bool:
        if not found:
            from splat.redact.names import names_of

            found.append(names_of(extra).tells)
        return found[0](name)

    return tells
