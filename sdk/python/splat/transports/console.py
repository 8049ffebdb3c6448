"""`console`: canonical JSON on stderr, one line an item. It is ASCII, so that no terminal acts on it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, List, Sequence

from splat.outcome import Outcome
from splat.transports.none import Nowhere
from splat.wire import text_of

if TYPE_CHECKING:
    from splat.values import Item


class Console(Nowhere):
    """Writes to what `sys.stderr` is at the time; where there is none, nothing is written."""

    def send(self, batch: Sequence[Item]) -> List[Outcome]:
        """See `Transport`."""
        if sys.stderr is None:
            return [Outcome.NEVER] * len(batch)
        try:
            sys.stderr.write("".join(f"{text_of(item)}\n" for item in batch))
            sys.stderr.flush()
        except (OSError, ValueError):  # closed
            return [Outcome.NEVER] * len(batch)
        return [Outcome.DELIVERED] * len(batch)
