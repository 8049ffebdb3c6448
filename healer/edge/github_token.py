"""Which token speaks for the user on this machine. It is used, and kept nowhere."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from healer.outcome import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.setup.github import Place

#: As the `gh` command has it: which variables hold a token for which host.
PUBLIC, ENTERPRISE = ("GITHUB_TOKEN", "GH_TOKEN"), ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
_TOKEN = re.compile(r"[0-9A-Za-z_.:-]{4,1000}")
_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Token:
    """`source` says where it was found: a variable's name, or "gh"."""

    value: str = field(repr=False)
    source: str


def find_token(place: Place, environ: Mapping[str, str]) -> Token:
    """The environment's token for this very host, else what `gh auth token` says.

    A token for github.com goes nowhere else, whatever a remote says: for another host it counts only where the user
    named that host (GITHUB_SERVER_URL or GITHUB_API_URL). Raises ConfigError where there is none.
    """
    for name in _names(place, environ):
        if value := environ.get(name, "").strip():
            if not _TOKEN.fullmatch(value):
                raise ConfigError("The token holds what no token holds", where=name, next_step="Set it anew.")
            return Token(value, name)
    if value := _of_gh(place.host, environ):
        return Token(value, "gh")
    names = " or ".join(_names(place, environ))
    raise ConfigError(
        f"There is no token for {place.host}",
        where=names,
        next_step=f"Run `gh auth login --hostname {place.host}`, or put a token into {names}: {place.page('tokens')}",
    )


def _names(place: Place, environ: Mapping[str, str]) -> tuple[str, ...]:
    if place.host == "github.com" or place.host.endswith(".ghe.com"):
        return PUBLIC
    named = bool(environ.get("GITHUB_SERVER_URL") or environ.get("GITHUB_API_URL"))
    return (*ENTERPRISE, *PUBLIC) if named else ENTERPRISE


def _of_gh(host: str, environ: Mapping[str, str]) -> str:
    """What the `gh` command has stored; "" where it is not there, or not signed in."""
    environ = {name: value for name, value in environ.items() if name not in (*PUBLIC, *ENTERPRISE)}
    try:
        done = subprocess.run(
            ["gh", "auth", "token", "--hostname", host],
            env=environ, capture_output=True, text=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError, ValueError):
        return ""
    found = done.stdout.strip()
    return found if done.returncode == 0 and _TOKEN.fullmatch(found) else ""
