"""X10 and X11: values of any shape, and a whole report."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, Sequence, Tuple, Union

from splat.plain import plain_copy
from splat.redact.shapes import MARK
from splat.redact.texts import Known, redactor

if TYPE_CHECKING:
    from splat.values import Report

Part = Dict[str, Any]
# A text by the one or the other mode of X1, or whatever is there by a function.
Handler = Union[Known, Callable[[Any], Any]]

# What the SDK itself writes in exactly this form holds no secret; sixteen digits of a signature could pass for a card.
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})\Z"
)
_VERSION = re.compile(r"[0-9]+\.[0-9A-Za-z.+!_-]{1,40}\Z")
_DIGITS = {"signature": 16, "id": 32, "trace_id": 32}
_HEXADECIMAL = frozenset("0123456789abcdef")
#: How a local that is nothing is shown, by shape or by value: worth knowing, and no secret.
_NOTHING = ("nothing", "None")


class RedactionError(ValueError):
    """A report that may still hold secrets, and goes nowhere. Its text quotes nothing of it."""


def redact_value(value: Any, extra: Sequence[str] = ()) -> Any:
    """X10: a plain copy of any object without its secrets. Never raises: what fails is MARK."""
    return _walk(tuple(extra)).value(value)


def redact_report(report: Report, extra: Sequence[str] = (), *, locals_are_shapes: bool = False) -> Report:
    """The report without its secrets, a copy. Raises RedactionError when that fails: then it is dropped (X11).

    `extra` are names that tell, besides those of K2. Where locals were taken by shape (F6) they hold no values, and
    what a local with a telling name is stays readable.
    """
    try:
        return _walk(tuple(extra), locals_are_shapes=locals_are_shapes).report(report)
    except Exception as error:
        # The error's own text may quote what was to be hidden.
        raise RedactionError(f"a report could not be redacted: {type(error).__name__}") from None


class _Walk:
    """The way through a report: which part is redacted how. Holds nothing of one report."""

    def __init__(self, extra: Tuple[str, ...], *, locals_are_shapes: bool) -> None:
        redactor_ = redactor(extra)
        self._text, self._names = redactor_.text, redactor_.names
        text, source, time = redactor_.text, redactor_.source, self._time
        numbers = dict.fromkeys(("line", "column", "in_app", "parent"), text)
        frame: Dict[str, Handler] = {
            **dict.fromkeys(("path", "function", "source"), source),
            **dict.fromkeys(("pre_context", "post_context"), lambda value: self._lines(value, source)),
            **numbers,
            "locals": self._shapes if locals_are_shapes else self._locals,
        }
        exception: Dict[str, Handler] = {
            "type": source,
            "message": text,
            "relation": text,
            "frames": lambda value: self._parts(value, frame),
            **numbers,
        }
        record: Dict[str, Handler] = {**dict.fromkeys(("message", "level", "logger", "category"), text), "time": time}
        request: Dict[str, Handler] = {
            **dict.fromkeys(("method", "route", "path", "body"), text),
            "query": lambda value: self._named(value, self._names.tells_in_query),
            "headers": lambda value: self._named(value, self._names.tells),
        }
        times: Dict[str, Handler] = dict.fromkeys(("time", "first_seen", "last_seen"), time)
        self._report: Dict[str, Handler] = {
            "exceptions": lambda value: self._parts(value, exception),
            **dict.fromkeys(("logs", "breadcrumbs"), lambda value: self._parts(value, record)),
            "request": lambda value: self._part(value, request),
            "root": source,
            "dependencies": self._versions,
            "time": time,
            **dict.fromkeys(("occurrences", "deploy"), lambda value: self._part(value, times)),
            **{key: self._digits(length) for key, length in _DIGITS.items()},
        }

    def report(self, report: Report) -> Report:
        return self._fields(report, self._report)

    def value(self, value: Any) -> Any:
        """X10, fails closed."""
        if value is None or type(value) in (bool, int):
            return value
        try:
            return self._plain(plain_copy(value))
        except Exception:
            return MARK

    def _plain(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text[value]
        if isinstance(value, list):
            if len(value) == 2 and isinstance(value[0], str) and self._names.tells(value[0]):
                return [self._text[value[0]], _hidden(value[1])]
            return [self._plain(each) for each in value]
        if isinstance(value, dict):
            label = next((value[key] for key in ("name", "key") if isinstance(value.get(key), str)), "")
            labelled = bool(label) and self._names.tells(label)
            made = {}
            for key, each in value.items():
                told = self._names.tells(key) or (labelled and key == "value")
                made[self._text[key]] = _hidden(each) if told else self._plain(each)
            return made
        return value

    def _fields(self, part: Part, handlers: Mapping[str, Handler]) -> Part:
        """A mapping whose keys the report's schema names; others are X10's."""
        made: Part = {}
        for key, value in part.items():
            handler = handlers.get(key)
            if type(handler) is Known:
                made[key] = handler[value] if type(value) is str else self._one(value, handler)
            elif handler is not None:
                made[key] = handler(value)  # type: ignore[operator]  # no Known
            elif isinstance(key, str):
                shown = self.value(value)
                made[self._text[key]] = _hidden(shown) if self._names.tells(key) else shown
        return made

    def _part(self, part: Any, handlers: Mapping[str, Handler]) -> Any:
        return self._fields(part, handlers) if isinstance(part, dict) else self.value(part)

    def _parts(self, parts: Any, handlers: Mapping[str, Handler]) -> Any:
        return [self._part(part, handlers) for part in parts] if isinstance(parts, list) else self.value(parts)

    def _one(self, value: Any, known: Known) -> Any:
        """A text in the mode of `known`; should it be no text, whatever it is."""
        return known[str.__str__(value)] if isinstance(value, str) else self.value(value)

    def _lines(self, lines: Any, known: Known) -> Any:
        return [self._one(line, known) for line in lines] if isinstance(lines, list) else self.value(lines)

    def _named(self, texts: Any, tells: Callable[[str], bool]) -> Any:
        """A mapping from names to texts: headers, a query."""
        if not isinstance(texts, dict):
            return self.value(texts)
        made: Part = {}
        for key, value in texts.items():
            name = key if isinstance(key, str) else str(self.value(key))
            made[self._text[name]] = _hidden(value) if tells(name) else self._one(value, self._text)
        return made

    def _locals(self, values: Any) -> Any:
        if not isinstance(values, dict):
            return self.value(values)
        return self._but_for(values, lambda value: value in _NOTHING)

    def _shapes(self, values: Any) -> Any:
        return self._named(values, _tells_nothing)

    def _versions(self, values: Any) -> Any:
        """What is installed: PyJWT's version is no token."""
        if not isinstance(values, dict):
            return self.value(values)
        return self._but_for(values, lambda value: isinstance(value, str) and _VERSION.match(value))

    def _but_for(self, values: Part, harmless: Callable[[Any], object]) -> Part:
        """As `_named`; what is harmless by its value stays readable, whatever its name tells."""
        kept = {self._text[name]: value for name, value in values.items() if isinstance(name, str) and harmless(value)}
        return {**self._named(values, self._names.tells), **kept}

    def _time(self, value: Any) -> Any:
        return value if isinstance(value, str) and _TIME.match(value) else self._one(value, self._text)

    def _digits(self, length: int) -> Handler:
        def handle(value: Any) -> Any:
            if isinstance(value, str) and len(value) == length and _HEXADECIMAL.issuperset(value):
                return value
            return self._one(value, self._text)

        return handle


def _tells_nothing(_name: str) -> bool:
    return False


def _hidden(value: Any) -> Any:
    """X10: of what is hidden, only that it is nothing, true, false or empty is told."""
    if value is None or isinstance(value, bool) or (isinstance(value, (str, list, dict)) and not value):
        return value
    return MARK


@lru_cache(maxsize=8)
def _walk(extra: Tuple[str, ...], *, locals_are_shapes: bool = False) -> _Walk:
    return _Walk(extra, locals_are_shapes=locals_are_shapes)
