"""Chooses among ranked pieces: the best first, stricter the more is already chosen, never above the budget."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from healer.context.render import MAX_WIDTH, merged, numbered
from healer.context.tokens import CHARACTERS_PER_TOKEN, estimate
from healer.context.value import Dropped, Excerpt

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from healer.context.piece import Piece
    from healer.context.sources import Library

#: The least score that a piece needs once so many tokens are chosen: most crashes need little, and the functions on
#: the stack may fill the budget, but what only might be of use stops early.
_LADDER = ((5_500, 12), (7_000, 22), (8_000, 30), (9_000, 38), (10_500, 48), (13_500, 56), (17_000, 70))
_TOP = 82
#: Little pieces are worth their price sooner.
_CHEAP, _CHEAP_BONUS = 60, 8
#: What a file's header and its gaps cost.
_FILE, _GAP = 14, 2
#: No single piece, a giant function above all, may take more of the budget.
_SHARE = 0.7
_PREFIX = 8
_MOST_DROPPED = 60


class Shelf:
    """The lines chosen so far, by file, and what they cost."""

    def __init__(self, library: Library, budget: int) -> None:
        self._library = library
        self.budget = budget
        self.tokens = 0
        self.chosen: defaultdict[str, set[int]] = defaultdict(set)
        self._taken: list[tuple[Piece, frozenset[int], int]] = []
        self._cut: list[tuple[Piece, frozenset[int]]] = []

    def fill(self, pieces: Iterable[Piece]) -> None:
        """Take the pieces by rank while they are worth it; what is cut is recorded."""
        for piece in sorted(pieces, key=lambda one: -one.score):
            lines = self._library.lines(piece.path)
            new = frozenset(range(max(piece.first, 1), min(piece.last, len(lines)) + 1)) - self.chosen[piece.path]
            if not new:
                continue
            cost = self._cost(piece.path, lines, new)
            if self.tokens + cost > self.budget or piece.score < self._least(cost) or cost > _SHARE * self.budget:
                self._cut.append((piece, new))
            else:
                self.tokens += cost
                self.chosen[piece.path] |= new
                self._taken.append((piece, new, cost))

    def _least(self, cost: int) -> float:
        """What a piece of this cost must score now."""
        after = self.tokens + cost
        least = next((least for limit, least in _LADDER if after <= limit), _TOP)
        return least - _CHEAP_BONUS if cost <= _CHEAP else least

    def _cost(self, path: str, lines: Sequence[str], new: Collection[int]) -> int:
        characters = sum(min(len(lines[number - 1]), MAX_WIDTH + 30) + _PREFIX for number in new)
        beyond = sum(len(lines[number - 1]) for number in new if not lines[number - 1].isascii())
        return int(characters / CHARACTERS_PER_TOKEN + beyond / 4) + _GAP + (0 if self.chosen[path] else _FILE)

    def excerpts(self, marked: Mapping[str, Collection[int]]) -> tuple[Excerpt, ...]:
        """What was chosen, file by file in the order of their rank; never above the budget."""
        found = self._drawn(marked)
        while self._taken and sum(excerpt.tokens for excerpt in found) > self.budget:
            piece, new, cost = self._taken.pop()
            self.chosen[piece.path] -= new
            self.tokens -= cost
            self._cut.append((piece, new))
            found = self._drawn(marked)
        return found

    def _drawn(self, marked: Mapping[str, Collection[int]]) -> tuple[Excerpt, ...]:
        found = []
        for path, numbers in self.chosen.items():
            if numbers:
                lines = self._library.lines(path)
                spans = _spans(numbers)
                text = numbered(lines, spans, marked.get(path, ()))
                reasons = dict.fromkeys(piece.reason for piece, _, _ in self._taken if piece.path == path)
                tokens = estimate(text) + estimate(path)
                found.append(Excerpt(path, spans, text, tokens, "; ".join(list(reasons)[:6])))
        return tuple(found)

    def dropped(self) -> tuple[Dropped, ...]:
        """What was ranked and is not shown, each line once, the most valuable first."""
        found: list[Dropped] = []
        seen: defaultdict[str, set[int]] = defaultdict(set)
        for piece, new in sorted(self._cut, key=lambda pair: -pair[0].score):
            left = new - self.chosen[piece.path] - seen[piece.path]
            if left and len(found) < _MOST_DROPPED:
                seen[piece.path] |= left
                cost = self._cost(piece.path, self._library.lines(piece.path), left)
                found.append(Dropped(piece.path, _spans(left), cost, piece.reason))
        return tuple(found)


def _spans(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    return merged((number, number) for number in numbers)
