"""`emulate` as a process, and requests to it that no fault touches."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any, Dict, List, Tuple

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / ".bin" / "emulate"
#: Tokens of an account that owns the repositories, and of one that has no rights there.
BOT, STRANGER = "bot-token", "stranger-token"
_SEED: Dict[str, Any] = {
    "tokens": {
        BOT: {"login": "splat-bot", "scopes": ["repo", "user"]},
        STRANGER: {"login": "stranger", "scopes": ["repo", "user"]},
    },
    "github": {"users": [{"login": "splat-bot"}, {"login": "stranger"}]},
}


class Emulator:
    """Runs while its `with` block does, on any port. Each test takes a repository of its own."""

    def __init__(self, port: int = 0) -> None:
        if not PROGRAM.exists():
            raise RuntimeError(f"{PROGRAM} is missing: run scripts/setup-sdk-python")
        self.port = port or _free_port()
        self._folder = tempfile.TemporaryDirectory()
        seed = Path(self._folder.name) / "seed.json"
        seed.write_text(json.dumps(_SEED))
        self._log = Path(self._folder.name) / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(PROGRAM), "start", "--service", "github", "--port", str(self.port), "--seed", str(seed)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self._folder.name,
                env={**os.environ, "PORT": ""},
            )

    def __enter__(self) -> Emulator:
        until = time.monotonic() + 120
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                said = self._log.read_text()
                self.__exit__()
                raise RuntimeError(f"emulate did not start: {said}")
            time.sleep(0.1)
        return self

    def _answers(self) -> bool:
        try:
            self.call("GET", "/user")
        except OSError:
            return False
        return True

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(60)
        self._folder.cleanup()

    def call(self, method: str, path: str, data: Any = None, token: str = BOT) -> Any:
        """The JSON of the answer; AssertionError when it is none of success."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        try:
            body = None if data is None else json.dumps(data)
            connection.request(method, path, body, {"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, f"{method} {path}: {answer.status} {content[:300]!r}"
        return json.loads(content) if content else None

    def repository(self, *, private: bool = True) -> str:
        """A new one, owned by the account of `BOT`."""
        name = f"shop-{uuid.uuid4().hex[:12]}"
        self.call("POST", "/user/repos", {"name": name, "private": private})
        return f"splat-bot/{name}"

    def own_id(self, token: str = BOT) -> int:
        return int(self.call("GET", "/user", token=token)["id"])

    # --- as a person sees it -----------------------------------------------------------------------------------------

    def issues(self, repo: str, state: str = "all") -> List[Dict[str, Any]]:
        """All of a repository, the oldest first."""
        found: List[Dict[str, Any]] = []
        page = 1
        while True:
            path = f"/repos/{repo}/issues?state={state}&per_page=100&page={page}&direction=asc&sort=created"
            entries = self.call("GET", path)
            found += entries
            if len(entries) < 100:
                return sorted(found, key=lambda each: each["number"])
            page += 1

    def issue(self, repo: str, number: int) -> Dict[str, Any]:
        found: Dict[str, Any] = self.call("GET", f"/repos/{repo}/issues/{number}")
        return found

    def open_issue(self, repo: str, title: str, body: str, labels: Tuple[str, ...] = (), token: str = BOT) -> int:
        """Files an issue as a person (or another program) would; its number."""
        data = {"title": title, "body": body, "labels": list(labels)}
        return int(self.call("POST", f"/repos/{repo}/issues", data, token)["number"])

    def edit(self, repo: str, number: int, **fields: Any) -> None:
        self.call("PATCH", f"/repos/{repo}/issues/{number}", fields)

    def comments(self, repo: str, number: int) -> List[str]:
        return [each["body"] for each in self.call("GET", f"/repos/{repo}/issues/{number}/comments")]

    def labels(self, repo: str, number: int) -> List[str]:
        return [each["name"] for each in self.issue(repo, number)["labels"]]

    def labelled(self, repo: str, label: str) -> int:
        """How often GitHub would have started a workflow for this label, over all issues of the repository."""
        return sum(
            1
            for issue in self.issues(repo)
            for event in self.call("GET", f"/repos/{repo}/issues/{issue['number']}/events?per_page=100")
            if event["event"] == "labeled" and event["label"]["name"] == label
        )


def _free_port() -> int:
    # Below those that systems hand out by themselves: one of these may be another's before the emulator asks for it.
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
