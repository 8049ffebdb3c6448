"""Looks at the checks of a fix: as few requests as the state of the commit asks for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from healer.ci.blame import blame
from healer.ci.decide import Seen
from healer.ci.evidence import read_evidence
from healer.ci.value import RED, Check, Compared, on_commit
from healer.ci.workflow import read_workflow
from healer.markdown import code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healer.ci.blame import Blame
    from healer.ci.evidence import Evidence
    from healer.ci.value import CiSite, Commit, Job, Pull, WorkflowRun
    from healer.settings import CiSettings

#: Failed checks whose logs are read, and workflows whose files are.
_MOST_LOGS, _MOST_WORKFLOWS = 5, 12
_TRAILER = re.compile(r"^Splat-Signature: [0-9a-f]{16}$", re.MULTILINE)


def look_at(site: CiSite, pull: Pull, own: int, workflow: str, settings: CiSettings, repairs: int = 0) -> Seen:
    """What can be seen of the newest commit of a pull request of Splat's. `own` is the numeric id that Splat writes as,
    `workflow` the file of its own workflow, `repairs` how many were made.
    """
    compared = site.compared(pull.base, pull.head) or Compared("", False, ())
    seen = Seen(
        pull.head,
        checks_of(site, pull.head, workflow),
        stranger_in(compared.commits, own),
        changed=compared.paths,
        wanted=settings.workflows,
        repairs=repairs,
        most=settings.attempts,
        conflicts=pull.mergeable == "dirty",
    )
    if seen.state == "failed":
        base = _base_checks(site, pull.base, compared.met, workflow)
        return replace(seen, blames=tuple(_blames(site, seen.checks, base, compared.paths)))
    if seen.state in ("none", "awaiting"):
        paths = [path for path in site.workflows() if path != workflow][:_MOST_WORKFLOWS]
        return replace(seen, workflows=tuple(read_workflow(path, site.content(path)) for path in paths))
    return seen


def look_at_run(site: CiSite, pull: Pull, run: int, workflow: str, settings: CiSettings, repairs: int = 0) -> Seen:
    """What one run says of a pull request of people's; the other runs about it are looked at when they end."""
    compared = site.compared(pull.base, pull.head) or Compared("", False, ())
    checks = tuple(each for each in checks_of(site, pull.head, workflow) if each.run and each.run.id == run)
    seen = Seen(pull.head, checks, changed=compared.paths, repairs=repairs, most=settings.attempts)
    base = _base_checks(site, pull.base, compared.met, workflow) if seen.state == "failed" else ()
    return replace(seen, blames=tuple(_blames(site, checks, base, compared.paths)))


def blames_of_run(site: CiSite, run: WorkflowRun) -> tuple[Blame, ...]:
    """The failed jobs of one run that is about no fix, and what they say."""
    failed = [Check(job.name, "failed", job.id, run=run) for job in site.jobs(run.id) if job.step or job.first]
    return tuple(_blames(site, failed, (), ()))


def checks_of(site: CiSite, sha: str, workflow: str) -> tuple[Check, ...]:
    """All that counts on a commit. Three requests."""
    return on_commit(site.runs(sha), site.checks(sha), site.statuses(sha), workflow)


def stranger_in(commits: Sequence[Commit] | None, own: int) -> str:
    """Why a pull request is no longer Splat's alone, "" while it is: every commit has to be."""
    if not commits:
        return "its commits cannot be read"
    # An author is only said; where GitHub signs what Splat commits, as on most, it is known.
    signs = any(each.signed for each in commits)
    foreign = [each for each in commits if not _is_ours(each, own) or (signs and each.signed is False)]
    if not foreign:
        return ""
    return f"the commit {code(foreign[-1].sha[:7])} on the branch is not Splat's"


def _is_ours(commit: Commit, own: int) -> bool:
    return commit.author == own and commit.by_api and _TRAILER.search(commit.message) is not None


def _base_checks(site: CiSite, branch: str, met: str, workflow: str) -> tuple[Check, ...]:
    """Of the commit that the fix stands on; of the branch's newest, where nothing ran there."""
    found = checks_of(site, met, workflow) if met else ()
    if found:
        return found
    newest = site.head(branch)
    return checks_of(site, newest, workflow) if newest != met else ()


def _blames(site: CiSite, checks: Sequence[Check], base: Sequence[Check], changed: Sequence[str]) -> Iterator[Blame]:
    jobs: dict[int, dict[int, Job]] = {}
    read = 0
    for check in checks:
        if check.phase not in RED:
            continue
        evidence = None
        if check.phase == "failed" and read < _MOST_LOGS:
            read += 1
            evidence = _evidence(site, check, jobs)
        yield blame(check, base, evidence, changed)


def _evidence(site: CiSite, check: Check, jobs: dict[int, dict[int, Job]]) -> Evidence:
    notes = site.notes(check.id) if check.id else ()
    if check.run is None:
        return read_evidence(check, None, notes, "")
    if check.run.id not in jobs:
        jobs[check.run.id] = {job.id: job for job in site.jobs(check.run.id)}
    job = jobs[check.run.id].get(check.id)
    return read_evidence(check, job, notes, site.log(job.id) if job else "")
