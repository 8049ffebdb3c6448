"""Events of real exceptions, as the app's thread would make them."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING, Any, Dict, List, Optional

from splat.frames import Frames
from splat.values import Event, Raised, RawFrame

if TYPE_CHECKING:
    from types import TracebackType


def event_of(error: BaseException, root: str = "", scope: Optional[Dict[str, Any]] = None, **given: Any) -> Event:
    """One exception without its causes; the signature is made up from its message."""
    frames = Frames(root or os.getcwd())
    raised = Raised(type(error).__name__, str(error), "", -1, tuple(_frames(error.__traceback__, frames)))
    signature = hashlib.sha256(str(error).encode()).hexdigest()[:16]
    event = Event(os.urandom(16).hex(), time.time(), signature, (raised,), "test", False, scope or {})
    return event._replace(**given)


def _frames(traceback: Optional[TracebackType], frames: Frames) -> List[RawFrame]:
    found: List[RawFrame] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        shown = {name: type(value).__name__ for name, value in traceback.tb_frame.f_locals.items()}
        in_app = frames.in_app(code.co_filename)
        found.append(RawFrame(code, traceback.tb_lineno, traceback.tb_lasti, in_app, shown if in_app else None))
        traceback = traceback.tb_next
    return found


def raised(message: str, **given: Any) -> Event:
    """An event of a ValueError with this message, raised here."""
    try:
        raise ValueError(message)
    except ValueError as error:
        return event_of(error, **given)


def on_disk(worker: Any) -> None:
    """Returns when the worker has brought to disk all that it was given so far, whatever becomes of its delivery."""
    from splat.worker import _Marker

    assert worker._pass(_Marker(last=False), time.monotonic() + 60)
