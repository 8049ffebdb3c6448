"""A report that the app changed (`before_send`), back in the shape of `sdk/report.schema.json`.

The engine refuses a report with one wrong value in it, so what does not fit goes, and the rest stays.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping

if TYPE_CHECKING:
    from splat.values import Report

_GONE = object()
Check = Callable[[Any], Any]

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z\Z")


def conform(report: Report) -> Report:
    """`report` without what its schema does not allow. ValueError when no exception is left in it.

    Texts may be longer than the schema says: limits follow (L). Other mappings and tuples become dicts and lists, and
    whole numbers where texts belong become texts.
    """
    made: Report = _REPORT(report)
    if not made.get("exceptions"):
        raise ValueError("$.exceptions: there is no exception")
    # A parent stands before what hangs on it; where one went, the numbers no longer tell which.
    moved = len(made["exceptions"]) != len(report["exceptions"])
    for index, each in enumerate(made["exceptions"]):
        if each.get("parent") is not None and (moved or each["parent"] >= index):
            each["parent"] = None
    return made


def _text(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int and abs(value) < 10**18 else _GONE


def _path(value: Any) -> Any:
    return value.replace("\0", "\ufffd") if isinstance(value, str) else _GONE


def _time(value: Any) -> Any:
    return value if isinstance(value, str) and _TIME.match(value) else _GONE


def _truth(value: Any) -> Any:
    return value if isinstance(value, bool) else _GONE


def _anything(value: Any) -> Any:
    return value


def _or_nothing(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _whole(least: int, most: int) -> Check:
    return lambda value: value if type(value) is int and least <= value <= most else _GONE


def _one_of(*allowed: str) -> Check:
    return lambda value: value if isinstance(value, str) and value in allowed else _GONE


def _list(check: Check, most: int) -> Check:
    def checked(value: Any) -> Any:
        if not isinstance(value, (list, tuple)):
            return _GONE
        return [each for each in map(check, value) if each is not _GONE][:most]

    return checked


def _mapping(check: Check, most: int) -> Check:
    """Of texts to what `check` lets through, the first `most`."""

    def checked(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return _GONE
        pairs = ((key, check(each)) for key, each in value.items() if isinstance(key, str))
        return dict([pair for pair in pairs if pair[1] is not _GONE][:most])

    return checked


def _object(checks: Dict[str, Check], required: tuple[str, ...] = (), others: Check = lambda _: _GONE) -> Check:
    def checked(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return _GONE
        made = {key: checks.get(key, others)(each) for key, each in value.items() if isinstance(key, str)}
        made = {key: each for key, each in made.items() if each is not _GONE}
        return made if all(name in made for name in required) else _GONE

    return checked


_LINE = _or_nothing(_whole(1, 999_999_999))
_LINES = _or_nothing(_list(_text, 50))
_TEXTS = _mapping(_or_nothing(_text), 1_000)
_FRAME = _object(
    {
        "path": _path,
        "line": _LINE,
        "column": _LINE,
        "function": _or_nothing(_text),
        "in_app": _truth,
        "source": _or_nothing(_text),
        "pre_context": _LINES,
        "post_context": _LINES,
        "locals": _or_nothing(_mapping(_text, 500)),
    },
    required=("path",),
)
_EXCEPTION = _object(
    {
        "type": _text,
        "message": _text,
        "frames": _list(_FRAME, 2_000),
        "relation": _one_of("surfaced", "cause", "context", "member"),
        "parent": _or_nothing(_whole(0, 199)),
    },
    required=("type",),
)
_RECORD = {"time": _time, "level": _text, "message": _text}
_REPORT = _object(
    {
        "exceptions": _list(_EXCEPTION, 200),
        "sdk": _object({"name": _text, "version": _text}, required=("name", "version")),
        "dependencies": _mapping(_text, 2_000),
        "deploy": _object({"id": _text, "time": _time}),
        "request": _object(
            {
                "method": _text,
                "route": _text,
                "path": _text,
                "query": _TEXTS,
                "headers": _TEXTS,
                "body": _or_nothing(_text),
            }
        ),
        "logs": _list(_object({**_RECORD, "logger": _text}, required=("message",)), 500),
        "breadcrumbs": _list(_object({**_RECORD, "category": _text, "data": _mapping(_anything, 1_000)}), 500),
        "contexts": _mapping(_anything, 1_000),
        "tags": _TEXTS,
        "occurrences": _object(
            {"count": _whole(1, 999_999_999_999_999), "first_seen": _time, "last_seen": _time}, required=("count",)
        ),
        "truncated": _list(_text, 100),
        "time": _time,
        **dict.fromkeys(
            ("id", "service", "environment", "release", "root", "signature", "runtime_version", "platform", "trace_id"),
            _text,
        ),
    },
    others=_anything,
)
