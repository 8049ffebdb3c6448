"""D9: the one issue about errors that got none of their own."""

from __future__ import annotations

import time
from typing import List, Optional, Set

from splat import clock
from splat.block import block, marker
from splat.transports.group import Group, Times

SIGNATURE = "0" * 16
TITLE = "[Splat] More errors than issues"
_EVERY = 3_600.0
_MOST_SIGNATURES = 1_000
_TEXT = (
    "More kinds of errors came up within an hour than Splat files issues for: 10 a process, 20 a repository. Those "
    "that are counted here have no issue of their own. Fix the others first: many may have one cause. When this one "
    "is closed as not planned, Splat leaves it alone."
)


class Summary:
    """What was held back and is not told yet."""

    def __init__(self) -> None:
        self._held: Optional[Times] = None
        self._signatures: Set[str] = set()
        self._told_at: Optional[float] = None

    @property
    def due(self) -> bool:
        """Whether the hour since it was last told is over."""
        return self._told_at is None or time.monotonic() - self._told_at >= _EVERY

    @property
    def owes(self) -> bool:
        """Whether anything is held."""
        return self._held is not None

    def hold(self, group: Group) -> None:
        """Count these here."""
        for each in group.times:
            self._held = each.and_(self._held) if self._held else each
        if len(self._signatures) < _MOST_SIGNATURES:
            self._signatures.add(group.signature)

    def holds(self, signature: str) -> bool:
        """Whether errors of this kind were held before."""
        return signature in self._signatures

    def group(self, overflow: Optional[Group]) -> Optional[Group]:
        """All there is to tell, the items of `overflow` among it; None when that is nothing."""
        held = () if self._held is None else (self._held._replace(release=""),)
        times: List[Times] = [*held, *(overflow.times if overflow else ())]
        places = overflow.places if overflow else ()
        return Group(SIGNATURE, None, tuple(times), (), places) if times else None

    def told(self) -> None:
        """It went out."""
        self._held = None
        self._told_at = time.monotonic()

    def take(self) -> Optional[Times]:
        """What is held, for someone else to tell."""
        held, self._held = self._held, None
        return held


def body(group: Group) -> str:
    """The text of the issue. A count alone is told, nothing of the errors."""
    seen = sum(each.seen for each in group.times)
    first, last = min(each.first for each in group.times), max(each.last for each in group.times)
    return f"{marker(SIGNATURE)}\n{block(seen, clock.iso(first), clock.iso(last), [])}\n\n{_TEXT}"
