"""What GitHub takes for a schedule: five fields of POSIX cron, in which `*`, `,`, `-` and `/` mean something."""

from __future__ import annotations

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
#: Each field's name, its least and its greatest number, and the words for them from the least on.
_FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)


def wrong_cron(text: str) -> str:
    """Why GitHub would refuse it, "" where it would not."""
    fields = text.split()
    if len(fields) != len(_FIELDS):
        return f"{text[:60]!r} has {len(fields)} fields, and a schedule has five: minute, hour, day, month, weekday"
    for told, (name, least, most, words) in zip(fields, _FIELDS, strict=True):
        for part in told.split(","):
            if not _fits(part.lower(), least, most, words):
                return f"{part[:30]!r} is no {name} ({least} to {most})"
    return ""


def _fits(part: str, least: int, most: int, words: tuple[str, ...]) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (_digits(step) and 1 <= int(step) <= most + 1):
        return False
    if span == "*":
        return True
    first, dash, last = span.partition("-")
    begins, ends = (_number(each, least, words) for each in (first, last if dash else first))
    return begins is not None and ends is not None and least <= begins <= ends <= most


def _number(text: str, least: int, words: tuple[str, ...]) -> int | None:
    if text in words:
        return words.index(text) + least
    return int(text) if _digits(text) else None


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4
