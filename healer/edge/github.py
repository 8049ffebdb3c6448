"""GitHub's REST API for the gate, through PyGithub: its sessions, its retries, its patience with rate limits.

Every verb here is one request, or one a page; PyGithub's objects, which fetch what they lack when it is looked at, are
left alone. `requests` counts.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.event import Actor
from healer.gate.ledger import stamp
from healer.gate.state import CI_LABEL, IssueNow, Permission, PullNow, Said
from healer.outcome import ConfigError, SplatError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from github.GithubException import GithubException

    from healer.settings import Actions

#: Where a token is looked for, first wins.
TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")
#: Of each list at most so many pages of 100 are read; a longer one is None.
MOST_PAGES = 10
_LOGIN = re.compile(r"[0-9A-Za-z_-]{1,100}(?:\[bot\])?")
_ACTIONS_BOT = "github-actions[bot]"
_TIMEOUT = 15
#: Seconds that a rate limit may hold a run up; a minute of GitHub being down is outwaited, by doubling pauses.
_PATIENCE = 120


class GitHub:
    """Implements `Hub` for one repository. Raises ConfigError for what a token may not do, SplatError for breakage."""

    def __init__(self, actions: Actions, environ: Mapping[str, str]) -> None:
        # A quarter of a second to import.
        import github

        token = next((environ[name] for name in TOKENS if environ.get(name)), "")
        if not token:
            raise ConfigError("There is no token for GitHub", where=TOKENS[0], next_step="Pass one to this step.")
        retry = github.GithubRetry(
            total=7, backoff_factor=1, max_rate_limit_wait=_PATIENCE, allowed_methods={"GET", "POST", "PATCH", "DELETE"}
        )
        client = github.Github(
            auth=github.Auth.Token(token),
            base_url=actions.api,
            timeout=_TIMEOUT,
            per_page=100,
            retry=retry,
            seconds_between_requests=0,
            seconds_between_writes=0,
            lazy=True,
        )
        self._requester = client.requester
        self._repository = f"/repos/{actions.repository}"
        self.requests = 0
        self.own = actions.actor_id

    def whoami(self) -> int:
        """The numeric id that the token writes as, kept in `own`. An installation's token cannot ask, and is taken for
        Actions' own; where it is not, the first comment shows it.
        """
        if not self.own:
            found = self._maybe("GET", "/user", but=(401, 403, 404))
            if found is None:
                found = self._ask("GET", f"/users/{quote(_ACTIONS_BOT)}")
            self.own = int(found["id"])
        return self.own

    def content(self, path: str) -> bytes | None:
        """A file of the default branch; None when there is none."""
        found = self._maybe("GET", f"{self._repository}/contents/{quote(path)}")
        if found is None:
            return None
        if not isinstance(found, dict) or found.get("encoding") != "base64":
            raise ConfigError("It is no file that can be read", where=path, next_step="Put a small text file there.")
        return base64.b64decode(found["content"])

    def permission(self, login: str) -> Permission | None:
        """Implements `Hub`. What cannot be a login is nobody's."""
        if not _LOGIN.fullmatch(login):
            return None
        found = self._maybe("GET", f"{self._repository}/collaborators/{quote(login, safe='')}/permission")
        return None if found is None else Permission(str(found["permission"]), _id(found.get("user")))

    def issue(self, number: int) -> IssueNow | None:
        """Implements `Hub`."""
        found = self._maybe("GET", f"{self._repository}/issues/{number}", but=(404, 410))
        if found is None:
            return None
        return IssueNow(
            number,
            found["state"] == "open",
            bool(found.get("locked")),
            tuple(label["name"] for label in found["labels"]),
            tuple(_actor(user) for user in found.get("assignees") or ()),
            _actor(found.get("user")),
            found.get("body") or "",
            bool(found.get("pull_request")),
        )

    def pulls(self) -> tuple[PullNow, ...] | None:
        """Implements `Hub`."""
        found = self._pages(f"{self._repository}/pulls", {"state": "open"})
        return None if found is None else tuple(map(_pull, found))

    def comments(self, issue: int) -> tuple[Said, ...] | None:
        """Implements `Hub`."""
        found = self._pages(f"{self._repository}/issues/{issue}/comments", {})
        return None if found is None else tuple(_said(each, issue) for each in found)

    def recent(self, since: datetime) -> tuple[Said, ...] | None:
        """Implements `Hub`."""
        wanted = {"since": stamp(since), "sort": "updated", "direction": "desc"}
        found = self._pages(f"{self._repository}/issues/comments", wanted)
        return None if found is None else tuple(_said(each, _number_in(each)) for each in found)

    def ci_issue(self, mark: str) -> int:
        """Implements `Hub`."""
        found = self._pages(f"{self._repository}/issues", {"state": "open", "labels": CI_LABEL}) or []
        return min((each["number"] for each in found if self._is_own(each, mark)), default=0)

    def open_issue(self, title: str, body: str, label: str) -> int:
        """Implements `Hub`."""
        told = {"title": title, "body": body, "labels": [label]}
        return int(self._ask("POST", f"{self._repository}/issues", told)["number"])

    def say(self, issue: int, body: str) -> Said:
        """Implements `Hub`."""
        return _said(self._ask("POST", f"{self._repository}/issues/{issue}/comments", {"body": body}), issue)

    def rewrite(self, comment: int, body: str) -> None:
        """Implements `Hub`."""
        self._ask("PATCH", f"{self._repository}/issues/comments/{comment}", {"body": body})

    def remove(self, comment: int) -> None:
        """Implements `Hub`."""
        self._maybe("DELETE", f"{self._repository}/issues/comments/{comment}")

    def react(self, comment: int, reaction: str, *, review: bool) -> None:
        """Implements `Hub`. The comment may be gone by now."""
        kind = "pulls" if review else "issues"
        path = f"{self._repository}/{kind}/comments/{comment}/reactions"
        self._maybe("POST", path, {"content": reaction}, but=(404, 410))

    def label(self, issue: int, name: str) -> None:
        """Implements `Hub`. A label that does not exist yet is made."""
        self._ask("POST", f"{self._repository}/issues/{issue}/labels", {"labels": [name]})

    def _is_own(self, issue: dict[str, Any], mark: str) -> bool:
        own = _id(issue.get("user")) == self.own
        return own and not issue.get("pull_request") and (issue.get("body") or "").startswith(mark)

    def _pages(self, path: str, wanted: dict[str, str]) -> list[dict[str, Any]] | None:
        """All items of a list, None when there are more than are read."""
        items: list[dict[str, Any]] = []
        for page in range(1, MOST_PAGES + 1):
            found = self._ask("GET", path, parameters=wanted | {"per_page": "100", "page": str(page)})
            items += found
            if len(found) < 100:
                return items
        return None

    def _maybe(self, verb: str, path: str, body: Any = None, *, but: tuple[int, ...] = (404,)) -> Any:
        """The answer; None for one of these statuses."""
        return self._ask(verb, path, body, but=but)

    def _ask(
        self,
        verb: str,
        path: str,
        body: Any = None,
        *,
        parameters: dict[str, str] | None = None,
        but: tuple[int, ...] = (),
    ) -> Any:
        from github.GithubException import GithubException
        from requests.exceptions import RequestException

        self.requests += 1
        try:
            return self._requester.requestJsonAndCheck(verb, path, parameters=parameters, input=body)[1]
        except GithubException as error:
            if error.status in but:
                return None
            raise _explained(error, f"{verb} {path}") from None
        except RequestException as error:
            what = f"GitHub does not answer: {type(error).__name__}"
            raise SplatError(what, where=f"{verb} {path}", next_step="Run it again when GitHub is back.") from None


