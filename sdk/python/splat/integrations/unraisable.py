"""Errors that nobody can catch (in `__del__`, in callbacks of the interpreter): `sys.unraisablehook`."""

from __future__ import annotations

import sys

from splat import client
from splat.integrations.hook import Hook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def _around(before: Callable[..., Any], is_on: Callable[[], bool]) -> Callable[..., Any]:
    def unraisablehook(unraisable: Any) -> None:
        running = client.current()
        if running is not None and unraisable.exc_value is not None and is_on():
            running.capture(unraisable.exc_value, mechanism="unraisable")
        before(unraisable)

    return unraisablehook


_hook = Hook(sys, "unraisablehook", _around)
install, uninstall = _hook.install, _hook.uninstall
