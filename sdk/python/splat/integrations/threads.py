"""Uncaught errors of threads: `threading.excepthook`. What was there before runs, and prints as it did."""

from __future__ import annotations

import threading

from splat import client
from splat.integrations.hook import Hook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def _around(before: Callable[..., Any], is_on: Callable[[], bool]) -> Callable[..., Any]:
    def excepthook(args: Any) -> None:
        running = client.current()
        if running is not None and args.exc_value is not None and is_on():
            running.capture(args.exc_value, mechanism="threading")
        before(args)

    return excepthook


_hook = Hook(threading, "excepthook", _around)
install, uninstall = _hook.install, _hook.uninstall
