"""T4, `http`: batches to a collector's URL."""

from __future__ import annotations

import urllib.parse
from base64 import b64encode
from typing import Callable, Dict, List, Sequence

from splat.http import Answer, Client, Later, Unreachable
from splat.outcome import Outcome
from splat.values import Count, Item
from splat.wire import text_of

MOST_ITEMS = 50
MOST_BYTES = 1_000_000
_TOO_LARGE = 413
_HINTS = {
    401: "check the user and password in the URL",
    403: "check what the user in the URL may do",
    404: "check the path in the URL",
    410: "check the path in the URL",
    422: "check that the URL is a collector for Splat's reports",
}


class Collector:
    """Posts `{"counts": [...], "reports": [...]}`. User and password in the URL go as Basic authorization."""

    def __init__(self, url: str, warn: Callable[..., None]) -> None:
        parts = urllib.parse.urlsplit(url)
        headers: Dict[str, str] = {}
        if parts.username is not None:
            who = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
            headers["Authorization"] = "Basic " + b64encode(who.encode("utf-8")).decode("ascii")
        self._host = parts.netloc.rpartition("@")[2]
        self._path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        self._client = Client(f"{parts.scheme}://{self._host}", headers)
        self._warn = warn

    def send(self, batch: Sequence[Item]) -> List[Outcome]:
        """See `Transport`."""
        outcomes: List[Outcome] = []
        while len(outcomes) < len(batch):
            part = _first(batch[len(outcomes) :])
            outcomes += self._posted(part)
        return outcomes

    def tick(self) -> None:
        """See `Transport`: nothing is owed."""

    def hurry(self, deadline: float) -> None:
        """See `Transport`."""
        self._client.hurry(deadline)

    def close(self, deadline: float) -> None:
        """See `Transport`."""
        self._client.drop()

    def _posted(self, part: Sequence[Item]) -> List[Outcome]:
        try:
            answer = self._client.request("POST", self._path, _body(part), limit=1 << 20)
        except Later as later:
            self._tell(later)
            return [Outcome.LATER] * len(part)
        if 200 <= answer.status < 300:
            return [Outcome.DELIVERED] * len(part)
        if answer.status == _TOO_LARGE and len(part) > 1:
            half = len(part) // 2
            return self._posted(part[:half]) + self._posted(part[half:])
        self._refused(answer)
        return [Outcome.NEVER] * len(part)

    def _tell(self, later: Later) -> None:
        """Once, that nobody answers; at the end of a process the collector is only slow."""
        if isinstance(later, Unreachable) and not self._client.hurried:
            self._warn(
                f"the collector cannot be reached ({later}). Errors are kept, and sent when it can. Check the option "
                "`url`, and the network: the environment's HTTPS_PROXY and SSL_CERT_FILE are used.",
                "collector unreachable",
            )

    def _refused(self, answer: Answer) -> None:
        """One warning a status (T2). The URL is not in it: it may hold a password."""
        if answer.status == _TOO_LARGE:
            text = f"the collector {self._host} takes no report of this size; it was dropped"
        else:
            hint = _HINTS.get(answer.status, "check the URL")
            text = f"the collector {self._host} answered with status {answer.status}: {hint}; errors are dropped"
        self._warn(text, f"collector {answer.status}")


def _first(items: Sequence[Item]) -> Sequence[Item]:
    """As many from the front as one request may hold, at least one."""
    size = len('{"counts":[],"reports":[]}')
    for index, item in enumerate(items[:MOST_ITEMS]):
        size += len(text_of(item)) + 1
        if size > MOST_BYTES and index:
            return items[:index]
    return items[:MOST_ITEMS]


def _body(items: Sequence[Item]) -> bytes:
    """Canonical JSON, as each item is."""
    counts = ",".join(text_of(item) for item in items if isinstance(item.body, Count))
    reports = ",".join(text_of(item) for item in items if not isinstance(item.body, Count))
    return f'{{"counts":[{counts}],"reports":[{reports}]}}'.encode("ascii")
