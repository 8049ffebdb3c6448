"""An item as the text that is stored and sent, and back.

Worker only: `json` costs the start of an app.
"""

from __future__ import annotations

import json
import re
from typing import Any, Dict

from splat import clock
from splat.canonical import canonical, read_back
from splat.values import Count, Item

COUNT_SCHEMA = "splat-count/1"
_SIGNATURE = re.compile(r"[0-9a-f]{16}\Z")
_ID = re.compile(r"[0-9a-f]{32}\Z")


def text_of(item: Item) -> str:
    """The item in canonical JSON: a report, or a count as `count_of` shapes it. ASCII on one line."""
    return item.text or canonical(count_of(item) if isinstance(item.body, Count) else item.body)


def count_of(item: Item) -> Dict[str, Any]:
    """A count as it goes over the wire; times as R1 writes them."""
    body = item.body
    assert isinstance(body, Count)
    return {
        "schema": COUNT_SCHEMA,
        "id": item.id,
        "signature": body.signature,
        "count": body.seen,
        "first": clock.iso(body.first),
        "last": clock.iso(body.last),
        "release": body.release,
    }


def item_of(text: str) -> Item:
    """The item in a text that `text_of` wrote. ValueError, with what is wrong, for any other."""
    if f'"schema":"{COUNT_SCHEMA}"' in text[:1000]:
        return _count(text)
    report = read_back(text)
    ident, when = report.get("id"), report.get("time")
    if not isinstance(ident, str) or not _ID.match(ident):
        raise ValueError("$.id: an id is 32 lower-case hexadecimal digits")
    if not isinstance(when, str) or not report.get("signature"):
        raise ValueError("$: a stored report has a time and a signature")
    return Item(ident, clock.seconds(when), report, text)


def _count(text: str) -> Item:
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("$: a count is one JSON object")
    ident, signature, seen, release = (data.get(key) for key in ("id", "signature", "count", "release"))
    if not (isinstance(ident, str) and _ID.match(ident) and isinstance(signature, str) and _SIGNATURE.match(signature)):
        raise ValueError("$: a count has an id and a signature")
    if type(seen) is not int or seen < 1 or not isinstance(release, str):
        raise ValueError("$: a count has a positive count and a release")
    first, last = clock.seconds(str(data.get("first"))), clock.seconds(str(data.get("last")))
    return Item(ident, last, Count(signature, seen, first, last, release), text)
