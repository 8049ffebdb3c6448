"""GitHub as the forge: branch and commit through the Git Data API, one pull request a signature.

The commit is made by the API, so that GitHub signs it for an App's or the runner's token, and no credential comes near
a working tree. Creating the branch's ref is the lock: of two runs that both saw none, one is told that it exists.

Whatever is done twice, because an answer got lost or a job was run again, leads to the same branch and the same pull
request: a commit names the run that made it, and what is there already is looked at before it is refused.
"""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from healer.edge.github_errors import Refused
from healer.edge.github_labels import put_labels
from healer.edge.github_rights import ruled_out
from healer.gate.case import closes
from healer.outcome import SplatError
from healer.pull_request.value import Overtaken, Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from healer.edge.github_api import Api
    from healer.patch import FileChange
    from healer.pull_request.value import Offer
    from healer.report import Report

_TRAILER = re.compile(r"^Splat-Signature: ([0-9a-f]{16})$", re.MULTILINE)
RUN = re.compile(r"^Splat-Run: ([0-9]{1,18})$", re.MULTILINE)
#: Who commits what the API signs.
GITHUB_ITSELF = "web-flow"
_MOST_NAMES = 20
_REGULAR, _FOLDER = ("100644", "100755"), "040000"


class Base(NamedTuple):
    """What the local checkout knows of the base commit: its tree's id, and the modes ("100644", "040000") of the paths
    that the patch touches, and of the folders above them.
    """

    tree: str
    modes: Mapping[str, str]

    def mode_of(self, path: str) -> str:
        """The mode to write. Raises SplatError where something else than a file or a folder would be replaced."""
        above = ["/".join(path.split("/")[:end]) for end in range(1, path.count("/") + 1)]
        odd = [place for place in above if self.modes.get(place, _FOLDER) != _FOLDER]
        mode = self.modes.get(path, _REGULAR[0])
        if odd or mode not in _REGULAR:
            raise SplatError(f"{(odd or [path])[0]} is a link or a submodule on the base")
        return mode


class Target(NamedTuple):
    """What a fix is written to: `branch` is the default branch, `base` looks its commit up in the local checkout, for
    some paths. `own` is the numeric id that our token writes as, `run` the workflow run's number, 0 outside of one.
    """

    api: Api
    issue: int
    own: int
    branch: str
    base: Callable[[Sequence[str]], Base]
    run: int = 0


class Extras(NamedTuple):
    """What a new pull request is decorated with: logins who are asked for a review, labels, and those labels that the
    repository is `known` to have.
    """

    reviewers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tip:
    """A branch's newest commit. `author` is a numeric id, 0 for nobody GitHub knows; `by_api` is True where the commit
    came from its author or from GitHub itself, and was not amended by somebody else.
    """

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: int
    by_api: bool
    message: str

    @classmethod
    def of(cls, told: dict[str, Any]) -> Tip:
        """From a commit as GitHub tells of it."""
        commit, author, committer = told["commit"], told.get("author") or {}, told.get("committer") or {}
        parents = tuple(parent["sha"] for parent in told["parents"])
        by_api = committer.get("login") == GITHUB_ITSELF or committer.get("id") == author.get("id")
        return cls(told["sha"], commit["tree"]["sha"], parents, int(author.get("id") or 0), by_api, commit["message"])

    def is_ours(self, signature: str, own: int) -> bool:
        """True for a commit of Splat's about this very error; `own` is 0 where nobody knows our account."""
        return self.last(_TRAILER) == signature and self.by_api and own in (0, self.author)

    def last(self, trailer: re.Pattern[str]) -> str:
        found = trailer.findall(self.message)
        return str(found[-1]) if found else ""


