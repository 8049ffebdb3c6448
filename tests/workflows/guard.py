"""In front of the emulated GitHub: each job's token may do what the job's `permissions:` say, and no more.

A run has one token; the job that it belongs to is the one whose first step said so last (actions/checkout here).
What is refused is answered as GitHub does, and kept.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.github.ci_kit import CiProxy
from tests.github.kit import BOT
from tests.recorded_events import ACTIONS_BOT
from tests.workflows.files import HEAL, jobs

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The App that the stand-in of actions/create-github-app-token is, and the jobs' tokens of it begin with.
APP, OF_APP = "acme-splat", "ghs_app_"
_LEVELS = {"none": 0, "read": 1, "write": 2}
_REPO = r"/repos/[^/]+/[^/]+"
#: What a request needs, the first pattern that fits: any one of these permissions, at `read` for GET, else at `write`.
#: From GitHub's "Permissions required for GitHub Apps"; a pull request is an issue too.
NEEDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (rf"{_REPO}/collaborators/[^/]+/permission", ("metadata",)),
    (rf"{_REPO}/pulls/\d+/merge", ("contents",)),
    (rf"{_REPO}/issues", ("issues",)),
    (rf"{_REPO}/pulls(?:/.*)?", ("pull-requests",)),
    (rf"{_REPO}/(?:issues|labels)(?:/.*)?", ("issues", "pull-requests")),
    (rf"{_REPO}/dispatches", ("contents",)),
    (rf"{_REPO}/(?:check-runs/.*|commits/[^/]+/check-runs)", ("checks",)),
    (rf"{_REPO}/commits/[^/]+/status", ("statuses",)),
    (rf"{_REPO}/rules/branches/[^/]+", ("metadata",)),
    (rf"{_REPO}/(?:git|contents|commits|compare|branches|merges)(?:/.*)?", ("contents",)),
    (rf"{_REPO}/actions/.*", ("actions",)),
    (rf"{_REPO}", ("metadata",)),
    (r"/users/[^/]+", ("metadata",)),
)
#: What a change of GraphQL's needs, all of it.
CHANGES = {
    "convertPullRequestToDraft": ("pull-requests",),
    "enablePullRequestAutoMerge": ("contents", "pull-requests"),
    "disablePullRequestAutoMerge": ("contents", "pull-requests"),
}


def as_actions(value: Any) -> Any:
    """What the emulator says, with the id of Actions' own account for the one that Splat writes as."""
    if isinstance(value, list):
        return [as_actions(each) for each in value]
    if not isinstance(value, dict):
        return value
    told = {name: as_actions(each) for name, each in value.items()}
    return told | {"id": ACTIONS_BOT} if told.get("login") == BOT else told


@dataclass(frozen=True)
class Refused:
    """A request that a job's token may not make."""

    job: str
    verb: str
    path: str


def may(verb: str, path: str, permissions: Mapping[str, str]) -> bool:
    """Whether a token with these permissions may make the request; what is not in the table, nobody may."""
    needs = next((names for pattern, names in NEEDS if re.fullmatch(pattern, path)), ())
    wanted = "read" if verb == "GET" else "write"
    granted = {"metadata": "read"} | dict(permissions)
    return any(_LEVELS[granted.get(name, "none")] >= _LEVELS[wanted] for name in needs)


def may_ask(body: bytes, permissions: Mapping[str, str]) -> bool:
    """The same for GraphQL: each of the changes that a query names needs all of its permissions, and others nobody
    may make.
    """
    named = re.findall(r"\b([a-z][A-Za-z]+)\(input:", str(json.loads(body or b"{}").get("query")))
    return bool(named) and all(
        name in CHANGES and all(permissions.get(each) == "write" for each in CHANGES[name]) for name in named
    )


def is_workflow(body: bytes) -> bool:
    """True for a tree with a workflow in it, which no token of Actions may write."""
    told = json.loads(body or b"{}")
    entries = (told.get("tree") if isinstance(told, dict) else None) or ()
    return any(str(each["path"]).startswith(".github/workflows/") for each in entries)


@dataclass
class Guard(CiProxy):
    """A proxy that knows the jobs of heal.yml. `requests` holds the requests of each, `tokens` what they came with."""

    refused: list[Refused] = field(default_factory=list)
    requests: dict[str, list[str]] = field(default_factory=dict)
    tokens: dict[str, set[str]] = field(default_factory=dict)
    _jobs: dict[str, str] = field(default_factory=dict)
    _tokens: set[str] = field(default_factory=set)
    _given: dict[str, dict[str, str]] = field(default_factory=dict)
    _order: threading.Lock = field(default_factory=threading.Lock)

    def token(self, run: int) -> str:
        """The token of a workflow run, which may nothing before a job has begun."""
        token = f"ghs_run_{run}"
        self._tokens.add(token)
        return token

    def answer(self, verb: str, target: str, body: bytes, token: str) -> tuple[int, bytes]:
        path = target.partition("?")[0]
        if path.startswith("/store/"):  # where the logs lie: another server, to which no token comes
            return super().answer(verb, target, body, token)
        if token not in self._tokens:
            return 401, b'{"message": "Bad credentials"}'
        if path.startswith("/-/job/"):
            self._jobs[token] = path.rpartition("/")[2]
            return 200, b"{}"
        if path == "/-/app":
            return 200, self._of_app(self._jobs[token], json.loads(body)).encode()
        job = self._jobs.get(token, "")
        with self._order:
            self.requests.setdefault(job, []).append(f"{verb} {target}")
            self.tokens.setdefault(job, set()).add(token)
        if path == "/user":
            return 403, b'{"message": "Resource not accessible by integration"}'
        permissions = self._given.get(token) or (jobs(HEAL)[job]["permissions"] if job in jobs(HEAL) else {})
        allowed = may_ask(body, permissions) if path == "/graphql" else may(verb, path, permissions)
        if not allowed or (path.endswith(("/git/trees", "/contents")) and is_workflow(body)):
            self.refused.append(Refused(job, verb, path))
            return 403, b'{"message": "Resource not accessible by integration"}'
        if path in (f"/users/{APP}%5Bbot%5D", "/users/github-actions%5Bbot%5D"):
            target = f"/users/{BOT}"
        status, content = super().answer(verb, target, body, f"{BOT}-token")
        if status == 302 or not content:
            return status, content
        return status, json.dumps(as_actions(json.loads(content))).encode()

    def _of_app(self, job: str, permissions: dict[str, str]) -> str:
        """A token of the App with these permissions, for this job."""
        with self._order:
            token = f"{OF_APP}{len(self._given) + 1}"
            self._tokens.add(token)
            self._given[token] = permissions
            self._jobs[token] = job
            return token
