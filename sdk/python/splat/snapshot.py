"""What an exception is, read on the app's thread: first only what tells errors apart, then, for a new one, all of it.

Nothing of the app is kept: no frame, no value, no exception; code objects are. Nothing of the app is called but
`__str__` of an exception, as printing it would.
"""

from __future__ import annotations

import sys

from splat import shapes
from splat.values import Raised, RawFrame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType
    from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

    from splat.frames import Frames
    from splat.shapes import Budget

    #: What two errors of one bug share in one process, whatever their values are.
    Key = Tuple[object, ...]

MOST_EXCEPTIONS = 200
#: Rule S7 looks at the last 2,000 frames of an exception, rule L4 shows the first 50.
_INNERMOST = 2_000
_OUTERMOST = 50
#: Of frames with locals, in one exception (the innermost) and in all of an error.
_LOCALS_OF_ONE = 30
_LOCALS_OF_ALL = 60
_MOST_LOCALS = 50
#: By `values`, of all locals of an error: some 20 ms of work, and what a report may hold (rule L5).
_MOST_NODES = 20_000
_MOST_TEXT = 1_000_000
_MOST_NAMES = 4_096
_MOST_NOTES = 10
_FUNCTION = 0x02  #: CO_NEWLOCALS: code with locals of its own
_DEFINITIONS = (type(sys), type(lambda: None), type(len))
_MOST_MESSAGE = 100_001  #: code points; X11 wants to know that there were more than 100,000
_MOST_KEY = 5_000
#: Rules S9 and S10 read how a message begins.
_SPEAKING = (
    "Allowed memory size of ",
    "JavaScript heap out of memory",
    "Array buffer allocation failed",
    "runtime: out of memory",
    "runtime: cannot allocate memory",
    "Maximum execution time of ",
    "Maximum call stack size ",
    "too much recursion",
    "stack overflow",
    "Maximum function nesting level of ",
    "maximum recursion depth exceeded",
)

_name_of: Callable[[type], object] = type.__dict__["__qualname__"].__get__
_module_of: Callable[[type], object] = type.__dict__["__module__"].__get__
# What a class of the app may cover by properties of its own.
_cause_of = BaseException.__dict__["__cause__"].__get__
_context_of = BaseException.__dict__["__context__"].__get__
_suppresses = BaseException.__dict__["__suppress_context__"].__get__
_space_of: Callable[[BaseException], Dict[str, Any]] = BaseException.__dict__["__dict__"].__get__
_file_of = SyntaxError.__dict__["filename"].__get__
_line_of = SyntaxError.__dict__["lineno"].__get__
_traceback_of = BaseException.__dict__["__traceback__"].__get__


class Link:
    """One exception of a chain while it is read: on the app's thread, for the length of one capture."""

    __slots__ = ("exception", "message", "parent", "place", "relation", "trace", "type")

    def __init__(self, exception: BaseException, relation: str, parent: int) -> None:
        self.exception = exception
        self.relation = relation
        self.parent = parent
        kind = type(exception)
        self.type = type_of(kind)
        #: What a syntax error is about; a traceback prints it as the innermost frame.
        self.place = _syntax_place(exception) if issubclass(kind, SyntaxError) else None
        self.message = message_of(exception, bare=self.place is not None)
        self.trace = _trace(_traceback_of(exception))


class Reading:
    """A chain and its key. `codes` are those whose identity stands in the key: keep them as long as the key."""

    __slots__ = ("codes", "in_app", "key", "links")

    def __init__(self, links: List[Link], frames: Frames) -> None:
        self.links = links
        self.codes: List[CodeType] = []
        self.in_app = False
        parts: List[object] = []
        for link in links:
            parts.append(link.type)
            if link.parent >= 0:
                parts += (link.relation, link.parent)
            codes = [trace.tb_frame.f_code for trace in link.trace]
            parts += map(id, codes)
            parts += [trace.tb_lasti for trace in link.trace]
            self.codes += codes
            if link.place:
                parts.append(link.place)
                self.in_app = self.in_app or frames.in_app(link.place[0])
        self.in_app = self.in_app or _any_in_app(self.codes, frames)
        if not self.in_app or _speaks(links):
            parts += [link.message[:_MOST_KEY] for link in links]
        self.key: Key = tuple(parts)


def _any_in_app(codes: List[CodeType], frames: Frames) -> bool:
    for code in codes:  # noqa: SIM110 - no generator where each microsecond counts
        if frames.in_app(code.co_filename):
            return True
    return False


