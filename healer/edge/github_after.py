"""Merging and obeying, as GitHub takes it: each verb is one request of `Api`, or one a page."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.after.conditions import Review
from healer.edge.github_errors import Refused
from healer.outcome import ConfigError, SplatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.ci import Pull
    from healer.edge.github_api import Api

_ENABLE = """
mutation($pull: ID!, $head: GitObjectID!, $method: PullRequestMergeMethod!) {
  enablePullRequestAutoMerge(input: {pullRequestId: $pull, expectedHeadOid: $head, mergeMethod: $method}) {
    clientMutationId
  }
}"""
_DISABLE = """
mutation($pull: ID!) { disablePullRequestAutoMerge(input: {pullRequestId: $pull}) { clientMutationId } }"""


class GitHubMerging:
    """Implements `MergeSite` for one repository."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def reviews(self, number: int) -> tuple[Review, ...] | None:
        """Implements `MergeSite`."""
        found = self._api.pages(f"/pulls/{number}/reviews")
        if found is None:
            return None
        return tuple(Review(int((each.get("user") or {}).get("id") or 0), str(each.get("state"))) for each in found)

    def required(self, branch: str) -> tuple[str, ...] | None:
        """Implements `MergeSite`: those of the branch's protection, and those of the repository's rulesets."""
        told = self._api.ask("GET", f"/branches/{quote(branch)}", but=(403, 404))
        rules = self._api.ask("GET", f"/rules/branches/{quote(branch)}", but=(403, 404))
        if told is None:
            return None
        return tuple(dict.fromkeys([*_protected(told), *_ruled(rules)]))

    def file(self, path: str, commit: str) -> bytes | None:
        """Implements `MergeSite`."""
        found = self._api.ask("GET", f"/contents/{quote(path)}", parameters={"ref": commit}, but=(403, 404))
        if not isinstance(found, dict) or found.get("type") != "file" or found.get("encoding") != "base64":
            return None
        return base64.b64decode(found["content"])

    def allows_automatic(self) -> bool:
        """Implements `MergeSite`. A token that may not write is not told."""
        return bool(self._api.ask("GET", self._api.repository).get("allow_auto_merge"))

    def automatic(self, pull: Pull, method: str) -> str:
        """Implements `MergeSite`."""
        wanted = {"pull": pull.node, "head": pull.head, "method": method.upper()}
        return _graphql(self._api, _ENABLE, wanted)

    def not_automatic(self, pull: Pull) -> bool:
        """Implements `MergeSite`."""
        return not _graphql(self._api, _DISABLE, {"pull": pull.node})

    def merge(self, pull: Pull, method: str) -> str:
        """Implements `MergeSite`. GitHub refuses where the branch has moved since."""
        try:
            self._api.ask("PUT", f"/pulls/{pull.number}/merge", {"sha": pull.head, "merge_method": method})
        except SplatError as error:
            # The answer to the same request may have got lost.
            now = self._api.ask("GET", f"/pulls/{pull.number}", but=(404,)) or {}
            if now.get("merged") and now["head"]["sha"] == pull.head:
                return ""
            return error.said if isinstance(error, Refused) else error.what
        return ""


class GitHubCommands:
    """Implements `CommandSite` for one repository."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def workflow_of(self, run: int) -> str:
        """Implements `CommandSite`."""
        found = self._api.ask("GET", f"/actions/runs/{run}", but=(404,))
        return "" if found is None else str(found.get("path") or "").partition("@")[0]

    def cancel(self, run: int) -> bool:
        """Implements `CommandSite`."""
        try:
            self._api.ask("POST", f"/actions/runs/{run}/cancel")
        except (Refused, ConfigError):
            return False
        return True

    def close_unplanned(self, issue: int) -> None:
        """Implements `CommandSite`."""
        self._api.ask("PATCH", f"/issues/{issue}", {"state": "closed", "state_reason": "not_planned"})


def _graphql(api: Api, query: str, variables: dict[str, Any]) -> str:
    """GitHub's words where it went wrong, else nothing."""
    try:
        told = api.ask("POST", "/graphql", {"query": query, "variables": variables})
    except SplatError as error:
        return error.what
    errors = told.get("errors") or []
    return " ".join(str(each.get("message") or "no reason given") for each in errors[:3])


def _protected(branch: dict[str, Any]) -> Iterator[str]:
    rules = (branch.get("protection") or {}).get("required_status_checks") or {}
    yield from (str(name) for name in rules.get("contexts") or ())
    yield from (str(each.get("context")) for each in rules.get("checks") or ())


def _ruled(rules: Any) -> Iterator[str]:
    for rule in rules or ():
        if rule.get("type") == "required_status_checks":
            for each in (rule.get("parameters") or {}).get("required_status_checks") or ():
                yield str(each.get("context"))
