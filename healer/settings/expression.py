"""A user's regular expression meets text that anyone may have written: how much of it, so that no match takes long.

A backtracking matcher tries, at worst, every way to divide a text among a pattern's repeats. Their number is a
constant times n to the power of the open repeats that stand one after the other; a repeat within a repeat makes it
exponential. The first gives the length n that is tried, the second is refused.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from math import factorial, prod
from typing import Any, NamedTuple

EXPRESSIONS = frozenset({"type", "message", "path", "environment"})
"""The fields of a triage rule that are regular expressions."""
MOST = 2_000
"""Characters of a text that a pattern may see at most."""
_LEAST = 100
_STEPS = 20_000_000
#: A repeat with a higher bound than this counts as one without.
_OPEN = 64


class UnfitError(Exception):
    """What is wrong with a pattern, as the end of a sentence that begins with it."""


@lru_cache(maxsize=256)
def reach(pattern: str) -> int:
    """How many characters of a text the pattern may be tried on, 100 to 2,000. Raises UnfitError for a pattern that is
    none, or that could take very long on any text.
    """
    try:
        re.compile(pattern)
        items = list(import_module("re._parser").parse(pattern))
        ways = _sequence(items)
    except (re.error, RecursionError, OverflowError) as error:
        raise UnfitError(f"is no regular expression: {error}") from None
    anchored = bool(items) and str(items[0][0]) == "AT" and str(items[0][1]).startswith("AT_BEGINNING")
    power = ways.power + (not anchored)
    length = MOST if not power else int((_STEPS * factorial(power) / ways.times) ** (1 / power))
    if length < _LEAST or ways.times > _STEPS:
        raise UnfitError("could take very long: it has too many open repeats (`*`, `+`) one after the other")
    return min(MOST, length)


class _Ways(NamedTuple):
    """`times` times n to the power of `power`: the ways in which a part of a pattern can match where it stands."""

    times: int = 1
    power: int = 0


def _sequence(items: Any) -> _Ways:
    parts = [_ways(str(op), what) for op, what in items]
    return _Ways(prod(part.times for part in parts), sum(part.power for part in parts))


def _ways(op: str, what: Any) -> _Ways:
    if op in ("MAX_REPEAT", "MIN_REPEAT"):
        return _repeated(*what)
    if op == "SUBPATTERN":
        return _sequence(what[3])
    if op == "BRANCH":
        return _either(what[1])
    if op == "GROUPREF_EXISTS":
        return _either([part for part in what[1:] if part is not None])
    if op in ("ASSERT", "ASSERT_NOT"):
        return _sequence(what[1])
    if op == "POSSESSIVE_REPEAT":
        return _repeated(*what)._replace(times=1)
    if op == "GROUPREF":
        return _Ways(1, 1)  # as long as what it repeats
    return _sequence(what) if op == "ATOMIC_GROUP" else _Ways()


def _either(parts: Any) -> _Ways:
    found = [_sequence(part) for part in parts]
    first = [str(part[0]) if len(part) else "" for part in parts]
    # Where each begins with a letter of its own, one at most can match.
    apart = len({*first}) == len(first) and all(word.startswith("(LITERAL,") for word in first)
    return _Ways(1 if apart else sum(ways.times for ways in found), max(ways.power for ways in found))


def _repeated(least: Any, most: Any, items: Any) -> _Ways:
    inner, least, most = _sequence(items), int(least), int(most)
    if most <= _OPEN:
        return _Ways((most - least + 1) * inner.times**most, inner.power * most)
    if inner != (1, 0):
        raise UnfitError("could take for ever: it has a repeat, or a choice, within an open repeat (`*`, `+`)")
    return _Ways(1, 1)
