"""How many tokens a text will be, without a tokenizer at hand."""

from __future__ import annotations

import math

#: Source code in the five languages, with line numbers before it, runs at 3.5 to 3.8 characters a token; dividing by
#: a little less errs high by five to ten per cent, so that a budget is kept and not just aimed at.
CHARACTERS_PER_TOKEN = 3.4
#: Letters beyond ASCII cost one token each or nearly.
_BEYOND_ASCII = 1.0


def estimate(text: str) -> int:
    """Tokens of `text`, rounded up; 0 for ""."""
    if text.isascii():
        return math.ceil(len(text) / CHARACTERS_PER_TOKEN)
    plain = len(text.encode("ascii", "ignore"))
    return math.ceil(plain / CHARACTERS_PER_TOKEN + (len(text) - plain) * _BEYOND_ASCII)
