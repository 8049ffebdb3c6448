"""The reported crash, and whether an exception that an observer saw is that one."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from healer.context import Context
    from healer.frames import ExceptionInfo, Frame, RuntimeName
    from healer.runtimes.checks import Sighting

_DEPENDENCY = re.compile(
    r"(^|/)(node_modules|site-packages|dist-packages|vendor|gems|\.venv|venv|\.tox|\.bundle|\.yarn|\.pnpm)/"
)
#: Libraries that stand in for others in tests. An exception raised by one of them was ordered by the test.
_DOUBLE = re.compile(
    r"(^|/)(unittest/mock\.py|mock/mock\.py|pytest_mock/|sinon/|jest-mock/|@vitest/spy/|tinyspy/|testdouble/"
    r"|rspec[/-]mocks|rspec/mocks/|minitest/mock\.rb|mocha/|testify@?[^/]{0,40}/mock/|gomock/|[Mm]ockery/"
    r"|prophecy/|phpunit/src/Framework/MockObject/|PHPUnit/Framework/MockObject/|node:internal/test_runner/mock/)"
)
#: Names that a runtime makes up for code without one.
_NAMELESS = re.compile(
    r"(anonymous|lambda|listcomp|genexpr|dictcomp|setcomp|closure|block|func\d+|gowrap\d+|fm|\d+|levels?|in|rescue|ensure)"
)
_ROOT_TYPES = frozenset({"Exception", "Error", "StandardError", "RuntimeException", "Throwable", "ErrorException"})
#: How runtimes say that calls went too deep.
_EXHAUSTED = re.compile(
    r"recursion depth|RecursionError|SystemStackError|stack level too deep|call stack size|too much recursion"
    r"|stack overflow|stack exceeds|function nesting level"
)
#: PHP's warnings and notices: an ErrorException by the handler of a framework, one of these by PHPUnit's (before 10).
_WARNINGS = frozenset({"Warning", "Notice", "Deprecated"})
_GO_KINDS = (
    "index out of range",
    "slice bounds out of range",
    "invalid memory address or nil pointer dereference",
    "assignment to entry in nil map",
    "integer divide by zero",
    "interface conversion",
    "makeslice",
    "close of nil channel",
    "close of closed channel",
    "send on closed channel",
    "all goroutines are asleep",
    "concurrent map",
    "stack overflow",
    "hash of unhashable type",
    "comparing uncomparable type",
    "negative shift amount",
)


@dataclass(frozen=True, slots=True)
class Crash:
    """What a test has to bring about: an exception of this type, innermost of our files here, in this function.

    `path` is the repository's where the frame was found there, else as the report has it. `escaped` is True when the
    report shows callers, so that the function cannot have caught it itself. `cycle` is filled in when the stack ran
    out: which call was one too many is chance, so any path and function that called itself there counts.
    """

    runtime: RuntimeName
    type: str
    message: str
    path: str
    function: str
    escaped: bool
    cycle: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        where = f"{self.path}, {self.function}" if self.function else self.path
        return f"{self.type} in {where}"


def crashes(context: Context) -> tuple[Crash, ...]:
    """The exceptions either of which proves the report: the root cause, and the one that surfaced from it.

    An exception in whose handling another was raised proves nothing by itself: it was handled.
    """
    report = context.report
    chosen = [report.surfaced]
    if report.root_cause.relation == "cause":
        chosen.insert(0, report.root_cause)
    found = [_crash(context, exception) for exception in chosen]
    return tuple(crash for crash in found if crash is not None)


def _crash(context: Context, exception: ExceptionInfo) -> Crash | None:
    frames = [frame for frame in exception.frames if frame.in_app]
    if not frames:
        return None
    frame = frames[-1]
    suspect = next((item for item in reversed(context.suspects) if item.frame == frame), None)
    return Crash(
        context.report.runtime,
        exception.type,
        exception.message,
        suspect.path if suspect else frame.path.replace("\\", "/"),
        _named(exception.frames, exception.frames.index(frame)) or (suspect.function if suspect else ""),
        exception.frames[0] is not frame,
        _cycle(context, frames) if _EXHAUSTED.search(f"{exception.type}: {exception.message[:300]}") else (),
    )


def _cycle(context: Context, frames: Sequence[Frame]) -> tuple[tuple[str, str], ...]:
    """The places that stand more than once among the app's frames."""
    known = {suspect.frame.path: suspect.path for suspect in context.suspects}
    places = Counter((known.get(frame.path, frame.path.replace("\\", "/")), frame.function) for frame in frames)
    return tuple(place for place, count in places.items() if count > 1 and place[1])


