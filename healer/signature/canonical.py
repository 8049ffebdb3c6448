"""S7-S13: which frame speaks for a chain of exceptions, the canonical text, and its hash."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from healer.signature.functions import clean_function
from healer.signature.messages import fold_message
from healer.signature.paths import root_relative
from healer.signature.text import field, last_part, type_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healer.frames import ExceptionInfo, Frame, RuntimeName

#: Groups inside groups are followed this deep.
MAX_NESTING = 5
#: Frames and exceptions beyond these counts are not looked at (the innermost frames and the first exceptions are).
MAX_FRAMES = 2_000
MAX_EXCEPTIONS = 200

_OUT_OF_MEMORY_TYPES = frozenset(("MemoryError", "NoMemoryError", "OutOfMemoryError"))
_OUT_OF_MEMORY_TEXTS = (
    "Allowed memory size of ",
    "JavaScript heap out of memory",
    "Array buffer allocation failed",
    "runtime: out of memory",
    "runtime: cannot allocate memory",
)
_WORKER_TIMEOUT_TYPES = frozenset(
    (
        "SoftTimeLimitExceeded",
        "TimeLimitExceeded",
        "WorkerLostError",
        "JobTimeoutException",
        "RequestTimeoutException",
        "RequestTimeoutError",
        "RequestExpiryError",
    )
)
_WORKER_TIMEOUT_TEXTS = ("Maximum execution time of ",)
_OVERFLOW_TYPES = frozenset(("RecursionError", "SystemStackError", "StackOverflowError"))
_OVERFLOW_TEXTS = (
    "Maximum call stack size ",
    "too much recursion",
    "stack overflow",
    "Maximum function nesting level of ",
    "maximum recursion depth exceeded",
)
_RAISE = re.compile(r"^raise(?:[ (]|$)")


def signature(runtime: RuntimeName, exceptions: Sequence[ExceptionInfo], root: str = "") -> str:
    """16 lower-case hex digits that name the bug; `exceptions` as in a report, `root` the folder the app ran in."""
    return _digest(canonical(runtime, exceptions, root))


def canonical(runtime: RuntimeName, exceptions: Sequence[ExceptionInfo], root: str = "") -> str:
    """The text that is hashed: lines of `key=value`, joined by one newline, none at the end."""
    if not exceptions:
        return _text(runtime, "empty", [])
    return _Chain(runtime, tuple(exceptions[:MAX_EXCEPTIONS]), root).canonical(0, 0)


def _text(runtime: str, rule: str, lines: list[tuple[str, str]]) -> str:
    head = [("signature", "1"), ("runtime", runtime), ("rule", rule)]
    return "\n".join(f"{key}={value}" for key, value in head + lines)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


class _Chain:
    """One report's exceptions, and which hang on which."""

    def __init__(self, runtime: RuntimeName, exceptions: tuple[ExceptionInfo, ...], root: str) -> None:
        self.runtime = runtime
        self.exceptions = exceptions
        self.root = root
        self.cause: dict[int, int] = {}
        self.members: dict[int, list[int]] = {}
        for index, exception in enumerate(exceptions):
            parent = exception.parent
            if parent is None or not 0 <= parent < index:
                continue
            if exception.relation == "member":
                self.members.setdefault(parent, []).append(index)
            elif exception.relation in ("cause", "context"):
                self.cause.setdefault(parent, index)

    def canonical(self, start: int, depth: int) -> str:
        """The canonical text of the exception at `start` and all below it."""
        chain = self._chain(start)
        surfaced = type_name(self.exceptions[start].type)
        for index in chain:
            exception = self.exceptions[index]
            for rule, applies in (("out-of-memory", _out_of_memory), ("worker-timeout", _worker_timeout)):
                if applies(exception):
                    return _text(self.runtime, rule, [("type", type_name(exception.type))])
        for index in chain:
            if _overflow(self.exceptions[index]) and (frame := self._smallest_of_cycle(self.exceptions[index])):
                return _text(self.runtime, "overflow", [("type", surfaced), ("path", frame[0]), ("function", frame[1])])
        upwards = list(reversed(chain))
        if depth < MAX_NESTING:
            for index in upwards:
                if index in self.members:
                    return _text(self.runtime, "group", [("type", surfaced), *self._members(index, depth)])
        return self._by_frame(upwards, surfaced)

    def _chain(self, start: int) -> list[int]:
        chain = [start]
        while (below := self.cause.get(chain[-1])) is not None:
            chain.append(below)
        return chain

    def _members(self, index: int, depth: int) -> Iterator[tuple[str, str]]:
        texts = {_digest(self.canonical(member, depth + 1)) for member in self.members[index]}
        return (("member", text) for text in sorted(texts))

    def _by_frame(self, upwards: list[int], surfaced: str) -> str:
        for index in upwards:
            if app := self._app_frames(self.exceptions[index]):
                lines = [("type", surfaced), *self._place(app[-1], ""), *self._caller(app)]
                return _text(self.runtime, "frame", lines)
        found = next((index for index in upwards if self.exceptions[index].frames), upwards[0])
        exception = self.exceptions[found]
        functions = (self._function(frame) for frame in reversed(exception.frames[-MAX_FRAMES:]))
        function = next((name for name in functions if name), "")
        message = fold_message(exception.message)
        return _text(self.runtime, "library", [("type", surfaced), ("function", function), ("message", message)])

    def _app_frames(self, exception: ExceptionInfo) -> list[Frame]:
        return [frame for frame in exception.frames[-MAX_FRAMES:] if frame.in_app]

    def _place(self, frame: Frame, prefix: str) -> list[tuple[str, str]]:
        lines = [(f"{prefix}path", self._path(frame)), (f"{prefix}function", self._function(frame))]
        if self.runtime == "python":
            lines.append((f"{prefix}source", field(frame.source)))
        return lines

    def _caller(self, app: list[Frame]) -> list[tuple[str, str]]:
        """S10: a helper that raises on purpose is told apart by who called it. Only Python prints the line."""
        if self.runtime != "python" or not _RAISE.match(field(app[-1].source)):
            return []
        helper = (self._path(app[-1]), self._function(app[-1]))
        for frame in reversed(app[:-1]):
            if (self._path(frame), self._function(frame)) != helper:
                return self._place(frame, "caller.")
        return []

    def _smallest_of_cycle(self, exception: ExceptionInfo) -> tuple[str, str] | None:
        seen: dict[tuple[str, str], int] = {}
        for frame in self._app_frames(exception):
            place = (self._path(frame), self._function(frame))
            seen[place] = seen.get(place, 0) + 1
        repeated = [place for place, count in seen.items() if count > 1]
        return min(repeated, key=lambda place: (place[0].encode(), place[1].encode()), default=None)

    def _path(self, frame: Frame) -> str:
        return root_relative(frame.path, self.root, self.runtime)

    def _function(self, frame: Frame) -> str:
        return clean_function(self.runtime, frame.function)


def _out_of_memory(exception: ExceptionInfo) -> bool:
    return last_part(type_name(exception.type)) in _OUT_OF_MEMORY_TYPES or exception.message.startswith(
        _OUT_OF_MEMORY_TEXTS
    )


def _worker_timeout(exception: ExceptionInfo) -> bool:
    return last_part(type_name(exception.type)) in _WORKER_TIMEOUT_TYPES or exception.message.startswith(
        _WORKER_TIMEOUT_TEXTS
    )


def _overflow(exception: ExceptionInfo) -> bool:
    return last_part(type_name(exception.type)) in _OVERFLOW_TYPES or exception.message.startswith(_OVERFLOW_TEXTS)
