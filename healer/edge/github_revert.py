"""Taking a merged fix back on GitHub, through the Git Data API; three texts are merged by git itself, in a folder of
their own.
"""

from __future__ import annotations

import base64
import re
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.after.revert import Landed, Reverted
from healer.edge.github_errors import Refused
from healer.edge.plumbing import SAFE, environment
from healer.outcome import SplatError

if TYPE_CHECKING:
    from healer.after.revert import Offer, Undone
    from healer.edge.github import GitHub
    from healer.gate import Merged

_REVERTS = re.compile(r"^Splat-Reverts: ([1-9][0-9]{0,9})$", re.MULTILINE)
_REGULAR, _FOLDER = ("100644", "100755"), "040000"
_MOST_FILES = 10
_SECONDS = 20
#: The account behind every `GITHUB_TOKEN`.
_ACTIONS = 41898282


class GitHubReverts:
    """Implements `RevertSite` for one repository."""

    def __init__(self, hub: GitHub) -> None:
        self._hub, self._api = hub, hub.api

    @property
    def awaits(self) -> bool:
        """Implements `RevertSite`."""
        return self._hub.own == _ACTIONS

    def opened(self, branch: str) -> Reverted | None:
        """Implements `RevertSite`."""
        wanted = {"state": "all", "head": f"{self._api.owner}:{branch}", "per_page": "100"}
        for pull in self._api.ask("GET", "/pulls", parameters=wanted):
            head, base = pull["head"], pull["base"]
            same = head["repo"] is not None and head["repo"]["id"] == base["repo"]["id"]
            if head["ref"] == branch and same:
                return Reverted(int(pull["number"]), str(pull["html_url"]))
        return None

    def head(self, branch: str) -> str:
        """Implements `RevertSite`."""
        return str(self._api.ask("GET", f"/git/ref/heads/{quote(branch)}")["object"]["sha"])

    # --- what it changed ----------------------------------------------------------------------------------------------

    def landed(self, fix: Merged, onto: str) -> tuple[Landed, ...] | str:
        """Implements `RevertSite`. The commit before the merge and the pull request's own last one meet where it began,
        however it was merged.
        """
        merge = self._api.ask("GET", f"/git/commits/{fix.commit}", but=(404,))
        parents = merge["parents"] if merge else ()
        told = self._api.ask("GET", f"/compare/{parents[0]['sha']}...{fix.head}", but=(404,)) if parents else None
        if told is None or not told.get("merge_base_commit"):
            return "What it changed cannot be read."
        files = told.get("files") or ()
        if any(file["status"] not in ("added", "modified") for file in files):
            return "It renamed or deleted a file."
        if not 0 < len(files) <= _MOST_FILES:
            return "It changed no file, or more than Splat reads."
        met = str(told["merge_base_commit"]["sha"])
        found = [self._landed(file, met, fix.head, onto) for file in files]
        return "A file that it changed cannot be read." if None in found else tuple(filter(None, found))

    def _landed(self, file: dict[str, Any], met: str, head: str, onto: str) -> Landed | None:
        path, added = str(file["filename"]), file["status"] == "added"
        before, after, now = (self._file(path, commit) for commit in (met, head, onto))
        if after is None or (before is None) is not added:
            return None
        return Landed(path, before, after, now)

    def _file(self, path: str, commit: str) -> bytes | None:
        found = self._api.ask("GET", f"/contents/{quote(path)}", parameters={"ref": commit}, but=(404,))
        if not isinstance(found, dict) or found.get("type") != "file" or found.get("encoding") != "base64":
            return None
        return base64.b64decode(found["content"])

    def merged(self, now: bytes, base: bytes, other: bytes) -> bytes | None:
        """Implements `RevertSite`."""
        with tempfile.TemporaryDirectory(prefix="splat-revert-") as folder:
            for name, content in (("now", now), ("base", base), ("other", other)):
                (Path(folder) / name).write_bytes(content)
            command = ["git", *SAFE, "merge-file", "-p", "-q", "now", "base", "other"]
            with suppress(OSError, subprocess.TimeoutExpired):
                done = subprocess.run(
                    command, cwd=folder, capture_output=True, env=environment(), timeout=_SECONDS, check=False
                )
                return done.stdout if done.returncode == 0 else None
        return None

    # --- the pull request ---------------------------------------------------------------------------------------------

    def open(self, offer: Offer) -> Reverted:
        """Implements `RevertSite`. Creating the branch is the lock; who finds it made looks whose it is."""
        if not self._is_ours(offer) and (refused := self._write(offer)):
            return refused
        words = {"base": offer.base, "head": offer.branch, "title": offer.title, "body": offer.body}
        try:
            pull = self._api.ask("POST", "/pulls", words)
        except Refused as error:
            # Somebody was faster, or the answer to the same request got lost.
            if there := self.opened(offer.branch):
                return there
            return Reverted(0, reason=f"GitHub does not take it: {error.said[:200]}.")
        return Reverted(int(pull["number"]), str(pull["html_url"]))

    def _write(self, offer: Offer) -> Reverted | None:
        root = str(self._api.ask("GET", f"/git/commits/{offer.onto}")["tree"]["sha"])
        entries = [self._entry(root, file) for file in offer.files]
        tree = self._api.ask("POST", "/git/trees", {"base_tree": root, "tree": entries})["sha"]
        told = {"message": offer.message, "tree": tree, "parents": [offer.onto]}
        sha = self._api.ask("POST", "/git/commits", told)["sha"]
        try:
            self._api.ask("POST", "/git/refs", {"ref": f"refs/heads/{offer.branch}", "sha": sha})
        except Refused:
            if not self._is_ours(offer):
                return Reverted(0, reason=f"The branch `{offer.branch}` is there already, and is not Splat's.")
        return None

    def _is_ours(self, offer: Offer) -> bool:
        """True where the branch is there, and its newest commit takes this very fix back and is Splat's."""
        ref = self._api.ask("GET", f"/git/ref/heads/{quote(offer.branch)}", but=(404,))
        if ref is None:
            return False
        told = self._api.ask("GET", f"/commits/{ref['object']['sha']}")
        reverts = _REVERTS.findall(told["commit"]["message"])
        return reverts[-1:] == [str(offer.pull)] and int((told.get("author") or {}).get("id") or 0) == self._hub.own

    def _entry(self, root: str, file: Undone) -> dict[str, Any]:
        entry = {"path": file.path, "mode": self._mode(root, file.path), "type": "blob"}
        if file.content is None:
            return entry | {"sha": None}
        told = {"content": base64.b64encode(file.content).decode(), "encoding": "base64"}
        return entry | {"sha": self._api.ask("POST", "/git/blobs", told)["sha"]}

    def _mode(self, tree: str, path: str) -> str:
        """As the file has it now. Raises SplatError where a link or a submodule would be replaced."""
        *folders, name = path.split("/")
        for folder in folders:
            tree = self._child(tree, folder, (_FOLDER,), path)["sha"]
        return str(self._child(tree, name, _REGULAR, path)["mode"])

    def _child(self, tree: str, name: str, modes: tuple[str, ...], path: str) -> dict[str, Any]:
        listed = self._api.ask("GET", f"/git/trees/{tree}")["tree"]
        found: dict[str, Any] | None = next((each for each in listed if each["path"] == name), None)
        if found is None or found["mode"] not in modes:
            raise SplatError(f"{path} is a link or a submodule now", next_step="Take the fix back by hand.")
        return found
