"""One run, as a way of running it (in bubblewrap, or in nothing) needs to know it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from healer.edge.sandbox.process import Finished

# Ends with the command in this place. What comes before the printed mark is ours, the command what follows.
PREPARE = """
set -e
umask 022
if [ -n "$2" ]; then cp -a "$2/tree/." "$4/"; cp -a "$2/home/." "$HOME/"; fi
if [ -n "$3" ]; then tar -xf "$3" -C "$4"; fi
cd "$4/$5"
printf '%s\\n' "$1"
shift 5
exec "$@"
"""


@dataclass(frozen=True, slots=True)
class Request:
    """What `Checks.run` was asked."""

    command: tuple[str, ...]
    seconds: float
    network: bool = False
    keep: bool = False
    workdir: str = ""
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """A request with its folders. `prepared` holds `tree` and `home`; `folder` is this run's own, with `results`,
    `tools`, and `changes.tar` when anything was put. `mark` is the line printed before the command begins.
    """

    request: Request
    prepared: Path
    folder: Path
    mark: str
    changed: bool = False
    watch: Callable[[], str] = lambda: ""
    stdin: int = subprocess.DEVNULL

    @property
    def results(self) -> Path:
        """Where the command leaves its reports."""
        return self.folder / "results"

    @property
    def tools(self) -> Path:
        """Files shown read-only to the command."""
        return self.folder / "tools"

    def words(self, tree: str, *, copy_of: str, changes: str) -> list[str]:
        """The shell's arguments that prepare the tree and then become the command."""
        archive = changes if self.changed else ""
        return ["/bin/sh", "-c", PREPARE, "sh", self.mark, copy_of, archive, tree, self.request.workdir or "."]


class Way(Protocol):
    """How jobs are run."""

    def root(self, prepared: Path) -> str:
        """The tree's folder as commands see it."""

    def run(self, job: Job) -> Finished:
        """Run it to its end or its limit."""

    def own(self, *folders: Path) -> None:
        """Give folders that we made to the user that commands run as."""
