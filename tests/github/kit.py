"""A GitHub on this machine: npm's `emulate`, which keeps state, and in front of it a proxy that listens.

The proxy plays what the emulator lacks of the real API: permissions as GitHub names them (404 for a stranger),
reactions, pull requests asked for as issues, the list of all comments of a repository (its route is taken for the
issue number "comments" there), pull requests that follow their branch and exist once a branch, and an installation's
token, for which `GET /user` is 403. `Proxy.log` holds every request that came in.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import re
import subprocess
import tempfile
import threading
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from tests.ports import free_port
from tests.web import Quiet, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / ".bin" / "emulate"
OWNER, BOT, MONA, STRANGER, REPORTER = "acme", "splat-bot", "mona", "stranger", "acme-errors"
_SEED = {
    "tokens": {f"{login}-token": {"login": login, "scopes": ["repo", "user"]} for login in (OWNER, BOT, MONA, STRANGER)}
    | {f"{REPORTER}-token": {"login": REPORTER, "scopes": ["repo", "user"]}},
    "github": {"users": [{"login": login} for login in (OWNER, BOT, MONA, STRANGER, REPORTER)]},
}
_PERMISSION = re.compile(r"/repos/[^/]+/[^/]+/collaborators/([^/]+)/permission")
_ALL_COMMENTS = re.compile(r"/repos/[^/]+/[^/]+/issues/comments")
_ISSUE = re.compile(r"(/repos/[^/]+/[^/]+)/issues/(\d+)")
_PULLS = re.compile(r"/repos/[^/]+/[^/]+/pulls")
_PULL_OR_PULLS = re.compile(r"/repos/[^/]+/[^/]+/pulls(/\d+)?")
_MERGE = re.compile(r"(/repos/[^/]+/[^/]+)/pulls/\d+/merge")
_REACTIONS = re.compile(r"/repos/[^/]+/[^/]+/(issues|pulls)/comments/(\d+)/reactions")


@dataclass(frozen=True)
class Asked:
    """One request that came in, and the status it was answered with."""

    verb: str
    path: str
    data: Any
    status: int

    @property
    def writes(self) -> bool:
        return self.verb != "GET"


@contextmanager
def emulator() -> Iterator[int]:
    """The emulator's port, while it runs."""
    _install()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        seed = Path(folder) / "seed.json"
        seed.write_text(json.dumps(_SEED))
        command = [str(PROGRAM), "start", "--service", "github", "--port", str(port), "--seed", str(seed)]
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            _wait_for(port, process, Path(folder) / "log")
            yield port
        finally:
            process.terminate()
            process.wait(60)


def _install() -> None:
    """From the lock file; one process at a time where tests run side by side."""
    with (HERE / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not PROGRAM.exists():
            npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            subprocess.run(npm, cwd=HERE, check=True, timeout=300)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 180
    while True:
        try:
            call(port, "GET", "/user", token=OWNER)
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"emulate did not start: {log.read_text()}") from None
            time.sleep(0.1)
        else:
            return


def call(port: int, verb: str, path: str, data: Any = None, token: str = OWNER) -> Any:
    """A request past the proxy, as this person; AssertionError where it fails."""
    status, content = _send(port, verb, path, None if data is None else json.dumps(data).encode(), f"{token}-token")
    assert status < 300, f"{verb} {path}: {status} {content[:300]!r}"
    return json.loads(content) if content else None


