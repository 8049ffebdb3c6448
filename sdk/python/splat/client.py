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
from _weakref import ref
from contextvars import ContextVar
from functools import partial

from splat import scope, snapshot
from splat.frames import Frames
from splat.suppress import OVERFLOW, Keeper
from splat.values import Count, Event, Raised
from splat.warn import debug, warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Sequence, Set, Tuple
    from weakref import ReferenceType

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
    """An event without a signature. The worker calls it, and gets the event when it is to be sent."""

    __slots__ = ("_answer", "_client", "_event", "_kind")

    def __init__(self, client: Client, event: Event, kind: _Kind) -> None:
        self._client = client
        self._event: Optional[Event] = event
        self._kind = kind
        self._answer: Optional[Event] = None

    def __call__(self) -> Optional[Event]:
        """Names it, once; the event with its signature, None when it is suppressed."""
        event, self._event = self._event, None
        if event is not None:
            self._answer = self._client.name(event, self._kind, self)
        return self._answer


class Client:
    """One `init`. Every method may be called from any thread; none raises."""

    def __init__(self, options: Options, worker: Worker) -> None:
        self.options = options
        self.worker = worker
        self._frames = Frames(options.root, options.include)
        self._photographer = snapshot.Photographer(self._frames, options.locals, _tells(options.redact))
        self._ignored = _Ignored(options.ignore)
        self._sources: Optional[Sources] = None
        self._begin()

    def _begin(self) -> None:
        """All that belongs to one process."""
        self._pid = os.getpid()
        self._keeper = Keeper(self.options.release)
        self._kinds: Dict[Key, _Kind] = {}
        self._fresh: Set[Fresh] = set()
        self._lock = allocate_lock()
        self._over = (0, 0.0, 0.0)
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
        token = _busy.set(True)
        try:
            return self._capture(exc, mechanism, handled)
        except Exception as error:
            _failed(error)
            return None
        finally:
            _busy.reset(token)

    def capture_message(self, text: str, level: str = "info") -> Optional[str]:
        """R4: `text` as an error of type `Message`, at the place of the caller."""
        if self.closed or _busy.get():
            return None
        token = _busy.set(True)
        try:
            return self._message(text, level) if self._sampled() else None
        except Exception as error:
            _failed(error)
            return None
        finally:
            _busy.reset(token)

    def _capture(self, exc: BaseException, mechanism: str, handled: bool) -> Optional[str]:
        if not is_error(exc) or not first_time(exc):
            return None
        try:
            if self._ignored(type(exc)) or not self._sampled():
                return None
            reading = snapshot.read(exc, self._frames)
            return self._take(reading, exc, mechanism, handled)
        except Exception:
            forget(exc)  # a hook further out may have more luck, with more of the stack left
            raise

    def _take(self, reading: Reading, exc: BaseException, mechanism: str, handled: bool) -> Optional[str]:
        now = time.time()
        if os.getpid() != self._pid:  # a fork that Python was not told of
            self.after_fork()
        kind = self._kinds.get(reading.key)
        signature = kind.signature if kind is not None else self._quickly(reading)
        if signature:
            if kind is None:
                self._remember(reading.key, _Kind(reading.codes)).signature = signature
            if not self._ask(signature, now):
                return None
        elif kind is not None and self._waits(kind, now):
            return None
        raised = self._photographer.raised(reading.links)
        return self._put(self._event(raised, signature, mechanism, handled, now), reading.key, reading.codes)

    def _message(self, text: str, level: str) -> Optional[str]:
        from splat.shapes import text_of

        frame = _caller()
        code, instruction = (frame.f_code, frame.f_lasti) if frame is not None else (None, 0)
        text = text_of(text)
        in_app = code is not None and self._frames.in_app(code.co_filename)
        key: Key = ("Message", id(code), instruction, "" if in_app else text)
        now = time.time()
        kind = self._kinds.get(key)
        if kind is not None and kind.signature:
            if not self._ask(kind.signature, now):
                return None
        elif kind is not None and self._waits(kind, now):
            return None
        raised = (Raised("Message", text, "", -1, self._photographer.stack(frame)),)
        event = self._event(raised, kind.signature if kind is not None else "", "capture_message", True, now)
        event.scope["level"] = text_of(level)
        return self._put(event, key, (code,))

    def _event(self, raised: Tuple[Raised, ...], signature: str, mechanism: str, handled: bool, now: float) -> Event:
        return Event(os.urandom(16).hex(), now, signature, raised, mechanism, handled, scope.gather())

    def _put(self, event: Event, key: Key, codes: Sequence[object]) -> Optional[str]:
        if event.signature:
            self.worker.put(event)
            return event.id
        with self._lock:
            if len(self._fresh) >= MOST_FRESH:
                self._count_over(event.time)
                return None
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

    def _waits(self, kind: _Kind, wall: float) -> bool:
        """Counted with the one that waits for its name; False when that was lost."""
        with self._lock:
            if kind.signature:  # named a moment ago
                pass
            elif time.monotonic() - kind.since > _PATIENCE:
                return False
            else:
                kind.seen += 1
                kind.last = wall
                return True
        return not self._ask(kind.signature, wall)

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

    def _count_over(self, wall: float) -> None:
        count, first, _ = self._over
        self._over = (count + 1, first if count else wall, wall)

    # --- the worker's thread -----------------------------------------------------------------------------------------

    def name(self, event: Event, kind: _Kind, fresh: Fresh) -> Optional[Event]:
        """The event with its signature; None when that is suppressed."""
        token = _busy.set(True)
        try:
            signature = self._signature(event)
            with self._lock:
                kind.signature = signature
                seen, last = kind.seen, kind.last
                self._fresh.discard(fresh)
            report = self._ask(signature, event.time)
            for _ in range(seen):
                self._ask(signature, last)
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
            if closing:
                for fresh in list(self._fresh):
                    fresh()
            with self._lock:
                (count, first, last), self._over = self._over, (0, 0.0, 0.0)
            counts = self._keeper.close() if closing else self._keeper.tick(_steady())
            if count:
                counts.append(Count(OVERFLOW, count, first, last, self.options.release))
            return counts
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
        """Waits until all that was captured is delivered, at most so long. Whether it is."""
        return self.worker.flush(seconds)

    def close(self, seconds: float) -> None:
        """Captures nothing more; delivers what it can in so many seconds, the rest stays in the spool."""
        self.closed = True
        self.worker.close(seconds)
        debug("closed")


