"""What GitHub says about the checks of a commit, and who is asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

Phase = Literal["running", "awaiting", "passed", "failed", "broken", "cancelled", "skipped"]
"""`awaiting` waits for a person's approval; `broken` ended without a verdict on the code: out of time, never begun."""
State = Literal["none", "awaiting", "running", "failed", "passed"]
#: What is no success.
RED = frozenset({"failed", "broken", "cancelled"})


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """A run of GitHub Actions about a commit. `path` is its workflow's file, `suite` the check suite of its jobs.
    `foreign` is True where a fork's branch set it off, which may hold the very same commit.
    """

    id: int
    path: str
    name: str
    event: str
    attempt: int
    phase: Phase
    suite: int
    url: str = ""
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a commit, of any provider.

    A job of Actions has the `run` that it belongs to, else that is None; `id` is the check run's, which is the job's
    too, 0 for a commit status and for a run that has no jobs. `app` is the provider's numeric id, 0 where nobody says.
    `summary` are the provider's own words.
    """

    name: str
    phase: Phase
    id: int = 0
    app: int = 0
    suite: int = 0
    run: WorkflowRun | None = None
    status: bool = False
    url: str = ""
    summary: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What the same check is called on another commit."""
        provider = self.run.path if self.run else "status" if self.status else f"app {self.app}"
        return provider, self.name


@dataclass(frozen=True, slots=True)
class Job:
    """A job of a run of Actions. `step` is the first that failed, "" for none; `first` whether no own one was begun."""

    id: int
    name: str
    step: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """An annotation that a check left on a line; words of others."""

    path: str
    line: int
    level: str
    message: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a pull request. `author` and `committer` are numeric ids, 0 for nobody that GitHub knows. `by_api` is
    True where the commit came from its author or from GitHub itself, and was not amended by somebody else; `signed`
    whether GitHub vouches for it, None where nobody says.
    """

    sha: str
    author: int
    committer: int
    message: str
    by_api: bool = True
    signed: bool | None = None


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request as it is now. `author` and `repository` (of its head, 0 when that is gone) are numeric ids; `base`
    is the branch that it goes to, and `default` the repository's default one, "" where nobody says; `mergeable` is
    GitHub's own word ("clean", "blocked", "dirty", …); `node` is what its GraphQL API calls it. `automatic` is the
    numeric id of who switched its auto-merge on, 0 where it is off.
    """

    number: int
    open: bool
    draft: bool
    author: int
    repository: int
    branch: str
    head: str
    base: str
    title: str = ""
    body: str = ""
    url: str = ""
    node: str = ""
    mergeable: str = ""
    automatic: int = 0
    default: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """A commit against a base: the commit where they met, whether all of the base is in it, the paths that differ, and
    of these the `odd` ones, that were not just written to, as a renamed one. `commits` are those that the base has not,
    oldest first; None when there are more than GitHub lists.
    """

    met: str
    contains: bool
    paths: tuple[str, ...]
    odd: tuple[str, ...] = ()
    commits: tuple[Commit, ...] | None = ()


class CiSite(Protocol):
    """GitHub, as who watches checks needs it. Every verb is one request, or one a page."""

    def pull(self, number: int) -> Pull | None:
        """A pull request; None when there is none."""

    def head(self, branch: str) -> str:
        """A branch's newest commit."""

    def runs(self, sha: str) -> tuple[WorkflowRun, ...]:
        """The runs of Actions about a commit."""

    def checks(self, sha: str) -> tuple[Check, ...]:
        """The check runs about a commit, the newest of each name."""

    def statuses(self, sha: str) -> tuple[Check, ...]:
        """The commit statuses, the newest of each context."""

    def jobs(self, run: int) -> tuple[Job, ...]:
        """The jobs of a run's last attempt."""

    def log(self, job: int) -> str:
        """The end of a job's log, "" where there is none."""

    def notes(self, check: int) -> tuple[Note, ...]:
        """What a check run left on lines."""

    def compared(self, base: str, head: str) -> Compared | None:
        """How one commit differs from another; None when they have nothing in common."""

    def workflows(self) -> tuple[str, ...]:
        """The files of the workflows that are switched on."""

    def content(self, path: str) -> bytes | None:
        """A file of the default branch; None when there is none."""

    def describe(self, number: int, body: str) -> None:
        """Replace a pull request's own text."""

    def retell(self, issue: int, body: str) -> None:
        """Replace an issue's own text."""

    def rerun(self, run: int) -> bool:
        """Run the failed jobs of a run again; False where that may not be."""

    def dispatch(self, workflow: str, branch: str) -> bool:
        """Start a workflow on a branch; False where that may not be."""


def on_commit(
    runs: Iterable[WorkflowRun], checks: Iterable[Check], statuses: Iterable[Check], own: str
) -> tuple[Check, ...]:
    """All that counts on one commit, in a stable order. `own` is the file of Splat's own workflow, which is no check.

    Of several runs of one workflow for one event the last one counts; one that waits for approval does not, where the
    same workflow was started in another way. What a fork set off for the same commit never counts: against another base
    it may run another workflow of the same name.
    """
    newest: dict[tuple[str, str], WorkflowRun] = {}
    every = list(runs)
    for run in every:
        if run.foreign:
            continue
        kept = newest.get((run.path, run.event))
        if kept is None or run.id > kept.id:
            newest[run.path, run.event] = run
    going = {run.path for run in newest.values() if run.phase != "awaiting"}
    by_suite = {
        run.suite: run
        for run in newest.values()
        if run.path != own and (run.phase != "awaiting" or run.path not in going)
    }
    passed_over = {run.suite for run in every} - by_suite.keys()
    found: list[Check] = list(statuses)
    with_jobs: set[int] = set()
    for check in checks:
        if check.suite and check.suite in passed_over:
            continue
        run_of = by_suite.get(check.suite) if check.suite else None
        if run_of:
            with_jobs.add(check.suite)
        found.append(_of_run(check, run_of) if run_of else check)
    red = {check.suite for check in found if check.phase in RED}
    for suite, run in by_suite.items():
        # A run can wait, or fail, beside jobs that went well: a later job awaits approval, its file is broken.
        if suite not in with_jobs or run.phase == "awaiting" or (run.phase in RED and suite not in red):
            found.append(Check(run.name, run.phase, suite=suite, run=run, url=run.url))
    return tuple(sorted(found, key=lambda check: (*check.key, check.id)))


def _of_run(check: Check, run: WorkflowRun) -> Check:
    return Check(check.name, check.phase, check.id, check.app, check.suite, run, False, check.url, check.summary)


def state_of(checks: Iterable[Check]) -> State:
    """The one state of a commit. A pending status alone does not hold up what has failed: some pend for ever."""
    every = list(checks)
    phases = {check.phase for check in every}
    if any(check.phase == "running" and not check.status for check in every):
        return "running"
    if phases & RED:
        return "failed"
    if "awaiting" in phases:
        return "awaiting"
    if "running" in phases:
        return "running"
    return "passed" if "passed" in phases else "none"
