"""S6: a message without its variable parts. One pass, left to right; no pattern can look back or run away."""

from __future__ import annotations

import re
from functools import cache
from typing import Match, Pattern

from splat.signature.text import field

#: Only this much of a message's first line is looked at, and only this much of the folded text is kept (code points).
MAX_READ = 5_000
MAX_KEPT = 200

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_CLOCK = "[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
_ZONE = "(?:Z|UTC|GMT| UTC| GMT| ?[+-][0-9]{2}:?[0-9]{2})?"

# In the order in which they are tried at a place; the first that fits wins.
_PARTS = (
    ("str", "\"[^\"]*\"|'[^']*'|`[^`']*[`']"),
    ("url", "[A-Za-z][A-Za-z0-9+.-]{1,20}://[^ \"'`<>()]*"),
    ("email", "[0-9A-Za-z._%+-]{1,64}@[0-9A-Za-z-]{1,63}(?:[.][0-9A-Za-z-]{1,63}){1,8}"),
    ("uuid", "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"),
    ("time", f"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ]{_CLOCK}{_ZONE})?"),
    ("time", f"(?:{_DAY},? )?(?:{_MONTH} [0-9]{{1,2}}|[0-9]{{1,2}} {_MONTH}),? [0-9]{{4}}(?: {_CLOCK}{_ZONE})?"),
    ("time", _CLOCK),
    ("ip", "[0-9]{1,3}(?:[.][0-9]{1,3}){3}(?::[0-9]{1,5})?"),
    ("ip", "\\[[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:%[0-9A-Za-z]{1,16})?\\](?::[0-9]{1,5})?"),
    ("ip", "[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){7}"),
    ("ip", "[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){1,6}::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,5})?"),
    ("hex", "0[xX][0-9A-Fa-f]+"),
    ("word", "[0-9A-Za-z_]+(?:'[A-Za-z]+)*"),
)
_PLACEHOLDERS = tuple(f"<{name}>" if name != "word" else "" for name, _ in _PARTS)


def fold_message(text: str) -> str:
    """The first line of a message, its variable parts named: <str> <url> <email> <uuid> <time> <ip> <hex> <id> <n>.

    At most MAX_KEPT code points; linear in the text.
    """
    line = text[: MAX_READ * 4].lstrip("\t\n\x0b\x0c\r ").partition("\n")[0].partition("\r")[0][:MAX_READ]
    folded = _any().sub(_placeholder, line)
    if "<n>" in folded:
        folded = _numbers().sub("<n>", folded)
    return field(folded[: MAX_KEPT * 4])[:MAX_KEPT].rstrip(" ")


# Compiled when the first error without a frame of the app's comes: most processes never need them.
@cache
def _any() -> Pattern[str]:
    return re.compile("|".join(f"({pattern})" for _, pattern in _PARTS))


@cache
def _numbers() -> Pattern[str]:
    return re.compile("[+-]?<n>(?:[ ,.:;/+-]{1,3}<n>)*")


def _placeholder(match: Match[str]) -> str:
    return _PLACEHOLDERS[(match.lastindex or 1) - 1] or _word(match.group())


def _word(word: str) -> str:
    digits = re.findall("[0-9]+", word)
    if not digits or len(digits[0]) == len(word):
        return "<n>" if digits else word
    if re.match(r"[0-9A-Fa-f]{8,}\Z", word) or (len(word) >= 16 and len(digits) >= 2):
        return "<id>"
    return re.sub("[0-9]+", "<n>", word)
