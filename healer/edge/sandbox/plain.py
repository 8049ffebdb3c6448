"""Runs jobs without a sandbox, for who set `sandbox: none` knowingly: a temporary copy and a clean environment."""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING

from healer.edge.sandbox import setup_env
from healer.edge.sandbox.environment import allowed
from healer.edge.sandbox.folder import remove_tree
from healer.edge.sandbox.process import Finished, Launch, execute

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from healer.edge.sandbox.job import Job, Request


class Plain:
    """Commands run as the user, with the user's files and network in reach: this keeps order, it does not protect.

    Virtual environments hold absolute paths, so every run has to happen in the same folder: the prepared state steps
    aside while a copy of it stands in its place. Runs are therefore one at a time.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._one_at_a_time = Lock()

    def root(self, prepared: Path) -> str:
        """The tree's folder as commands see it."""
        return str(prepared / "tree")

    def own(self, *folders: Path) -> None:
        """Everything belongs to the user already."""

    def run(self, job: Job) -> Finished:
        """Run a job to its end or its limit; its process group is killed then, but not what left the group."""
        with self._one_at_a_time:
            return self._run(job, copy_of="") if job.request.keep else self._run_in_copy(job)

    def _run_in_copy(self, job: Job) -> Finished:
        aside = job.folder / "prepared"
        job.prepared.rename(aside)
        try:
            job.prepared.mkdir()
            return self._run(job, copy_of=str(aside))
        finally:
            remove_tree(job.prepared)
            aside.rename(job.prepared)

    def _run(self, job: Job, *, copy_of: str) -> Finished:
        launch = Launch(
            argv=job.words(str(job.prepared), copy_of=copy_of, changes=str(job.changes)),
            env=self._env(job, job.request),
            start_mark=f"{job.mark}\n".encode(),
            stdin=job.stdin,
            watch=job.watch,
        )
        return execute(launch, job.request.seconds)

    def _env(self, job: Job, request: Request) -> dict[str, str]:
        given = allowed(self._environ, network=request.network)
        if request.network:
            given |= setup_env.given(self._environ)
        given["PATH"] = self._environ.get("PATH", os.defpath)
        own = {"HOME": str(job.prepared / "home"), "SPLAT_TREE": self.root(job.prepared)}
        own |= {"SPLAT_RESULTS": str(job.results), "SPLAT_TOOLS": str(job.tools)}
        return given | dict(request.env) | own
