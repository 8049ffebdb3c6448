"""Writes down every exception that is really raised in, or passes through, a file of the tree.

What it reads is the interpreter's own: `sys.monitoring` (3.12 and later) or `sys.settrace`, which report the exception
object and the frame it passes through; text that a program prints is never looked at. Coverage tools may take
`sys.settrace` away, so tracebacks that pytest or `logging` hold are read too: real objects again.

A test that is out to deceive could append to the result file, compile code under another file's name, or put a raising
double in a dependency's place. The first two need process or eval abilities, which the patch rules refuse or lay
before a person; the third shows in the frames, because the double's own frame lies below the reported one.

Runs in the project's interpreter: Python 3.6 and later.
"""
# ruff: noqa
# mypy: ignore-errors

import atexit
import json
import os
import sys
import threading

_MOST = 300
_DEEPEST = 60
_root = os.environ.get("SPLAT_TREE", os.getcwd()).rstrip("/") + "/"
_file = os.path.join(os.environ.get("SPLAT_RESULTS", "."), "raised.jsonl")
_not_ours = ("/site-packages/", "/dist-packages/", "/node_modules/", "/.venv/", "/venv/", "/.tox/", "/.nox/")
_seen = {}
_lock = threading.RLock()


def _ours(filename):
    return filename.startswith(_root) and not any(part in filename for part in _not_ours)


def _write(record):
    try:
        line = (json.dumps(record) + "\n").encode("utf-8", "replace")
        handle = os.open(_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, line)
        finally:
            os.close(handle)
    except Exception:
        pass


def _row(frame, line):
    return [frame.f_code.co_filename, line, frame.f_code.co_name]


def _around(frame):
    """The callers of a frame, outermost first, the frame itself left out."""
    rows = []
    caller = frame.f_back
    while caller is not None and len(rows) < _DEEPEST:
        rows.append(_row(caller, caller.f_lineno))
        caller = caller.f_back
    return rows[::-1]


def _within(traceback):
    """The frames of a traceback, from where it begins to the raise."""
    rows = []
    while traceback is not None:
        rows.append(_row(traceback.tb_frame, traceback.tb_lineno))
        traceback = traceback.tb_next
    return rows[-_DEEPEST:]


def note(error, outer, inner):
    """Write an exception down once: where it was first met is nearest to the raise."""
    if not isinstance(error, BaseException) or isinstance(error, (StopIteration, GeneratorExit, StopAsyncIteration)):
        return
    with _lock:
        if id(error) in _seen or len(_seen) >= _MOST:
            return
        key = "%d-%d" % (os.getpid(), len(_seen))
        try:
            message = str(error)[:1000]
        except Exception:
            message = ""
        kinds = [kind for kind in type(error).__mro__ if kind not in (object, BaseException)]
        record = {
            "key": key,
            "types": [kind.__qualname__ for kind in kinds]
            + [kind.__module__ + "." + kind.__qualname__ for kind in kinds],
            "message": message,
            "frames": outer + inner,
        }
        # The object is kept, so that its traceback tells in the end how far it got, and its id is not used again.
        _seen[id(error)] = (error, record)
    _write(record)


def _passing(error, frame, traceback):
    inner = _within(traceback) if traceback is not None else []
    note(error, _around(frame), inner or [_row(frame, frame.f_lineno)])


def held(error):
    """An exception that someone holds with its traceback, and those it came from: our frames it passed through count."""
    for _ in range(20):
        if not isinstance(error, BaseException):
            return
        rows = _within(error.__traceback__)
        if any(_ours(row[0]) for row in rows):
            note(error, [], rows)
        error = error.__cause__ or error.__context__


def _call(frame, event, arg):
    if not _ours(frame.f_code.co_filename):
        return None
    try:
        frame.f_trace_lines = False
    except AttributeError:
        pass
    return _local


def _local(frame, event, arg):
    if event == "exception":
        _passing(arg[1], frame, arg[2])
    return _local


def _raised(code, offset, error):
    if not _ours(code.co_filename):
        return
    frame = sys._getframe(1)
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame is not frame:
        traceback = traceback.tb_next
    _passing(error, frame, traceback)


def _finish():
    for error, record in list(_seen.values()):
        mine = [row for row in record["frames"] if _ours(row[0])]
        traceback = error.__traceback__
        if mine and traceback is not None:
            outermost = traceback.tb_frame.f_code
            innermost = mine[-1]
            only = _within(traceback)
            depth = next((n for n, row in enumerate(only) if row[0] == innermost[0] and row[2] == innermost[2]), None)
            if depth is not None and outermost is not None:
                record["escaped"] = depth > 0
                _write(record)


def _watch_logging():
    import logging

    make = logging.getLogRecordFactory()

    def factory(*arguments, **named):
        record = make(*arguments, **named)
        if record.exc_info and record.exc_info is not True:
            held(record.exc_info[1])
        return record

    logging.setLogRecordFactory(factory)


def install():
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is not None:
        monitoring.use_tool_id(4, "splat")
        monitoring.register_callback(4, monitoring.events.RAISE, _raised)
        monitoring.set_events(4, monitoring.events.RAISE)
    else:
        threading.settrace(_call)
        sys.settrace(_call)
    _watch_logging()
    atexit.register(_finish)
