"""The report as JSON, the same in engine and SDKs: `sdk/report.schema.json` is its shape."""

from __future__ import annotations

import json
import re
from functools import cache
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from healer.frames import ExceptionInfo, Frame
from healer.outcome import SplatError, UsageError
from healer.report.value import Report
from healer.runtimes import trace_reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from healer.event import Event
    from healer.frames import RuntimeName

SCHEMA = "splat-report/1"
#: Values inside values; the SDKs stop far earlier.
_DEEPEST = 100
_NEXT_STEP = "A report has the shape of sdk/report.schema.json; Splat's SDKs write it."
_TEXTS = ("signature", "root", "service", "environment", "release")
_KNOWN = {"schema", "runtime", "exceptions", *_TEXTS}
#: A wheel carries a copy of the schema; in a checkout it is read where the SDKs have it.
_PLACES = ("healer/data", "sdk")
#: An escape of JSON; halves of a surrogate pair that stand alone are no character.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)


def to_wire(report: Report) -> dict[str, Any]:
    """The report as JSON values. Reading it again gives the same report, but for the event."""
    wire: dict[str, Any] = {
        "schema": SCHEMA,
        "runtime": report.runtime,
        "exceptions": [_exception_to_wire(exception) for exception in report.exceptions],
    }
    wire |= {name: value for name in _TEXTS if (value := getattr(report, name))}
    return wire | {name: value for name, value in report.details.items() if name not in _KNOWN}


def _exception_to_wire(exception: ExceptionInfo) -> dict[str, Any]:
    return {
        "type": exception.type,
        "message": exception.message,
        "frames": [_frame_to_wire(frame) for frame in exception.frames],
        "relation": exception.relation,
        "parent": exception.parent,
    }


def _frame_to_wire(frame: Frame) -> dict[str, Any]:
    wire = {
        "path": frame.path,
        "line": frame.line,
        "column": frame.column,
        "function": frame.function,
        "in_app": frame.in_app,
        "source": frame.source,
    }
    known = {"pre_context": [*frame.pre_context], "post_context": [*frame.post_context], "locals": {**frame.locals}}
    return wire | {name: value for name, value in known.items() if value}


def from_wire(event: Event, text: str) -> Report:
    """The report in a JSON text; UsageError names the place, as a JSON path, where the text does not fit."""
    wire = _parse(text)
    _check(wire)
    runtime: RuntimeName = wire["runtime"]
    return Report(
        event,
        runtime,
        tuple(_exception(each, runtime) for each in wire["exceptions"]),
        details={name: value for name, value in wire.items() if name not in _KNOWN},
        **{name: wire[name] for name in _TEXTS if wire.get(name)},
    )


def _exception(wire: Mapping[str, Any], runtime: RuntimeName) -> ExceptionInfo:
    return ExceptionInfo(
        wire["type"],
        wire.get("message", ""),
        tuple(_frame(frame, runtime) for frame in wire.get("frames", ())),
        wire.get("relation", "surfaced"),
        wire.get("parent"),
    )


def _frame(wire: Mapping[str, Any], runtime: RuntimeName) -> Frame:
    path = wire["path"]
    within = wire.get("in_app")
    return Frame(
        path,
        _whole(wire.get("line")),
        _whole(wire.get("column")),
        wire.get("function") or "",
        trace_reader(runtime).in_app(path) if within is None else within,
        wire.get("source") or "",
        dict(wire.get("locals") or {}),
        tuple(wire.get("pre_context") or ()),
        tuple(wire.get("post_context") or ()),
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)  # JSON Schema counts 3.0 as an integer


def _parse(text: str) -> dict[str, Any]:
    try:
        wire = json.loads(_ESCAPE.sub(_paired, text), parse_constant=_no_constant, parse_float=_finite)
        if _is_deep(wire):
            raise RecursionError
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UsageError(f"The report is not JSON: {error.msg}", where=where, next_step=_NEXT_STEP) from None
    except RecursionError:
        raise UsageError("The report is nested too deeply", where="$", next_step=_NEXT_STEP) from None
    except ValueError as error:  # a number of more digits than Python converts, NaN, Infinity
        raise UsageError(f"The report is not JSON: {str(error)[:200]}", where="$", next_step=_NEXT_STEP) from None
    if not isinstance(wire, dict):
        raise UsageError("The report is not a JSON object", where="$", next_step=_NEXT_STEP)
    return wire


def _paired(match: re.Match[str]) -> str:
    return "\\ufffd" if match[1] else match[0]


def _is_deep(value: Any) -> bool:
    """True for values inside values beyond what every later reader of them can follow."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _check(wire: dict[str, Any]) -> None:
    if wire.get("schema") != SCHEMA:
        says = json.dumps(wire.get("schema"))[:60]
        raise UsageError(f"The report's schema is {says}, not {SCHEMA}", where="$.schema", next_step=_NEXT_STEP)
    try:
        error = next(_validator().iter_errors(wire), None)
    except RecursionError:
        raise UsageError("The report is nested too deeply", where="$", next_step=_NEXT_STEP) from None
    if error is not None:
        what = f"The report does not fit its schema: {error.message[:300]}"
        raise UsageError(what, where=error.json_path, next_step=_NEXT_STEP)
    # The schema's `$` lets a line feed pass behind it, and a signature becomes the name of a branch.
    if wire.get("signature", "").endswith("\n"):
        what = "The report does not fit its schema: a signature has no line feed"
        raise UsageError(what, where="$.signature", next_step=_NEXT_STEP)
    for index, exception in enumerate(wire["exceptions"]):
        parent = exception.get("parent")
        if parent is not None and parent >= index:
            what = "The report does not fit its schema: an exception's parent must stand before it"
            raise UsageError(what, where=f"$.exceptions[{index}].parent", next_step=_NEXT_STEP)


@cache
def _validator() -> Any:
    # jsonschema takes a good part of a second to import, and a printed trace never needs it.
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema())


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of a report."""
    root = Path(__file__).resolve().parents[2]
    for place in _PLACES:
        path = root / place / "report.schema.json"
        if path.is_file():
            loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
            return loaded
    raise SplatError(
        "The schema of reports is missing from this installation",
        where=f"{root}/healer/data/report.schema.json",
        next_step="Install Splat again.",
    )
