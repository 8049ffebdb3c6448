"""Objects of any kind as plain values: None, bool, int, float, str, list and dict with texts as keys.

Reads with the built-in types' own methods, never with those of a subclass: what looks at a value runs none of the
app's code but a bounded `repr`.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import Any, Dict, List, Set

from splat.cut import CUT
from splat.printing import UNPRINTABLE, printed

#: Entries of a container that are handed on: one more than L3 shows, so that it sees that there are more.
MAX_ENTRIES = 101
#: Keys of a mapping that are looked at to find the first in order.
MAX_KEYS = 10_000
CYCLE = "[cycle]"

_MAX_DEPTH = 10
_MAX_VALUES = 4_000
_MAX_BITS = 4_000


def one_level(value: Any) -> Any:
    """A plain value; a container's entries are as they came, at most MAX_ENTRIES, a mapping's in order of its keys."""
    kind = type(value)
    if value is None or kind is str or kind is bool:
        return value
    if kind is int or kind is float:
        return _number(value)
    try:
        return _of_subclass(value, kind)
    except Exception:
        return UNPRINTABLE


def _of_subclass(value: Any, kind: type) -> Any:
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, dict):
        return _mapping(value)
    for container in (list, tuple, set, frozenset):
        if issubclass(kind, container):
            return list(islice(container.__iter__(value), MAX_ENTRIES))
    if issubclass(kind, int):
        return _number(int.__index__(value))
    if issubclass(kind, float):
        return _number(float.__pos__(value))
    if issubclass(kind, (bytes, bytearray)):
        return f"bytes({kind.__len__(value)})"
    if kind is memoryview:
        return f"bytes({value.nbytes})"
    return printed(value)


def _number(value: Any) -> Any:
    if type(value) is float and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if type(value) is int and value.bit_length() > _MAX_BITS:
        return UNPRINTABLE  # Python itself refuses to print much more
    return value


def _mapping(value: Any) -> Dict[str, Any]:
    made: Dict[str, Any] = {}
    for key, each in islice(dict.items(value), MAX_KEYS):
        made[str.__str__(key) if issubclass(type(key), str) else _key(key)] = each
    first = sorted(made)[:MAX_ENTRIES] if len(made) > 1 else list(made)
    return {key: made[key] for key in first}


def _key(key: Any) -> str:
    if key is None or type(key) in (bool, int, float):
        return repr(one_level(key)) if type(key) is not float else str(one_level(key))
    if type(key) is bytes:
        return f"bytes({len(key)})"
    return printed(key)


def plain_copy(value: Any) -> Any:
    """A copy that holds nothing of the app's, of no more than the limits (L3) can show; texts are not cut."""
    return _Copier().copy(value, 0)


class _Copier:
    def __init__(self) -> None:
        self._left = _MAX_VALUES
        self._above: Set[int] = set()

    def copy(self, value: Any, depth: int) -> Any:
        self._left -= 1
        plain = one_level(value)
        if not isinstance(plain, (list, dict)):
            return plain
        if id(value) in self._above:
            return CYCLE
        if plain and (depth >= _MAX_DEPTH or self._left <= 0):
            return CUT
        self._above.add(id(value))
        made: Any
        if isinstance(plain, list):
            made = self._entries(plain, depth)
        else:
            made = {key: self.copy(each, depth + 1) for key, each in plain.items()}
        self._above.discard(id(value))
        return made

    def _entries(self, plain: List[Any], depth: int) -> List[Any]:
        return [self.copy(each, depth + 1) for each in plain]
