"""S7-S14: which frame speaks for a chain of exceptions, the canonical text, and its hash.

The same walk serves a report (`signature`) and what the app's thread holds (`signature_of`): a `_Look` says how to
read one frame of either.
"""

from __future__ import annotations

from splat.digest import sha256
from splat.signature.paths import root_relative
from splat.signature.text import field, function_name, last_part, type_name

TYPE_CHECKING = False  # `import splat` may not load typing
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, Callable, Dict, FrozenSet, Iterator, List, NamedTuple, Optional, Sequence, Tuple

    from splat.values import Raised, RawFrame

    Place = Tuple[str, str]
    Lines = List[Tuple[str, str]]
    #: The text of the line `line` of a file, "" where unknown: (code.co_filename, line, code).
    SourceOf = Callable[[str, int, "CodeType"], str]
else:
    from splat._named import NamedTuple

#: Groups inside groups are followed this deep.
MAX_NESTING = 5
#: Frames and exceptions beyond these counts are not looked at (the innermost frames and the first exceptions are).
MAX_FRAMES = 2_000
MAX_EXCEPTIONS = 200

_OUT_OF_MEMORY = frozenset(("MemoryError", "NoMemoryError", "OutOfMemoryError"))
_OUT_OF_MEMORY_TEXTS = (
    "Allowed memory size of ",
    "JavaScript heap out of memory",
    "Array buffer allocation failed",
    "runtime: out of memory",
    "runtime: cannot allocate memory",
)
_WORKER_TIMEOUT = frozenset(
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
_OVERFLOW = frozenset(("RecursionError", "SystemStackError", "StackOverflowError"))
_OVERFLOW_TEXTS = (
    "Maximum call stack size ",
    "too much recursion",
    "stack overflow",
    "Maximum function nesting level of ",
    "maximum recursion depth exceeded",
)


class _Look(NamedTuple):
    """How to read a frame: whether it is the app's, its path and function, the field of its line's text."""

    in_app: Callable[[Any], bool]
    place: Callable[[Any], Place]
    source: Callable[[Any], str]


class _Exception(NamedTuple):
    type: str
    message: str
    relation: str
    parent: int
    frames: Sequence[Any]


def signature(runtime: str, root: str, exceptions: Sequence[Dict[str, Any]]) -> str:
    """16 lower-case hexadecimal digits; `exceptions` as in a report, `root` as in F1, "" where unknown."""
    return _digest(canonical(runtime, root, exceptions))


def canonical(runtime: str, root: str, exceptions: Sequence[Dict[str, Any]]) -> str:
    """What is hashed: lines of `key=value`, joined by one newline, none at the end."""
    if runtime != "python":
        raise ValueError(f"runtime {runtime!r}: this SDK names Python's errors; the engine reads the others")
    look = _Look(
        in_app=lambda frame: frame.get("in_app") is True,
        place=lambda frame: (
            root_relative(frame.get("path") or "", root),
            function_name(frame.get("function") or ""),
        ),
        source=lambda frame: field(frame.get("source") or ""),
    )
    return _canonical([_of_report(each) for each in exceptions[:MAX_EXCEPTIONS]], look)


def signature_of(raised: Sequence[Raised], root: str, source_of: SourceOf) -> str:
    """The signature of what the app's thread holds; asks `source_of` for at most two lines an exception's chain.

    `source_of` may fail: then the line is unknown. Paths and names are remembered by file and function, bounded.
    """

    def source(frame: RawFrame) -> str:
        try:
            return field(source_of(frame.code.co_filename, frame.line, frame.code))
        except Exception:
            return ""

    def place(frame: RawFrame) -> Place:
        return root_relative(frame.code.co_filename, root), function_name(frame.code.co_name)

    return _digest(_canonical(raised[:MAX_EXCEPTIONS], _Look(_is_in_app, place, source)))


def _is_in_app(frame: RawFrame) -> bool:
    return frame.in_app


def _of_report(exception: Dict[str, Any]) -> _Exception:
    parent = exception.get("parent")
    return _Exception(
        exception["type"],
        exception.get("message") or "",
        exception.get("relation") or "",
        parent if isinstance(parent, int) else -1,
        exception.get("frames") or (),
    )


def _canonical(exceptions: Sequence[Any], look: _Look) -> str:
    return _Chain(exceptions, look).canonical(0, 0) if exceptions else _text("empty", [])


def _text(rule: str, lines: Lines) -> str:
    return f"signature=1\nruntime=python\nrule={rule}" + "".join([f"\n{key}={value}" for key, value in lines])


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8")).hexdigest()[:16]


class _Chain:
    """One error's exceptions, and which hang on which."""

    def __init__(self, exceptions: Sequence[Any], look: _Look) -> None:
        self.exceptions = exceptions
        self.look = look
        self.cause: Dict[int, int] = {}
        self.members: Dict[int, List[int]] = {}
        for index, exception in enumerate(exceptions):
            parent = exception.parent
            if not 0 <= parent < index:
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
            for rule, names, texts in (
                ("out-of-memory", _OUT_OF_MEMORY, _OUT_OF_MEMORY_TEXTS),
                ("worker-timeout", _WORKER_TIMEOUT, _WORKER_TIMEOUT_TEXTS),
            ):
                if _is_one_of(exception, names, texts):
                    return _text(rule, [("type", type_name(exception.type))])
        for index in chain:
            exception = self.exceptions[index]
            if _is_one_of(exception, _OVERFLOW, _OVERFLOW_TEXTS):
                smallest = self._smallest_of_cycle(exception)
                if smallest is not None:
                    return _text("overflow", [("type", surfaced), ("path", smallest[0]), ("function", smallest[1])])
        upwards = chain[::-1]
        if depth < MAX_NESTING:
            for index in upwards:
                if index in self.members:
                    return _text("group", [("type", surfaced), *self._members(index, depth)])
        return self._by_frame(upwards, surfaced)

    def _chain(self, start: int) -> List[int]:
        chain = [start]
        while True:
            below = self.cause.get(chain[-1])
            if below is None:
                return chain
            chain.append(below)

    def _members(self, index: int, depth: int) -> Iterator[Tuple[str, str]]:
        texts = {_digest(self.canonical(member, depth + 1)) for member in self.members[index]}
        return (("member", text) for text in sorted(texts))

    def _by_frame(self, upwards: List[int], surfaced: str) -> str:
        in_app = self.look.in_app
        for index in upwards:
            frames = self.exceptions[index].frames
            for number in range(len(frames) - 1, max(-1, len(frames) - 1 - MAX_FRAMES), -1):
                if in_app(frames[number]):
                    return _text("frame", [("type", surfaced), *self._frame_lines(frames, number)])
        found = next((index for index in upwards if self.exceptions[index].frames), upwards[0])
        exception = self.exceptions[found]
        names = (self.look.place(frame)[1] for frame in reversed(exception.frames[-MAX_FRAMES:]))
        function = next((name for name in names if name), "")
        from splat.signature.messages import fold_message  # only errors outside the app need it

        return _text(
            "library", [("type", surfaced), ("function", function), ("message", fold_message(exception.message))]
        )

    def _frame_lines(self, frames: Sequence[Any], number: int) -> Lines:
        """S12: the frame at `number`, and its in-app caller when it raises on purpose."""
        helper, source = self.look.place(frames[number]), self.look.source(frames[number])
        lines = [("path", helper[0]), ("function", helper[1]), ("source", source)]
        if not source.startswith("raise") or source[5:6] not in ("", " ", "("):
            return lines
        for caller in range(number - 1, max(-1, len(frames) - 1 - MAX_FRAMES), -1):
            if self.look.in_app(frames[caller]):
                place = self.look.place(frames[caller])
                if place != helper:
                    source = self.look.source(frames[caller])
                    return [
                        *lines,
                        ("caller.path", place[0]),
                        ("caller.function", place[1]),
                        ("caller.source", source),
                    ]
        return lines

    def _smallest_of_cycle(self, exception: Any) -> Optional[Place]:
        seen: Dict[Place, int] = {}
        for frame in exception.frames[-MAX_FRAMES:]:
            if self.look.in_app(frame):
                place = self.look.place(frame)
                seen[place] = seen.get(place, 0) + 1
        repeated = [place for place, count in seen.items() if count > 1]
        # Python compares texts by code point, which is the order of their UTF-8 bytes.
        return min(repeated, default=None)


def _is_one_of(exception: Any, names: FrozenSet[str], texts: Tuple[str, ...]) -> bool:
    return last_part(type_name(exception.type)) in names or exception.message.startswith(texts)
