"""The ground floor: takes secrets out of any text before it is sent, kept or shown.

What counts: values whose shape is published (`shapes`), values that stand behind a name that says so (`pairs`,
`names`), and card numbers. Program text survives: an expression behind such a name is no value.
"""

from __future__ import annotations

from healer.redact.pairs import pairs
from healer.redact.shapes import shapes
from healer.redact.value import MARK, Secret

__all__ = ["MARK", "Secret", "find_secrets", "redact"]


def find_secrets(text: str) -> list[Secret]:
    """Every secret in `text`, ordered and apart. `start` and `end` are indices into it; linear time, never raises."""
    found = sorted([*shapes(text), *pairs(text)], key=lambda secret: (secret.start, -secret.end))
    apart: list[Secret] = []
    for secret in found:
        if apart and secret.start <= apart[-1].end:
            last = apart[-1]
            apart[-1] = Secret(last.kind, last.start, max(last.end, secret.end))
        else:
            apart.append(secret)
    return apart


def redact(text: str) -> str:
    """`text` with each secret replaced by `[REDACTED]`. Redacting twice changes nothing more."""
    pieces: list[str] = []
    at = 0
    for secret in find_secrets(text):
        pieces += (text[at : secret.start], MARK)
        at = secret.end
    pieces.append(text[at:])
    return "".join(pieces)
