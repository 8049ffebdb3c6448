"""A server for tests of HTTP alone: the path says how a request is answered, most often with what it was."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Bare:
    """Serves while its `with` block runs, at `url`."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Bare:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        play = {
            "/chunks": self._in_chunks,
            "/elsewhere": self._elsewhere,
            "/bytes": lambda: self._raw(base64.b64decode(body)),  # the answer is what was sent
            "/garbage": lambda: self._raw(b"\x00\xff\r\n\r\n"),
        }.get(self.path)
        if play is not None:
            play()
            return
        told = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body.decode()}
        content = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = _serve

    def _in_chunks(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in (b"a" * 70_000, b"b", b"c" * 10):
            self.wfile.write(f"{len(part):x};x=y\r\n".encode() + part + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def _elsewhere(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.headers["X-To"])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _raw(self, content: bytes) -> None:
        self.wfile.write(content)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass
