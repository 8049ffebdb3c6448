"""GitHub for the gate: each verb is one request of `Api`, or one a page, and its answer a value of the gate."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.edge.github_api import MOST_PAGES, Api
from healer.edge.github_labels import put_labels
from healer.event import BRANCH, Actor
from healer.gate.ledger import stamp
from healer.gate.standing import IGNORE
from healer.gate.state import CI_LABEL, IssueNow, Merged, Permission, PullNow, Said
from healer.outcome import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from healer.settings import Actions

_LOGIN = re.compile(r"[0-9A-Za-z_-]{1,100}(?:\[bot\])?")
_ACTIONS_BOT = "github-actions[bot]"


class GitHub:
    """Implements `Hub` for one repository. Raises ConfigError for what a token may not do, SplatError for breakage."""

    def __init__(self, actions: Actions, environ: Mapping[str, str], patience: float | None = None) -> None:
        self.api = Api(actions, environ, patience)
        self.own = actions.actor_id
        self._app = actions.app

    @property
    def requests(self) -> int:
        """How many requests were made."""
        return self.api.requests

    def whoami(self) -> int:
        """The numeric id that the token writes as, kept in `own`. An installation's token cannot ask: it is that of the
        App that was named, else taken for Actions' own; where it is not, the first comment shows it.
        """
        if not self.own:
            found = None if self._app else self.api.ask("GET", "/user", but=(401, 403, 404))
            if found is None:
                login = f"{self._app}[bot]" if self._app else _ACTIONS_BOT
                found = self.api.ask("GET", f"/users/{quote(login)}")
            self.own = int(found["id"])
        return self.own

    def content(self, path: str) -> bytes | None:
        """A file of the default branch; None when there is none."""
        found = self.api.ask("GET", f"/contents/{quote(path)}", but=(404,))
        if found is None:
            return None
        if not isinstance(found, dict) or found.get("encoding") != "base64":
            raise ConfigError("It is no file that can be read", where=path, next_step="Put a small text file there.")
        return base64.b64decode(found["content"])

    def permission(self, login: str) -> Permission | None:
        """Implements `Hub`. What cannot be a login is nobody's."""
        if not _LOGIN.fullmatch(login):
            return None
        found = self.api.ask("GET", f"/collaborators/{quote(login, safe='')}/permission", but=(404,))
        return None if found is None else Permission(str(found["permission"]), _id(found.get("user")))

    def issue(self, number: int) -> IssueNow | None:
        """Implements `Hub`."""
        found = self.api.ask("GET", f"/issues/{number}", but=(404, 410))
        return None if found is None else issue_now(found)

    def pulls(self) -> tuple[PullNow, ...] | None:
        """Implements `Hub`."""
        found = self.api.pages("/pulls", {"state": "open"})
        return None if found is None else tuple(map(_pull, found))

    def merged(self, since: datetime) -> tuple[Merged, ...]:
        """Implements `Hub`. Closed ones come in the order of their last change, which no merge is later than."""
        kept: list[Merged] = []
        wanted = {"state": "closed", "sort": "updated", "direction": "desc", "per_page": "100"}
        for page in range(1, MOST_PAGES + 1):
            found = self.api.ask("GET", "/pulls", parameters={**wanted, "page": str(page)})
            kept += (pull for each in found if each.get("merged_at") and is_ours(pull := merged_pull(each), self.own))
            if len(found) < 100 or found[-1]["updated_at"] < stamp(since):
                break
        return tuple(pull for pull in kept if pull.at >= stamp(since))

    def comments(self, issue: int) -> tuple[Said, ...] | None:
        """Implements `Hub`."""
        found = self.api.pages(f"/issues/{issue}/comments", {})
        return None if found is None else tuple(_said(each, issue) for each in found)

    def recent(self, since: datetime) -> tuple[Said, ...] | None:
        """Implements `Hub`."""
        wanted = {"since": stamp(since), "sort": "updated", "direction": "desc"}
        found = self.api.pages("/issues/comments", wanted)
        return None if found is None else tuple(_said(each, _number_in(each)) for each in found)

    def ci_issue(self, mark: str) -> int:
        """Implements `Hub`."""
        found = self.api.pages("/issues", {"state": "open", "labels": CI_LABEL}) or []
        return min((each["number"] for each in found if self._is_own(each, mark)), default=0) or self._unwanted(mark)

    def _unwanted(self, mark: str) -> int:
        wanted = {"state": "closed", "labels": CI_LABEL, "sort": "updated", "direction": "desc", "per_page": "100"}
        closed = self.api.ask("GET", "/issues", parameters=wanted)
        # One that Splat itself withdrew, as the second of two, has no comment.
        return max((each["number"] for each in closed if self._is_own(each, mark) and _is_unwanted(each)), default=0)

    def open_issue(self, title: str, body: str, label: str) -> int:
        """Implements `Hub`."""
        told = {"title": title, "body": body, "labels": [label]}
        return int(self.api.ask("POST", "/issues", told, there=lambda: self._filed(body, label))["number"])

    def say(self, issue: int, body: str) -> Said:
        """Implements `Hub`."""
        path = f"/issues/{issue}/comments"
        return _said(self.api.ask("POST", path, {"body": body}, there=lambda: self._there(path, body)), issue)

    def rewrite(self, comment: int, body: str) -> None:
        """Implements `Hub`."""
        self.api.ask("PATCH", f"/issues/comments/{comment}", {"body": body})

    def remove(self, comment: int) -> None:
        """Implements `Hub`."""
        self.api.ask("DELETE", f"/issues/comments/{comment}", but=(404,))

    def react(self, comment: int, reaction: str, *, review: bool) -> None:
        """Implements `Hub`. The comment may be gone by now."""
        kind = "pulls" if review else "issues"
        path = f"/{kind}/comments/{comment}/reactions"
        self.api.ask("POST", path, {"content": reaction}, but=(404, 410))

    def withdraw(self, issue: int) -> None:
        """Implements `Hub`."""
        self.api.ask("PATCH", f"/issues/{issue}", {"state": "closed", "state_reason": "not_planned"})

    def label(self, issue: int, name: str) -> None:
        """Implements `Hub`. A label that does not exist yet is made first."""
        put_labels(self.api, issue, [name])

    def labeller(self, issue: int, names: frozenset[str]) -> Actor | None:
        """Implements `Hub`."""
        told = self.api.pages(f"/issues/{issue}/events") or ()
        put = [each for each in told if each.get("event") == "labeled" and _label_of(each) in names]
        # What an app did in somebody's name, that person need not know of.
        return _actor(put[-1].get("actor")) if put and not put[-1].get("performed_via_github_app") else None

    def _is_own(self, issue: dict[str, Any], mark: str) -> bool:
        own = _id(issue.get("user")) == self.own
        return own and not issue.get("pull_request") and (issue.get("body") or "").startswith(mark)

    def _there(self, path: str, body: str, **wanted: str) -> dict[str, Any] | None:
        """Our own comment or issue of that very text, where the answer to its making got lost."""
        found = self.api.pages(path, wanted) or []
        return next((each for each in found if _id(each.get("user")) == self.own and each.get("body") == body), None)

    def _filed(self, body: str, label: str) -> dict[str, Any] | None:
        return self._there("/issues", body, state="open", labels=label)


