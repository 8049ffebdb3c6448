"""What a printed stack says about its panics: which part of it belongs to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.frames import ExceptionInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.frames import Frame, Relation
    from healer.runtimes.go.printed import Thrown

#: The frames that a panic puts on the stack between the handlers that ran and the place it interrupted.
PANICS = frozenset(("panic", "runtime.gopanic"))
_MACHINERY = ("runtime.", "runtime/debug.", "internal/runtime/")
_MACHINERY_WITHOUT_PACKAGE = frozenset(("panicmem", "sigpanic"))


@dataclass(slots=True)
class Stack:
    """Printed frames, innermost first; the place the goroutine was started at; the index of the line after them."""

    frames: list[Frame]
    creator: Frame | None
    end: int


def panics(said: Sequence[Thrown], stack: Stack) -> list[ExceptionInfo]:
    """Each panic with the part of the stack below the panic that came after it; the newest, which surfaced, first.

    `said` begins with the oldest.
    """
    parts = _parts(stack.frames)
    found = []
    for age, one in enumerate(said):
        part = max(len(parts) - 1 - age, 0)
        frames = below_machinery([frame for frames in parts[part:] for frame in frames])
        found.append(exception(one, frames, stack.creator))
    return found[::-1]


def chain(exceptions: Sequence[ExceptionInfo], below: Relation) -> tuple[ExceptionInfo, ...]:
    """The exceptions, each hung on the one before it as its `below`."""
    return tuple(
        ExceptionInfo(one.type, one.message, one.frames, below if at else "surfaced", at - 1 if at else None)
        for at, one in enumerate(exceptions)
    )


def exception(said: Thrown, frames: Sequence[Frame], creator: Frame | None) -> ExceptionInfo:
    """What was thrown, with its frames the right way round; who started the goroutine is the outermost."""
    outermost = [creator] if creator else []
    return ExceptionInfo(said.type, said.message, (*outermost, *reversed(frames)))


def below_machinery(frames: list[Frame]) -> list[Frame]:
    """The innermost frames that only say how Go dies are no part of the crash."""
    for index, frame in enumerate(frames):
        if not _is_machinery(frame):
            return frames[index:]
    return frames


def _is_machinery(frame: Frame) -> bool:
    if frame.function in PANICS or frame.function in _MACHINERY_WITHOUT_PACKAGE:
        return True
    # `internal/sync.fatal` and its like are linked to functions of this file.
    return frame.function.startswith(_MACHINERY) or f"/{frame.path}".endswith("/runtime/panic.go")


def _parts(frames: Sequence[Frame]) -> list[list[Frame]]:
    """The stack cut at each panic: handlers first, then where they interrupted, down to the first crash."""
    parts: list[list[Frame]] = [[]]
    for frame in frames:
        if frame.function in PANICS:
            parts.append([])
        parts[-1].append(frame)
    return parts
