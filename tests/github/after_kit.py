"""An SDK's issue whose fix was merged, and the deliveries that make Splat look whether it held."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from healer.cli.after import after as after_verb
from tests.github.ci_kit import CiProxy, Fix, fix_of
from tests.github.kit import BOT, MONA, REPORTER, Shop
from tests.github.runs import TRACE, Ended, Gate
from tests.recorded_events import SIGNATURE

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = "def total(a, b):\n    return a - b.amount\n"
FIXED = "def total(a, b):\n    return a - (b.amount if b else 0)\n"


def later(seconds: float) -> str:
    """A time as the SDKs write it, so long from now."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def report(releases: str = "v1", last: str = "2026-11-01T00:00:00.000Z", signature: str = SIGNATURE) -> str:
    """What an SDK's issue says: marker, block, trace."""
    seen = f"<!-- splat:seen count=3 first=2026-11-01T00:00:00.000Z last={last} releases={releases} -->"
    times = "Seen **3 times**, first 2026-11-01 00:00:00 UTC, last 2026-11-01 00:00:00 UTC."
    return f"<!-- splat:1 signature={signature} -->\n{seen}\n{times}\n<!-- splat:end -->\n\n{TRACE}"


@dataclass
class Merged:
    """The fix, merged by a person; its issue is closed, as GitHub does it."""

    fix: Fix

    @property
    def shop(self) -> Shop:
        return self.fix.gate.shop

    @property
    def issue(self) -> dict[str, Any]:
        found: dict[str, Any] = self.shop.call("GET", f"{self.shop.path}/issues/{self.fix.issue}")
        return found

    @property
    def labels(self) -> set[str]:
        return {name for name in self.shop.labels(self.fix.issue) if name.startswith("splat:")}

    def file(self, branch: str, path: str = "shop/cart.py") -> str:
        found = self.shop.call("GET", f"{self.shop.path}/contents/{path}?ref={branch}")
        return base64.b64decode(found["content"]).decode()

    def push(self, content: str, path: str = "shop/cart.py") -> None:
        """A person's commit on the default branch."""
        there = self.shop.call("GET", f"{self.shop.path}/contents/{path}")
        told = {"message": "on", "content": base64.b64encode(content.encode()).decode(), "sha": there["sha"]}
        self.shop.call("PUT", f"{self.shop.path}/contents/{path}", told, MONA)

    def tag(self, name: str) -> None:
        """A release of what the default branch is now."""
        head = self.shop.call("GET", f"{self.shop.path}/git/ref/heads/main")["object"]["sha"]
        self.shop.call("POST", f"{self.shop.path}/git/refs", {"ref": f"refs/tags/{name}", "sha": head})

    def seen(self, releases: str, *, reopened: bool = False, seconds: float = 60) -> None:
        """What an SDK writes when the error comes back."""
        told: dict[str, Any] = {"body": report(releases, later(seconds))}
        self.shop.call(
            "PATCH",
            f"{self.shop.path}/issues/{self.fix.issue}",
            told | ({"state": "open"} if reopened else {}),
            REPORTER,
        )

    def gate(self, case: str, payload: Any) -> Ended:
        return self.fix.gate.run(case, payload)

    def reopened(self) -> tuple[str, Any]:
        payload = self.fix.gate.payload("issues_reopened", self.fix.issue, by=REPORTER)
        payload["issue"]["updated_at"] = later(120)  # the test's own seconds are too few to tell runs apart
        return "issues_reopened", payload | {"action": "reopened"}

    def swept(self) -> tuple[str, Any]:
        return "schedule", {"schedule": "23 5 * * *", "repository": self.shop.repository()}

    def deployed(self, commit: str = "") -> tuple[str, Any]:
        head = commit or self.shop.call("GET", f"{self.shop.path}/git/ref/heads/main")["object"]["sha"]
        payload = self.fix.gate.payload("repository_dispatch_deployed", client_payload={"commit": head})
        return "repository_dispatch_deployed", payload

    def look(self, delivery: tuple[str, Any], **environ: str) -> Ended:
        """The gate lets it through, and the next step looks."""
        ended = self.gate(*delivery)
        assert ended.outputs.get("ask") == "after", ended
        return self.fix.step(after_verb, *delivery, **environ)

    def again(self, delivery: tuple[str, Any], **environ: str) -> Ended:
        """The step once more, of the same run."""
        return self.fix.step(after_verb, *delivery, **environ)

    def reverts(self) -> list[dict[str, Any]]:
        pulls = self.shop.call("GET", f"{self.shop.path}/pulls?state=all")
        return [pull for pull in pulls if pull["head"]["ref"].startswith("splat-revert/")]


def merged(port: int, proxy: CiProxy, folder: Path, settings: str = "", **issue: Any) -> Merged:
    """By a reporter, unless `issue` says otherwise."""
    gate = Gate(Shop(port), proxy, folder)
    gate.configure(settings)
    told = {"body": report(), "labels": ("splat", "auto-fix"), "by": REPORTER} | issue
    fix = fix_of(gate, proxy, folder, label="auto-fix", **told)
    shop = gate.shop
    shop.call("PUT", f"{shop.path}/pulls/{fix.pull}/merge", {"sha": fix.head, "merge_method": "squash"}, MONA)
    shop.call("PATCH", f"{shop.path}/issues/{fix.issue}", {"state": "closed", "state_reason": "completed"}, BOT)
    return Merged(fix)