def sighted(crash: Crash, raised: Iterable[Sighting]) -> bool:
    """True when one of these exceptions is the reported one, and not one that a test's double raised."""
    return any(_is(crash, sighting) for sighting in raised)


def _is(crash: Crash, sighting: Sighting) -> bool:
    ours = innermost(sighting)
    if ours is None or (crash.escaped and sighting.escaped is False):
        return False
    if crash.cycle:
        return _same_type(crash, sighting) and _runs_in(crash.cycle, sighting.frames)
    frame, inner = sighting.frames[ours], sighting.frames[ours + 1 :]
    # Ruby and PHP give a built-in function a frame of its own, at the very line that calls it.
    same_line = [n for n in range(ours + 1) if _place(sighting.frames[n]) == _place(frame)]
    here = [_named(sighting.frames, index) for index in same_line]
    return (
        _same_type(crash, sighting)
        and same_file(frame.path, crash.path)
        and any(same_function(name, crash.function) for name in here)
        and not any(_DOUBLE.search(outer.path) for outer in inner)
    )


def _runs_in(cycle: Sequence[tuple[str, str]], frames: Sequence[Frame]) -> bool:
    """True when one of these functions called itself here too."""
    return any(
        sum(same_file(frame.path, path) and _plain(frame.function) == _plain(function) for frame in frames) > 1
        for path, function in cycle
    )


def _place(frame: Frame) -> tuple[str, int | None]:
    return frame.path, frame.line


def _named(frames: Sequence[Frame], index: int) -> str:
    """A frame's function; of a nameless one (a callback, a comprehension) the function of the same file around it."""
    here = frames[index]
    for outer in range(index, -1, -1):
        if frames[outer].path == here.path and _plain(frames[outer].function):
            return frames[outer].function
    return ""


def innermost(sighting: Sighting) -> int | None:
    """The index of the innermost frame in the repository's own files."""
    for index in range(len(sighting.frames) - 1, -1, -1):
        frame: Frame = sighting.frames[index]
        if frame.in_app and not _DEPENDENCY.search(frame.path):
            return index
    return None


def describe(sighting: Sighting) -> str:
    """One line for feedback."""
    ours = innermost(sighting)
    name = sighting.types[0] if sighting.types else "an exception"
    frame = sighting.frames[ours] if ours is not None else None
    if frame is None:
        return f"{name} outside the repository"
    return f"{name} in {frame.path}, {frame.function or 'a function without a name'}"


def _same_type(crash: Crash, sighting: Sighting) -> bool:
    wanted = _last(crash.type)
    names = [_last(name) for name in sighting.types]
    if not names:
        return False
    if crash.runtime == "go":
        return wanted in names and _go_kind(crash.message) == _go_kind(sighting.message)
    if (
        crash.runtime == "php"
        and wanted == "ErrorException"
        and sighting.types[0].startswith("PHPUnit\\Framework\\Error\\")
    ):
        return names[0] in _WARNINGS and sighting.message.strip() == crash.message.strip()
    return names[0] == wanted or (wanted not in _ROOT_TYPES and wanted in names)


def _last(name: str) -> str:
    """A type's own name, without its package and without what is printed behind it: a code, a severity."""
    return re.split(r"[.\\]|::", re.split(r" [\[(]", name.strip())[0])[-1]


def _go_kind(message: str) -> str:
    return next((kind for kind in _GO_KINDS if kind in message[:400]), "")


def same_file(path: str, reported: str) -> bool:
    """True when one path ends in the other."""
    path, reported = path.removeprefix("./"), reported.removeprefix("./")
    return path == reported or path.endswith("/" + reported) or reported.endswith("/" + path)


def same_function(name: str, reported: str) -> bool:
    """True when both print the same function; a nameless one has only its file to be known by."""
    one, other = _plain(name), _plain(reported)
    return not one or not other or one == other


def _plain(name: str) -> str:
    """The last identifier of a printed function that the source wrote down."""
    name = re.sub(r" \[as [^\]]{0,200}\]", "", name[:300])
    name = re.sub(r"\[[^\]]{0,200}\]|\{closure[^}]{0,200}\}|\(\d{1,4} levels\)", "", name)
    words = [word for word in re.findall(r"[\w$?!]+=?", name) if not _NAMELESS.fullmatch(word)]
    return words[-1] if words else ""
