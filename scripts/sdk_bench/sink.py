"""Takes whatever an error SDK sends, and tells what came: a small GitHub, and 200 to everything else.

sink.py PORT DELAY_SECONDS; `GET /told` answers {"requests": n, "events": n, "issues": [...]}. Standard library only: it
is a process of its own, so that its work is not counted with the SDK's.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MINE = {"id": 7, "login": "reporter"}
issues: list[dict[str, Any]] = []
told = {"requests": 0, "events": 0}
collected: set[str] = set()
lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    delay = 0.0

    def answer(self, body: object, status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do(self) -> None:
        body = self.body()
        if self.path == "/told":
            self.answer({**told, "issues": issues})
            return
        time.sleep(self.delay)
        with lock:
            told["requests"] += 1
            result = self.github(body) if self.path.startswith(("/repos/", "/user", "/search/")) else self.other(body)
        self.answer(*result)

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    do_GET = do_POST = do_PATCH = do_PUT = do

    def github(self, body: bytes) -> tuple[object, int]:
        path = self.path.partition("?")[0]
        if path == "/user":
            return MINE, 200
        if path.startswith("/search/"):
            found = [
                issue
                for issue in issues
                if any(word in issue["body"] for word in re.findall("[0-9a-f]{8,}", self.path))
            ]
            return {"total_count": len(found), "items": found}, 200
        if number := re.search(r"/issues/(\d+)", path):
            issue = issues[int(number[1]) - 1]
            if self.command == "PATCH":
                change = json.loads(body)
                if "labels" in change:
                    change["labels"] = [{"name": name} for name in change["labels"]]
                issue |= change | {"updated_at": now()}
            return issue, 200
        if path.endswith("/issues") and self.command == "POST":
            given = json.loads(body)
            told["events"] += 1
            names = [{"name": name} for name in given.get("labels", [])]
            made = {
                "number": len(issues) + 1, "id": len(issues) + 1, "title": given["title"], "body": given["body"],
                "labels": names, "state": "open", "state_reason": None, "user": MINE,
                "created_at": now(), "updated_at": now(), "closed_at": None,
            }  # fmt: skip
            issues.append(made)
            return made, 201
        if path.endswith("/issues"):
            return issues[::-1], 200
        return {"private": True, "permissions": {"push": True}}, 200

    def other(self, body: bytes) -> tuple[object, int]:
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if self.path == "/collect":
            # What was under way when a process ended is sent again, by the same id.
            collected.update(report["id"] for report in json.loads(body)["reports"])
            told["events"] = len(collected)
            return {}, 200
        # Envelopes also carry sessions and client reports; an event says so.
        told["events"] += sum(map(is_event, body.splitlines())) if "envelope" in self.path else 1
        return {"result": {"id": "1"}}, 200

    def log_message(self, *_: object) -> None:
        pass


def is_event(line: bytes) -> bool:
    """Whether it is the header of an envelope's item that holds an event; events themselves may say so too."""
    return len(line) < 200 and b'"type":"event"' in line


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A process that ends in the middle of a request is what some tasks are."""

    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    Handler.delay = float(sys.argv[2])
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