class Reading:
    """How a signature stands on GitHub, about one issue. `own` is the numeric id that our token writes as, 0 where
    nobody knows it.
    """

    def __init__(self, api: Api, issue: int, own: int = 0) -> None:
        self._api = api
        self._issue = issue
        self._own = own
        self._tip: Tip | None = None

    def standing(self, report: Report, signature: str, base: str) -> Standing:
        """The open pull request of this signature, or the next free branch name. Two requests; one more where there is
        a branch, and one for each fix that was merged or closed before.
        """
        return self._standing(signature, heads_of(self._api, signature))

    def glance(self, report: Report, signature: str, base: str) -> Standing:
        """The same for who will not write: one request where no branch of the signature is there."""
        heads = heads_of(self._api, signature)
        if not heads:
            return Standing(self._issue, 0, f"splat/{signature}", "")
        return self._standing(signature, heads)

    def _standing(self, signature: str, heads: Mapping[str, str]) -> Standing:
        for branch in _names(signature):
            pull = self._pull(branch)
            if pull is not None and pull["state"] != "open":
                continue
            head = heads.get(branch, "")
            self._tip = self._look(head) if head else None
            number, in_the_way = pull["number"] if pull else 0, self._not_ours(branch, signature)
            return Standing(self._issue, number, branch, head, in_the_way or self._of_another(pull))
        raise SplatError(
            f"There are {_MOST_NAMES} finished fixes for {signature} already",
            next_step="This error keeps coming back: look at the earlier pull requests, or ignore the signature.",
        )

    def _pull(self, branch: str) -> dict[str, Any] | None:
        """The pull request from this branch of this very repository: the open one, else the last one."""
        wanted = {"state": "all", "head": f"{self._api.owner}:{branch}", "per_page": "100"}
        found = [
            pull
            for pull in self._api.ask("GET", "/pulls", parameters=wanted)
            if pull["head"]["ref"] == branch
            and pull["head"]["repo"] is not None
            and pull["head"]["repo"]["id"] == pull["base"]["repo"]["id"]
        ]
        return next((pull for pull in found if pull["state"] == "open"), found[0] if found else None)

    def _look(self, sha: str) -> Tip:
        told = self._api.ask("GET", f"/commits/{sha}")
        commit, author, committer = told["commit"], told.get("author") or {}, told.get("committer") or {}
        parents = tuple(parent["sha"] for parent in told["parents"])
        by_api = committer.get("login") == GITHUB_ITSELF or committer.get("id") == author.get("id")
        return Tip(sha, commit["tree"]["sha"], parents, int(author.get("id") or 0), by_api, commit["message"])

    def _not_ours(self, branch: str, signature: str) -> str:
        """Why a person's work stands in the way, "" where nothing does."""
        tip = self._tip
        if tip is None or (tip.last(_TRAILER) == signature and tip.by_api and self._own in (0, tip.author)):
            return ""
        return f"branch {branch} holds commits that are not Splat's"

    def _of_another(self, pull: dict[str, Any] | None) -> str:
        """Of two issues about one bug, the one that its fix closes keeps it."""
        other = closes(pull.get("body") or "") if pull else 0
        if pull is None or other in (0, self._issue):
            return ""
        return f"pull request {pull['number']} fixes this already, for issue {other}"


