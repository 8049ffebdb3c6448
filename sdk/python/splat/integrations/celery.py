"""Celery: `splat.integrations.celery.install()`, where the app is made."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any, Dict, Optional

from celery import signals
from celery.exceptions import Ignore, Reject, Retry

from splat import client, scope
from splat.integrations.request import Request, capture, trace_of

_MECHANISM = "celery"
_UID = "splat"
_LEAVE = 2.0  # seconds that a child of the pool waits for its last events, as at any interpreter's exit

_running: Dict[str, Any] = {}  # task id -> what scope.enter gave


def install(app: Any = None) -> Any:
    """`app`, with the errors of all tasks of the process and its children reported; a retry is none."""
    signals.task_prerun.connect(_begins, weak=False, dispatch_uid=_UID)
    signals.task_postrun.connect(_ended, weak=False, dispatch_uid=_UID)
    signals.task_failure.connect(_failed, weak=False, dispatch_uid=_UID)
    signals.task_internal_error.connect(_failed, weak=False, dispatch_uid=_UID)
    signals.worker_process_shutdown.connect(_leaves, weak=False, dispatch_uid=_UID)
    return app


def _begins(sender: Any = None, task_id: str = "", **_: Any) -> None:
    _running[task_id] = scope.enter(partial(_told, sender))


def _ended(task_id: str = "", **_: Any) -> None:
    token = _running.pop(task_id, None)
    if token is not None:
        scope.leave(token)


def _failed(sender: Any = None, exception: Optional[BaseException] = None, **_: Any) -> None:
    # What the signal carries may be a copy that can be pickled; the one that was raised is being handled right now.
    raised = sys.exc_info()[1] or exception
    if raised is None or isinstance(exception, (Ignore, Reject, Retry)):
        return
    if isinstance(raised, tuple(getattr(sender, "throws", None) or ())):
        return  # the task declares it as expected
    capture(raised, _MECHANISM)


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
