"""The items of a batch that tell of one bug, as one."""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from splat import clock
from splat.block import counted
from splat.decide import Sighting
from splat.values import Count, Item, Report


class Times(NamedTuple):
    """Errors in one release: how many, the first and the last. Times: seconds since the epoch."""

    seen: int
    first: float
    last: float
    release: str

    def and_(self, other: Times) -> Times:
        """Both together, in the release of this one."""
        return Times(self.seen + other.seen, min(self.first, other.first), max(self.last, other.last), self.release)


class Group(NamedTuple):
    """All of one signature in a batch. `places` are where its items stood in the batch."""

    signature: str
    report: Optional[Report]  #: the earliest; without one, no issue can be made
    times: Tuple[Times, ...]  #: one a release, in the order of their last times
    beside: Tuple[Times, ...]  #: the same without the report's own
    places: Tuple[int, ...]

    @property
    def sighting(self) -> Sighting:
        """What is decided about: the last error."""
        last = self.times[-1]
        return Sighting(self.signature, int(last.last * 1000), last.release)

    def counted_in(self, body: str, times: Optional[Sequence[Times]] = None) -> Optional[str]:
        """D4: the body with these in its block; None when it has none that can take them."""
        text: Optional[str] = body
        for each in self.times if times is None else times:
            if text is not None:
                text = counted(text, each.seen, clock.iso(each.first), clock.iso(each.last), each.release)
        return text


def groups(batch: Sequence[Item]) -> List[Group]:
    """A batch by signatures, in the order in which they come up."""
    places: Dict[str, List[int]] = {}
    for place, item in enumerate(batch):
        places.setdefault(item.signature, []).append(place)
    return [_group(signature, batch, where) for signature, where in places.items()]


def _group(signature: str, batch: Sequence[Item], places: Sequence[int]) -> Group:
    reports = [batch[place] for place in places if not isinstance(batch[place].body, Count)]
    chosen = min(reports, key=lambda item: item.time, default=None)
    all_of = [batch[place] for place in places]
    report = chosen.body if chosen is not None and not isinstance(chosen.body, Count) else None
    beside = _by_release([item for item in all_of if item is not chosen])
    return Group(signature, report, _by_release(all_of), beside, tuple(places))


def _by_release(items: Sequence[Item]) -> Tuple[Times, ...]:
    merged: Dict[str, Times] = {}
    for item in items:
        each = _times(item)
        known = merged.get(each.release)
        merged[each.release] = known.and_(each) if known else each
    return tuple(sorted(merged.values(), key=lambda each: each.last))


def _times(item: Item) -> Times:
    if isinstance(item.body, Count):
        return Times(item.body.seen, item.body.first, item.body.last, item.body.release)
    report = item.body
    seen = (report.get("occurrences") or {}).get("count", 1)
    return Times(seen if isinstance(seen, int) else 1, item.time, item.time, report.get("release") or "")
