"""What became of merged fixes, as GitHub tells it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.edge.github import is_ours, issue_now, merged_pull
from healer.edge.github_desk import GitHubDesk
from healer.edge.github_dispatch import dispatch
from healer.event.read import SDK_LABEL

if TYPE_CHECKING:
    from healer.edge.github import GitHub
    from healer.gate import IssueNow, Merged

_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
_WHOLE = (40, 64)
#: What may be asked for as a tag: no other spelling of a commit, no other repository's. One without a number, as
#: "latest", moves: what it names today, it did not name when the error was seen.
_TAG = re.compile(r"(?=[^0-9]{0,99}[0-9])[0-9A-Za-z][0-9A-Za-z._+/-]{0,99}")
#: Requests that a look may spend on releases.
_MOST_ASKED = 80


class GitHubFate:
    """Implements `FateSite` for one repository, whose default branch is `branch`."""

    def __init__(self, hub: GitHub, branch: str) -> None:
        self._hub, self._api, self._branch = hub, hub.api, branch
        self._known: dict[tuple[str, str], bool | None] = {}
        self._tags: dict[str, str] = {}
        self._asked = 0

    def fix(self, number: int) -> Merged | None:
        """Implements `FateSite`."""
        found = self._api.ask("GET", f"/pulls/{number}", but=(404,)) if number else None
        if found is None or not found.get("merged_at"):
            return None
        pull = merged_pull(found)
        return pull if is_ours(pull, self._hub.own) else None

    def contains(self, release: str, commit: str) -> bool | None:
        """Implements `FateSite`. A branch is no release: what it holds today, it did not hold then."""
        key = release, commit
        if key not in self._known:
            self._known[key] = self._holds(release, commit)
        return self._known[key]

    def _holds(self, release: str, commit: str) -> bool | None:
        if len(release) in _WHOLE and _COMMIT.fullmatch(release):
            return self._reviewed(commit, release.lower())
        for name in dict.fromkeys((release, f"v{release}", release.rpartition("@")[2])):
            if _TAG.fullmatch(name) and ".." not in name and (sha := self._tag(name)):
                return self._compared(commit, sha)
        whole = self._whole(release) if _COMMIT.fullmatch(release) else ""
        return self._reviewed(commit, whole) if whole else None

    def _whole(self, short: str) -> str:
        """The commit that a shortened id names; "" for none, and for a branch of that name."""
        sha = str((self._spend(f"/commits/{short.lower()}") or {}).get("sha") or "")
        return sha if sha.startswith(short.lower()) else ""

    def _reviewed(self, commit: str, head: str) -> bool | None:
        """GitHub finds the commits of forks by their ids too, and a pull request's preview is no release: what holds
        the fix counts where it is on the default branch, or where a protected branch ends.
        """
        found = self._compared(commit, head)
        if not found or self._compared(head, self._branch):
            return found
        ends = self._spend(f"/commits/{head}/branches-where-head") or ()
        return True if any(branch.get("protected") for branch in ends) else None

    def _compared(self, commit: str, head: str) -> bool | None:
        """Whether `head`, a commit or a branch, holds the commit."""
        found = self._spend(f"/compare/{commit}...{quote(head, safe='')}", per_page="1")
        return None if found is None else found["status"] in ("ahead", "identical")

    def _tag(self, name: str) -> str:
        """The commit that a tag names, "" for no such tag."""
        if name not in self._tags:
            refs = self._spend(f"/git/matching-refs/tags/{quote(name)}") or []
            found = next((ref["object"] for ref in refs if ref["ref"] == f"refs/tags/{name}"), None)
            if found is not None and found["type"] == "tag":
                found = (self._spend(f"/git/tags/{found['sha']}") or {}).get("object")
            self._tags[name] = str(found["sha"]) if found and found["type"] == "commit" else ""
        return self._tags[name]

    def _spend(self, path: str, **parameters: str) -> Any:
        self._asked += 1
        if self._asked > _MOST_ASKED:
            return None
        return self._api.ask("GET", path, parameters=parameters or None, but=(404, 422))

    def reports(self) -> tuple[IssueNow, ...]:
        """Implements `FateSite`."""
        wanted = {"state": "all", "labels": SDK_LABEL, "sort": "updated", "direction": "desc", "per_page": "100"}
        found = self._api.ask("GET", "/issues", parameters=wanted)
        return tuple(issue_now(each) for each in found)

    def reopen(self, issue: int) -> None:
        """Implements `FateSite`."""
        self._api.ask("PATCH", f"/issues/{issue}", {"state": "open"})

    def unlabel(self, issue: int, name: str) -> None:
        """Implements `FateSite`."""
        self._api.ask("DELETE", f"/issues/{issue}/labels/{quote(name, safe='')}", but=(404,))

    def look_at(self, workflow: str, branch: str, issue: int, fix: str) -> bool:
        """Implements `Starter`."""
        return bool(workflow) and dispatch(self._api, workflow, branch, {"issue": str(issue), "base": fix})

    def start(self, workflow: str, branch: str, issue: int) -> bool:
        """Implements `FateSite`."""
        return GitHubDesk(self._api).start(workflow, branch, issue)
