"""Celery: `splat.integrations.celery.install()`, where the app is made."""

from __future__ import annotations

import logging
import sys
from collections import deque
from functools import partial
from typing import Any, Deque, Dict, Optional

from celery import signals  # type: ignore[import-untyped]
from celery.exceptions import Ignore, Reject, Retry  # type: ignore[import-untyped]

from splat import client, scope
from splat.integrations.request import Request, capture, dismiss, trace_of

_MECHANISM = "celery"
_UID = "splat"
_LEAVE = 2.0  # seconds that a child of the pool waits for its last events, as at any interpreter's exit

_running: Dict[str, Any] = {}  # task id -> what scope.enter gave
#: Tasks whose process was lost or stopped, as the worker's main process says it: of the same one it may say so twice.
_lost: Deque[str] = deque(maxlen=100)


def install(app: Any = None) -> Any:
    """`app`, with the errors of all tasks of the process and its children reported; a retry is none."""
    signals.task_prerun.connect(_begins, weak=False, dispatch_uid=_UID)
    signals.task_postrun.connect(_ended, weak=False, dispatch_uid=_UID)
    signals.task_failure.connect(_failed, weak=False, dispatch_uid=_UID)
    signals.task_internal_error.connect(_failed, weak=False, dispatch_uid=_UID)
    signals.worker_process_shutdown.connect(_leaves, weak=False, dispatch_uid=_UID)
    logging.getLogger("celery.app.trace").addFilter(_seen)  # which adds none twice
    return app


def _begins(sender: Any = None, task_id: str = "", **_: Any) -> None:
    _running[task_id] = scope.enter(partial(_told, sender))


def _ended(task_id: str = "", **_: Any) -> None:
    token = _running.pop(task_id, None)
    if token is not None:
        scope.leave(token)


def _failed(
    sender: Any = None, task_id: str = "", exception: Optional[BaseException] = None, einfo: Any = None, **_: Any
) -> None:
    # What the signal carries may be a copy that can be pickled; the one that was raised is being handled right now.
    raised = sys.exc_info()[1] or exception
    if raised is None or isinstance(exception, (Ignore, Reject, Retry)):
        return
    if isinstance(raised, tuple(getattr(sender, "throws", None) or ())):
        return  # the task declares it as expected
    if task_id in _running:
        capture(raised, _MECHANISM)
    elif task_id not in _lost:
        _lost.append(task_id)
        token = scope.enter(partial(_told, sender))
        capture(raised, _MECHANISM)
        scope.leave(token)
    # These are what Celery logs.
    for other in (exception, getattr(einfo, "exception", None), (getattr(einfo, "exc_info", None) or (None, None))[1]):
        if isinstance(other, BaseException) and other is not raised:
            dismiss(other)


def _seen(record: logging.LogRecord) -> bool:
    """Lets every record pass. A task's failure that one tells of was captured, though the error may be a copy of it."""
    if isinstance(getattr(record, "data", None), dict) and isinstance(record.exc_info, tuple):
        error = record.exc_info[1]
        if error is not None:
            dismiss(error)
    return True


def _leaves(**_: Any) -> None:
    # A child of the pool ends without atexit.
    running = client.current()
    if running is not None:
        running.flush(_LEAVE)


def _told(task: Any) -> Request:
    told: Request = {"method": "TASK", "route": str(getattr(task, "name", ""))}
    headers = getattr(getattr(task, "request", None), "headers", None) or {}
    trace_id = trace_of(headers.get("traceparent"))
    if trace_id:
        told["trace_id"] = trace_id
    return told
