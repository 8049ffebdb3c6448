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
if [ -n "$2" ]; then cp -a "$2/." "$4/"; fi
if [ -n "$3" ]; then tar -xf "$3" -C "$4/tree"; fi
cd "$4/tree/$5"
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
    """A request with its folders. `prepared` holds `tree` and `home`; `folder` is this run's own; `changed` says that
    anything was put. `mark` is the line printed before the command begins.
    """

    request: Request
    prepared: Path
    folder: Path
    mark: str
    changed: bool = False
    watch: Callable[[], str] = lambda: ""
    stdin: int = subprocess.DEVNULL

    @property
    def shown(self) -> Path:
        """The part of the run's folder that the command sees, read-only but for the results."""
        return self.folder / "run"

    @property
    def results(self) -> Path:
        """Where the command leaves its reports."""
        return self.shown / "results"

    @property
    def tools(self) -> Path:
        """Files for the command."""
        return self.shown / "tools"

    @property
    def changes(self) -> Path:
        """What was put, as an archive."""
        return self.shown / "changes.tar"

    def words(self, place: str, *, copy_of: str, changes: str, limits: str = "") -> list[str]:
        """The shell's arguments that prepare `place`, which holds `tree` and `home`, and then become the command."""
        archive = changes if self.changed else ""
        shell = ["/bin/sh", "-c", limits + PREPARE, "sh"]
        return [*shell, self.mark, copy_of, archive, place, self.request.workdir or ".", *self.request.command]


class Way(Protocol):
    """How jobs are run."""

    def root(self, prepared: Path) -> str:
        """The tree's folder as commands see it."""

    def run(self, job: Job) -> Finished:
        """Run it to its end or its limit."""

    def own(self, *folders: Path) -> None:
        """Give folders that we made to the user that commands run as."""
