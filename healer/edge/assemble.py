"""Builds the house from the settings: which model, which sandbox, which forge."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from healer.edge import sign_in
from healer.edge.early import winner
from healer.edge.stopwatch import TimedChecks, TimedModel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from threading import Event

    from healer.edge.git import GitTree
    from healer.edge.stopwatch import Stopwatch
    from healer.pipeline import House, Watch
    from healer.proposal import Model
    from healer.pull_request import Forge
    from healer.settings import Settings
    from healer.verdict import Checks


@contextmanager
def assembled(tree: GitTree, forge: Forge, settings: Settings, watch: Watch, stopwatch: Stopwatch) -> Iterator[House]:
    """All that the walk needs from outside, closed when it is left."""
    with _model(settings) as model, ThreadPoolExecutor(1, "probe") as pool:
        # After the model: its process imports while these do.
        from healer.edge.sandbox import fits, listing, open_sandbox, probe

        # Starts a process and waits for it: beside the reading, not after it.
        probing = pool.submit(probe, settings)
        listed = pool.submit(listing, tree.repo, tree.base, os.environ)
        from healer.pipeline import House

        def sandbox(leaving: Event, light: bool) -> AbstractContextManager[Checks]:
            repo, base, found = tree.repo, tree.base, listed.result()
            opened = open_sandbox(repo, base, settings, os.environ, leaving, light=light, found=found)
            return TimedChecks.around(opened, stopwatch)

        def check() -> None:
            sign_in.check(os.environ, settings.backend)
            # Of both it is known before any money is spent.
            if (trouble := probing.result() or fits(listed.result(), settings)) is not None:
                raise trouble

        yield House(tree, check, TimedModel(model, stopwatch), sandbox, forge, watch, settings)


@contextmanager
def _model(settings: Settings) -> Iterator[Model]:
    if settings.backend == "cli":
        from healer.edge.claude_cli import ClaudeCli

        yield ClaudeCli(os.environ)
        return
    from healer.edge.claude_worker import ClaudeWorker

    with closing(ClaudeWorker(os.environ, settings.backend)) as worker:
        if settings.backend != "api" or winner(os.environ, "api"):
            worker.warm()
        yield worker
