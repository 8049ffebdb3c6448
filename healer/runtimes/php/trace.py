"""Reads what PHP, Monolog (Laravel, Symfony) and phpunit print when something is thrown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.frames import ExceptionInfo, Frame, Relation, Trace
from healer.runtimes.php.frames import Call, frames, in_app, read_calls
from healer.runtimes.php.heads import Head, above, alone, unescape
from healer.runtimes.php.phpunit import find_phpunit
from healer.signature import clean_function as _clean

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["clean_function", "find", "in_app"]

_ANCHOR = re.compile(r"\s{0,40}(?:(?:PHP )?Stack trace:|\[stacktrace\])\s*$")
_FIRST_CALL = re.compile(r"\s{0,40}#0 (?:\[internal function\]|\S.{0,1000}?\(\d{1,9}\)): ")
_THROWN = re.compile(r"\s{0,40}thrown in \S.* on line \d{1,9}\s*$")
#: Blank lines, at most, between the parts of a chain, and between a head and its stack trace.
_GAP = 3


@dataclass(frozen=True, slots=True)
class _Raised:
    """One exception as printed, in lines `head.first` to `last`."""

    head: Head
    frames: tuple[Frame, ...]
    last: int


def find(lines: Sequence[str]) -> list[Trace]:
    """Every PHP trace in already unwrapped lines, in order; linear time, never raises. Warnings without a stack trace
    count only where nothing else was thrown.
    """
    tests = find_phpunit(lines)
    raised = _read(lines)
    hard = [each for each in raised if not each.head.soft or len(each.frames) > 1]
    traces = [_as_trace(chain) for chain in _chains(hard if hard or tests else raised)]
    return sorted([*tests, *traces], key=lambda trace: trace.first)


def clean_function(name: str) -> str:
    """The function's name alone: no class, no namespace, no arguments, closures without their place."""
    return _clean("php", name)


def _read(lines: Sequence[str]) -> list[_Raised]:
    found: list[_Raised] = []
    floor = index = 0
    while index < len(lines):
        each = _at(lines, index, floor)
        if each:
            found.append(each)
            floor = index = max(index, each.last) + 1
        else:
            index += 1
    return found


def _at(lines: Sequence[str], index: int, floor: int) -> _Raised | None:
    line = lines[index]
    if ("tack trace:" in line or "[stacktrace]" in line) and _ANCHOR.match(line[:200]):
        return _traced(lines, index, index + 1, floor)
    if "#0 " in line[:50] and _FIRST_CALL.match(line[:2_000]):
        return _traced(lines, index, index, floor)
    if " on line " in line or "[object] (" in line or "Uncaught " in line:
        head = None if _anchor_follows(lines, index) else alone(lines, index)
        return _Raised(head, frames([], head.path, head.line), index) if head else None
    return None


def _anchor_follows(lines: Sequence[str], index: int) -> bool:
    following = (line for line in lines[index + 1 : index + 2 + _GAP] if line.strip())
    line = next(following, "")[:2_000]
    return _ANCHOR.match(line) is not None or _FIRST_CALL.match(line) is not None


def _traced(lines: Sequence[str], anchor: int, first: int, floor: int) -> _Raised | None:
    """The exception whose calls start at line `first` and whose head ends above line `anchor`."""
    calls, end = read_calls(lines, first)
    if "[stacktrace]" in lines[anchor]:
        calls = [Call(unescape(call.path), call.line, unescape(call.function)) for call in calls]
    head = above(lines, anchor, floor)
    if head is None:
        if len(calls) < 2:
            return None
        head = Head("", "", calls[0].path, calls[0].line, anchor)
        return _Raised(head, frames(calls[1:], head.path, head.line), end - 1)
    if end < len(lines) and _THROWN.match(lines[end][:2_000]):
        end += 1
    return _Raised(head, frames(calls, head.path, head.line), end - 1)


def _chains(raised: Sequence[_Raised]) -> list[list[_Raised]]:
    """Exceptions that were printed as one, each list from the surfaced one down."""
    chains: list[list[_Raised]] = []
    for each in raised:
        close = bool(chains) and each.head.first - max(old.last for old in chains[-1][-1:] + chains[-1][:1]) <= _GAP + 1
        if close and each.head.link == "next":
            chains[-1].insert(0, each)
        elif close and each.head.link == "previous":
            chains[-1].append(each)
        else:
            chains.append([each])
    return chains


def _as_trace(chain: Sequence[_Raised]) -> Trace:
    exceptions = []
    for index, each in enumerate(chain):
        relation: Relation = "cause" if index else "surfaced"
        parent = index - 1 if index else None
        exceptions.append(ExceptionInfo(each.head.type, each.head.message, each.frames, relation, parent))
    first = min(chain[0].head.first, chain[-1].head.first)
    return Trace("php", tuple(exceptions), first, max(chain[0].last, chain[-1].last))
