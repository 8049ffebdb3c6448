"""The process that talks to Claude: a request a line comes in, an answer a line goes out.

It is all wait, so nothing is imported before the SDK that the SDK does not need.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import IO, Any


def serve(asked: IO[bytes], answers: IO[bytes], backend: str = "api") -> None:
    """Answer each line until there are no more."""
    if backend == "api":  # a cloud's client wants the whole SDK
        from healer.edge import lean_sdk

        lean_sdk.load()
    import json
    from contextlib import suppress

    from healer.edge.claude import Claude
    from healer.outcome import SplatError

    cloud = None
    if backend != "api":
        from healer.edge.clouds import cloud_of

        cloud = cloud_of(backend, os.environ)
    claude = Claude(os.environ.get("ANTHROPIC_API_KEY", ""), os.environ.get("ANTHROPIC_BASE_URL", ""), cloud=cloud)
    with suppress(SplatError):  # the first call raises it again, to someone who listens
        claude.wait()
    threading.Thread(target=_die_with, args=(os.getppid(),), daemon=True).start()
    for line in asked:
        answers.write(json.dumps(_answer(claude, json.loads(line)), default=dict).encode() + b"\n")
        answers.flush()


def _die_with(parent: int) -> None:
    """A parent that was killed outright cannot end us, and what we are waiting for would still be paid."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _answer(claude: Any, fields: dict[str, Any]) -> dict[str, Any]:
    from dataclasses import asdict

    from healer.outcome import SplatError
    from healer.proposal import Message, Request

    messages = tuple(Message(turn["role"], tuple(turn["blocks"])) for turn in fields.pop("messages"))
    request = Request(messages=messages, **fields | {"tools": tuple(fields["tools"])})
    try:
        return {"reply": asdict(claude.reply(request))}
    except SplatError as error:
        return {
            "error": type(error).__name__,
            "what": error.what,
            "where": error.where,
            "next_step": error.next_step,
        }


def main() -> None:
    """What the process runs."""
    serve(sys.stdin.buffer, sys.stdout.buffer, *sys.argv[1:2])
