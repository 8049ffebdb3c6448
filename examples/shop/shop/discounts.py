"""Discount codes."""

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Discount:
    code: str
    percent: int
    minimum_cents: int = 0


_DISCOUNTS = {
    "WELCOME": Discount("WELCOME", 10),
    "TEATIME": Discount("TEATIME", 20, minimum_cents=2000),
}


def find_discount(code: str) -> Optional[Discount]:
    """The discount for a code; None when there is no such code, or it has expired."""
    return _DISCOUNTS.get(code.strip().upper())
