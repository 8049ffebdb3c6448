"""L: no text, list, value or report grows beyond what can be kept, sent and read."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Set

from splat.canonical import canonical
from splat.cut import CUT, cut
from splat.plain import CYCLE, one_level
from splat.shrink import shrink
from splat.signature.text import without_surrogates
from splat.values import Report

__all__ = ["MAX_REPORT", "cut", "limit_report", "limit_value"]

Part = Dict[str, Any]

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
_FRAME = dict.fromkeys(("path", "function", "source"), _LINE)
_EXCEPTION = {"type": _LINE, "message": _MESSAGE}
_RECORD = {"message": _MESSAGE}
_REQUEST = {"path": _LINE, "body": _MESSAGE}
# L4, and what the schema allows
_LOGS, _BREADCRUMBS, _EXCEPTIONS = 500, 100, 50
_FRAMES, _OUTER_FRAMES, _INNER_FRAMES = 200, 50, 150
_LINES, _LOCALS, _CONTEXTS, _TEXTS, _DEPENDENCIES = 50, 500, 100, 1_000, 2_000
#: A code point is at most this many bytes of canonical JSON.
_WIDEST = 12


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
    """L2, L4, L5 over a redacted report; `truncated` of the result names what was cut or dropped."""
    made = _Report().limit(report)
    return shrink(made, _size, MAX_REPORT)


def _size(report: Report) -> int:
    most = _most_bytes(report)
    return most if most <= MAX_REPORT else len(canonical(report))


def _most_bytes(value: Any) -> int:
    """An upper bound for the canonical JSON, without writing it."""
    if isinstance(value, str):
        return len(value) * _WIDEST + 3
    if isinstance(value, dict):
        return 2 + sum([len(key) * _WIDEST + 4 + _most_bytes(each) for key, each in value.items()])
    if isinstance(value, list):
        return 2 + sum([_most_bytes(each) + 1 for each in value])
    return len(str(value)) + 1 if isinstance(value, (int, float)) else 8


class _Report:
    """One report's way through L2 and L4."""

    def __init__(self) -> None:
        self._cut: List[str] = []

    def limit(self, report: Report) -> Report:
        handlers: Dict[str, Callable[[Any], Any]] = {
            "exceptions": self._exceptions,
            "logs": lambda value: self._records(value, "log entries", _LOGS),
            "breadcrumbs": lambda value: self._records(value, "breadcrumb entries", _BREADCRUMBS),
            "contexts": self._contexts,
            "tags": lambda value: self._texts(value, _MESSAGE, _TEXTS),
            "request": self._request,
            "dependencies": lambda value: self._texts(value, _LINE_OF_VERSION, _DEPENDENCIES),
            "truncated": lambda value: value,
        }
        made = {}
        for key, value in report.items():
            handler = handlers.get(key)
            made[self._text(key, _MAX_KEY)] = handler(value) if handler else self._other(value)
        held = [name for name in report.get("truncated") or () if isinstance(name, str)]
        named = list(dict.fromkeys([*held, *self._cut]))
        if named or "truncated" in made:
            made["truncated"] = [cut(name, _MAX_KEY) for name in named[:100]]
        return made

    def _note(self, what: str) -> None:
        if what not in self._cut:
            self._cut.append(what)

    def _text(self, text: str, limit: int) -> str:
        if len(text) > limit:
            self._note("long texts")
            return cut(text, limit)
        return text

    def _other(self, value: Any) -> Any:
        """What no rule names: a text of 1,000, else a value of any shape."""
        if isinstance(value, str):
            return self._text(value, _OTHER)
        if value is None or isinstance(value, bool):
            return value
        made = limit_value(value)
        if isinstance(made, dict):
            made = self._fields(made, {})
        if made != value:
            self._note("large values")
        return made

    def _value(self, value: Any) -> Any:
        made = limit_value(value)
        if made != value:
            self._note("large values")
        return made

    def _fields(self, part: Part, limits: Dict[str, int], own: Dict[str, Callable[[Any], Any]] | None = None) -> Part:
        made: Part = {}
        for key, value in part.items():
            if isinstance(value, str):
                made[self._text(key, _MAX_KEY)] = self._text(value, limits.get(key, _OTHER))
            elif value is None or isinstance(value, (bool, int)):
                made[self._text(key, _MAX_KEY)] = value
            else:
                made[self._text(key, _MAX_KEY)] = (own or {}).get(key, self._value)(value)
        return made

    def _texts(self, texts: Any, limit: int, most: int) -> Any:
        """A mapping of texts."""
        if not isinstance(texts, dict):
            return self._other(texts)
        if len(texts) > most:
            self._note("further names")
            texts = {key: texts[key] for key in sorted(texts)[:most]}
        made = {}
        for key, value in texts.items():
            shown = self._text(value, limit) if isinstance(value, str) else self._value(value)
            made[self._text(key, _MAX_KEY)] = shown
        return made

    def _exceptions(self, exceptions: Any) -> Any:
        if not isinstance(exceptions, list):
            return self._value(exceptions)
        if len(exceptions) > _EXCEPTIONS:
            self._note("chained exceptions")
        own = {"frames": self._frames}
        return [self._part(each, _EXCEPTION, own) for each in exceptions[:_EXCEPTIONS]]

    def _part(self, part: Any, limits: Dict[str, int], own: Dict[str, Callable[[Any], Any]] | None = None) -> Any:
        return self._fields(part, limits, own) if isinstance(part, dict) else self._value(part)

    def _frames(self, frames: Any) -> Any:
        if not isinstance(frames, list):
            return self._value(frames)
        if len(frames) > _FRAMES:
            self._note("middle frames")
            frames = frames[:_OUTER_FRAMES] + frames[-_INNER_FRAMES:]
        own = {
            "pre_context": self._lines,
            "post_context": self._lines,
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
        names = sorted(contexts)
        if len(names) > _CONTEXTS:
            self._note("further names")
        return {self._text(name, _MAX_KEY): self._value(contexts[name]) for name in names[:_CONTEXTS]}

    def _request(self, request: Any) -> Any:
        own = dict.fromkeys(("query", "headers"), lambda value: self._texts(value, _OTHER, _TEXTS))
        return self._part(request, _REQUEST, own)


_LINE_OF_VERSION = 200
