"""L1: how a text is cut."""

from __future__ import annotations

#: Stands at the end of what was cut, and in the place of what was dropped.
CUT = "... [truncated]"


def cut(text: str, limit: int) -> str:
    """`text`, or of a text of more than `limit` code points its beginning and the mark, `limit` long together."""
    return text if len(text) <= limit else text[: limit - len(CUT)] + CUT
