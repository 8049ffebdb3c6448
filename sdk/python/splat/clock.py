"""R1: times as an SDK writes them."""

from __future__ import annotations

import time


def iso(seconds: float) -> str:
    """Seconds since the epoch as `2026-11-21T07:00:00.123Z`."""
    milliseconds = max(0, int(seconds * 1000))
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000))
    return f"{moment}.{milliseconds % 1000:03d}Z"


def digits(seconds: float) -> str:
    """The same as digits alone, which order as the times do: `20261121070000123`."""
    return "".join(each for each in iso(seconds) if each.isdigit())


def seconds(text: str) -> float:
    """Seconds since the epoch of what `iso` wrote. ValueError for another form."""
    import calendar

    moment = time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")
    if len(text) != 24 or text[19] != "." or text[23] != "Z":
        raise ValueError(f"{text[:40]!r} is no time of the form 2026-11-21T07:00:00.123Z")
    return calendar.timegm(moment) + int(text[20:23]) / 1000