def _speaks(links: List[Link]) -> bool:
    for link in links:  # noqa: SIM110 - as above
        if link.message.startswith(_SPEAKING):
            return True
    return False


def read(exception: BaseException, frames: Frames) -> Reading:
    """The chain of an exception, without its locals (rule R3)."""
    return Reading(links_of(exception), frames)


def links_of(exception: BaseException) -> List[Link]:
    """R3: depth first, the cause or context before the members, each exception once."""
    links: List[Link] = []
    seen: set[int] = set()
    waiting: List[Tuple[BaseException, str, int]] = [(exception, "", -1)]
    while waiting and len(links) < MOST_EXCEPTIONS:
        each, relation, parent = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        index = len(links)
        links.append(Link(each, relation, parent))
        members = members_of(each)
        if members:
            waiting += [(member, "member", index) for member in reversed(members)]
        cause = _cause_of(each)
        if cause is not None:
            waiting.append((cause, "cause", index))
        else:
            context = _context_of(each)
            if context is not None and not _suppresses(each):
                waiting.append((context, "context", index))
    return links


def members_of(exception: BaseException) -> Sequence[BaseException]:
    """What a group of exceptions holds."""
    kind = _group()
    if kind is None or not issubclass(type(exception), kind):
        return ()
    try:
        members = kind.__dict__["exceptions"].__get__(exception)
    except Exception:
        return ()
    if type(members) is not tuple:
        return ()
    return [each for each in members[:MOST_EXCEPTIONS] if issubclass(type(each), BaseException)]


def _group() -> Optional[type]:
    """The class of exception groups: the interpreter's, else the backport's where the app has loaded it."""
    if sys.version_info >= (3, 11):
        return BaseExceptionGroup  # noqa: F821
    return getattr(sys.modules.get("exceptiongroup"), "BaseExceptionGroup", None)


def _trace(trace: Optional[TracebackType]) -> List[TracebackType]:
    """From the outermost call to the crash; of very many the outermost and the innermost."""
    found: List[TracebackType] = []
    while trace is not None:
        found.append(trace)
        trace = trace.tb_next
    if len(found) > _INNERMOST + _OUTERMOST:
        del found[_OUTERMOST:-_INNERMOST]
    return found


def type_of(kind: type) -> str:
    """As a traceback prints it: qualified, but for the built-in ones and those of the program itself."""
    name, module = _name_of(kind), _module_of(kind)
    if type(name) is not str:
        name = shapes.type_name(kind)
    if type(module) is not str:  # nor compared with anything: the app put it there
        return f"<unknown>.{name}"
    return name if module == "builtins" or module == "__main__" else f"{module}.{name}"  # noqa: PLR1714 - cheaper so


def message_of(exception: BaseException, *, bare: bool = False) -> str:
    """As a traceback prints it, its notes below; `bare`: a syntax error without the place that `str` adds."""
    try:
        text = (exception.msg or "<no detail available>") if bare else str(exception)  # type: ignore[attr-defined]
        if type(text) is not str:
            text = str.__getitem__(text, slice(0, _MOST_MESSAGE))
    except BaseException as stop:
        if not isinstance(stop, Exception) and not _is_theirs(stop):
            raise
        text = "<exception str() failed>"
    notes = dict.get(_space_of(exception), "__notes__")
    if type(notes) is list:
        text = "\n".join([text, *(note for note in notes[:_MOST_NOTES] if type(note) is str)])
    return text[:_MOST_MESSAGE]


def _is_theirs(stop: BaseException) -> bool:
    from splat.theirs import is_theirs

    return is_theirs(stop)


def _syntax_place(error: BaseException) -> Optional[Tuple[str, int]]:
    file, line = _file_of(error), _line_of(error)
    if type(line) is not int or not 0 < line < 1_000_000_000:
        return None
    return (file if type(file) is str and file else "<string>"), line


# --- all of it --------------------------------------------------------------------------------------------------------


