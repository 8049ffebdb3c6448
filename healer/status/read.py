"""The hidden marker at the end of a fix's body. It is text that a person may have edited: nothing in it is trusted."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

_STATE = re.compile(r"<!-- splat:state (\{[^\n]{2,2000}\}) -->")
_MOST_DOLLARS = 10_000.0


class State(NamedTuple):
    """What a fix's marker says; None for what it does not."""

    confidence: int | None = None
    dollars: float | None = None


def read_state(text: str) -> State:
    """Of a pull request's body, or of the bare marker. Never raises."""
    found = _STATE.findall(text[-8_000:])
    return _read(found[-1]) if found else _read(text) if text.startswith("{") else State()


def _read(marker: str) -> State:
    try:
        told = json.loads(marker)
    except (ValueError, RecursionError):
        return State()
    if not isinstance(told, dict):
        return State()
    confidence, dollars = told.get("confidence"), told.get("dollars")
    sure = confidence if type(confidence) is int and 0 <= confidence <= 100 else None
    paid = float(dollars) if isinstance(dollars, (int, float)) and 0 <= dollars <= _MOST_DOLLARS else None
    return State(sure, paid)
