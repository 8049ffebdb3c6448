"""W, R9: the one way a report is written, and what reads it back.

Worker only: `json` costs the start of an app.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from splat.values import Report

SCHEMA = "splat-report/1"
RUNTIMES = ("python", "javascript", "go", "ruby", "php")

_SURROGATE = re.compile("[\ud800-\udfff]")
_SIGNATURE = re.compile(r"(?:[0-9a-f]{16})?\Z")
#: An escape as `json` writes it: it spells two by a letter where W2 spells them by number.
_ESCAPE = re.compile(r"\\(.)")
_BY_NUMBER = {"b": "\\u0008", "f": "\\u000c"}
_ACTING = (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e"), ("`", "\\u0060"), ("\x7f", "\\u007f"))

# Python orders texts by code point, which is the order of their UTF-8 bytes.
_dump = json.JSONEncoder(ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def canonical(report: Report) -> str:
    """The report's canonical JSON (W1, W2): ASCII on one line. ValueError for what JSON cannot hold."""
    text = _dump(report)
    if "\\ud" in text:
        # A pair of halves is one character, a lone half is none: only before writing they can be told apart.
        text = _dump(_whole(report))
    if "\\b" in text or "\\f" in text:
        text = _ESCAPE.sub(lambda match: _BY_NUMBER.get(match[1], match[0]), text)
    for character, escape in _ACTING:
        text = text.replace(character, escape)
    return text


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_whole(key): _whole(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(each) for each in value]
    return value


def read_back(text: str) -> Report:
    """The report in a JSON text. ValueError, with the place as a JSON path, for what R9 refuses."""
    report = _parsed(text)
    if report.get("schema") != SCHEMA:
        _refuse("$.schema", f"the schema is not {SCHEMA}")
    if report.get("runtime") not in RUNTIMES:
        _refuse("$.runtime", f"the runtime is none of {', '.join(RUNTIMES)}")
    exceptions = report.get("exceptions")
    if not isinstance(exceptions, list) or not exceptions:
        _refuse("$.exceptions", "there is no exception")
    for index, exception in enumerate(exceptions):
        if not isinstance(exception, dict) or not isinstance(exception.get("type"), str):
            _refuse(f"$.exceptions[{index}]", "an exception is an object with a text `type`")
    signature = report.get("signature", "")
    if not isinstance(signature, str) or not _SIGNATURE.match(signature):
        _refuse("$.signature", "a signature is 16 lower-case hexadecimal digits")
    return report


def _parsed(text: str) -> Report:
    try:
        report = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        _refuse(f"line {error.lineno}, column {error.colno}", f"not JSON: {error.msg}")
    except RecursionError:
        _refuse("$", "nested too deeply")
    except ValueError as error:  # NaN, or a number of more digits than Python converts
        _refuse("$", f"not JSON: {str(error)[:200]}")
    if not isinstance(report, dict):
        _refuse("$", "not one JSON object")
    return report


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _refuse(where: str, what: str) -> NoReturn:
    raise ValueError(f"{where}: {what}") from None
