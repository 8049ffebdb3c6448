"""What a person sees while it works: a live line on a terminal, plain lines elsewhere, groups in Actions."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from healer import markdown as md
from healer.cli.console import say
from healer.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.edge.journal import Journal
    from healer.edge.stopwatch import Stopwatch

#: What each stage does, in words.
WORDS = {
    "report": "reading the crash",
    "context": "gathering the lines that matter",
    "propose": "asking Claude",
    "prepare": "setting the project up in the sandbox",
    "patch": "checking the patch against the rules",
    "judge": "proving it in the sandbox",
    "publish": "writing branch and pull request",
}


class Progress:
    """Implements `Watch`: times each stage, shows it, keeps what it made."""

    def __init__(self, journal: Journal, stopwatch: Stopwatch, *, quiet: bool, in_actions: bool) -> None:
        self._journal, self._stopwatch = journal, stopwatch
        self._quiet, self._in_actions = quiet, in_actions
        self._live = not quiet and not in_actions and sys.stderr is not None and sys.stderr.isatty()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Show and time one stage."""
        # Set-up runs beside Claude: a second live line would fight with the first.
        live = self._live and name != "prepare"
        with self._stopwatch.running("stage", name), self._spinner(name) if live else self._lines(name):
            yield

    @contextmanager
    def _spinner(self, name: str) -> Iterator[None]:
        from rich.console import Console

        console = Console(stderr=True)
        began = time.monotonic()
        ended = "[red]✗[/]"
        try:
            with console.status(WORDS.get(name, name)):
                yield
            ended = "[green]✓[/]"
        finally:
            console.print(f"{ended} {WORDS.get(name, name)} [dim]{time.monotonic() - began:.1f} s[/]")

    @contextmanager
    def _lines(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        self._say(f"::group::{WORDS.get(name, name)}" if self._grouped(name) else f"splat: {WORDS.get(name, name)} ...")
        try:
            yield
        finally:
            self._say(f"splat: {name} took {time.monotonic() - began:.1f} s")
            if self._grouped(name):
                self._say("::endgroup::")

    def _grouped(self, name: str) -> bool:
        return self._in_actions and name != "prepare"

    def _say(self, text: str) -> None:
        if not self._quiet:
            click.echo(text, err=True)

    def keep(self, name: str, value: object) -> None:
        """Keep it in the run's folder; say in one line what a person would want to know at once."""
        self._journal.keep(name, value)
        if name.endswith("refusal.json"):
            rule, reason = getattr(value, "rule", ""), getattr(value, "reason", "")
            if not self._quiet:
                say(f"splat: refused by {md.title(rule, 60)}: {md.title(redact(reason), 300)}", err=True)
