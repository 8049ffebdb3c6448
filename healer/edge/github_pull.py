"""A forge that knows one open pull request, and adds a commit to its branch: for what repairs it.

Which pull request that is, who asks says; that it is open, of this repository and where the work began, is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healer.edge.github_forge import GitHubForge, Reading
from healer.pull_request.value import Standing

if TYPE_CHECKING:
    from healer.edge.github_api import Api
    from healer.edge.github_forge import Target
    from healer.pull_request.value import Offer
    from healer.report import Report


class _One(Reading):
    """`_number` is the pull request; `_signature` that of the bug that its branch fixes, "" for a person's branch."""

    _number = 0
    _signature = ""
    _found: dict[str, Any]

    def standing(self, report: Report, signature: str, base: str) -> Standing:
        """The pull request as it is now. Two requests."""
        found = self._api.ask("GET", f"/pulls/{self._number}", but=(404,))
        if found is None or found["state"] != "open" or _repository(found["head"]) != _repository(found["base"]):
            return Standing(self._issue, self._number, "", "", f"pull request {self._number} is not open")
        self._found = found
        branch, head = str(found["head"]["ref"]), str(found["head"]["sha"])
        self._tip = self._look(head)
        return Standing(self._issue, self._number, branch, head, self._in_the_way(branch, head, base))

    def _in_the_way(self, branch: str, head: str, base: str) -> str:
        if self._signature:
            return self._not_ours(branch, self._signature)
        return ""


class PullReading(_One):
    """For who only reads: a branch that has moved is in the way too, before anything is paid for."""

    def __init__(self, api: Api, issue: int, own: int, number: int, signature: str) -> None:
        super().__init__(api, issue, own)
        self._number, self._signature = number, signature

    def glance(self, report: Report, signature: str, base: str) -> Standing:
        """The same."""
        return self.standing(report, signature, base)

    def _in_the_way(self, branch: str, head: str, base: str) -> str:
        moved = f"branch {branch} has moved since its checks failed" if head != base else ""
        return super()._in_the_way(branch, head, base) or moved


class PullForge(_One, GitHubForge):
    """Implements `Forge`: a child of the branch's newest commit, and nothing is ever rewritten. Only Splat's own pull
    request gets a new text; to a person's, nothing but the commit is done.
    """

    def __init__(self, target: Target, number: int, signature: str) -> None:
        GitHubForge.__init__(self, target)
        self._number, self._signature = number, signature

    def _update(self, offer: Offer) -> dict[str, Any]:
        if not self._signature:
            return self._found
        pull: dict[str, Any] = self._api.ask("PATCH", f"/pulls/{self._number}", {"body": offer.body})
        if offer.draft and not pull.get("draft"):
            self._make_draft(pull, str(pull["title"]))
        return pull

    def _decorate(self, number: int) -> None:
        """It was, when it was opened."""


def _repository(side: dict[str, Any]) -> int:
    return int((side.get("repo") or {}).get("id") or 0)
