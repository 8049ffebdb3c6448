"""What stands on the branch of an open fix: read whole, for a `retry` that goes on from there; and written to."""

from __future__ import annotations

import base64
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Any

from healer.context import Branch
from healer.edge.github_forge import GitHubForge, Reading, Tip, not_ours
from healer.edge.pointer import is_pointer
from healer.pull_request.value import Standing

if TYPE_CHECKING:
    from healer.context import Tree
    from healer.edge.github_api import Api
    from healer.edge.github_forge import Target
    from healer.gate import PullNow
    from healer.pull_request.value import Offer
    from healer.report import Report

#: A fix changes fewer; past this the branch is somebody's project.
_MOST_FILES = 20
_MAX_BYTES = 2 * 1024 * 1024


def branch_of(api: Api, compared: dict[str, Any] | None, name: str, tree: Tree, own: int) -> Branch | None:
    """The branch as the comparison of `tree`'s commit with it shows it; None where nothing stands on it.

    One request for each file whose difference GitHub leaves out.
    """
    commits = compared["commits"] if compared else []
    if compared is None or not commits:
        return None
    ours = all(Tip.of(each).is_ours(_signature(name), own) for each in commits)
    whole = len(commits) == compared.get("total_commits", len(commits))
    files = _contents(api, compared, tree) if whole else None
    return Branch(name, files, "" if ours and whole else not_ours(name))


def _contents(api: Api, compared: dict[str, Any], tree: Tree) -> dict[str, bytes] | None:
    """The changed files as the branch has them; None where one cannot be had, or where the base has changed it too."""
    files = compared.get("files") or []
    if len(files) > _MOST_FILES:
        return None
    level = compared["merge_base_commit"]["sha"] == tree.base
    found: dict[str, bytes] = {}
    for file in files:
        path = str(file["filename"])
        if {"added": False, "modified": True}.get(file["status"]) is not (path in tree.paths()):
            return None
        content = _patched(file, tree.read(path))
        if content is None or _id(content, file["sha"]) != file["sha"]:
            content = _blob(api, file["sha"]) if level else None
        if content is None or is_pointer(content):
            return None
        found[path] = content
    return found


def _patched(file: dict[str, Any], before: bytes | None) -> bytes | None:
    """The file on the branch, from its difference; None where that is missing or does not fit."""
    from healer.patch.diff import NotCanonicalError, parse
    from healer.patch.ops import perform
    from healer.patch.text import put_together, take_apart

    path, patch = file["filename"], file.get("patch")
    if not patch:
        return None
    old = "/dev/null" if before is None else f"a/{path}"
    try:
        [told] = parse(f"--- {old}\n+++ b/{path}\n{patch}\n")
    except (NotCanonicalError, ValueError):
        return None
    lines = take_apart(before or b"").lines
    if any(not 0 <= number < len(lines) or lines[number] != line for number, line in told.expected.items()):
        return None  # the base has changed the same lines
    return put_together(perform(told.ops, lines))


def _id(content: bytes, like: str) -> str:
    """What git calls a content, in the repository's own kind of name."""
    whole = b"blob %d\0" % len(content) + content
    return sha256(whole).hexdigest() if len(like) == 64 else sha1(whole, usedforsecurity=False).hexdigest()


def _blob(api: Api, name: str) -> bytes | None:
    found = api.ask("GET", f"/git/blobs/{name}", but=(404,))
    if found is None or found.get("encoding") != "base64" or int(found.get("size") or 0) > _MAX_BYTES:
        return None
    return base64.b64decode(found["content"])


def _signature(branch: str) -> str:
    return branch.removeprefix("splat/")[:16]


class BranchReading(Reading):
    """For who only reads, and knows from the comparison what stands there."""

    def __init__(self, api: Api, issue: int, own: int, pull: int, branch: str, head: str) -> None:
        super().__init__(api, issue, own)
        self._known = Standing(issue, pull, branch, head)

    def glance(self, report: Report, signature: str, base: str) -> Standing:
        """No request, where the branch is the signature's. Whether people's commits are in the way, who builds on them
        decides.
        """
        return self._known if _signature(self._known.branch) == signature else super().glance(report, signature, base)


class BranchForge(GitHubForge):
    """Implements `Forge` for a person's `retry`: one more commit on the branch of an open fix, whoever else has
    committed there. `fix` is the pull request as it was a moment ago: a branch that moves meanwhile takes no commit.
    """

    def __init__(self, target: Target, fix: PullNow) -> None:
        super().__init__(target)
        self._fix = fix
        self._behind: bool | None = None

    def standing(self, report: Report, signature: str, base: str) -> Standing:
        """One request, where the branch is the signature's."""
        fix = self._fix
        if _signature(fix.branch) != signature:
            return super().standing(report, signature, base)
        compared = self._api.ask("GET", f"/compare/{base}...{fix.head}", but=(404,))
        last = compared["commits"][-1] if compared and compared["commits"] else None
        if compared is not None and last is not None and last["sha"] == fix.head:
            self._tip, self._behind = Tip.of(last), bool(compared["behind_by"])
        else:
            self._tip, self._behind = self._look(fix.head), None
        return Standing(self._issue, fix.number, fix.branch, fix.head)

    def _parents(self, offer: Offer) -> list[str]:
        if self._behind is None or self._tip is None:
            return super()._parents(offer)
        return [self._tip.sha, offer.base] if self._behind else [self._tip.sha]
