"""Figures as a person says them; what there is none of is a dash."""

from __future__ import annotations

NONE = "-"


def duration(seconds: float | None) -> str:
    """As a person says it: "45 s", "6 min", "3.5 h", "2.1 days"."""
    if seconds is None:
        return NONE
    for size, name, most in ((1, "s", 90), (60, "min", 90), (3600, "h", 48)):
        if seconds < size * most:
            return f"{seconds / size:.1f} h" if name == "h" else f"{seconds / size:.0f} {name}"
    return f"{seconds / 86_400:.1f} days"


def dollars(amount: float | None) -> str:
    """With cents, and with as many digits as a small sum needs."""
    if amount is None:
        return NONE
    return f"${amount:,.2f}" if amount >= 0.1 or amount == 0 else f"${amount:.4f}"


def percent(part: float | None) -> str:
    """A part of 1."""
    return NONE if part is None else f"{part:.0%}"
