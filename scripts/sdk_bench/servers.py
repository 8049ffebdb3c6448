"""The servers that the SDKs report to, on loopback: one that takes all of it, one that hangs, and none."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where nobody listens.
REFUSED = "http://127.0.0.1:9"


@contextlib.contextmanager
def sink(delay: float = 0.05) -> Iterator[str]:
    """A server that takes `delay` seconds for each answer; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, Path(__file__).with_name("sink.py"), str(port), str(delay)])
    url = f"http://127.0.0.1:{port}"
    for _ in range(200):
        with contextlib.suppress(OSError):
            told(url)
            break
        time.sleep(0.02)
    try:
        yield url
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def hanging() -> Iterator[str]:
    """A server that accepts and never answers; its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextlib.contextmanager
def refused() -> Iterator[str]:
    yield REFUSED


def told(url: str) -> dict[str, Any]:
    """What came to a `sink`: `requests`, `events`, `issues`."""
    with urllib.request.urlopen(url + "/told") as answer:
        return json.load(answer)


def counted(issues: list[dict[str, Any]]) -> int:
    """The sum of what the issues' blocks say."""
    return sum(int(found[1]) for issue in issues if (found := re.search(r"splat:seen count=(\d+)", issue["body"])))
