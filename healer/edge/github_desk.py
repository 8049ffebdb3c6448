"""What the job that writes needs of GitHub and of its own checkout, besides the forge."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from healer.edge.github_forge import RUN, Base
from healer.edge.github_labels import put_labels
from healer.edge.plumbing import git

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from healer.edge.github_api import Api


class GitHubDesk:
    """Implements `Desk`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def head(self, branch: str) -> str:
        """The newest commit of a branch."""
        return str(self._api.ask("GET", f"/git/ref/heads/{quote(branch)}")["object"]["sha"])

    def left_by(self, commit: str, run: int, own: int) -> str:
        """Implements `Marks`."""
        found = self._api.ask("GET", f"/commits/{commit}", but=(404, 422))
        if found is None or not run or int((found.get("author") or {}).get("id") or 0) != own:
            return ""
        runs = RUN.findall(str(found["commit"]["message"]))
        return str(found["parents"][0]["sha"]) if runs[-1:] == [str(run)] and found["parents"] else ""

    def contains(self, head: str, base: str) -> bool:
        """Implements `Desk`."""
        found = self._api.ask("GET", f"/compare/{base}...{head}", parameters={"per_page": "1"}, but=(404,))
        return found is not None and found["status"] in ("ahead", "identical")

    def start(self, workflow: str, branch: str, issue: int) -> bool:
        """Implements `Desk`. A token without `actions: write`, or a workflow without that trigger, says no."""
        from healer.edge.github_dispatch import dispatch

        return bool(workflow) and dispatch(self._api, workflow, branch, {"issue": str(issue)})

    def label(self, issue: int, name: str, known: frozenset[str]) -> None:
        """Implements `Desk`."""
        put_labels(self._api, issue, (name,), known)


def base_of(repo: Path, commit: str, paths: Iterable[str]) -> Base:
    """What the forge must know of the base commit, from the local checkout's objects."""
    places = {"/".join(path.split("/")[:end]) for path in paths for end in range(1, path.count("/") + 2)}
    listed = git(repo, "--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", *sorted(places))
    modes = {}
    for entry in filter(None, listed.split(b"\0")):
        about, _, path = entry.partition(b"\t")
        modes[path.decode("utf-8", "surrogateescape")] = about.split()[0].decode()
    tree = git(repo, "rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()
    return Base(tree, modes)
