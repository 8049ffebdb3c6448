"""What the language prints for an object of the app's, without the harm its own code could do (L3.5)."""

from __future__ import annotations

import _thread
import sys
from contextlib import suppress
from typing import Any, Callable, List, Optional

UNPRINTABLE = "[unprintable]"
#: Seconds that printing one object may take.
PATIENCE = 0.05
#: Longer prints are cut here (code points), before they are redacted.
MAX_PRINTED = 100_000
#: So many threads may be stuck in a `repr` that waits for something; then no app's code is asked any more.
MAX_STUCK = 8

_stuck = 0
_CALM_MODULES = frozenset(("builtins", "datetime", "decimal", "uuid", "pathlib", "fractions", "ipaddress", "enum"))
# Their own print calls that of all that is in them.
_CROWDS = (list, tuple, dict, set, frozenset)


def printed(value: Any) -> str:
    """`repr(value)`; `[unprintable]` when that fails or takes longer than PATIENCE.

    A `repr` that is the app's own runs in a thread of its own, which is ended or left behind when time is up.
    """
    try:
        kind = type(value)
        own = getattr(kind, "__repr__", None)
        calm = own is object.__repr__ or (kind.__module__ in _CALM_MODULES and not issubclass(kind, _CROWDS))
        text = repr(value) if calm else _Call(lambda: repr(value)).result(PATIENCE)
        return UNPRINTABLE if text is None else str(text)[:MAX_PRINTED]
    except Exception:
        return UNPRINTABLE


class _Call:
    """One call in a thread of its own."""

    def __init__(self, function: Callable[[], str]) -> None:
        self._function = function
        self._made: List[str] = []
        self._guard = _native("allocate_lock")()
        self._ended = _native("allocate_lock")()
        self._ended.acquire()
        self._thread = 0
        self._given_up = self._is_over = False

    def result(self, seconds: float) -> Optional[str]:
        """What the function returned; None when it failed or was still busy after `seconds`."""
        global _stuck  # noqa: PLW0603 - the process's threads are one pool
        if _stuck >= MAX_STUCK:
            return None
        _native("start_new_thread")(self._run, ())
        if self._ended.acquire(timeout=seconds):
            return self._made[0] if self._made else None
        with self._guard:
            if not self._is_over:
                self._given_up = True
                _stuck += 1
                _end(self._thread)
        return None

    def _run(self) -> None:
        global _stuck  # noqa: PLW0603
        self._thread = _thread.get_ident()
        with suppress(BaseException):  # whatever the app's code raises, None is the answer
            self._made.append(self._function())
        with self._guard:
            self._is_over = True
            if self._given_up:
                _stuck -= 1
        self._ended.release()


def _native(name: str) -> Any:
    """Of `_thread`, also where gevent put greenlets in the place of threads: a busy one of those cannot be left."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey.get_original("_thread", name) if monkey else getattr(_thread, name)


def _end(thread: int) -> None:
    """Raises SystemExit in a thread, which ends it silently, as soon as it runs Python code; else it keeps waiting."""
    import ctypes  # only who hangs pays for it

    raise_in = getattr(getattr(ctypes, "pythonapi", None), "PyThreadState_SetAsyncExc", None)
    if thread and raise_in:
        raise_in(ctypes.c_ulong(thread), ctypes.py_object(SystemExit))
