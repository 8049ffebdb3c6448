"""`splat gate` as a workflow runs it, on deliveries made from the recorded ones and the emulated repository."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from healer.cli.gate import gate as command
from tests.github.kit import BOT, MONA, REPORTER, Proxy, Shop, environment
from tests.recorded_events import delivery, name_of, put

if TYPE_CHECKING:
    from pathlib import Path

TRACE = """The checkout fails.

```
Traceback (most recent call last):
  File "/app/shop/api.py", line 41, in checkout
    amount = total(basket, code)
  File "/app/shop/cart.py", line 27, in total
    return subtotal - discount.amount
AttributeError: 'NoneType' object has no attribute 'amount'
```
"""


@dataclass(frozen=True)
class Ended:
    """How a run ended: its outputs, its summary, what it printed, its exit code."""

    code: int
    outputs: dict[str, str]
    summary: str
    printed: str
    error: BaseException | None

    @property
    def went(self) -> bool:
        return self.outputs.get("go") == "true"


@dataclass
class Gate:
    """A repository, the proxy in front of it, and the runs of the gate there."""

    shop: Shop
    proxy: Proxy
    folder: Path
    number: int = 1000
    settings: str = ""
    _issues: dict[int, Any] = field(default_factory=dict)

    def issue(self, body: str = TRACE, labels: tuple[str, ...] = ("splat",), by: str = MONA, **more: Any) -> int:
        made = self.shop.issue(body, labels, by, **more)
        self._issues[made["number"]] = made
        return int(made["number"])

    def configure(self, text: str = "") -> None:
        reporter = self.shop.user(REPORTER)["id"]
        self.shop.configure(f"gate: {{reporters: [{reporter}]}}\n{text}")

    def payload(self, case: str, issue: int = 0, by: str = MONA, **changes: Any) -> Any:
        """A recorded delivery about this repository, an issue of it, and a person."""
        told = delivery(case)
        told["repository"] = self.shop.repository()
        told["sender"] = self.shop.user(by)
        if issue:
            told["issue"] = self.shop.call("GET", f"{self.shop.path}/issues/{issue}")
        for path, value in changes.items():
            put(told, path.replace("__", "."), value)
        return told

    def labeled(self, issue: int, by: str = MONA, label: str = "splat", **changes: Any) -> Ended:
        return self.run("issues_labeled", self.payload("issues_labeled", issue, by, label={"name": label}, **changes))

    def commented(self, issue: int, body: str, by: str = MONA, **changes: Any) -> Ended:
        """A person comments, and GitHub delivers it."""
        made = self.shop.comment(issue, body, by)
        case = "issue_comment_created"
        return self.run(case, self.payload(case, issue, by, comment=made, **changes))

    def run(self, case: str, payload: Any, **environ: str) -> Ended:
        """One run of the workflow's first job; every one has a number of its own."""
        event = self.folder / f"event-{self.number}.json"
        event.write_text(json.dumps(payload))
        for name in ("output", "summary"):
            (self.folder / name).write_text("")
        more = {"GITHUB_RUN_ID": str(self.number), "GITHUB_EVENT_NAME": name_of(case), "GITHUB_EVENT_PATH": str(event)}
        self.number += 1
        env: dict[str, str | None] = {"SPLAT_ACTOR_ID": str(self.shop.user(BOT)["id"])}
        env |= environment(self.shop, self.proxy, self.folder, **more) | environ
        ended = CliRunner().invoke(command, [], env=env, standalone_mode=False)
        outputs = outputs_in((self.folder / "output").read_text())
        error = ended.exception
        return Ended(ended.return_value or 0, outputs, (self.folder / "summary").read_text(), ended.output, error)


def outputs_in(text: str) -> dict[str, str]:
    """As a runner reads them."""
    found: dict[str, str] = {}
    while text:
        match = re.match(r"([a-z-]+)<<(splat_[0-9a-f]{32})\n(.*?)\n\2\n", text, re.DOTALL)
        assert match, text
        found[match[1]] = match[3]
        text = text[match.end() :]
    return found
