"""TOML of others, read in time linear in its length."""

from __future__ import annotations

import re
from typing import Any

_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_MOST_DOTS = 300


def read_toml(text: str) -> dict[str, Any]:
    """The table that `text` is. Raises ValueError that says what is wrong, with the line where it is known."""
    import tomllib

    # Python's own reader takes time by the square of the parts of a dotted key.
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") > _MOST_DOTS and _QUOTED.sub("", line).count(".") > _MOST_DOTS:
            raise ValueError(f"a name of more than {_MOST_DOTS} parts (at line {number})")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
