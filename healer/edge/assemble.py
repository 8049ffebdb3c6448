"""Builds the house from the settings: which model, which sandbox, which forge."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from healer.edge.stopwatch import TimedChecks, TimedModel
from healer.outcome import ConfigError
from healer.pipeline import House

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from threading import Event

    from healer.edge.git import GitTree
    from healer.edge.stopwatch import Stopwatch
    from healer.pipeline import Watch
    from healer.proposal import Model
    from healer.pull_request import Forge
    from healer.settings import Settings
    from healer.verdict import Checks


def assemble(tree: GitTree, forge: Forge, settings: Settings, watch: Watch, stopwatch: Stopwatch) -> House:
    """All that the walk needs from outside. Raises before any money is spent when a part cannot work."""
    from healer.edge.sandbox import open_sandbox, probe

    if (trouble := probe(settings)) is not None:
        raise trouble

    def sandbox(leaving: Event) -> AbstractContextManager[Checks]:
        opened = open_sandbox(tree.repo, tree.base, settings, os.environ, leaving)
        return TimedChecks.around(opened, stopwatch)

    return House(tree, TimedModel(_model(settings), stopwatch), sandbox, forge, watch, settings)


def _model(settings: Settings) -> Model:
    if settings.backend == "cli":
        from healer.edge.claude_cli import ClaudeCli

        return ClaudeCli(os.environ)
    from healer.edge.claude import Claude

    if not settings.api_key:
        raise ConfigError(
            "No key for Claude",
            where="ANTHROPIC_API_KEY",
            next_step="Set it, or set `backend: cli` to use a signed-in `claude` command.",
        )
    model = Claude(settings.api_key, settings.base_url)
    model.warm()
    return model
