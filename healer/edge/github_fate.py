"""What became of merged fixes, as GitHub tells it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.edge.github import is_ours, issue_now, merged_pull
from healer.edge.github_desk import GitHubDesk
from healer.event.read import SDK_LABEL

if TYPE_CHECKING:
    from healer.edge.github import GitHub
    from healer.gate import IssueNow, Merged

_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
#: What may be asked for as a tag: no other spelling of a commit, no other repository's.
_TAG = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+/-]{0,99}")
#: Requests that a look may spend on releases.
_MOST_ASKED = 80


class GitHubFate:
    """Implements `FateSite` for one repository."""

    def __init__(self, hub: GitHub) -> None:
        self._hub, self._api = hub, hub.api
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
        if _COMMIT.fullmatch(release):
            found = self._compared(commit, release)
            if found is not None:
                return found
        for name in dict.fromkeys((release, f"v{release}", release.rpartition("@")[2])):
            if _TAG.fullmatch(name) and ".." not in name and (sha := self._tag(name)):
                return self._compared(commit, sha)
        return None

    def _compared(self, commit: str, head: str) -> bool | None:
        path = f"/compare/{commit}...{head}"
        found = self._spend(path, per_page="1")
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

    def start(self, workflow: str, branch: str, issue: int) -> bool:
        """Implements `FateSite`."""
        return GitHubDesk(self._api).start(workflow, branch, issue)
