"""Whether what came out of code of the app that we called was raised by it, or only happened meanwhile.

Loaded when it is asked for the first time: hardly ever.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, TracebackType
    from typing import List, Optional

_MOST_FRAMES = 2_000


def is_theirs(stop: BaseException) -> bool:
    """Whether an exception is the doing of the code that was called. To be asked where it is caught.

    An `Exception` always. Of the others, which end a program, those that a `raise` or a `sys.exit` raised, but not in
    the handler of a signal: what Ctrl-C raises, by Python's own handler or the app's, is for the app.
    """
    if isinstance(stop, Exception):
        return True
    frames = _frames(stop.__traceback__)
    if not frames or any(_handles_a_signal(each.tb_frame) for each in frames):
        return False
    return type(stop) is SystemExit or _raises(frames[-1])


def _frames(trace: Optional[TracebackType]) -> List[TracebackType]:
    """From what was called to the innermost; without the frame that called it."""
    found: List[TracebackType] = []
    trace = trace.tb_next if trace is not None else None
    while trace is not None and len(found) < _MOST_FRAMES:
        found.append(trace)
        trace = trace.tb_next
    return found


def _handles_a_signal(frame: FrameType) -> bool:
    """A handler is given the frame that was interrupted, which is the one below it."""
    below = frame.f_back
    for value in dict(frame.f_locals).values():
        if value is below or (type(value) is tuple and any(each is below for each in value)):
            return True
    return False


def _raises(trace: TracebackType) -> bool:
    """Whether a frame ended at a `raise`: a signal is looked for before calls and at the ends of loops, never there."""
    from opcode import opmap

    code = trace.tb_frame.f_code.co_code
    return 0 <= trace.tb_lasti < len(code) and code[trace.tb_lasti] == opmap["RAISE_VARARGS"]
