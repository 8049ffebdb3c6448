"""Changes of lines: the one form between edits, diffs and bytes."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Pairs of lines up to which two blocks are compared line by line; beyond it one block replaces the other.
_COMPARED = 250_000


@dataclass(frozen=True, slots=True)
class Op:
    """`lines`, with their endings, replace the lines `start` to `end` (from 0, `end` excluded) of a file."""

    start: int
    end: int
    lines: tuple[str, ...]


def minimal(old: Sequence[str], new: Sequence[str], depth: int = 3) -> list[Op]:
    """The fewest changes that lead from `old` to `new`, as far as they can be found in little time.

    Large blocks are cut at lines that both sides hold once, up to `depth` times over.
    """
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return list(_between(old[head : len(old) - tail], new[head : len(new) - tail], head, depth))


def _between(old: Sequence[str], new: Sequence[str], offset: int, depth: int) -> Iterator[Op]:
    if not old and not new:
        return
    large = len(old) * len(new) > _COMPARED
    if large and depth and (anchors := _anchors(old, new)):
        at = start = 0
        for line, other in [*anchors, (len(old), len(new))]:
            for op in minimal(old[at:line], new[start:other], depth - 1):
                yield Op(offset + at + op.start, offset + at + op.end, op.lines)
            at, start = line + 1, other + 1
        return
    if not old or not new or large:
        yield Op(offset, offset + len(old), tuple(new))
        return
    for tag, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield Op(offset + start, offset + end, tuple(new[first:last]))


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of places of lines that occur once on each side, the longest chain of them that keeps its order."""
    once = {line for line, count in Counter(old).items() if count == 1}
    once &= {line for line, count in Counter(new).items() if count == 1}
    places = {line: number for number, line in enumerate(new) if line in once}
    pairs = [(number, places[line]) for number, line in enumerate(old) if line in once]
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, other) in enumerate(pairs):
        length = bisect_left(ends, other)
        ends[length : length + 1] = [other]
        last[length : length + 1] = [index]
        before.append(last[length - 1] if length else -1)
    chain: list[tuple[int, int]] = []
    index = last[-1] if last else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def perform(ops: Sequence[Op], lines: Sequence[str]) -> list[str]:
    """The lines after the ops, which are ordered and apart."""
    after: list[str] = []
    at = 0
    for op in ops:
        after += [*lines[at : op.start], *op.lines]
        at = op.end
    return [*after, *lines[at:]]


def undo(ops: Sequence[Op], lines: Sequence[str]) -> list[Op]:
    """The ops that lead back to `lines`, the lines before."""
    back: list[Op] = []
    shift = 0
    for op in ops:
        start = op.start + shift
        back.append(Op(start, start + len(op.lines), tuple(lines[op.start : op.end])))
        shift += len(op.lines) - (op.end - op.start)
    return back


def joined(ops: Sequence[Op]) -> list[Op]:
    """The same changes with ops that touch made one."""
    whole: list[Op] = []
    for op in ops:
        if whole and whole[-1].end == op.start:
            last = whole.pop()
            whole.append(Op(last.start, op.end, last.lines + op.lines))
        else:
            whole.append(op)
    return whole
