"""The checks of a commit, as GitHub tells of them: each verb is one request of `Api`, or one a page."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.ci.evidence import MOST_LOG
from healer.ci.value import Check, Commit, Compared, Job, Note, Phase, Pull, WorkflowRun
from healer.edge.github_api import MOST_PAGES
from healer.edge.github_dispatch import dispatch
from healer.edge.github_forge import GITHUB_ITSELF
from healer.outcome import ConfigError, SplatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.edge.github import GitHub

_PAGE = 100
#: GitHub's conclusions; what is none of them is nothing that may be merged on.
_ENDED: dict[str, Phase] = {
    "success": "passed",
    "neutral": "skipped",
    "skipped": "skipped",
    "failure": "failed",
    "cancelled": "cancelled",
    "action_required": "awaiting",
}
_STATUSES: dict[str, Phase] = {"success": "passed", "pending": "running", "failure": "failed", "error": "broken"}
_AT_WORK = frozenset({"queued", "in_progress", "requested", "waiting", "pending"})
#: Steps before the first own one of a job.
_MACHINERY = frozenset({"Set up job", "Set up runner", "Initialize containers"})


class GitHubChecks:
    """Implements `CiSite` for one repository."""

    def __init__(self, hub: GitHub) -> None:
        self._hub, self._api = hub, hub.api

    def pull(self, number: int) -> Pull | None:
        """Implements `CiSite`."""
        found = self._api.ask("GET", f"/pulls/{number}", but=(404,))
        return None if found is None else _pull(found)

    def head(self, branch: str) -> str:
        """Implements `CiSite`."""
        return str(self._api.ask("GET", f"/git/ref/heads/{quote(branch)}")["object"]["sha"])

    def runs(self, sha: str) -> tuple[WorkflowRun, ...]:
        """Implements `CiSite`."""
        return tuple(map(_run, self._listed("/actions/runs", "workflow_runs", head_sha=sha)))

    def checks(self, sha: str) -> tuple[Check, ...]:
        """Implements `CiSite`."""
        return tuple(map(_check, self._listed(f"/commits/{sha}/check-runs", "check_runs", filter="latest")))

    def statuses(self, sha: str) -> tuple[Check, ...]:
        """Implements `CiSite`."""
        return tuple(map(_status, self._listed(f"/commits/{sha}/status", "statuses")))

    def jobs(self, run: int) -> tuple[Job, ...]:
        """Implements `CiSite`."""
        return tuple(map(_job, self._listed(f"/actions/runs/{run}/jobs", "jobs", filter="latest")))

    def log(self, job: int) -> str:
        """Implements `CiSite`. What cannot be had is no reason to fail: a log may have expired."""
        with suppress(SplatError):
            return self._api.text(f"/actions/jobs/{job}/logs", MOST_LOG * 4)[-MOST_LOG:]
        return ""

    def notes(self, check: int) -> tuple[Note, ...]:
        """Implements `CiSite`."""
        found = self._api.ask(
            "GET", f"/check-runs/{check}/annotations", parameters={"per_page": str(_PAGE)}, but=(404,)
        )
        return tuple(map(_note, found or ()))

    def compared(self, base: str, head: str) -> Compared | None:
        """Implements `CiSite`."""
        path = f"/compare/{quote(base, safe='')}...{quote(head, safe='')}"
        found = self._api.ask("GET", path, but=(404,))
        if found is None:
            return None
        met = (found.get("merge_base_commit") or {}).get("sha") or ""
        files = found.get("files") or ()
        odd = tuple(str(file["filename"]) for file in files if file.get("status") not in ("added", "modified"))
        paths = tuple(str(file["filename"]) for file in files)
        commits = found.get("commits") or ()
        listed = tuple(map(_commit, commits)) if len(commits) == found.get("total_commits", len(commits)) else None
        return Compared(str(met), found["status"] in ("ahead", "identical"), paths, odd, listed)

    def workflows(self) -> tuple[str, ...]:
        """Implements `CiSite`."""
        found = self._listed("/actions/workflows", "workflows")
        return tuple(str(each["path"]) for each in found if each.get("state") == "active")

    def content(self, path: str) -> bytes | None:
        """Implements `CiSite`. A workflow that GitHub makes up has no file."""
        with suppress(ConfigError):
            return self._hub.content(path)
        return None

    def describe(self, number: int, body: str) -> None:
        """Implements `CiSite`."""
        self._api.ask("PATCH", f"/pulls/{number}", {"body": body})

    def retell(self, issue: int, body: str) -> None:
        """Implements `CiSite`."""
        self._api.ask("PATCH", f"/issues/{issue}", {"body": body})

    def rerun(self, run: int) -> bool:
        """Implements `CiSite`. False where the token may not, or where it is too late."""

        def there() -> dict[str, Any] | None:
            now = self._api.ask("GET", f"/actions/runs/{run}", but=(404,)) or {}
            return now if now.get("status") in _AT_WORK else None

        try:
            self._api.ask("POST", f"/actions/runs/{run}/rerun-failed-jobs", {}, there=there)
        except SplatError:
            return False
        return True

    def dispatch(self, workflow: str, branch: str) -> bool:
        """Implements `CiSite`."""
        return dispatch(self._api, workflow, branch)

    def _listed(self, path: str, name: str, **wanted: str) -> Iterator[dict[str, Any]]:
        """The items of a list that stands in an object. Raises SplatError for one that is longer than is read: what was
        not seen could have failed.
        """
        for page in range(1, MOST_PAGES + 1):
            told = self._api.ask("GET", path, parameters={**wanted, "per_page": str(_PAGE), "page": str(page)})
            found = told.get(name) or []
            yield from found
            if len(found) < _PAGE:
                return
        raise SplatError(
            f"There are more than {MOST_PAGES * _PAGE} {name.replace('_', ' ')}",
            where=path,
            next_step="Look at them on GitHub itself.",
        )


def _id(told: dict[str, Any] | None) -> int:
    """A numeric id; 0 for what is gone."""
    return int((told or {}).get("id") or 0)


def _phase(told: dict[str, Any]) -> Phase:
    if told.get("status") == "waiting" or told.get("status") == "action_required":
        return "awaiting"
    if told.get("status") != "completed":
        return "running"
    return _ENDED.get(str(told.get("conclusion")), "broken")


def _run(told: dict[str, Any]) -> WorkflowRun:
    return WorkflowRun(
        int(told["id"]),
        str(told.get("path") or "").partition("@")[0],
        str(told.get("name") or told.get("path") or "?"),
        str(told.get("event") or ""),
        int(told.get("run_attempt") or 1),
        _phase(told),
        int(told.get("check_suite_id") or 0),
        str(told.get("html_url") or ""),
        "head_repository" in told and _id(told["head_repository"]) != _id(told.get("repository")),
    )


def _check(told: dict[str, Any]) -> Check:
    output = told.get("output") or {}
    words = "\n".join(str(output[name]) for name in ("title", "summary", "text") if output.get(name))
    return Check(
        str(told["name"]),
        _phase(told),
        int(told["id"]),
        int((told.get("app") or {}).get("id") or 0),
        int((told.get("check_suite") or {}).get("id") or 0),
        url=str(told.get("html_url") or ""),
        summary=words,
    )


def _status(told: dict[str, Any]) -> Check:
    return Check(
        str(told["context"]),
        _STATUSES.get(str(told.get("state")), "broken"),
        status=True,
        url=str(told.get("target_url") or ""),
        summary=str(told.get("description") or ""),
    )


def _job(told: dict[str, Any]) -> Job:
    """A job that failed without a failed step was broken off by its runner."""
    steps = told.get("steps") or []
    failed = next((str(step.get("name")) for step in steps if step.get("conclusion") == "failure"), "")
    first = told.get("conclusion") == "failure" and (not failed or failed in _MACHINERY)
    return Job(int(told["id"]), str(told.get("name") or "?"), failed, first and bool(steps))


def _note(told: dict[str, Any]) -> Note:
    line, message = told.get("start_line"), f"{told.get('title') or ''} {told.get('message') or ''}"
    return Note(str(told.get("path") or ""), int(line or 0), str(told.get("annotation_level") or ""), message.strip())


def _commit(told: dict[str, Any]) -> Commit:
    author, committer, commit = _id(told.get("author")), told.get("committer") or {}, told.get("commit") or {}
    signed = (commit.get("verification") or {}).get("verified")
    by_api = committer.get("login") == GITHUB_ITSELF or _id(committer) == author
    return Commit(str(told["sha"]), author, _id(committer), str(commit.get("message") or ""), by_api, signed)


def _automatic(told: dict[str, Any] | None) -> int:
    """Who switched it on; somebody whom nobody knows any more is not 0."""
    return (_id(told.get("enabled_by")) or -1) if told else 0


def _pull(told: dict[str, Any]) -> Pull:
    head = told["head"]
    return Pull(
        int(told["number"]),
        told["state"] == "open",
        bool(told.get("draft")),
        int((told.get("user") or {}).get("id") or 0),
        int((head.get("repo") or {}).get("id") or 0),
        str(head["ref"]),
        str(head["sha"]),
        str(told["base"]["ref"]),
        str(told.get("title") or ""),
        told.get("body") or "",
        str(told.get("html_url") or ""),
        str(told.get("node_id") or ""),
        str(told.get("mergeable_state") or ""),
        _automatic(told.get("auto_merge")),
        str((told["base"].get("repo") or {}).get("default_branch") or ""),
    )
