"""A Celery app whose tasks end in every way; broker and results in the folder CELERY_FOLDER.

With CELERY_SPLAT=1 reports go to the folder `reports` there.
"""

from __future__ import annotations

import os
import signal
import time
from itertools import repeat
from pathlib import Path
from typing import Any

import billiard.einfo
from celery import Celery
from celery.exceptions import Ignore, Reject

if not hasattr(billiard.einfo._Code, "co_positions"):
    # Celery 5.2's stand-in for code cannot be printed by Python 3.11; its logging fails with or without us.
    billiard.einfo._Code.co_positions = lambda self: repeat((None, None, None, None))

FOLDER = Path(os.environ.get("CELERY_FOLDER", "."))
QUEUE = FOLDER / "queue"

app = Celery("shop")
if "CELERY_FOLDER" in os.environ:
    QUEUE.mkdir(parents=True, exist_ok=True)
    (FOLDER / "results").mkdir(exist_ok=True)
    app.conf.update(
        broker_url="filesystem://",
        broker_transport_options={
            "data_folder_in": str(QUEUE), "data_folder_out": str(QUEUE), "processed_folder": str(FOLDER / "done"),
            "control_folder": str(FOLDER / "control"), "polling_interval": 0.1,
        },
        result_backend=f"file://{FOLDER / 'results'}",
        broker_connection_retry_on_startup=True,
        worker_hijack_root_logger=False,
    )  # fmt: skip
app.conf.worker_pool_restarts = False

if os.environ.get("CELERY_SPLAT") == "1":
    import splat
    import splat.integrations.celery

    splat.init(transport="file", folder=str(FOLDER / "reports"), spool_dir=str(FOLDER / "spool"), root=str(FOLDER))
    splat.integrations.celery.install(app)


class CannotBePickled(Exception):
    """Which the pool replaces by another."""

    def __init__(self, a: int, b: int) -> None:
        super().__init__(f"{a}-{b}")


@app.task
def fine() -> str:
    return "fine"


@app.task
def boom(cart: int) -> Any:
    return {}[cart]


@app.task
def chained() -> None:
    try:
        {}["x"]
    except KeyError as error:
        raise ValueError("chained") from error


@app.task(bind=True, max_retries=2, default_retry_delay=0)
def retried(self: Any) -> str:
    if self.request.retries < 2:
        raise self.retry(countdown=0)
    return "at last"


@app.task(autoretry_for=(ValueError,), retry_backoff=False, max_retries=1, default_retry_delay=0)
def gives_up() -> None:
    raise ValueError("again and again")


@app.task(bind=True, max_retries=0)
def exhausted(self: Any) -> None:
    raise self.retry(countdown=0)


@app.task
def ignored() -> None:
    raise Ignore


@app.task(acks_late=True)
def rejected() -> None:
    raise Reject("no", requeue=False)


@app.task(throws=(LookupError,))
def expected() -> None:
    raise KeyError("expected")


@app.task
def unpickled() -> None:
    raise CannotBePickled(1, 2)


@app.task
def logged() -> None:
    import logging

    try:
        raise ValueError("logged")
    except ValueError:
        logging.getLogger("shop").exception("it went wrong")
        raise


@app.task(soft_time_limit=1)
def soft() -> None:
    time.sleep(30)


@app.task(time_limit=1)
def hard() -> None:
    time.sleep(30)


@app.task
def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@app.task
def tagged(name: str) -> None:
    import splat

    splat.set_tag(name, "set")
    splat.add_breadcrumb(name)
    raise ValueError(name)


#: Task, arguments, how many errors are captured by a worker.
CASES = [
    (fine, (), 0), (boom, (7,), 1), (chained, (), 1), (retried, (), 0), (gives_up, (), 1), (exhausted, (), 1),
    (ignored, (), 0), (rejected, (), 0), (expected, (), 0), (unpickled, (), 1), (logged, (), 1), (soft, (), 1),
]  # fmt: skip
