"""`none`: everything counts as delivered."""

from __future__ import annotations

from typing import List, Sequence

from splat.outcome import Outcome
from splat.values import Item, Transport


class Nowhere(Transport):
    """Base of the transports that owe nothing."""

    def send(self, batch: Sequence[Item]) -> List[Outcome]:
        """See `Transport`."""
        return [Outcome.DELIVERED] * len(batch)

    def tick(self) -> None:
        """See `Transport`."""

    def hurry(self, deadline: float) -> None:
        """See `Transport`."""

    def close(self, deadline: float) -> None:
        """See `Transport`."""
