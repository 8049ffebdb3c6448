"""A try, as GitHub sees it: a branch, an issue, a run, a pull request; and all of it gone again.

What a try left behind is read from GitHub alone, by the branch's name: the branch goes last.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.edge.github_answer import answer
from healer.outcome import ConfigError, SplatError
from healer.setup.github_rights import ACTIONS, CONTENTS
from healer.setup.github_try import LABEL, left_behind, prefix, takes_base

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.edge.github_setup import GitHubSetup
    from healer.setup.github_try import Trial

_FOLDER = ".github/workflows"
_MOST_WORKFLOWS = 40
_OURS = "splat/"
_ENDED = "completed"


@dataclass(frozen=True, slots=True)
class Job:
    """A job of a run: GitHub's words for its state and its end ("" while there is none), its times (ISO, or "")."""

    name: str
    status: str
    conclusion: str
    began: str
    ended: str


@dataclass(frozen=True, slots=True)
class Published:
    """The pull request of a try."""

    number: int
    url: str
    title: str
    branch: str


class TrySite:
    """One repository. `login` is whose tries are meant, "" for a token that is no person's."""

    def __init__(self, setup: GitHubSetup, login: str) -> None:
        self._setup, self._api, self._login = setup, setup.api, login

    # --- before -------------------------------------------------------------------------------------------------------

    def workflow(self, branch: str) -> str:
        """The name of Splat's workflow file on a branch. Raises ConfigError where there is none that can be tried."""
        where = self._setup.place.page("repository")
        listed = answer(self._api, "GET", f"/contents/{_FOLDER}?ref={quote(branch, safe='')}")
        found = listed.data if listed.ok and isinstance(listed.data, list) else []
        names = [str(each["name"]) for each in found if str(each["name"]).endswith((".yml", ".yaml"))]
        old = ""
        for name in sorted(names, key=lambda name: (not name.startswith("splat"), name))[:_MOST_WORKFLOWS]:
            takes = takes_base(self._text(f"{_FOLDER}/{name}", branch))
            if takes:
                return name
            old = name if takes is False else old
        if old:
            then = "Run `splat init` again, which brings it up to date, and merge that."
            raise ConfigError("Splat's workflow cannot be told what to heal", where=f"{_FOLDER}/{old}", next_step=then)
        then = f"Merge what `splat init` wrote into `{branch}` first: GitHub runs workflows of that branch alone."
        raise ConfigError(f"Splat's workflow is not on `{branch}` yet", where=where, next_step=then)

    def _text(self, path: str, branch: str) -> str:
        found = answer(self._api, "GET", f"/contents/{quote(path)}?ref={quote(branch, safe='')}")
        if not found.ok or not isinstance(found.data, dict) or found.data.get("encoding") != "base64":
            return ""
        return base64.b64decode(found.data["content"]).decode("utf-8", "replace")

    # --- what it makes ------------------------------------------------------------------------------------------------

    def make_branch(self, trial: Trial, base: str) -> None:
        """The branch `base` and the try's files in one commit on top."""
        head = str(self._api.ask("GET", f"/git/ref/heads/{quote(base)}")["object"]["sha"])
        tree = str(self._api.ask("GET", f"/git/commits/{head}")["tree"]["sha"])
        entries = [
            {"path": path, "mode": "100644", "type": "blob", "content": text} for path, text in trial.files.items()
        ]
        made = self._write("POST", "/git/trees", {"base_tree": tree, "tree": entries})
        told = {"message": "A bug for `splat init --try`\n", "tree": made["sha"], "parents": [head]}
        commit = self._write("POST", "/git/commits", told)
        self._write("POST", "/git/refs", {"ref": f"refs/heads/{trial.branch}", "sha": commit["sha"]})

    def _write(self, verb: str, path: str, body: Mapping[str, Any]) -> Any:
        found = answer(self._api, verb, path, body)
        if found.status in (403, 404):
            raise ConfigError("The token may not make a branch", next_step=self._setup.missing(CONTENTS).mend)
        if found.status == 422 and "already exists" in found.said.lower():
            return found.data  # it was made, and the answer got lost
        if not found.ok:
            raise SplatError(f"GitHub answers {found.status}: {found.said}", where=f"{verb} {path}")
        return found.data

    def issues(self, trial: Trial) -> tuple[int, ...]:
        """The numbers of the try's open issues; the SDK files one."""
        found = answer(self._api, "GET", "/issues?state=open&labels=splat&per_page=100&sort=created&direction=desc")
        if not found.ok:
            raise SplatError(f"GitHub answers {found.status}: {found.said}", where="GET /issues")
        return tuple(
            int(each["number"])
            for each in found.data
            if f"{trial.folder}/till.py" in (each.get("body") or "") and "pull_request" not in each
        )

    def dispatch(self, workflow: str, default_branch: str, issue: int, trial: Trial) -> None:
        """Start the run."""
        told = {"ref": default_branch, "inputs": {"issue": str(issue), "base": trial.branch}}
        found = answer(self._api, "POST", f"/actions/workflows/{quote(workflow)}/dispatches", told)
        if found.status in (403, 404):
            raise ConfigError("The token may not start a workflow", next_step=self._setup.missing(ACTIONS).mend)
        if not found.ok:
            raise SplatError(f"GitHub does not start the workflow: {found.said}", where=workflow)

    def runs(self, workflow: str) -> tuple[int, ...]:
        """The last runs that somebody started by hand, newest first."""
        path = f"/actions/workflows/{quote(workflow)}/runs?event=workflow_dispatch&per_page=30"
        found = answer(self._api, "GET", path)
        return tuple(int(each["id"]) for each in found.data["workflow_runs"]) if found.ok else ()

    def run(self, number: int) -> tuple[str, tuple[Job, ...]]:
        """How a run ended ("" while it goes on), and its jobs."""
        found = answer(self._api, "GET", f"/actions/runs/{number}")
        listed = answer(self._api, "GET", f"/actions/runs/{number}/jobs?per_page=100")
        told = found.data if found.ok else {}
        ended = str(told.get("conclusion") or "unknown") if told.get("status") == _ENDED else ""
        return ended, tuple(_job(each) for each in (listed.data.get("jobs") or ())) if listed.ok else ()

    def published(self, trial: Trial) -> tuple[Published, ...]:
        """Pull requests into the try's branch, from branches that Splat writes, newest first."""
        found = answer(self._api, "GET", f"/pulls?state=all&base={quote(trial.branch, safe='')}&per_page=100")
        if not found.ok:
            return ()
        return tuple(
            Published(int(each["number"]), str(each["html_url"]), str(each["title"]), str(each["head"]["ref"]))
            for each in found.data
            if each["base"]["ref"] == trial.branch and str(each["head"]["ref"]).startswith(_OURS)
        )

    def last_word(self, issue: int) -> str:
        """What was said last on an issue, as its reader sees it; "" for nothing."""
        from healer.event import visible

        found = answer(self._api, "GET", f"/issues/{issue}/comments?per_page=100")
        said = [str(each.get("body") or "") for each in found.data] if found.ok else []
        return " ".join(visible(said[-1]).replace("\\", "").split())[:400] if said else ""

    # --- and takes back -----------------------------------------------------------------------------------------------

    def left_behind(self) -> tuple[Trial, ...]:
        """The tries of this person whose branches are there."""
        found = answer(self._api, "GET", f"/git/matching-refs/heads/{quote(prefix(self._login))}")
        names = [str(each["ref"]).removeprefix("refs/heads/") for each in found.data] if found.ok else []
        return tuple(filter(None, (left_behind(name, self._login) for name in names)))

    def clean(self, trial: Trial, run: int = 0) -> tuple[str, ...]:
        """Cancel the run, close pull requests and issues, delete branches and label; the names of what could not be."""
        left = []
        if run:
            answer(self._api, "POST", f"/actions/runs/{run}/cancel")  # one that has ended refuses
        for pull in self.published(trial):
            left += self._undo("PATCH", f"/pulls/{pull.number}", {"state": "closed"})
            left += self._undo("DELETE", f"/git/refs/heads/{quote(pull.branch)}")
        for issue in self.issues(trial):
            left += self._undo("PATCH", f"/issues/{issue}", {"state": "closed", "state_reason": "not_planned"})
        if not left:
            left += self._undo("DELETE", f"/git/refs/heads/{quote(trial.branch)}")
            answer(self._api, "DELETE", f"/labels/{LABEL}")
        return tuple(left)

    def _undo(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> list[str]:
        """[] where it is done, or was; a branch that is not there is 422."""
        try:
            found = answer(self._api, verb, path, body)
        except SplatError:
            return [path]
        gone = verb == "DELETE" and found.status in (404, 422)
        return [] if found.ok or gone else [path]


def _job(told: Mapping[str, Any]) -> Job:
    names = ("status", "conclusion", "started_at", "completed_at")
    status, conclusion, began, ended = (str(told.get(name) or "") for name in names)
    return Job(str(told.get("name") or ""), status, conclusion, began, ended)