class GitHubForge(Reading):
    """Implements `Forge` for one issue of one repository."""

    def __init__(self, target: Target, extras: Extras | None = None) -> None:
        super().__init__(target.api, target.issue, target.own)
        self._branch, self._base, self._run = target.branch, target.base, target.run
        self._extras = extras or Extras()

    @property
    def left_here(self) -> bool:
        """True when the branch's newest commit, as `standing` last saw it, is one that this very run has left there."""
        return self._tip is not None and self._run > 0 and self._tip.last(RUN) == str(self._run)

    def publish(self, offer: Offer) -> tuple[int, str, str]:
        """Commit, branch, pull request, in this order; a branch that no pull request came of is taken back.

        Raises Overtaken when somebody else has the branch by now.
        """
        head = self._commit(offer)
        if head != offer.standing.head:
            self._point(offer, head)
        try:
            pull = self._update(offer) if offer.standing.pull else self._open(offer, head)
        except SplatError as error:
            if not offer.standing.pull:
                self._take_back(offer.standing.branch, error)
            raise
        if not offer.standing.pull or self.left_here:
            self._decorate(pull["number"])
        return int(pull["number"]), head, str(pull["html_url"])

    def comment(self, issue: int, body: str) -> str:
        """A comment of its own; Splat's one comment on the issue is its gate's."""
        return str(self._api.ask("POST", f"/issues/{issue}/comments", {"body": body})["html_url"])

    # --- commit and branch --------------------------------------------------------------------------------------------

    def _commit(self, offer: Offer) -> str:
        """The base's tree with the changes. An update is a child of our earlier commit, and of the base where that
        moved, so that nobody's view of the branch is rewritten; where it changes nothing, it is that commit.
        """
        base = self._base([change.path for change in offer.changes])
        entries = [self._entry(change, base.mode_of(change.path)) for change in offer.changes]
        tree = self._api.ask("POST", "/git/trees", {"base_tree": base.tree, "tree": entries})["sha"]
        old = self._tip if offer.standing.head else None
        if old is not None and old.tree == tree:
            return old.sha
        trailer = f"Splat-Run: {self._run}\n" if self._run else ""
        told = {"message": offer.commit_message + trailer, "tree": tree, "parents": self._parents(offer)}
        return str(self._api.ask("POST", "/git/commits", told)["sha"])

    def _entry(self, change: FileChange, mode: str) -> dict[str, str]:
        entry = {"path": change.path, "mode": mode, "type": "blob"}
        try:
            return entry | {"content": change.after.decode("utf-8")}
        except UnicodeDecodeError:
            told = {"content": base64.b64encode(change.after).decode(), "encoding": "base64"}
            return entry | {"sha": self._api.ask("POST", "/git/blobs", told)["sha"]}

    def _parents(self, offer: Offer) -> list[str]:
        old = self._tip
        if not offer.standing.head or old is None:
            return [offer.base]
        if offer.base in (old.sha, *old.parents):
            return [old.sha]
        behind = self._api.ask("GET", f"/compare/{offer.base}...{old.sha}", parameters={"per_page": "1"})["behind_by"]
        return [old.sha, offer.base] if behind else [old.sha]

    def _point(self, offer: Offer, head: str) -> None:
        branch = offer.standing.branch
        try:
            if offer.standing.head:
                self._ref("PATCH", branch, {"sha": head, "force": False})
            else:
                self._api.ask("POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": head})
        except Refused as error:
            if ruled_out(error.said):
                raise
            # The answer to the same request may have got lost.
            if heads_of(self._api, offer.signature).get(branch) != head:
                raise Overtaken(
                    f"Somebody else wrote to the branch {branch} at the same moment",
                    where=error.where,
                    next_step="Look at that branch; ask again if its fix is not the one you want.",
                ) from None

    def _ref(self, verb: str, branch: str, change: dict[str, Any] | None = None) -> None:
        self._api.ask(verb, f"/git/refs/heads/{quote(branch)}", change)

    def _take_back(self, branch: str, error: SplatError) -> None:
        """A branch without its pull request would be half of one."""
        try:
            self._ref("DELETE", branch)
        except SplatError:
            error.next_step += f" The branch {branch} could not be deleted again: delete it by hand."

    # --- the pull request ---------------------------------------------------------------------------------------------

    def _open(self, offer: Offer, head: str) -> dict[str, Any]:
        words: dict[str, Any] = {
            "base": self._branch,
            "head": offer.standing.branch,
            "title": offer.title,
            "body": offer.body,
            "draft": offer.draft,
        }
        try:
            return self._opened(words)
        except Refused as error:
            if "already exists" in error.said.lower():
                there = self._pull(offer.standing.branch)
                if there is not None and there["state"] == "open" and there["head"]["sha"] == head:
                    return there
            if offer.draft and "draft" in error.said.lower():
                # Private repositories of free plans know no drafts.
                return self._opened(words | {"draft": False, "title": f"[draft] {offer.title}"})
            raise

    def _opened(self, words: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self._api.ask("POST", "/pulls", words)
        return found

    def _update(self, offer: Offer) -> dict[str, Any]:
        words = {"title": offer.title, "body": offer.body}
        pull: dict[str, Any] = self._api.ask("PATCH", f"/pulls/{offer.standing.pull}", words)
        if offer.draft and not pull.get("draft"):
            self._make_draft(pull, offer.title)
        return pull

    def _make_draft(self, pull: dict[str, Any], title: str) -> None:
        """What was ready for review is no longer: only the GraphQL API can say that, else the title does."""
        query = "mutation($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { clientMutationId } }"
        told = {"query": query, "variables": {"id": pull.get("node_id", "")}}
        try:
            done = not self._api.ask("POST", "/graphql", told).get("errors")
        except SplatError:
            done = False
        if not done:
            self._api.ask("PATCH", f"/pulls/{pull['number']}", {"title": f"[draft] {title}"})

    def _decorate(self, number: int) -> None:
        """Labels and reviewers: welcome, and no reason to fail once the pull request is there."""
        with suppress(SplatError):
            put_labels(self._api, number, self._extras.labels, self._extras.known)
        if self._extras.reviewers:
            with suppress(SplatError):
                told = {"reviewers": list(self._extras.reviewers)}
                self._api.ask("POST", f"/pulls/{number}/requested_reviewers", told)


def not_ours(branch: str) -> str:
    """Why a branch is left alone."""
    return f"branch {branch} holds commits that are not Splat's"


def heads_of(api: Api, signature: str) -> dict[str, str]:
    """The branches of a signature, and the commits that they point at. One request."""
    refs = api.ask("GET", f"/git/matching-refs/heads/splat/{signature}")
    return {ref["ref"].removeprefix("refs/heads/"): ref["object"]["sha"] for ref in refs}


def _names(signature: str) -> Iterator[str]:
    yield f"splat/{signature}"
    yield from (f"splat/{signature}-{number}" for number in range(2, _MOST_NAMES + 1))
