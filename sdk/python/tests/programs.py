"""Small programs in processes of their own, with a worker in them that delivers to a sink."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import List, Optional

from tests import clocks

PACKAGE = Path(__file__).resolve().parents[1]

_HEAD = """
import asyncio, os, signal, sys, threading, time
from splat.options import Options
from splat.worker import Worker
from tests.events import event_of, on_disk, raised
worker = Worker(Options(transport="http", url={url!r}, spool_dir={spool!r}, root={package!r}, {options}))
"""


def source(body: str, url: str, spool: object, options: str = "") -> str:
    """The text of a program that has `worker`, `raised` and `event_of`."""
    return _HEAD.format(url=url, spool=str(spool), package=str(PACKAGE), options=options) + textwrap.dedent(body)


def run(
    body: str,
    url: str,
    spool: object,
    options: str = "",
    *,
    python: str = sys.executable,
    seconds: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Runs it to its end, before all other processes where that may be had."""
    return clocks.run([python, "-c", source(body, url, spool, options)], seconds=seconds, env=environment())


def environment(**more: str) -> dict[str, str]:
    """What a program needs to find the package and these tests, compiled once as where it is installed."""
    compiled = os.path.join(tempfile.gettempdir(), f"splat-tests-compiled-{os.getuid()}")
    own = {"PYTHONPATH": str(PACKAGE), "PYTHONUNBUFFERED": "1", "PYTHONPYCACHEPREFIX": compiled}
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, **own, **more}


def deliver_the_rest(url: str, spool: object) -> None:
    """The next process: captures nothing, sends what was left."""
    done = run("worker.pick_up(); assert worker.flush(60), 'not all was delivered'", url, spool)
    assert done.returncode == 0, done.stderr


def move(spool: Path, before: str, after: str) -> None:
    """Gives what was left for one address to another."""
    from splat import folder
    from splat.options import Options

    if before != after:
        was, now = (folder.of(Options(transport="http", url=url, spool_dir=str(spool))) for url in (before, after))
        if Path(was).exists():
            Path(was).rename(now)


def files_in(spool: Path, ending: str = "") -> List[str]:
    """Names in all folders of a spool."""
    return sorted(path.name for path in spool.rglob("*") if path.is_file() and path.name.endswith(ending))


def mount_small(folder: Path, size: str = "256k") -> Optional[str]:
    """A file system of that size at `folder`; why not, where it cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr.strip() or None if done.returncode else None
