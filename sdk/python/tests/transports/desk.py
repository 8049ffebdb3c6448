"""What the tests of the transport `github` work with."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

from splat import clock
from splat.http import Client
from splat.options import Options
from splat.transports.github import GitHub
from splat.values import Count, Item, Outcome
from tests.github_kit import BOT

if TYPE_CHECKING:
    from pathlib import Path

    from splat.values import Report
    from tests.github_kit import Emulator, Proxy

SIGNATURE = "17310dbb56def269"
OTHER = "2222222222222222"


def report(signature: str = SIGNATURE, at: Optional[float] = None, release: str = "r1", **given: Any) -> Report:
    """A finished report, as the worker hands it over."""
    frame = {"path": "shop/cart.py", "line": 42, "function": "total", "in_app": True, "locals": {"item": "dict(2)"}}
    return {
        "schema": "splat-report/1",
        "id": os.urandom(16).hex(),
        "time": clock.iso(time.time() if at is None else at),
        "runtime": "python",
        "signature": signature,
        "release": release,
        "exceptions": [{"type": "TypeError", "message": "no price", "frames": [frame]}],
        "logs": [{"message": "a line of the log", "level": "info", "logger": "shop"}],
        "breadcrumbs": [{"message": "a breadcrumb", "category": "ui"}],
        "request": {"method": "GET", "path": "/carts/7"},
        **given,
    }


def item(signature: str = SIGNATURE, at: Optional[float] = None, release: str = "r1", **given: Any) -> Item:
    at = time.time() if at is None else at
    body = report(signature, at, release, **given)
    return Item(body["id"], at, body)


def count(seen: int, signature: str = SIGNATURE, at: Optional[float] = None, release: str = "r1") -> Item:
    at = time.time() if at is None else at
    return Item(os.urandom(16).hex(), at, Count(signature, seen, at, at, release))


class Desk:
    """A repository, and processes that report to it, each in place of one app."""

    def __init__(self, emulator: Emulator, proxy: Proxy, repo: str, spool: Path) -> None:
        self.emulator, self.proxy, self.repo, self.spool = emulator, proxy, repo, spool
        self.warnings: List[str] = []

    def process(self, spool: Optional[Path] = None, *, jitter: float = 0.0, **options: Any) -> GitHub:
        given = {"repo": self.repo, "token": BOT, "api_url": self.proxy.url, **options}
        folder = self.spool if spool is None else spool
        return GitHub(Options(**given), str(folder), self.warnings.append, jitter=jitter)

    def send(self, *items: Item, process: Optional[GitHub] = None) -> List[str]:
        """What became of each, sent by a process that is new unless given."""
        return [each.value for each in (process or self.process()).send(list(items))]

    def issues(self, state: str = "all") -> List[Dict[str, Any]]:
        return self.emulator.issues(self.repo, state)

    def only(self) -> Dict[str, Any]:
        """The one issue there is."""
        (issue,) = self.issues()
        return issue

    def made(self, **given: Any) -> int:
        """An issue as an earlier process made it long ago, with its trigger label; its number."""
        assert self.send(item(**given)) == [Outcome.DELIVERED.value]
        number = max(each["number"] for each in self.issues())
        self.long_after()
        self.proxy.log.clear()
        return int(number)

    def close(self, number: int, reason: str) -> None:
        """As a person closes it, through the proxy, which plays the reason `duplicate`."""
        client = Client(self.proxy.url, {"Authorization": f"Bearer {BOT}"})
        fields = {"state": "closed", "state_reason": reason}
        assert client.request("PATCH", f"/repos/{self.repo}/issues/{number}", fields).status == 200
        client.drop()
        self.proxy.log.clear()

    def long_after(self, seconds: float = 600.0) -> None:
        """Time passes, on GitHub's clock."""
        self.proxy.ahead += seconds

    def asked(self) -> List[Tuple[str, str]]:
        """Method and end of the path of each request so far."""
        return [(each.method, each.path.replace(f"/repos/{self.repo}", "") or "/") for each in self.proxy.requests()]
