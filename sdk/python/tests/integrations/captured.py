"""A client that keeps what it would have sent."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Sequence

import splat
from splat.values import Count, Item, Outcome


class Kept:
    """A transport that delivers into lists."""

    def __init__(self) -> None:
        self.reports: List[Dict[str, Any]] = []
        self.counts: List[Count] = []

    def send(self, batch: Sequence[Item]) -> List[Outcome]:
        """Always delivers."""
        for item in batch:
            if isinstance(item.body, Count):
                self.counts.append(item.body)
            else:
                self.reports.append(item.body)
        return [Outcome.DELIVERED] * len(batch)

    def tick(self) -> None:
        """Owes nothing."""

    def close(self, deadline: float) -> None:
        """Nothing to close."""

    @property
    def errors(self) -> int:
        """How often something was captured: one captured twice is a report and a count."""
        return len(self.reports) + sum(count.seen for count in self.counts)

    @property
    def types(self) -> List[str]:
        """Of the reports."""
        return [report["exceptions"][0]["type"] for report in self.reports]


@contextmanager
def capturing(**options: Any) -> Iterator[Kept]:
    """`splat.init`, and `splat.close` at the end: then all is kept. No integrations but those asked for."""
    kept = Kept()
    with tempfile.TemporaryDirectory() as spool:
        splat.init(transport=kept, spool_dir=spool, **{"integrations": (), **options})
        try:
            yield kept
        finally:
            splat.close(60)  # what takes so long only beside other loads
