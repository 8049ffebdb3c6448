"""Starts the process that talks to Claude before the rest of Splat is imported: its own import is the longest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What lets Splat sign in, by `backend`. The first that is set is used, and no other.
CREDENTIALS = {
    "api": ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_FEDERATION_RULE_ID", "ANTHROPIC_PROFILE"),
    "cli": ("CLAUDE_CODE_OAUTH_TOKEN",),
    "bedrock": ("AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID", "AWS_PROFILE"),
    "vertex": ("GOOGLE_OAUTH_ACCESS_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS"),
}
#: Goes with another one, which has to be the one that is used.
_WITH = {"AWS_SECRET_ACCESS_KEY": "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN": "AWS_ACCESS_KEY_ID"}
#: Nothing of that process's business.
_OTHERS = frozenset({"GITHUB_TOKEN", "GH_TOKEN", "SPLAT_SETUP_ENV"})
_waiting: list[tuple[str, subprocess.Popen[bytes]]] = []


def winner(environ: Mapping[str, str], backend: str) -> str:
    """The name of the credential that is used, "" where none is set."""
    return next((name for name in CREDENTIALS[backend] if environ.get(name)), "")


def signed_in(environ: Mapping[str, str], backend: str) -> dict[str, str]:
    """The environment with one credential in it, that of `backend`; without variables of sign-ins that are empty."""
    used = winner(environ, backend)
    credentials = {name for names in CREDENTIALS.values() for name in names} - {used}
    without = credentials | _OTHERS | {name for name, of in _WITH.items() if of != used or not environ.get(name)}
    return {name: value for name, value in environ.items() if name not in without}


def spawn(environ: Mapping[str, str], backend: str = "api") -> subprocess.Popen[bytes]:
    """A new process; it ends by itself when its standard input does."""
    return subprocess.Popen(
        [sys.executable, "-I", "-c", "from healer.edge.claude_server import main; main()", backend],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=signed_in(environ, backend),
        # Ctrl-C is for us; we end the child ourselves.
        start_new_session=True,
    )


def start(environ: Mapping[str, str]) -> None:
    """Start one for whoever takes it, where there is anything to sign in with."""
    backend = environ.get("SPLAT_BACKEND") or "api"
    if backend != "cli" and backend in CREDENTIALS and winner(environ, backend):
        _waiting.append((backend, spawn(environ, backend)))


def take(backend: str = "api") -> subprocess.Popen[bytes] | None:
    """The one that was started, once. One that signs in elsewhere than the settings say is ended."""
    if not _waiting:
        return None
    started_for, child = _waiting.pop()
    if started_for == backend:
        return child
    with suppress(OSError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    return None
