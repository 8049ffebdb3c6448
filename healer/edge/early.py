"""Starts the process that talks to Claude before the rest of Splat is imported: its own import is the longest."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Any of them lets the SDK sign in.
CREDENTIALS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_FEDERATION_RULE_ID", "ANTHROPIC_PROFILE")
_waiting: list[subprocess.Popen[bytes]] = []


def spawn(environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A new process; it ends by itself when its standard input does."""
    return subprocess.Popen(
        [sys.executable, "-I", "-c", "from healer.edge.claude_server import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(environ),
        # Ctrl-C is for us; we end the child ourselves.
        start_new_session=True,
    )


def start(environ: Mapping[str, str]) -> None:
    """Start one for whoever takes it, where there is anything to sign in with."""
    if any(environ.get(name) for name in CREDENTIALS):
        _waiting.append(spawn(environ))


def take() -> subprocess.Popen[bytes] | None:
    """The one that was started, once."""
    return _waiting.pop() if _waiting else None
