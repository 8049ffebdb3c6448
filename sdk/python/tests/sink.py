"""A collector on loopback: threaded, slow or broken on request, with a log of what came in."""

from __future__ import annotations

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, List, Optional, Tuple, Union


class Sink:
    """Serves while its `with` block runs. `answer(number, body)` gives status and headers; 200 unless given.

    `delay` is in seconds, for all or by the number of the request.
    """

    def __init__(
        self,
        delay: Union[float, Callable[[int], float]] = 0.0,
        answer: Optional[Callable[[int, bytes], Tuple[int, Dict[str, str]]]] = None,
    ) -> None:
        self.delay = delay
        self.answer = answer or (lambda number, body: (200, {}))
        self.requests: List[Tuple[str, str, Dict[str, str], bytes, int]] = []
        self._lock = threading.Lock()
        self._begun = 0
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:  # whoever sent it was killed meanwhile
                    self.close_connection = True
                    return
                time.sleep(sink._pause())
                with sink._lock:
                    status, headers = sink.answer(len(sink.requests), body)
                    sink.requests.append((self.command, self.path, dict(self.headers), body, status))
                self.send_response(status)
                for name, value in {"Content-Length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/splat"

    def __enter__(self) -> Sink:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _pause(self) -> float:
        with self._lock:
            number, self._begun = self._begun, self._begun + 1
        return self.delay(number) if callable(self.delay) else self.delay

    def taken(self, kind: str) -> List[Dict[str, Any]]:
        """The reports or counts of all requests that were answered with 2xx, in their order."""
        with self._lock:
            bodies = [body for _, _, _, body, status in self.requests if 200 <= status < 300]
        return [each for body in bodies for each in json.loads(body)[kind]]

    @property
    def reports(self) -> List[Dict[str, Any]]:
        return self.taken("reports")

    @property
    def counts(self) -> List[Dict[str, Any]]:
        return self.taken("counts")

    def messages(self) -> List[str]:
        """The message of the first exception of each report, sorted."""
        return sorted(report["exceptions"][0]["message"] for report in self.reports)

    def wait(self, reports: int, seconds: float = 60.0) -> None:
        """Until so many reports came, or the time is over."""
        until = time.monotonic() + seconds
        while len(self.reports) < reports and time.monotonic() < until:
            time.sleep(0.01)


class BlackHole:
    """Takes connections and never answers."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(128)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/splat"

    def __enter__(self) -> BlackHole:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def refused_url() -> str:
    """An address where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/splat"
