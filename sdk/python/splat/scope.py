"""What is known when an error comes: the request being answered, tags, contexts, breadcrumbs, and the last log records.

A scope belongs to one request (a context variable carries it through threads of an executor, tasks and greenlets);
outside of requests there is one for the process. What an app gives is turned into plain data at once: no value of
the app is kept.
"""

from __future__ import annotations

import time
from collections import deque
from contextvars import ContextVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextvars import Token
    from typing import Any, Callable, Deque, Dict, List, Mapping, Optional, Tuple

    Request = Callable[[], Dict[str, Any]]
    Crumb = Tuple[float, str, str, str, Optional[Dict[str, Any]]]  # time, category, message, level, data
    Record = Tuple[float, str, str, str]  # time, level, logger, message

MOST_RECORDS = 200
MOST_CRUMBS = 100
_MOST_NAMES = 100  #: as many entries as L3.4 lets through
#: What all log records in the ring may have together, in code points, and one of them (rule X11: more than 100,000).
_MOST_TEXT = 600_000
_MOST_A_TEXT = 100_001


class Scope:
    """What was set for one request, or for the process."""

    __slots__ = ("contexts", "crumbs", "tags")

    def __init__(self) -> None:
        self.tags: Optional[Dict[str, str]] = None
        self.contexts: Optional[Dict[str, Any]] = None
        self.crumbs: Optional[Deque[Crumb]] = None


_process = Scope()
#: The request, and behind it its scope, once something was set: a list costs half of what an object does.
_current: ContextVar[Optional[List[Any]]] = ContextVar("splat_scope", default=None)


def enter(request: Optional[Request] = None) -> Token[Optional[List[Any]]]:
    """A request begins; `request` is asked for the report's `request` when an error comes, on the app's thread."""
    return _current.set([request])


def leave(token: Token[Optional[List[Any]]]) -> None:
    """It ends. A token of another context (a generator that is closed elsewhere) changes nothing there."""
    try:  # noqa: SIM105 - contextlib's costs more than the rest
        _current.reset(token)
    except (ValueError, RuntimeError):
        pass


def current() -> Scope:
    """The request's, else the process's."""
    held = _current.get()
    if held is None:
        return _process
    if len(held) == 1:
        held.append(Scope())
    found: Scope = held[1]
    return found


def set_tag(name: str, value: object) -> None:
    """Both as texts; None takes the tag away."""
    scope = current()
    if scope.tags is None:
        scope.tags = {}
    key = _text(name)[:200]
    if value is None:
        scope.tags.pop(key, None)
    elif key in scope.tags or len(scope.tags) < _MOST_NAMES:
        scope.tags[key] = _text(value)


def set_context(name: str, value: Optional[Mapping[str, object]]) -> None:
    """A value of any shape under a name; None takes it away."""
    from splat.shapes import plain

    scope = current()
    if scope.contexts is None:
        scope.contexts = {}
    key = _text(name)[:200]
    if value is None:
        scope.contexts.pop(key, None)
    elif key in scope.contexts or len(scope.contexts) < _MOST_NAMES:
        scope.contexts[key] = plain(value)


def add_breadcrumb(message: str, category: str, level: str, data: Optional[Mapping[str, object]]) -> None:
    """What the app did; the last MOST_CRUMBS of a request are kept."""
    from splat.shapes import plain

    scope = current()
    if scope.crumbs is None:
        scope.crumbs = deque(maxlen=MOST_CRUMBS)
    held = plain(data) if data is not None else None
    if held is not None and not isinstance(held, dict):
        held = {"value": held}
    scope.crumbs.append((time.time(), _text(category), _text(message), _text(level), held))


def _text(value: object) -> str:
    from splat.shapes import text_of

    return text_of(value)


class Ring:
    """The last log records, bounded in number and in text."""

    def __init__(self) -> None:
        self._records: Deque[Record] = deque(maxlen=MOST_RECORDS)
        self._size = 0

    def append(self, when: float, level: str, logger: str, message: str) -> None:
        """Exact texts only; `message` may be of any length."""
        records = self._records
        message = message[:_MOST_A_TEXT]
        if len(records) == MOST_RECORDS:
            self._size -= len(records[0][3])
        records.append((when, level, logger, message))
        self._size += len(message)
        if self._size > _MOST_TEXT:
            self._shrink()

    def _shrink(self) -> None:
        # Threads that append at once may leave the sum wrong: here it is made again.
        self._size = sum([len(record[3]) for record in self.all()])
        while self._size > _MOST_TEXT and len(self._records) > 1:
            self._size -= len(self._records.popleft()[3])

    def all(self) -> Tuple[Record, ...]:
        """Oldest first."""
        try:
            return tuple(self._records)
        except RuntimeError:  # another thread appended meanwhile
            return tuple(self._records.copy())

    def clear(self) -> None:
        """Forget all."""
        self._records.clear()
        self._size = 0


ring = Ring()


def gather() -> Dict[str, Any]:
    """What is known now, in a form that only `readable` reads: nothing is written out on the app's thread."""
    held = _current.get()
    scope = _process if held is None else held[1] if len(held) > 1 else None
    told: Dict[str, Any] = {}
    if held is not None and held[0] is not None:
        told.update(_asked(held[0]))
    _add(scope or Scope(), told)
    records = ring.all()
    if records:
        told["logs"] = records
    return told


def _add(scope: Scope, told: Dict[str, Any]) -> None:
    tags = {**(_process.tags or {}), **(scope.tags or {})}
    if tags:
        told["tags"] = tags
    contexts = {**(_process.contexts or {}), **(scope.contexts or {})}
    if contexts:
        told["contexts"] = contexts
    if scope.crumbs:
        told["breadcrumbs"] = tuple(scope.crumbs.copy())


def _asked(request: Request) -> Dict[str, Any]:
    from splat.shapes import plain

    try:
        answer = plain(request())
    except Exception as error:
        from splat.warn import warn

        warn(f"the request could not be read ({type(error).__name__}): reports go without it", "request")
        return {}
    if not isinstance(answer, dict):
        return {}
    trace_id = answer.pop("trace_id", None)
    return {"request": answer, "trace_id": trace_id} if trace_id else {"request": answer}


def readable(scope: Mapping[str, Any]) -> Dict[str, Any]:
    """Keys of the report, of what `gather` gave: for the worker."""
    from splat import clock

    told = dict(scope)
    if "logs" in told:
        told["logs"] = [
            {"time": clock.iso(when), "level": level, "logger": logger, "message": message}
            for when, level, logger, message in told["logs"]
        ]
    if "breadcrumbs" in told:
        told["breadcrumbs"] = [_crumb(*crumb) for crumb in told["breadcrumbs"]]
    return told


def _crumb(when: float, category: str, message: str, level: str, data: Optional[Dict[str, Any]]) -> Dict[str, Any]:
    from splat import clock

    told: Dict[str, Any] = {"time": clock.iso(when), "message": message}
    told.update({key: value for key, value in (("category", category), ("level", level), ("data", data)) if value})
    return told


def forget() -> None:
    """A new start: what was set outside of requests goes, and the log records."""
    global _process  # noqa: PLW0603
    _process = Scope()
    ring.clear()
