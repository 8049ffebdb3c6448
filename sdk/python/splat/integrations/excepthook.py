"""Uncaught errors of the main thread: `sys.excepthook`. What was there before runs, and prints as it did."""

from __future__ import annotations

import sys

from splat import client
from splat.integrations.hook import Hook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Callable, Optional, Type


def _around(before: Callable[..., Any], is_on: Callable[[], bool]) -> Callable[..., Any]:
    def excepthook(kind: Type[BaseException], value: BaseException, trace: Optional[TracebackType]) -> None:
        running = client.current()
        if running is not None and value is not None and is_on():
            running.capture(value, mechanism="excepthook")
        try:
            before(kind, value, trace)
        except SystemExit:
            raise
        except BaseException as error:
            _failed(error, kind, value, trace)

    return excepthook


def _failed(
    error: BaseException, kind: Type[BaseException], value: BaseException, trace: Optional[TracebackType]
) -> None:
    """What the interpreter does when a hook fails, without our frame in the traceback."""
    inner = error.__traceback__.tb_next if error.__traceback__ is not None else None
    sys.stderr.write("Error in sys.excepthook:\n")
    sys.__excepthook__(type(error), error.with_traceback(inner), inner)
    sys.stderr.write("\nOriginal exception was:\n")
    sys.__excepthook__(kind, value, trace)


_hook = Hook(sys, "excepthook", _around)
install, uninstall = _hook.install, _hook.uninstall