class Photographer:
    """Makes of a chain what the worker gets. `mode` is the option `locals`; `tells` says which names hide a value."""

    def __init__(self, frames: Frames, mode: str, tells: Callable[[str], bool]) -> None:
        self._frames = frames
        self._mode = mode
        self._tells = tells
        self._hides: Dict[str, bool] = {}

    def raised(self, links: Sequence[Link], *, with_locals: bool = True) -> Tuple[Raised, ...]:
        """The exceptions, with shapes or values of locals where they are asked for."""
        budget = _budget()
        left = _LOCALS_OF_ALL if with_locals and self._mode != "off" else 0
        made: List[Raised] = []
        for link in links:
            allowed = min(left, _LOCALS_OF_ONE)
            frames: List[RawFrame] = []
            # From the innermost: these get their locals first.
            for trace in reversed(link.trace):
                raw = self._frame(trace.tb_frame, trace.tb_lineno, trace.tb_lasti, budget if allowed else None)
                if raw.locals is not None:
                    allowed -= 1
                    left -= 1
                frames.append(raw)
            frames.reverse()
            if link.place:
                frames.append(self._syntax_frame(*link.place))
            made.append(Raised(link.type, link.message, link.relation, link.parent, tuple(frames)))
        return tuple(made)

    def stack(self, frame: Optional[FrameType]) -> Tuple[RawFrame, ...]:
        """The calls that led to a frame which still runs, as a chain's frames (rule R4)."""
        found: List[RawFrame] = []
        budget = _budget()
        allowed = _LOCALS_OF_ONE if self._mode != "off" else 0
        while frame is not None and len(found) < _INNERMOST:
            raw = self._frame(frame, frame.f_lineno, frame.f_lasti, budget if allowed > 0 else None)
            if raw.locals is not None:
                allowed -= 1
            found.append(raw)
            frame = frame.f_back
        found.reverse()
        return tuple(found)

    def _frame(self, frame: FrameType, line: Optional[int], instruction: int, budget: Optional[Budget]) -> RawFrame:
        code = frame.f_code
        in_app = self._frames.in_app(code.co_filename)
        told: Optional[Dict[str, str]] = None
        if in_app and budget is not None:
            told = {}
            try:  # noqa: SIM105 - contextlib's costs more than a local
                self._tell_locals(told, frame, code, budget)
            except Exception:  # what was read until then is right
                pass
        return RawFrame(code, line if line is not None and line > 0 else 0, instruction, in_app, told)

    def _tell_locals(self, told: Dict[str, str], frame: FrameType, code: CodeType, budget: Budget) -> None:
        space: Any = frame.f_locals
        plain = code.co_flags & _FUNCTION and type(space) is dict
        items = space.items() if plain else _visible(space, code)
        values = self._mode == "values"
        known, shape, left = self._hides.get, shapes.shape, _MOST_LOCALS
        for name, value in items:
            hides = known(name)
            if hides is None:
                if name[:1] == "." or name[:2] == "__":  # machinery of comprehensions and modules
                    continue
                hides = self._ask(name)
            told[name] = _shown(value, hides, self._tells, budget) if values else shape(value, hides)
            left -= 1
            if not left:
                return

    def _ask(self, name: str) -> bool:
        if len(self._hides) >= _MOST_NAMES:
            self._hides.clear()
        hides = self._hides[name[:200]] = self._tells(name)
        return hides

    def _syntax_frame(self, file: str, line: int) -> RawFrame:
        code = compile("", file.replace("\0", ""), "exec").replace(co_name="", co_firstlineno=line)
        return RawFrame(code, line, -1, self._frames.in_app(file), None)


def _budget() -> Budget:
    return shapes.Budget(_MOST_NODES, _MOST_TEXT)


def _shown(value: Any, hides: bool, tells: Callable[[str], bool], budget: Budget) -> str:
    if hides and value is not None and type(value) is not bool:
        return shapes.MARK
    return shapes.written(value, tells, budget)


def _visible(space: Any, code: CodeType) -> List[Tuple[str, Any]]:
    """Names and values; of a module's only what is no import, class or function."""
    # A class body may run in a mapping of the app's own.
    if type(space) is not dict and not _is_proxy(type(space)):
        return []
    found = list(space.items())
    if code.co_flags & _FUNCTION:
        return found
    return [(name, value) for name, value in found if type(name) is str and not _is_definition(value)]


def _is_proxy(kind: type) -> bool:
    """What a frame gives from Python 3.13 on."""
    return shapes.type_name(kind) == "FrameLocalsProxy" and not _is_class(kind)


def _is_definition(value: Any) -> bool:
    kind = type(value)
    return issubclass(kind, (type, *_DEFINITIONS))


def _is_class(kind: type) -> bool:
    """Whether a `class` statement made it."""
    return bool(type.__dict__["__flags__"].__get__(kind) & (1 << 9))
