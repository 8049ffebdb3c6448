"""`splat init --try`: bug, issue, run and pull request on a throwaway branch, each with its time; then gone again."""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from healer.cli.console import one_line, say
from healer.outcome import EXIT_BROKEN, EXIT_FIXED, EXIT_UNFIXED, SplatError

if TYPE_CHECKING:
    from collections.abc import Callable

    from healer.edge.github_setup import Standing
    from healer.edge.github_token import Token
    from healer.edge.github_try import Job, TrySite
    from healer.setup.github import Place
    from healer.setup.github_try import Trial

_FIRST_ISSUE, _FIRST_RUN = 60.0, 120.0


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: its name, what came of it, its seconds."""

    name: str
    what: str
    seconds: float


@dataclass(slots=True)
class Tried:
    """How a try went. `pull` is the address of the pull request, "" for none; `run` is that of the run's log; `left`
    names what could not be taken back.
    """

    stages: list[Stage] = field(default_factory=list)
    pull: str = ""
    run: str = ""
    reason: str = ""
    left: tuple[str, ...] = ()

    @property
    def fixed(self) -> bool:
        """True where it ended in a pull request."""
        return bool(self.pull)


def try_out(
    place: Place,
    tell: Callable[[str], None] = say,
    *,
    minutes: float = 45,
    pause: float = 5.0,
) -> Tried:
    """Try the set-up of a repository, from a crash to a pull request. Raises SplatError where it cannot begin.

    Takes back what it made however it ends, also when it is interrupted, and what an earlier try of the same person
    left.
    """
    from healer.edge.github_setup import GitHubSetup
    from healer.edge.github_token import find_token
    from healer.edge.github_try import TrySite
    from healer.setup.github_try import trial

    token = find_token(place, os.environ)
    setup = GitHubSetup(place, token)
    standing, login = setup.standing(), setup.login()
    site = TrySite(setup, login)
    for old in site.left_behind():
        tell(f"An earlier try left {old.branch} behind: taking it back.")
        site.clean(old)
    workflow = site.workflow(standing.default_branch)
    one = _Try(place, token, standing, site, workflow, trial(login, secrets.token_hex(5)), tell, pause)
    try:
        one.go(time.monotonic() + minutes * 60)
    except SplatError as error:
        one.tried.reason = f"{error.what}. {error.next_step}".strip()
        tell(f"  x {one_line(one.tried.reason)}")
    finally:
        one.clean()
    return one.tried


def run_try(place: Place, *, as_json: bool) -> int:
    """`splat init --try`: 0 for a pull request, 20 for none, 1 where something could not be taken back."""
    from dataclasses import asdict

    from healer.cli.console import say_json

    tell: Callable[[str], None] = partial(say, err=True) if as_json else say
    tell(f"Trying Splat on {place.full_name}: a branch, an issue, a run (Claude costs a few cents), a pull request.")
    tried = try_out(place, tell)
    code = EXIT_BROKEN if tried.left else EXIT_FIXED if tried.fixed else EXIT_UNFIXED
    if as_json:
        say_json(asdict(tried) | {"fixed": tried.fixed, "exit_code": code}, indent=2)
    elif tried.fixed:
        tell(f"It works: {tried.pull} (closed again, and still there to read).")
    return code


class _Try:
    def __init__(
        self,
        place: Place,
        token: Token,
        standing: Standing,
        site: TrySite,
        workflow: str,
        trial: Trial,
        tell: Callable[[str], None],
        pause: float,
    ) -> None:
        self._place, self._token, self._standing, self._site = place, token, standing, site
        self._workflow, self._trial, self._tell, self._pause = workflow, trial, tell, pause
        self._run = 0
        self.tried = Tried()

    def go(self, until: float) -> None:
        """Every step, one after the other."""
        began = time.monotonic()
        self._site.make_branch(self._trial, self._standing.default_branch)
        began = self._said("branch", f"made {self._trial.branch}, with a bug in {self._trial.folder}/till.py", began)
        issue = self._crash()
        began = self._said("issue", f"the program crashed, and the SDK filed issue {issue}", began)
        before = frozenset(self._site.runs(self._workflow))
        self._site.dispatch(self._workflow, self._standing.default_branch, issue, self._trial)
        self._run = self._first(lambda: self._new_run(before), _FIRST_RUN, "GitHub has started no run")
        self.tried.run = f"{self._place.page('repository')}/actions/runs/{self._run}"
        began = self._said("run", f"started: {self.tried.run}", began)
        ended = self._wait(until)
        pulls = self._site.published(self._trial)
        if pulls:
            self.tried.pull = pulls[0].url
            self._said("pull-request", f"{pulls[0].title}: {pulls[0].url}", began)
            return
        said = self._site.last_word(issue)
        self.tried.reason = f"The run ended ({ended}) without a pull request. {said}".strip()
        self._tell(f"  x {one_line(self.tried.reason)}\n    next: {self.tried.run}")

    def clean(self) -> None:
        """What was made is taken back; what could not be is named. A second Ctrl-C does not break it off."""
        began = time.monotonic()
        try:
            self.tried.left = self._site.clean(self._trial, 0 if self.tried.fixed else self._run)
        except SplatError as error:
            self.tried.left = (self._trial.branch,)
            self._tell(f"  x {one_line(error.what)}")
        if self.tried.left:
            self._tell(
                f"Left behind: {', '.join(self.tried.left)}. `splat init --try` takes it back when it runs again."
            )
        else:
            self._said("clean", "branches deleted, pull request and issue closed", began)

    def _crash(self) -> int:
        from healer.edge.sdk_crash import crash
        from healer.setup.github_try import LABEL

        program = f"{self._trial.folder}/till.py"
        crash(self._place, self._token.value, self._trial.files, program, LABEL, os.environ)
        return self._first(lambda: max(self._site.issues(self._trial), default=0), _FIRST_ISSUE, "No issue appeared")

    def _new_run(self, before: frozenset[int]) -> int:
        return min((run for run in self._site.runs(self._workflow) if run not in before), default=0)

    def _first(self, look: Callable[[], int], seconds: float, otherwise: str) -> int:
        until = time.monotonic() + seconds
        while True:
            if found := look():
                return found
            if time.monotonic() > until:
                raise SplatError(f"{otherwise} in {seconds:.0f} s", next_step=self._place.page("repository"))
            time.sleep(self._pause)

    def _wait(self, until: float) -> str:
        """How the run ended; each of its jobs is told of once, when it has ended."""
        told: set[str] = set()
        while True:
            ended, jobs = self._site.run(self._run)
            for job in jobs:
                if job.conclusion and job.conclusion != "skipped" and job.name not in told:
                    told.add(job.name)
                    self._stage("job", f"{job.name}: {job.conclusion}", _seconds(job))
            if ended:
                return ended
            if time.monotonic() > until:
                raise SplatError("The run takes too long", next_step=f"It is cancelled; its log: {self.tried.run}")
            time.sleep(self._pause)

    def _said(self, name: str, what: str, began: float) -> float:
        now = time.monotonic()
        self._stage(name, what, now - began)
        return now

    def _stage(self, name: str, what: str, seconds: float) -> None:
        self.tried.stages.append(Stage(name, what, round(seconds, 1)))
        self._tell(f"  + {one_line(what)} ({seconds:.1f} s)")


def _seconds(job: Job) -> float:
    with suppress(ValueError):
        began, ended = (datetime.fromisoformat(text.replace("Z", "+00:00")) for text in (job.began, job.ended))
        return max((ended - began).total_seconds(), 0.0)
    return 0.0
