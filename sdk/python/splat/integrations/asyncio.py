"""Errors that no one awaits: what an event loop hands to its exception handler, which then does what it did.

Loops that are not asyncio's own (uvloop) log such errors, and `splat.integrations.logging` sees them there.
"""

from __future__ import annotations

from asyncio.base_events import BaseEventLoop

from splat import client
from splat.integrations.hook import Hook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def _around(before: Callable[..., Any], is_on: Callable[[], bool]) -> Callable[..., Any]:
    def call_exception_handler(self: BaseEventLoop, context: Any) -> None:
        running = client.current()
        error: Any = context.get("exception") if type(context) is dict else None
        if running is not None and issubclass(type(error), BaseException) and is_on():
            running.capture(error, mechanism="asyncio")
        before(self, context)

    call_exception_handler.__doc__ = before.__doc__
    return call_exception_handler


_hook = Hook(BaseEventLoop, "call_exception_handler", _around)
install, uninstall = _hook.install, _hook.uninstall
