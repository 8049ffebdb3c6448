"""Runs git the one safe way: objects and refs only, nothing of the repository's configuration may start a program."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from healer.outcome import SplatError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Configuration that could run a program or reach the network is switched off for every call.
SAFE = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.untrackedCache=false"),
    *("-c", "core.pager=cat"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
    *("-c", "log.showSignature=false"),
    *("-c", "protocol.allow=never"),
)
_MOST_FILTERS = 100
_PASSED_ON = ("PATH", "HOME", "TMPDIR", "SYSTEMROOT", "XDG_CONFIG_HOME")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What git may see: its own switches, and where its configuration is; no credential helper, no prompt."""
    return {
        **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        "LC_ALL": "C.UTF-8",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        # A repository's protocol.NAME.allow wins over protocol.allow, and this over both.
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_ATTR_NOSYSTEM": "1",
        **(extra or {}),
    }


def git(
    repo: Path,
    *arguments: str,
    given: bytes | None = None,
    extra: Mapping[str, str] | None = None,
    seconds: float = 60.0,
) -> bytes:
    """The output of one git command. Raises SplatError with git's own words when it fails."""
    command = ["git", *SAFE, "-C", str(repo), *arguments]
    try:
        ended = subprocess.run(
            command, input=given, capture_output=True, env=environment(extra), timeout=seconds, check=False
        )
    except FileNotFoundError:
        raise UsageError("git was not found", where="PATH", next_step="Install git and run again.") from None
    except subprocess.TimeoutExpired:
        raise SplatError(
            f"git {arguments[0]} took over {seconds:.0f} s", where=str(repo), next_step="Try `git gc` there, or again."
        ) from None
    if ended.returncode:
        said = ended.stderr.decode("utf-8", "replace").strip()[-2_000:]
        raise SplatError(
            f"git {arguments[0]} failed: {said or ended.returncode}", where=str(repo), next_step=_then(said)
        )
    return ended.stdout


def _then(said: str) -> str:
    words = said.lower()
    if "permission" in words or "read-only file system" in words:
        return "Correct the permissions of its .git, or use a clone of your own."
    if "no space left" in words:
        return "Make room on the disk, then run it again."
    return "`git fsck` there says whether the repository is whole."


def without_filters(repo: Path) -> tuple[str, ...] | None:
    """Options for a command that compares files with the index: git runs the programs of `filter.NAME` for that. None
    where they cannot be switched off. Raises SplatError when the configuration cannot be read.
    """
    try:
        said = git(repo, "config", "-z", "--name-only", "--get-regexp", r"^filter\.")
    except SplatError as error:
        if error.what.endswith("failed: 1"):  # none is there
            return ()
        raise
    names = {name.rpartition(".")[0] for name in said.decode("utf-8", "surrogateescape").split("\0") if name}
    if len(names) > _MOST_FILTERS or any("=" in name for name in names):  # `-c` ends a name at the first one
        return None
    off = (f"{name}.{what}" for name in sorted(names) for what in ("clean=", "process=", "required=false"))
    return tuple(word for each in off for word in ("-c", each))
