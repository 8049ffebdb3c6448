"""HTTP on 127.0.0.1 for one browser: an address nobody guesses, no other host's name, no second life."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qs, urlsplit

from healer.edge.app_page import page
from healer.outcome import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.edge.app_page.flow import Flow

_HERE = "127.0.0.1"
_MOST_BODY = 4_096
_SECONDS_A_REQUEST = 30
#: After the end the last page is still on its way.
_GRACE = 5.0


@dataclass(frozen=True, slots=True)
class Served:
    """The page, while it is there."""

    flow: Flow

    def wait(self, seconds: float) -> bool:
        """Until it has ended, at most so long; False where nothing came of it in time."""
        ended = self.flow.ended.wait(seconds)
        if ended:
            self.flow.seen.wait(_GRACE)
        return ended


@contextmanager
def serving(flow: Flow, port: int = 0) -> Iterator[Served]:
    """Serve the page on a port of this machine, any free one with 0. Raises UsageError for one that is taken."""

    class Handler(_Handler):
        pass

    try:
        server = ThreadingHTTPServer((_HERE, port), Handler)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", "") or str(error)
        then = "Leave out `--port`, and any free one is taken."
        raise UsageError(f"The page cannot be served: {why}", where=f"{_HERE}:{port}", next_step=then) from None
    server.daemon_threads = True
    flow.address = f"http://{_HERE}:{server.server_address[1]}"
    Handler.flow = flow
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield Served(flow)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    flow: ClassVar[Flow]
    protocol_version = "HTTP/1.0"
    server_version, sys_version = "splat", ""
    timeout = _SECONDS_A_REQUEST

    def do_GET(self) -> None:
        """The page, and GitHub's way back to it."""
        if not self._welcome():
            return
        asked = urlsplit(self.path)
        flow = self.flow
        if asked.path == f"/{flow.key}/":
            self._send(200, page.render(flow))
            if flow.ended.is_set():
                flow.seen.set()
        elif asked.path == "/made":
            told = parse_qs(asked.query, max_num_fields=10) if len(asked.query) < _MOST_BODY else {}
            if flow.came_back(told.get("code", [""])[0], told.get("state", [""])[0]):
                self._to_start()
            else:
                self._send(400, page.foreign())
        else:
            self._send(404, page.nothing_here())

    def do_POST(self) -> None:
        """Cancelling, and storing once more."""
        if not self._welcome():
            return
        flow = self.flow
        if self.headers.get("Origin", flow.address) not in (flow.address, "null"):
            self._send(403, page.nothing_here())
            return
        verbs = {f"/{flow.key}/cancel": flow.cancel, f"/{flow.key}/store": flow.keep}
        verb = verbs.get(self.path)
        if verb is None:
            self._send(404, page.nothing_here())
            return
        self.rfile.read(min(_length(self.headers.get("Content-Length")), _MOST_BODY))
        verb()
        self._to_start()

    def _welcome(self) -> bool:
        """Only who calls this machine by its number: another name may be a page of others that was pointed here."""
        if self.headers.get_all("Host") == [self.flow.address.partition("://")[2]]:
            return True
        self._send(421, page.nothing_here())
        return False

    def _to_start(self) -> None:
        """What came with an address, as GitHub's code, does not stay in it."""
        self.send_response(303)
        self.send_header("Location", f"/{self.flow.key}/")
        self._finish(b"")

    def _send(self, status: int, html: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self._finish(html.encode("utf-8"))

    def _finish(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", page.policy(self.flow.place.server))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "strict-origin")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: GitHub's code is in the address."""


def _length(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
