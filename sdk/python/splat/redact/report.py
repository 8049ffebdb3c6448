"""X10 and X11: values of any shape, and a whole report."""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, Optional, Sequence

from splat.plain import plain_copy
from splat.redact.shapes import MARK
from splat.redact.texts import Redactor, redactor
from splat.values import Report

Part = Dict[str, Any]
Handler = Callable[[Any], Any]

# What the SDK itself writes in exactly this form holds no secret; sixteen digits of a signature could pass for a card.
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})\Z"
)
_DIGITS = {"signature": 16, "id": 32, "trace_id": 32}
_HEXADECIMAL = frozenset("0123456789abcdef")
#: How a local that is nothing is shown, by shape or by value: worth knowing, and no secret.
_NOTHING = ("nothing", "None")


def redact_value(value: Any, extra: Sequence[str] = ()) -> Any:
    """X10: a plain copy of any object without its secrets. Never raises: what fails is MARK."""
    return _Report(redactor(tuple(extra))).value(value)


def redact_report(report: Report, extra: Sequence[str] = (), *, locals_are_shapes: bool = False) -> Optional[Report]:
    """The report without its secrets, a copy; None when that fails: then it is dropped and counted (X11).

    `extra` are names that tell, besides those of K2. Where locals were taken by shape (F6) they hold no values, and
    what a local with a telling name is stays readable.
    """
    try:
        return _Report(redactor(tuple(extra)), locals_are_shapes=locals_are_shapes).report(report)
    except Exception:
        return None


class _Report:
    def __init__(self, redactor: Redactor, *, locals_are_shapes: bool = False) -> None:
        self._text = redactor.text
        self._source = redactor.source
        self._tells = redactor.names.tells
        self._tells_in_query = redactor.names.tells_in_query
        own, text, source = self._own, self._text_or_value, self._source_or_value
        frame: Dict[str, Handler] = {
            "path": source,
            "function": source,
            "source": source,
            "pre_context": self._lines,
            "post_context": self._lines,
            "locals": self._shapes if locals_are_shapes else self._locals,
        }
        exception: Dict[str, Handler] = {
            "type": source,
            "message": text,
            "frames": lambda value: self._parts(value, frame),
            "relation": text,
            "parent": text,
        }
        record: Dict[str, Handler] = {
            "time": self._time,
            "message": text,
            "level": text,
            "logger": text,
            "category": text,
        }
        request: Dict[str, Handler] = {
            "method": text,
            "route": text,
            "path": text,
            "query": lambda value: self._named(value, self._tells_in_query),
            "headers": lambda value: self._named(value, self._tells),
            "body": text,
        }
        self._top: Dict[str, Handler] = {
            "exceptions": lambda value: self._parts(value, exception),
            "logs": lambda value: self._parts(value, record),
            "breadcrumbs": lambda value: self._parts(value, record),
            "request": lambda value: self._part(value, request),
            "root": source,
            "time": self._time,
            "dependencies": lambda value: self._named(value, lambda _: False),
            "occurrences": lambda value: self._part(value, {"first_seen": self._time, "last_seen": self._time}),
            "deploy": lambda value: self._part(value, {"time": self._time}),
            **{key: own(key) for key in _DIGITS},
        }

    def report(self, report: Report) -> Report:
        return self._fields(report, self._top)

    def value(self, value: Any) -> Any:
        """X10, fails closed."""
        try:
            return self._plain(plain_copy(value))
        except Exception:
            return MARK

    def _plain(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            if len(value) == 2 and isinstance(value[0], str) and self._tells(value[0]):
                return [self._text(value[0]), _hidden(value[1])]
            return [self._plain(each) for each in value]
        if isinstance(value, dict):
            label = next((value[key] for key in ("name", "key") if isinstance(value.get(key), str)), "")
            labelled = bool(label) and self._tells(label)
            made = {}
            for key, each in value.items():
                told = self._tells(key) or (labelled and key == "value")
                made[self._text(key)] = _hidden(each) if told else self._plain(each)
            return made
        return value

    def _fields(self, part: Part, handlers: Dict[str, Handler]) -> Part:
        """A mapping whose keys the report's schema names; others are X10's."""
        made: Part = {}
        for key, value in part.items():
            handler = handlers.get(key)
            if handler is not None:
                made[key] = handler(value)
            elif isinstance(key, str):
                made[self._text(key)] = _hidden(self.value(value)) if self._tells(key) else self.value(value)
        return made

    def _part(self, part: Any, handlers: Dict[str, Handler]) -> Any:
        return self._fields(part, handlers) if isinstance(part, dict) else self.value(part)

    def _parts(self, parts: Any, handlers: Dict[str, Handler]) -> Any:
        return [self._part(part, handlers) for part in parts] if isinstance(parts, list) else self.value(parts)

    def _text_or_value(self, value: Any) -> Any:
        return self._text(value) if isinstance(value, str) else self.value(value)

    def _source_or_value(self, value: Any) -> Any:
        return self._source(value) if isinstance(value, str) else self.value(value)

    def _lines(self, lines: Any) -> Any:
        return [self._source_or_value(line) for line in lines] if isinstance(lines, list) else self.value(lines)

    def _named(self, texts: Any, tells: Callable[[str], bool]) -> Any:
        """A mapping from names to texts: headers, a query."""
        if not isinstance(texts, dict):
            return self.value(texts)
        made: Part = {}
        for key, value in texts.items():
            name = key if isinstance(key, str) else str(self.value(key))
            made[self._text(name)] = _hidden(value) if tells(name) else self._text_or_value(value)
        return made

    def _locals(self, values: Any) -> Any:
        return self._named(values, self._tells) if not isinstance(values, dict) else self._shown(values, self._tells)

    def _shapes(self, values: Any) -> Any:
        return self._named(values, lambda _: False)

    def _shown(self, values: Part, tells: Callable[[str], bool]) -> Part:
        return {
            self._text(str(name)): value
            if value in _NOTHING
            else _hidden(value)
            if tells(str(name))
            else self._text_or_value(value)
            for name, value in values.items()
        }

    def _time(self, value: Any) -> Any:
        return value if isinstance(value, str) and _TIME.match(value) else self._text_or_value(value)

    def _own(self, key: str) -> Handler:
        length = _DIGITS[key]

        def handle(value: Any) -> Any:
            if isinstance(value, str) and len(value) == length and _HEXADECIMAL.issuperset(value):
                return value
            return self._text_or_value(value)

        return handle


def _hidden(value: Any) -> Any:
    """X10: of what is hidden, only that it is nothing, true, false or empty is told."""
    if value is None or isinstance(value, bool) or (isinstance(value, (str, list, dict)) and not value):
        return value
    return MARK


__all__: List[str] = ["redact_report", "redact_value"]
