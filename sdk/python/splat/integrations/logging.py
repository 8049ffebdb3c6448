"""The last log records for reports, and errors that are logged with their exception.

A record is looked at when its logger has let it pass, before any handler: no logger's level, handlers or output change,
and `logging.basicConfig` finds the root logger as the app left it. Through the standard library this sees structlog
too. For loguru, and for any other source of records, `Handler` does the same:

    loguru.logger.add(splat.integrations.logging.Handler(), format=lambda _: "{message}")
"""

from __future__ import annotations

import logging
import sys

from splat import client, scope
from splat.integrations.hook import Hook
from splat.shapes import text_of
from splat.warn import warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

_LEAST = logging.INFO
_TRACEBACK = "\nTraceback (most recent call last):"


def _around(before: Callable[..., Any], is_on: Callable[[], bool]) -> Callable[..., Any]:
    def filter(self: logging.Logger, record: logging.LogRecord) -> Any:
        passed = before(self, record)
        if passed and record.levelno >= _LEAST and is_on():
            # From Python 3.12 on a filter may put another record in the place of this one.
            look(passed if isinstance(passed, logging.LogRecord) else record, self)
        return passed

    filter.__doc__ = before.__doc__
    return filter


# Not `callHandlers`: our frame would stand in what logging prints about a handler that fails.
_hook = Hook(logging.Logger, "filter", _around)
install, uninstall = _hook.install, _hook.uninstall


def look(record: logging.LogRecord, logger: Optional[logging.Logger] = None) -> None:
    """Keep the record, when it goes to the root logger, and capture the error that is logged with it."""
    running = client.current()
    name = record.name
    if running is None or name == "splat" or client.is_busy():
        return
    try:
        if logger is None or _reaches_root(logger):
            scope.ring.append(record.created, str(record.levelname), str(name), _message(record))
        if record.levelno >= logging.ERROR and not _is_refusal(record):
            error = _error(record)
            if error is not None:
                by_asyncio = name == "asyncio"
                running.capture(error, mechanism="asyncio" if by_asyncio else "logging", handled=not by_asyncio)
    except Exception as error:
        warn(f"a log record could not be kept: {type(error).__name__}", "log record")


def _is_refusal(record: logging.LogRecord) -> bool:
    # Django names the answer that a record is about. What it logs as an error and answers by a 4xx is the client's.
    status = getattr(record, "status_code", None)
    return type(status) is int and 400 <= status < 500


class Handler(logging.Handler):
    """For records that do not come from the standard library's loggers."""

    def __init__(self, level: int = _LEAST) -> None:
        super().__init__(level)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it, and capture its error."""
        if record.levelno >= self.level:  # loguru does not ask
            look(record)


def _reaches_root(logger: Optional[logging.Logger]) -> bool:
    while logger is not None:
        if logger.parent is None:
            return True
        if not logger.propagate:
            return False
        logger = logger.parent
    return True


def _message(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except BaseException as stop:  # the app's own handlers say so
        from splat.theirs import is_theirs

        if not is_theirs(stop):
            raise
        text = record.msg
    text = text_of(text)
    # loguru writes the traceback into the message, with the values of variables in it.
    return text.partition(_TRACEBACK)[0] if record.exc_info else text


def _error(record: logging.LogRecord) -> Optional[BaseException]:
    told: Any = record.exc_info
    if told is None and type(record.msg) is dict:  # structlog, when a formatter of its own is to write it
        told = record.msg.get("exc_info")
    if isinstance(told, tuple):
        told = told[1] if len(told) == 3 else None
    elif (type(told) is bool or type(told) is int) and told:
        told = sys.exc_info()[1]
    return told if issubclass(type(told), BaseException) else None