def _explained(error: GithubException, where: str) -> SplatError:
    """What went wrong in words, and where to set it right."""
    data = error.data if isinstance(error.data, dict) else {}
    said = str(data.get("message") or "no reason given")[:200]
    if error.status == 401:
        return ConfigError("GitHub refuses the token", where=where, next_step="Set a valid one; it may have expired.")
    if error.status in (403, 404):
        needed = (error.headers or {}).get("x-accepted-github-permissions", "")
        then = f"It needs `{needed[:100]}`. " if needed else ""
        return ConfigError(
            f"The token may not do this: {said}", where=where, next_step=f"{then}Set the job's `permissions:`."
        )
    return SplatError(f"GitHub answers {error.status}: {said}", where=where, next_step="Run it again in a minute.")


def _id(user: Any) -> int:
    """A numeric id; 0 for an account that is gone."""
    return int(user["id"]) if user else 0


def _actor(user: Any) -> Actor:
    return Actor(_id(user), str(user["login"]) if user else "ghost")


def _said(comment: dict[str, Any], issue: int) -> Said:
    return Said(comment["id"], _id(comment.get("user")), issue, comment.get("body") or "", comment["created_at"])


def _number_in(comment: dict[str, Any]) -> int:
    return int(comment["issue_url"].rsplit("/", 1)[1])


def _pull(pull: dict[str, Any]) -> PullNow:
    head = pull["head"]
    return PullNow(
        pull["number"],
        _id(pull.get("user")),
        _id(head.get("repo")),
        head["ref"],
        head["sha"],
        pull.get("body") or "",
        tuple(label["name"] for label in pull.get("labels") or ()),
    )
