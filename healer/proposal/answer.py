"""Claude's answer: its schema, and reading it back whatever came."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from healer.outcome import Rejected
from healer.proposal.fence import shown

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

#: Structured output refuses these keywords, so they are checked here only.
_LIMITS = frozenset({"minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"})
_LONGEST = 2_000_000
_CANDIDATES = 50


@cache
def schema() -> dict[str, Any]:
    """The schema that is sent with a request."""
    sent: dict[str, Any] = _without(_schema(), _LIMITS)
    return sent


@cache
def _schema() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(files("healer.prompts").joinpath("answer.schema.json").read_bytes())
    return document


@cache
def validator() -> Validator:
    """What answers are checked with; its first making takes a tenth of a second, mostly to import `jsonschema`."""
    from jsonschema import Draft202012Validator

    # A key too many does no harm; without this rule such keys are simply not read.
    return Draft202012Validator(_without(_schema(), frozenset({"additionalProperties"})))


def read_answer(text: str) -> dict[str, Any] | Rejected:
    """The answer's fields, valid by the schema with all its limits; Rejected says what is wrong with it.

    A code fence or prose around the object is let pass, a key too many too; two answers in one reply are not.
    """
    if len(text) > _LONGEST:
        return _malformed(f"The answer has {len(text)} characters; at most {_LONGEST} are read.", text)
    found = _objects(text)
    if len(found) != 1:
        what = "There are several answers in one reply" if found else "The answer is no JSON object of the given schema"
        return _malformed(f"{what}. Reply with one such object alone.", text)
    answer = found[0]
    if fault := _fault(answer):
        return _malformed(fault, text)
    return answer


def _fault(answer: dict[str, Any]) -> str:
    from jsonschema.exceptions import best_match

    error = best_match(validator().iter_errors(answer))
    if error is not None:
        place = ".".join(str(part) for part in error.absolute_path) or "the object"
        return f"{place}: {error.message[:300]}"
    try:
        json.dumps(answer, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return "The answer holds half a Unicode surrogate pair, which no file can hold."
    return ""


def _objects(text: str) -> list[dict[str, Any]]:
    """Every answer in `text`: the whole of it, else objects with an answer's keys inside it."""
    try:
        whole = _decoder().decode(text.strip())
    except (ValueError, RecursionError):
        return _embedded(text)
    return [whole] if isinstance(whole, dict) else []


def _embedded(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    at, decoder = text.find("{"), _decoder()
    for _ in range(_CANDIDATES):  # each try may read to the end, so their number is what keeps this linear
        if at < 0:
            break
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            if isinstance(value, dict) and {"root_cause", "edits"} <= value.keys():
                found.append(value)
        at = text.find("{", end)
    return found


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_constant=_no_constant)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _malformed(reason: str, text: str) -> Rejected:
    return Rejected("malformed-answer", reason, shown(text, 1_500))


def _without(node: Any, keys: frozenset[str]) -> Any:
    """A schema without some of its keywords."""
    if isinstance(node, list):
        return [_without(item, keys) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: _without(inner, keys) for name, inner in value.items()}
        if key in ("properties", "$defs")
        else _without(value, keys)
        for key, value in node.items()
        if key not in keys
    }
