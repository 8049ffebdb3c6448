"""A WSGI app with a worker that was made before gunicorn forks; each request to /n captures error n."""

from __future__ import annotations

import os
import time
from typing import Any, Callable, Iterable, List

from splat.options import Options
from splat.worker import Worker
from tests.events import raised

worker = Worker(Options(transport="http", url=os.environ["SINK"], spool_dir=os.environ["SPOOL"], root=os.getcwd()))
if os.environ.get("BEFORE"):
    worker.put(raised("before the fork"))


def app(environ: Any, start_response: Callable[[str, List[Any]], Any]) -> Iterable[bytes]:
    """Answers at once with the number of its process."""
    time.sleep(0.05)
    worker.put(raised(environ["PATH_INFO"][1:]))
    body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
