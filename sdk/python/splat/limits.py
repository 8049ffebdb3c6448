"""L: no text, list, value or report grows beyond what can be kept, sent and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Set

from splat.canonical import canonical
from splat.cut import CUT, cut
from splat.plain import CYCLE, one_level
from splat.shrink import shrink
from splat.signature.text import without_surrogates

if TYPE_CHECKING:
    from splat.values import Report

__all__ = ["MAX_REPORT", "cut", "limit_report", "limit_value"]

Part = Dict[str, Any]
Handler = Callable[[Any], Any]

#: A report's canonical JSON, in bytes (L5).
MAX_REPORT = 1_000_000

# L3
_MAX_TEXT = 5_000
_MAX_TEXTS = 50_000
_MAX_VALUES = 2_000
_MAX_DEPTH = 8
_MAX_ENTRIES = 100
_MAX_KEY = 200
# L2
_MESSAGE = 5_000
_LINE = 500
_OTHER = 1_000
_VERSION = 200
_FRAME = dict.fromkeys(("path", "function", "source"), _LINE)
_EXCEPTION = {"type": _LINE, "message": _MESSAGE}
_RECORD = {"message": _MESSAGE}
_REQUEST = {"path": _LINE, "body": _MESSAGE}
_NO_LIMITS: Mapping[str, int] = {}
_NO_HANDLERS: Mapping[str, Handler] = {}
# No text is cut to less, so most need no closer look.
_SHORT = 200
# L4, and what the schema allows
_LOGS, _BREADCRUMBS, _EXCEPTIONS = 500, 100, 50
_FRAMES, _OUTER_FRAMES, _INNER_FRAMES = 200, 50, 150
_LINES, _LOCALS, _CONTEXTS, _TEXTS, _DEPENDENCIES = 50, 500, 100, 1_000, 2_000
# A code point is at most so many bytes of canonical JSON, and so is what stands around a value.
_WIDEST = 12
_MAX_BITS = 60


def limit_value(value: Any) -> Any:
    """L3: a plain copy of any object: bounded in depth, values, entries and text, whatever it is."""
    return _Limiter().limit(value, 0)


class _Limiter:
    def __init__(self) -> None:
        self._values = 0
        self._room = _MAX_TEXTS
        self._above: Set[int] = set()

    def limit(self, value: Any, depth: int) -> Any:
        if self._values >= _MAX_VALUES:
            return CUT
        self._values += 1
        if id(value) in self._above:
            return CYCLE
        plain = one_level(value)
        if isinstance(plain, str):
            return self._text(plain)
        if not isinstance(plain, (list, dict)):
            return plain
        if plain and depth >= _MAX_DEPTH:
            return CUT
        self._above.add(id(value))
        made = self._list(plain, depth) if isinstance(plain, list) else self._mapping(plain, depth)
        self._above.discard(id(value))
        return made

    def _text(self, text: str) -> str:
        room = min(_MAX_TEXT, self._room)
        # The rest is gone whatever it is, and need not be looked at.
        text = without_surrogates(text[: room + 1])
        if len(text) > room:
            text = cut(text, room) if room >= len(CUT) else CUT
        self._room = max(0, self._room - len(text))
        return text

    def _list(self, entries: List[Any], depth: int) -> List[Any]:
        made: List[Any] = []
        for entry in entries:
            if len(made) >= _MAX_ENTRIES or self._values >= _MAX_VALUES:
                made.append(CUT)
                break
            made.append(self.limit(entry, depth + 1))
        return made

    def _mapping(self, entries: Part, depth: int) -> Part:
        made: Part = {}
        for number, (key, entry) in enumerate(entries.items()):
            if number >= _MAX_ENTRIES or self._values >= _MAX_VALUES:
                made[CUT] = True
                break
            made[cut(without_surrogates(key), _MAX_KEY)] = self.limit(entry, depth + 1)
        return made


def limit_report(report: Report) -> Report:
    """L2, L4, L5 over a redacted report, whose keys are texts; `truncated` of the result names what was cut."""
    walk = _Walk()
    made = walk.report(report)
    return made if walk.size * _WIDEST <= MAX_REPORT else shrink(made, _size, MAX_REPORT)


def _size(report: Report) -> int:
    """The bytes of the canonical JSON; of what is too large by far only that it is. Writing that down costs memory."""
    least = _least(report, 0)
    return least if least > MAX_REPORT else len(canonical(report))


def _least(value: Any, so_far: int) -> int:
    """`so_far` and the code points of all texts; no more is added once that is over MAX_REPORT."""
    if isinstance(value, str):
        return so_far + len(value)
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        so_far = _least(each, so_far)
        if so_far > MAX_REPORT:
            break
    return so_far


class _Walk:
    """One report's way through L2 and L4. What fits is handed on, not copied."""

    def __init__(self) -> None:
        #: Of what was handed on, its code points and values, rather too many than too few: writing all down to see
        #: whether it fits costs as much as all the rest, and most reports fit by far.
        self.size = 0
        self._cut: List[str] = []

    def report(self, report: Report) -> Report:
        own: Dict[str, Handler] = {
            "exceptions": self._exceptions,
            "logs": lambda value: self._records(value, "log entries", _LOGS),
            "breadcrumbs": lambda value: self._records(value, "breadcrumb entries", _BREADCRUMBS),
            "contexts": self._contexts,
            "tags": lambda value: self._texts(value, _MESSAGE, _TEXTS),
            "request": self._request,
            "dependencies": lambda value: self._texts(value, _VERSION, _DEPENDENCIES),
            "truncated": lambda value: value,
            **dict.fromkeys(("sdk", "deploy", "occurrences"), lambda value: self._part(value, _NO_LIMITS)),
        }
        made = {**self._fields(report, _NO_LIMITS, own)}
        held = made.pop("truncated", None)
        names = [cut(name, _SHORT) for name in held if isinstance(name, str)] if isinstance(held, list) else []
        names = list(dict.fromkeys([*names, *self._cut]))[:_MAX_ENTRIES]
        if names:
            made["truncated"] = names
        return made

    def _note(self, what: str) -> None:
        if what not in self._cut:
            self._cut.append(what)

    def _text(self, text: str, limit: int) -> str:
        if len(text) > limit:
            self._note("long texts")
            text = cut(text, limit)
        self.size += len(text) + 1
        return text

    def _value(self, value: Any) -> Any:
        """What no rule names: bounded as any value of the user's."""
        made = limit_value(value)
        if made != value:
            self._note("large values")
        self.size += len(repr(made))
        return made

    def _fields(
        self,
        part: Part,
        limits: Mapping[str, int],
        own: Mapping[str, Handler] = _NO_HANDLERS,
        other: int = _OTHER,
    ) -> Part:
        """A mapping whose texts have `limits`, else `other`, and whose further values have handlers of their own."""
        changed: Part = {}
        size = longest = 0
        for key, value in part.items():
            length = len(key)
            if length > longest:  # noqa: PLR1730 - a call for each key of a report shows
                longest = length
            kind = type(value)
            if kind is str and len(value) <= _SHORT:
                size += len(value) + length + 1
            elif value is None or kind is bool or (kind is int and value.bit_length() <= _MAX_BITS):
                size += length + 2
            else:
                size += length
                changed[key] = (
                    self._text(value, limits.get(key, other)) if kind is str else own.get(key, self._value)(value)
                )
        self.size += size
        if longest > _MAX_KEY:
            self._note("long texts")
            return {cut(key, _MAX_KEY): changed.get(key, value) for key, value in part.items()}
        return {**part, **changed} if changed else part

    def _part(self, part: Any, limits: Mapping[str, int], own: Mapping[str, Handler] = _NO_HANDLERS) -> Any:
        return self._fields(part, limits, own) if isinstance(part, dict) else self._value(part)

    def _texts(self, texts: Any, limit: int, most: int) -> Any:
        """A mapping from names to texts."""
        if not isinstance(texts, dict):
            return self._value(texts)
        return self._fields(self._first(texts, most), _NO_LIMITS, other=limit)

    def _first(self, part: Part, most: int) -> Part:
        if len(part) <= most:
            return part
        self._note("further names")
        return {key: part[key] for key in sorted(part)[:most]}

    def _exceptions(self, exceptions: Any) -> Any:
        if not isinstance(exceptions, list):
            return self._value(exceptions)
        if len(exceptions) > _EXCEPTIONS:
            self._note("chained exceptions")
        own = {"frames": self._frames}
        return [self._part(each, _EXCEPTION, own) for each in exceptions[:_EXCEPTIONS]]

    def _frames(self, frames: Any) -> Any:
        if not isinstance(frames, list):
            return self._value(frames)
        if len(frames) > _FRAMES:
            self._note("middle frames")
            frames = frames[:_OUTER_FRAMES] + frames[-_INNER_FRAMES:]
        own: Dict[str, Handler] = {
            **dict.fromkeys(("pre_context", "post_context"), self._lines),
            "locals": lambda value: self._texts(value, _MESSAGE, _LOCALS),
        }
        return [self._part(frame, _FRAME, own) for frame in frames]

    def _lines(self, lines: Any) -> Any:
        if not isinstance(lines, list):
            return self._value(lines)
        return [self._text(line, _LINE) if isinstance(line, str) else self._value(line) for line in lines[:_LINES]]

    def _records(self, records: Any, name: str, most: int) -> Any:
        if not isinstance(records, list):
            return self._value(records)
        if len(records) > most:
            self._note(name)
        return [self._part(record, _RECORD) for record in records[-most:]]

    def _contexts(self, contexts: Any) -> Any:
        """Each context is a value of its own: a large one takes no room from the others."""
        if not isinstance(contexts, dict):
            return self._value(contexts)
        made = {}
        for name, value in self._first(contexts, _CONTEXTS).items():
            self.size += len(name)
            made[cut(name, _MAX_KEY)] = self._value(value)
        return made

    def _request(self, request: Any) -> Any:
        own = dict.fromkeys(("query", "headers"), lambda value: self._texts(value, _OTHER, _TEXTS))
        return self._part(request, _REQUEST, own)
