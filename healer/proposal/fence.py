"""Text from outside, made fit to be shown: redacted, stripped of hidden characters, between marks it cannot forge."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from healer.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Control characters but tab and newline, zero-width and bidirectional marks, and the invisible "tag" letters: a
#: person who reads the same text would not see what the model reads.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def fresh_nonce(texts: Iterable[str], preferred: str = "") -> str:
    """A random code that stands in none of `texts`; `preferred` where that one does not."""
    known = list(texts)
    nonce = preferred or secrets.token_hex(8)
    while any(nonce in text for text in known):
        nonce = secrets.token_hex(8)
    return nonce


def fence(nonce: str, text: str, mark: str = "data") -> str:
    """`text` between the marks of `nonce`, which must not stand in it."""
    if nonce in text:
        raise ValueError("the nonce stands in the text that it is to enclose")
    return f"<{mark}-{nonce}>\n{text}\n</{mark}-{nonce}>"


def shown(text: str, limit: int | None = None) -> str:
    """Words of others (a message, a log, a hint): no hidden characters, no secrets, at most about `limit` characters,
    the middle left out.
    """
    # Cut before the work, with room for a secret that straddles the cut, and once more after it.
    rough = text if limit is None else middle_out(text, 2 * limit + 2_000)
    plain = redact(_HIDDEN.sub("", encodable(rough.replace("\r\n", "\n"))))
    return plain if limit is None else middle_out(plain, limit)


def source(text: str) -> str:
    """A file's text: `find` must be able to quote it, so only secrets and what no request can carry are replaced."""
    return redact(encodable(text))


def encodable(text: str) -> str:
    """Lone surrogates cannot be sent as UTF-8; they become "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")


def middle_out(text: str, limit: int) -> str:
    """At most about `limit` characters: head and tail, and how much was left out between them."""
    if len(text) <= limit:
        return text
    head = limit * 2 // 3
    return f"{text[:head]}\n... {len(text) - limit} characters left out ...\n{text[len(text) - (limit - head) :]}"
