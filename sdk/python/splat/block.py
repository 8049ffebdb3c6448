"""D2 to D4: what the SDK reads and writes of an issue that is there: its marker, and the block that counts."""

from __future__ import annotations

import re
from typing import List, NamedTuple, Optional, Sequence, Tuple

from splat.text import one_line

MAX_COUNT = 999_999_999_999_999
#: GitHub takes no longer body, in bytes of UTF-8 to be safe.
MAX_BODY = 65_536
_MOST_RELEASES = 20
_FURTHEST_END = 1_000

_MARKER = re.compile("<!-- splat:1 signature=([0-9a-f]{16}) -->")
_SEEN = re.compile(
    "<!-- splat:seen count=([0-9]{1,15}) first=([0-9TZ:.-]{20,30}) last=([0-9TZ:.-]{20,30})"
    " releases=([0-9A-Za-z._+%,]*) -->"
)
_END = "<!-- splat:end -->"
_DUPLICATE = re.compile("<!-- splat:duplicate of=([1-9][0-9]{0,17}) -->")
_PLAIN = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._+")


class Block(NamedTuple):
    """What a block says. Times as R1 writes them, releases encoded as D3 says, oldest first."""

    seen: int
    first: str
    last: str
    releases: Tuple[str, ...]
    duplicate_of: Optional[int]  #: number of the issue this one was closed for (D8)
    start: int  #: where the block stands in the body, in code points
    end: int


def marker_of(body: str) -> Optional[str]:
    """D2: the signature that a body is marked with; None without one, or with two that differ."""
    signatures = set(_MARKER.findall(body))
    return signatures.pop() if len(signatures) == 1 else None


def marker(signature: str) -> str:
    """The line that marks an issue with its signature."""
    return f"<!-- splat:1 signature={signature} -->"


def encoded(release: str) -> str:
    """D3: a release as a block lists it; "" for none."""
    raw = one_line(release, 1_000).encode("utf-8")[:60]
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in raw)[:60]


def block(count: int, first: str, last: str, releases: Sequence[str]) -> str:
    """D3: the block. `releases` are encoded."""
    often = "once" if count == 1 else f"**{count} times**"
    wide = f", in {len(releases)} releases" if len(releases) > 1 else ""
    return (
        f"<!-- splat:seen count={count} first={first} last={last} releases={','.join(releases)} -->\n"
        f"Seen {often}, first {_shown(first)}, last {_shown(last)}{wide}.\n"
        f"{_END}"
    )


def _shown(time: str) -> str:
    return f"{time[:10]} {time[11:19]} UTC"


def block_of(body: str) -> Optional[Block]:
    """What the block of a body says; None when it has none that is whole."""
    head = _SEEN.search(body)
    if head is None:
        return None
    end = body.find(_END, head.end(), head.end() + _FURTHEST_END + len(_END))
    if end < 0:
        return None
    duplicate = _DUPLICATE.search(body, head.end(), end)
    releases = tuple(each for each in head[4].split(",") if each)
    of = int(duplicate[1]) if duplicate else None
    return Block(int(head[1]), head[2], head[3], releases, of, head.start(), end + len(_END))


def counted(body: str, count: int, first: str, last: str, release: str = "") -> Optional[str]:
    """D4: the body with `count` more in its block, seen from `first` to `last` in `release`.

    None when it has no block, or would be too long. Nothing around the block changes.
    """
    was = block_of(body)
    if was is None:
        return None
    releases: List[str] = list(was.releases)
    name = encoded(release)
    if name and name not in releases:
        releases.append(name)
    now = block(
        min(was.seen + count, MAX_COUNT), min(was.first, first), max(was.last, last), releases[-_MOST_RELEASES:]
    )
    return _within(body[: was.start] + now + body[was.end :])


def as_duplicate(body: str, of: int) -> Optional[str]:
    """D8: the body with `of` named in its block as the issue that stays; None as with `counted`."""
    was = block_of(body)
    if was is None:
        return None
    head, _, rest = block(was.seen, was.first, was.last, was.releases).partition("\n")
    now = f"{head}\n<!-- splat:duplicate of={of} -->\n{rest}"
    return _within(body[: was.start] + now + body[was.end :])


def _within(body: str) -> Optional[str]:
    return body if len(body.encode("utf-8", "surrogatepass")) < MAX_BODY else None
