"""The ground floor: takes secrets out of any text before it is sent, kept or shown.

What counts: values whose shape is published (`shapes`), values that stand behind a name that says so (`pairs`,
`names`), and card numbers. Program text survives: an expression behind such a name is no value.
"""

from __future__ import annotations

from healer.redact.pairs import pairs
from healer.redact.shapes import shapes
from healer.redact.value import MARK, Secret

__all__ = ["MARK", "Secret", "find_secrets", "redact"]

#: What a secret's neighbour is taken for may change once the secret is gone, so a text with secrets is read again.
_PASSES = 6


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
    for _ in range(_PASSES):
        found = find_secrets(text)
        if not found:
            break
        text = _without(text, found)
    return text


def _without(text: str, secrets: list[Secret]) -> str:
    pieces: list[str] = []
    at = 0
    for secret in secrets:
        pieces += (text[at : secret.start], MARK)
        at = secret.end
    pieces.append(text[at:])
    return "".join(pieces)