class _Ignored:
    """Whether a class of exceptions is one of those that the option `ignore` names, or comes from one."""

    def __init__(self, rules: Sequence[Any]) -> None:
        self._classes = tuple(rule for rule in rules if not isinstance(rule, str))
        self._names = frozenset(rule for rule in rules if isinstance(rule, str))

    def __call__(self, kind: type) -> bool:
        if not self._classes and not self._names:
            return False
        for each in type.__dict__["__mro__"].__get__(kind):
            if any(each is rule for rule in self._classes):
                return True
            if self._names:
                name = snapshot.type_of(each)
                if name in self._names or name.rpartition(".")[2] in self._names:
                    return True
        return False


def is_error(exc: object) -> bool:
    """Whether it is an exception that says that something is wrong: no end of the program, a generator or a task."""
    kind = type(exc)
    if issubclass(kind, Exception):
        return True
    if not issubclass(kind, BaseException) or issubclass(kind, (KeyboardInterrupt, SystemExit, GeneratorExit)):
        return False
    cancelled = getattr(sys.modules.get("asyncio.exceptions"), "CancelledError", None)
    return cancelled is None or not issubclass(kind, cancelled)


# --- R5: each exception object once -----------------------------------------------------------------------------------

_MARK = "__splat__"
_salt = int.from_bytes(os.urandom(6), "big")
_captured: Dict[int, ReferenceType[BaseException]] = {}
_weak_of: Callable[[type], int] = type.__dict__["__weakrefoffset__"].__get__
_space_of: Callable[[BaseException], Dict[str, Any]] = BaseException.__dict__["__dict__"].__get__


def first_time(exc: BaseException) -> bool:
    """Whether this object was not captured in this process before; from now on it was.

    A weak reference tells. The built-in exceptions have none: those are marked, by a number that belongs to this object
    in this process, so that a copy, pickled or not, has it and does no harm with it.
    """
    ident = id(exc)
    if _weak_of(type(exc)):
        known = _captured.get(ident)
        if known is not None and known() is exc:
            return False
        _captured[ident] = ref(exc, partial(_captured.pop, ident))
        return True
    space = _space_of(exc)
    mark = (ident ^ _salt) * 4_194_304 + os.getpid() % 4_194_304
    if dict.get(space, _MARK) == mark:
        return False
    dict.__setitem__(space, _MARK, mark)
    return True


def forget(exc: BaseException) -> None:
    """It was not captured after all."""
    _captured.pop(id(exc), None)
    dict.pop(_space_of(exc), _MARK, None)


def _failed(error: Exception) -> None:
    warn(f"an error could not be captured: {type(error).__name__} in the SDK itself", "capture")
    debug(f"capture failed: {error!r}")


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
