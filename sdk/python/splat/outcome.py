"""T1: what became of an item."""

from __future__ import annotations

import enum


class Outcome(enum.Enum):
    """What a transport answers for each item."""

    DELIVERED = "delivered"
    LATER = "later"
    NEVER = "never"
