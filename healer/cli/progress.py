"""What a person sees while it works: a live line on a terminal, plain lines elsewhere, groups in Actions."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from healer import markdown as md
from healer.cli.console import say
from healer.markdown import plain
from healer.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.status import Status

    from healer.edge.journal import Journal
    from healer.edge.stopwatch import Stopwatch

#: What each stage does, in words.
WORDS = {
    "read": "reading the issue",
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
        terminal = not quiet and not in_actions and sys.stderr is not None and sys.stderr.isatty()
        self._live = _Live() if terminal else None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Show and time one stage."""
        shown = self._live.stage(WORDS.get(name, name)) if self._live else self._lines(name)
        with self._stopwatch.running("stage", name), shown:
            yield

    @contextmanager
    def _lines(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        words = WORDS.get(name, name)
        self._say(f"::group::{words}" if self._grouped(name) else f"splat: {words} ...")
        try:
            yield
        finally:
            self._say(f"splat: {words}: {time.monotonic() - began:.1f} s")
            if self._grouped(name):
                self._say("::endgroup::")

    def _grouped(self, name: str) -> bool:
        """Set-up runs beside Claude: a second group would end the first."""
        return self._in_actions and name != "prepare"

    def _say(self, text: str) -> None:
        if not self._quiet:
            click.echo(text, err=True)

    def keep(self, name: str, value: object) -> None:
        """Keep it in the run's folder; say in one line what a person would want to know at once."""
        self._journal.keep(name, value)
        if name.endswith("refusal.json") and not self._quiet:
            rule, reason = getattr(value, "rule", ""), getattr(value, "reason", "")
            text = f"splat: refused by {md.title(rule, 60)}: {md.title(redact(reason), 300)}"
            self._live.say(text) if self._live else say(text, err=True)


class _Live:
    """One live line on a terminal for whatever is going on; a line above it for each stage that has ended."""

    def __init__(self) -> None:
        self._running: list[str] = []
        self._lock = threading.RLock()
        self._console: Console | None = None
        self._status: Status | None = None

    @contextmanager
    def stage(self, words: str) -> Iterator[None]:
        began = time.monotonic()
        self._change(begun=words)
        mark = "[red]✗[/]"
        try:
            yield
            mark = "[green]✓[/]"
        finally:
            self._change(ended=words, line=f"{mark} {words} [dim]{time.monotonic() - began:.1f} s[/]")

    def say(self, text: str) -> None:
        """A line of words that may be others'."""
        from rich.text import Text

        with self._lock:
            self._printer().print(Text(plain(text)), soft_wrap=True)

    def _change(self, begun: str = "", ended: str = "", line: str = "") -> None:
        with self._lock:
            console = self._printer()
            if begun:
                self._running.append(begun)
            if ended:
                self._running.remove(ended)
            text = ", ".join(self._running)
            if self._status is None and text:
                self._status = console.status(text)
                self._status.start()
            elif self._status is not None and text:
                self._status.update(text)
            if line:
                console.print(line)
            if self._status is not None and not text:
                self._status.stop()
                self._status = None

    def _printer(self) -> Console:
        if self._console is None:
            from rich.console import Console

            self._console = Console(stderr=True)
        return self._console