def _id(user: Any) -> int:
    """A numeric id; 0 for an account that is gone."""
    return int(user["id"]) if user else 0


def _is_unwanted(issue: dict[str, Any]) -> bool:
    """True where a person closed it for good."""
    ignored = any(label["name"] == IGNORE for label in issue["labels"])
    return ignored or (issue.get("state_reason") == "not_planned" and bool(issue.get("comments")))


def _actor(user: Any) -> Actor:
    return Actor(_id(user), str(user["login"]) if user else "ghost")


def _label_of(event: dict[str, Any]) -> str:
    return str((event.get("label") or {}).get("name") or "").casefold()


def _said(comment: dict[str, Any], issue: int) -> Said:
    return Said(comment["id"], _id(comment.get("user")), issue, comment.get("body") or "", comment["created_at"])


def _number_in(comment: dict[str, Any]) -> int:
    return int(comment["issue_url"].rsplit("/", 1)[1])


def issue_now(found: dict[str, Any]) -> IssueNow:
    """An issue, as both a list and its own page have it."""
    return IssueNow(
        found["number"],
        found["state"] == "open",
        bool(found.get("locked")),
        tuple(label["name"] for label in found["labels"]),
        tuple(_actor(user) for user in found.get("assignees") or ()),
        _actor(found.get("user")),
        found.get("body") or "",
        bool(found.get("pull_request")),
        found.get("state_reason") or "",
    )


def merged_pull(pull: dict[str, Any]) -> Merged:
    """A pull request that was merged, as both the list and its own page have it. The repository is 0 where the branch
    was another's.
    """
    head, base = pull["head"], pull["base"]
    here = _id(head.get("repo")) if _id(head.get("repo")) == _id(base.get("repo")) else 0
    return Merged(
        pull["number"],
        _id(pull.get("user")),
        here,
        head["ref"],
        base["ref"],
        head["sha"],
        pull.get("merge_commit_sha") or "",
        pull["merged_at"],
        pull.get("title") or "",
        pull.get("body") or "",
        pull.get("html_url") or "",
    )


def is_ours(pull: Merged, own: int) -> bool:
    """True for a fix that Splat itself opened, from a branch of this very repository."""
    return bool(own and pull.author == own and pull.repository and pull.commit and BRANCH.fullmatch(pull.branch))


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
        _id((pull.get("base") or {}).get("repo")),
    )
