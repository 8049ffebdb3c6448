"""What the child processes of tests run."""

from __future__ import annotations

import time
from typing import Any

from tests.events import raised

worker: Any = None


def twenty(given: Any) -> None:
    """Captures twenty errors with the parent's worker, or with one of its own where there is none."""
    from splat.options import Options
    from splat.worker import Worker

    mine = Worker(Options(transport="http", **given)) if isinstance(given, dict) else given
    for number in range(20):
        mine.put(raised(f"c{number:02d}"))


def one(number: int) -> None:
    """Captures one error with the worker that was there before the fork."""
    worker.put(raised(f"c{number:02d}"))
    time.sleep(0.01)
