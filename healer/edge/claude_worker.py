"""The Claude client in a process of its own, so that importing it costs the walk nothing.

Importing `anthropic` is a second of pure Python, which a thread cannot overlap with ours. A child process
(`claude_server.py`) imports it on another core while the crash is read, and answers one JSON line with another.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from healer.edge.early import spawn, take
from healer.outcome import ConfigError, SplatError, UsageError
from healer.proposal import Reply, Spend, ToolCall

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

    from healer.proposal import Request

#: Errors cross the pipe by name, so that an exit code survives.
_ERRORS: dict[str, type[SplatError]] = {kind.__name__: kind for kind in (SplatError, UsageError, ConfigError)}
_GRACE = 5.0


class ClaudeWorker:
    """A `Model` whose calls are made by a child process. Start it early; close it when done.

    The child gets the one credential of its `backend` that is used, and no other (`early.signed_in`).
    """

    tools = True

    def __init__(self, environ: Mapping[str, str], backend: str = "api") -> None:
        self._environ, self._backend = dict(environ), backend
        self._child: subprocess.Popen[bytes] | None = None

    def warm(self) -> None:
        """Start the child, which begins to import at once."""
        if self._child is None:
            self._child = take(self._backend) or spawn(self._environ, self._backend)

    def reply(self, request: Request) -> Reply:
        """Ask once. Raises what the client in the child raised, and SplatError when the child died."""
        self.warm()
        child = self._child
        assert child is not None
        overdue = threading.Timer(request.seconds + _GRACE, self.close)
        overdue.start()
        try:
            line = _ask(child, json.dumps(asdict(request), default=dict).encode() + b"\n")
        except BaseException:
            self.close()
            raise
        finally:
            overdue.cancel()
        if not line:
            self.close()
            raise SplatError("The process that talks to Claude ended without an answer", next_step="Run again.")
        return _read(json.loads(line))

    def close(self) -> None:
        """End the child and whatever call it is making."""
        child, self._child = self._child, None
        if child is not None:
            with suppress(OSError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _ask(child: subprocess.Popen[bytes], line: bytes) -> bytes:
    assert child.stdin is not None
    assert child.stdout is not None
    with suppress(BrokenPipeError):
        child.stdin.write(line)
        child.stdin.flush()
    return child.stdout.readline()


def _read(told: dict[str, Any]) -> Reply:
    if "error" in told:
        kind = _ERRORS.get(told["error"], SplatError)
        raise kind(told["what"], where=told["where"], next_step=told["next_step"])
    reply = told["reply"]
    return Reply(
        **reply
        | {
            "calls": tuple(ToolCall(**call) for call in reply["calls"]),
            "blocks": tuple(reply["blocks"]),
            "spend": Spend(**reply["spend"]),
        }
    )
