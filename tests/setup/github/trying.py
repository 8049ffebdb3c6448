"""The emulated GitHub as the user of `splat init --try` meets it: workflows that start, runs that can be watched."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.github.ci_kit import CiProxy
from tests.github.kit import MONA
from tests.workflows.files import CALLER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.github.kit import Shop

WORKFLOW = ".github/workflows/splat.yml"


@dataclass
class Desk(CiProxy):
    """What a dispatch does is `work`, called with the run's number and the inputs in a thread of its own; it returns
    the run's conclusion and, by name, its jobs'.
    """

    work: Callable[[int, Mapping[str, str]], tuple[str, dict[str, str]]] | None = None
    refuses: bool = False
    errors: list[BaseException] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def _dispatch(self, workflow: str, body: bytes, **_: Any) -> Any:
        if self.refuses:
            return 403, b'{"message": "Resource not accessible by personal access token"}'
        told = json.loads(body)
        number = 7001 + len(self.runs)
        self.asked.append(f"dispatch {workflow} on {told['ref']} {json.dumps(told['inputs'], sort_keys=True)}")
        self.runs.append({"id": number, "status": "in_progress", "conclusion": None, "head_sha": "", "event": "x"})
        self.jobs[number] = []
        thread = threading.Thread(target=self._work, args=(number, told["inputs"]), daemon=True)
        self.threads.append(thread)
        thread.start()
        return 204, b""

    def _work(self, number: int, inputs: Mapping[str, str]) -> None:
        began, (ended, jobs) = _now(), ("failure", {})
        try:
            assert self.work is not None
            ended, jobs = self.work(number, inputs)
        except BaseException as error:
            self.errors.append(error)
        self.jobs[number] = [
            {"name": name, "status": "completed", "conclusion": end, "started_at": began, "completed_at": _now()}
            for name, end in jobs.items()
        ]
        run = next(each for each in self.runs if each["id"] == number)
        run |= {"status": "completed", "conclusion": ended}

    def _dispatched(self, workflow: str, **_: Any) -> Any:
        return {"workflow_runs": self.runs[::-1]}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def merged(shop: Shop, text: str | None = None) -> None:
    """Splat's workflow is on the default branch."""
    content = base64.b64encode((CALLER.read_text() if text is None else text).encode()).decode()
    shop.call("PUT", f"{shop.path}/contents/{WORKFLOW}", {"message": "Splat", "content": content})


def branches(shop: Shop) -> list[str]:
    """All but the default one."""
    found = shop.call("GET", f"{shop.path}/git/matching-refs/heads/")
    return [ref["ref"].removeprefix("refs/heads/") for ref in found if ref["ref"] != "refs/heads/main"]


def issues(shop: Shop, state: str) -> list[int]:
    found = shop.call("GET", f"{shop.path}/issues?state={state}&per_page=100")
    return [each["number"] for each in found if "pull_request" not in each]


def fixed(shop: Shop, inputs: Mapping[str, str], branch: str = "splat/0123456789abcdef") -> int:
    """What `publish` would leave: a branch on the try's own, and its pull request."""
    head = shop.call("GET", f"{shop.path}/git/ref/heads/{inputs['base']}")["object"]["sha"]
    shop.call("POST", f"{shop.path}/git/refs", {"ref": f"refs/heads/{branch}", "sha": head})
    told = {"message": "fix", "content": "eA==", "branch": branch}
    shop.call("PUT", f"{shop.path}/contents/fix.txt", told)
    told = {"title": "fix: nothing bought costs nothing", "head": branch, "base": inputs["base"], "body": "b"}
    return int(shop.call("POST", f"{shop.path}/pulls", told, MONA)["number"])


def files_of(shop: Shop, branch: str) -> set[str]:
    """The paths of all files of a branch."""
    head = shop.call("GET", f"{shop.path}/git/ref/heads/{branch}")["object"]["sha"]
    tree = shop.call("GET", f"{shop.path}/git/commits/{head}")["tree"]["sha"]
    return {each["path"] for each in shop.call("GET", f"{shop.path}/git/trees/{tree}?recursive=1")["tree"]}
