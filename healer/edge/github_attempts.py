"""Branches of attempts on GitHub: `splat-attempt/<signature>`, which is no name that a fix's branch can have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.edge.github_errors import Refused
from healer.edge.github_forge import GitHubForge
from healer.outcome import SplatError
from healer.pull_request.value import Offer, Standing

if TYPE_CHECKING:
    from healer.patch import Patch

PREFIX = "splat-attempt/"
_OURS = re.compile(r"^Splat-Attempt: ([0-9a-f]{16})$", re.MULTILINE)


class GitHubAttempts(GitHubForge):
    """Implements `Attempts`. A branch on which somebody else has written is left alone, and nothing is rewritten."""

    def leave(self, signature: str, patch: Patch, message: str) -> str:
        """Implements `Attempts`. Four requests for a new branch."""
        branch, there = f"{PREFIX}{signature}", self._there(signature)
        if there and not self._is_ours(signature):
            raise SplatError(f"the branch {branch} holds commits that are not Splat's")
        standing, base = Standing(self._issue, 0, branch, there), patch.proposal.context.base
        offer = Offer(signature, standing, base, "", "", True, patch.changes, message, "")
        head = self._commit(offer)
        if head == there:
            return branch
        try:
            if there:
                self._ref("PATCH", branch, {"sha": head, "force": False})
            else:
                self._api.ask("POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": head})
        except Refused:
            if self._there(signature, look=False) != head:  # the answer to the same request may have got lost
                raise
        return branch

    def forget(self, signature: str) -> None:
        """Implements `Attempts`. One request where there is no branch."""
        if self._there(signature) and self._is_ours(signature):
            self._ref("DELETE", f"{PREFIX}{signature}")

    def _there(self, signature: str, *, look: bool = True) -> str:
        """The branch's newest commit, "" for no branch."""
        refs = self._api.ask("GET", f"/git/matching-refs/heads/{PREFIX}{signature}")
        wanted = f"refs/heads/{PREFIX}{signature}"
        found = next((str(ref["object"]["sha"]) for ref in refs if ref["ref"] == wanted), "")
        if look:
            self._tip = self._look(found) if found else None
        return found

    def _is_ours(self, signature: str) -> bool:
        tip = self._tip
        return tip is not None and tip.last(_OURS) == signature and tip.by_api and self._own in (0, tip.author)
