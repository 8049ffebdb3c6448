"""How soon the worker gets its turn.

A thread that computes hands the interpreter over only every 5 ms, and the worker has to ask for it again after every
call of the system: to load a module takes a dozen. In a burst what was captured would reach the disk after a second.
For the moments in which something captured is not on disk yet, the interval is shorter; an app that sets it meanwhile
keeps what it set.
"""

from __future__ import annotations

import sys
import threading

SHORT = 0.0002  #: seconds


class _Interval:
    """The interpreter has one, so there is one of these."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before = 0.0  #: 0 while it is as the app has it
        self._ours = 0.0

    def shorten(self) -> None:
        """To be followed by `restore`, whatever happens between. Where it is as short already, nothing happens."""
        with self._lock:
            self._users += 1
            now = sys.getswitchinterval()
            if self._users == 1 and now > SHORT:
                sys.setswitchinterval(SHORT)
                self._before, self._ours = now, sys.getswitchinterval()

    def restore(self) -> None:
        """Ends what `shorten` began."""
        with self._lock:
            self._users -= 1
            if not self._users:
                self._undo()

    def after_fork(self) -> None:
        """In the child, where no worker is at work."""
        self._lock = threading.Lock()
        self._users = 0
        self._undo()

    def _undo(self) -> None:
        if self._before and sys.getswitchinterval() == self._ours:
            sys.setswitchinterval(self._before)
        self._before = 0.0


_interval = _Interval()
shorten, restore, after_fork = _interval.shorten, _interval.restore, _interval.after_fork
