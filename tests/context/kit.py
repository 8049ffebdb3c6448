"""Real git repositories in temporary folders, and reports about them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from healer.context import gather
from healer.edge.git import GitTree
from healer.event import Event
from healer.frames import ExceptionInfo, Frame
from healer.outcome import Skipped
from healer.report import Report
from healer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from healer.context import Context
    from healer.frames import RuntimeName


def git(repo: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.com", "-C", str(repo), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=dict(os.environ)).stdout.strip()


def write(repo: Path, files: Mapping[str, str | bytes]) -> str:
    """Write the files and commit them; the commit's id."""
    if not (repo / ".git").exists():
        repo.mkdir(parents=True, exist_ok=True)
        git(repo, "init", "-q", "-b", "main")
    for name, content in files.items():
        path = repo / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "--allow-empty", "-m", "change")
    return git(repo, "rev-parse", "HEAD")


def report(
    *frames: Frame, runtime: RuntimeName = "python", kind: str = "TypeError", message: str = "boom", **more: Any
) -> Report:
    return Report(Event("trace", ""), runtime, (ExceptionInfo(kind, message, frames),), **more)


def gathered(repo: Path, about: Report, settings: Settings | None = None) -> Context:
    found = gathered_or_skipped(repo, about, settings)
    assert not isinstance(found, Skipped), found
    return found


def gathered_or_skipped(repo: Path, about: Report, settings: Settings | None = None) -> Context | Skipped:
    with GitTree(repo) as tree:
        return gather(about, tree, settings or Settings())


def places(context: Context) -> list[tuple[str, int]]:
    """Path and line of each suspect."""
    return [(suspect.path, suspect.line) for suspect in context.suspects]


def shown(context: Context, path: str) -> set[int]:
    """The lines of a file that the context holds."""
    spans = [span for excerpt in context.excerpts if excerpt.path == path for span in excerpt.lines]
    return {line for first, last in spans for line in range(first, last + 1)}


def within(settings: Settings, **context: int) -> Settings:
    return replace(settings, context=replace(settings.context, **context))