def _send(port: int, verb: str, path: str, body: bytes | None, token: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    try:
        connection.request(verb, path, body, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        # GitHub's times have whole seconds.
        return answer.status, re.sub(rb"(T\d\d:\d\d:\d\d)\.\d{3}Z", rb"\1Z", answer.read())
    finally:
        connection.close()


@dataclass
class Proxy:
    """Serves at `url` while `serving` does. `permissions` maps logins to what the collaborator API answers."""

    upstream: int
    permissions: dict[str, str] = field(default_factory=dict)
    #: Statuses that requests matching a pattern are answered with, each used up by one request. With `late`, the
    #: request is done first, and only its answer lost.
    faults: list[tuple[str, int, bool]] = field(default_factory=list)
    fault_says: str = "broken on purpose"
    fault_headers: dict[str, str] = field(default_factory=dict)
    #: A bad day: each request is answered with 502 before anything is done ("early"), or each that writes after it is
    #: done ("late"); the same request again is answered well.
    weather: str = ""
    #: Until this moment of the monotonic clock connections are closed without an answer.
    away_until: float = 0.0
    _met: set[tuple[str, str, bytes]] = field(default_factory=set)
    #: Called before a request that matches the pattern is passed on: it may wait, or end whoever asked.
    strikes: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    #: What is answered in the emulator's place, by pattern.
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    installation: bool = False
    log: list[Asked] = field(default_factory=list)
    reactions: list[tuple[str, int, str]] = field(default_factory=list)
    url: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def serving(self) -> Iterator[Proxy]:
        with serving(_Handler, owner=self) as port:
            self.url = f"http://localhost:{port}"
            yield self

    def answer(self, verb: str, target: str, body: bytes, token: str) -> tuple[int, bytes]:
        path = target.partition("?")[0]
        stormy = bool(self.weather) and (verb, target, body) not in self._met and self.weather_reaches(verb)
        self._met.add((verb, target, body))
        if stormy and self.weather == "early":
            status, content = 502, b"<html>Unicorn!</html>"
        else:
            status, content = self._answer(verb, target, path, body, token)
        with self._lock:
            self.log.append(Asked(verb, path, json.loads(body) if body else None, status))
        return (502, b"<html>Unicorn!</html>") if stormy else (status, content)

    def weather_reaches(self, verb: str) -> bool:
        return self.weather == "early" or verb != "GET"

    def _answer(self, verb: str, target: str, path: str, body: bytes, token: str) -> tuple[int, bytes]:
        fault = next((each for each in self.faults if re.fullmatch(each[0], f"{verb} {path}")), None)
        if fault:
            self.faults.remove(fault)
            if fault[2]:
                _send(self.upstream, verb, target, body or None, token)
            return fault[1], json.dumps({"message": self.fault_says}).encode()
        for pattern, told in self.answers.items():
            if re.fullmatch(pattern, f"{verb} {path}"):
                return told
        for pattern, strike in self.strikes:
            if re.fullmatch(pattern, f"{verb} {path}"):
                strike()
        played = self._read(target, path, token) if verb == "GET" else self._write(verb, path, body)
        return played or _send(self.upstream, verb, target, body or None, token)

    def _read(self, target: str, path: str, token: str) -> tuple[int, bytes] | None:
        """What the emulator does not know, or knows otherwise than GitHub; None for all else."""
        if found := _PERMISSION.fullmatch(path):
            return self._permission(found[1])
        if _ALL_COMMENTS.fullmatch(path):
            return 200, json.dumps(self._all_comments(path, dict(parse_qsl(target.partition("?")[2])))).encode()
        if found := _ISSUE.fullmatch(path):
            return self._issue(path, found[1], found[2], token)
        if path == "/user" and self.installation:
            return 403, b'{"message": "Resource not accessible by integration"}'
        if not _PULL_OR_PULLS.fullmatch(path):
            return None
        status, content = _send(self.upstream, "GET", target, None, token)
        return status, self._at_their_heads(path.partition("/pulls")[0], content) if status == 200 else content

    def _write(self, verb: str, path: str, body: bytes) -> tuple[int, bytes] | None:
        if (found := _REACTIONS.fullmatch(path)) and verb == "POST":
            self.reactions.append((found[1], int(found[2]), json.loads(body)["content"]))
            return 201, b'{"id": 1}'
        if verb == "PUT" and (found := _MERGE.fullmatch(path)):
            return self._merge(found[1], path, json.loads(body))
        if verb == "POST" and _PULLS.fullmatch(path) and (open_one := self._open_pull(path, json.loads(body)["head"])):
            return 422, json.dumps(open_one).encode()
        return None

    def _at_their_heads(self, repository: str, content: bytes) -> bytes:
        """The emulator does not notice that a pull request's branch has moved."""
        told = json.loads(content)
        refs = call(self.upstream, "GET", f"{repository}/git/matching-refs/heads/")
        heads = {ref["ref"].removeprefix("refs/heads/"): ref["object"]["sha"] for ref in refs}
        for pull in told if isinstance(told, list) else [told]:
            pull["head"]["sha"] = heads.get(pull["head"]["ref"], pull["head"]["sha"])
        return json.dumps(told).encode()

    def _merge(self, repository: str, path: str, told: dict[str, Any]) -> tuple[int, bytes]:
        """Nor does it then: what it merges is the commit that the pull request was opened with."""
        pull = call(self.upstream, "GET", path.removesuffix("/merge"), token=BOT)
        opened, base = pull["head"]["sha"], pull["base"]["ref"]
        head = call(self.upstream, "GET", f"{repository}/git/ref/heads/{pull['head']['ref']}")["object"]["sha"]
        if told.get("sha", head) != head:
            return 409, b'{"message": "Head branch was modified. Review and try the merge again."}'
        answer = _send(self.upstream, "PUT", path, json.dumps(told | {"sha": opened}).encode(), f"{BOT}-token")
        if answer[0] == 200 and opened != head:
            tree = call(self.upstream, "GET", f"{repository}/git/commits/{head}")["tree"]["sha"]
            there = call(self.upstream, "GET", f"{repository}/git/ref/heads/{base}")["object"]["sha"]
            whole = {"message": "Merge", "tree": tree, "parents": [there]}
            commit = call(self.upstream, "POST", f"{repository}/git/commits", whole)["sha"]
            call(self.upstream, "PATCH", f"{repository}/git/refs/heads/{base}", {"sha": commit})
        return answer

    def _all_comments(self, path: str, wanted: dict[str, str]) -> list[dict[str, Any]]:
        issues = call(self.upstream, "GET", f"{path.rpartition('/')[0]}?state=all&per_page=100")
        found = [
            comment
            for issue in issues
            for comment in call(
                self.upstream, "GET", f"{path.rpartition('/')[0]}/{issue['number']}/comments?per_page=100"
            )
            if comment["updated_at"] >= wanted["since"]
        ]
        found.sort(key=lambda comment: comment["updated_at"], reverse=wanted["direction"] == "desc")
        size, page = int(wanted["per_page"]), int(wanted["page"])
        return found[size * (page - 1) : size * page]

    def _issue(self, path: str, repository: str, number: str, token: str) -> tuple[int, bytes]:
        """A pull request is an issue too."""
        status, content = _send(self.upstream, "GET", path, None, token)
        if status == 404:
            status, content = _send(self.upstream, "GET", f"{repository}/pulls/{number}", None, token)
            if status == 200:
                content = json.dumps(json.loads(content) | {"pull_request": {"url": path}}).encode()
        return status, content

    def _open_pull(self, path: str, branch: str) -> dict[str, Any] | None:
        """What GitHub says to a second pull request from one branch."""
        with self._lock:
            there = call(self.upstream, "GET", f"{path}?state=open&per_page=100")
        if not any(pull["head"]["ref"] == branch for pull in there):
            return None
        said = f"A pull request already exists for {OWNER}:{branch}."
        return {"message": "Validation Failed", "errors": [{"code": "custom", "message": said}]}

    def _permission(self, login: str) -> tuple[int, bytes]:
        if login not in self.permissions:
            return 404, b'{"message": "Not Found"}'
        user = call(self.upstream, "GET", f"/users/{login}")
        told = {"permission": self.permissions[login], "role_name": self.permissions[login], "user": user}
        return 200, json.dumps(told).encode()

    @property
    def written(self) -> list[Asked]:
        """What was asked to change something."""
        return [asked for asked in self.log if asked.writes]

    @property
    def said(self) -> list[str]:
        """Every text that was to stand in a comment."""
        return [asked.data["body"] for asked in self.written if asked.data and "body" in asked.data]


class _Handler(Quiet):
    owner: Proxy
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if time.monotonic() < self.owner.away_until:
            self.close_connection = True
            return
        token = (self.headers.get("Authorization") or "").rpartition(" ")[2]
        status, content = self.owner.answer(self.command, self.path, body, token)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status == 302:
            self.send_header("Location", content.decode())
        for name, value in self.owner.fault_headers.items() if status in (403, 429) else ():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve


@dataclass
class Shop:
    """A repository of one test, in which `OWNER` owns all and nothing has happened."""

    port: int
    name: str = field(default_factory=lambda: f"shop-{uuid.uuid4().hex[:12]}")

    def __post_init__(self) -> None:
        made = self.call("POST", "/user/repos", {"name": self.name, "auto_init": True})
        self.id = int(made["id"])
        for login in (BOT, MONA, REPORTER):
            self.call("PUT", f"{self.path}/collaborators/{login}", {"permission": "push"})

    @property
    def full_name(self) -> str:
        return f"{OWNER}/{self.name}"

    @property
    def path(self) -> str:
        return f"/repos/{self.full_name}"

    def call(self, verb: str, path: str, data: Any = None, by: str = OWNER) -> Any:
        return call(self.port, verb, path, data, by)

    def user(self, login: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/users/{login}")
        return found

    def configure(self, text: str) -> None:
        import base64

        content = base64.b64encode(text.encode()).decode()
        self.call("PUT", f"{self.path}/contents/.github/splat.yml", {"message": "Splat", "content": content})

    def issue(
        self, body: str, labels: tuple[str, ...] = (), by: str = OWNER, title: str = "It fails"
    ) -> dict[str, Any]:
        told = {"title": title, "body": body, "labels": list(labels)}
        made: dict[str, Any] = self.call("POST", f"{self.path}/issues", told, by)
        return made

    def comment(self, issue: int, body: str, by: str = MONA) -> dict[str, Any]:
        made: dict[str, Any] = self.call("POST", f"{self.path}/issues/{issue}/comments", {"body": body}, by)
        # The emulator reads its clock twice.
        return made | {"updated_at": made["created_at"]}

    def comments(self, issue: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", f"{self.path}/issues/{issue}/comments?per_page=100")
        return found

    def labels(self, issue: int) -> list[str]:
        return [label["name"] for label in self.call("GET", f"{self.path}/issues/{issue}")["labels"]]

    def pull(self, branch: str, body: str, by: str = BOT) -> dict[str, Any]:
        """A pull request from a branch with a commit of its own."""
        head = self.call("GET", f"{self.path}/git/ref/heads/main")["object"]["sha"]
        self.call("POST", f"{self.path}/git/refs", {"ref": f"refs/heads/{branch}", "sha": head}, by)
        content = {"message": "fix", "content": "eA==", "branch": branch}
        self.call("PUT", f"{self.path}/contents/fix-{uuid.uuid4().hex[:6]}.txt", content, by)
        told = {"title": "fix: it", "head": branch, "base": "main", "body": body}
        made: dict[str, Any] = self.call("POST", f"{self.path}/pulls", told, by)
        return made

    def label_pull(self, proxy: Proxy, number: int, by: str = MONA, name: str = "splat") -> None:
        """A label on a pull request, and who put it, which the emulator does not tell of pull requests."""
        path = f"{self.path}/issues/{number}"
        self.call("POST", f"{path}/labels", {"labels": [name]}, by)
        put = [{"event": "labeled", "actor": self.user(by), "label": {"name": name}}]
        proxy.answers[f"GET {path}/events"] = (200, json.dumps(put).encode())

    def repository(self) -> dict[str, Any]:
        """As a payload names it."""
        return {"id": self.id, "full_name": self.full_name, "default_branch": "main"}


def environment(shop: Shop, proxy: Proxy, folder: Path, **more: str) -> dict[str, str]:
    """What a runner would set, and nothing of this machine's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "SPLAT_", "GH_"))}
    return kept | {
        "GITHUB_REPOSITORY": shop.full_name,
        "GITHUB_API_URL": proxy.url,
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_RUN_ID": "1000",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_WORKFLOW_REF": f"{shop.full_name}/.github/workflows/splat.yml@refs/heads/main",
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "RUNNER_TEMP": str(folder),
        "GITHUB_TOKEN": f"{BOT}-token",
        **more,
    }
