"""The emulated GitHub of the Python SDK's tests and the proxy in front of it, told what to do by lines of JSON.

Each line names a `call` and its arguments; each answer is one line. At the end of stdin all of it ends.
"""

import base64
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "python"))
from tests.github_kit import Emulator, Fault, Proxy


class Bare(BaseHTTPRequestHandler):
    """What a test of HTTP alone asks for: the path says how it is answered."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/chunks":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in (b"a" * 70_000, b"b", b"c" * 10):
                self.wfile.write(f"{len(part):x};x=y\r\n".encode() + part + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
            return
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", self.headers["X-To"])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path == "/bytes":  # the answer is what was sent
            self.wfile.write(base64.b64decode(body))
            self.close_connection = True
            return
        if self.path == "/garbage":
            self.wfile.write(b"\x00\xff\r\n\r\n")
            self.close_connection = True
            return
        told = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body.decode()}
        content = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PATCH = do_GET

    def log_message(self, *_):
        pass


def clear(proxy):
    proxy.log.clear()
    proxy.faults.clear()


def requests(proxy):
    return [
        {
            "method": each.method,
            "path": each.path,
            "query": each.query,
            "headers": each.headers,
            "data": each.data,
            "status": each.status,
        }
        for each in proxy.requests()
    ]


def main():
    with Emulator() as emulator, Proxy(emulator.port) as proxy:
        bare = ThreadingHTTPServer(("127.0.0.1", 0), Bare)
        threading.Thread(target=bare.serve_forever, daemon=True).start()
        calls = {
            "url": lambda: proxy.url,
            "bare": lambda: f"http://127.0.0.1:{bare.server_address[1]}",
            "repository": emulator.repository,
            "issues": emulator.issues,
            "open_issue": emulator.open_issue,
            "edit": emulator.edit,
            "comments": emulator.comments,
            "labels": emulator.labels,
            "labelled": emulator.labelled,
            "own_id": emulator.own_id,
            "requests": lambda: requests(proxy),
            "fault": lambda **given: proxy.faults.append(Fault(given.pop("status"), **given)),
            "play": lambda name, value: setattr(proxy, name, set(value) if isinstance(value, list) else value),
            "canonical": lambda repo, number, of: proxy.canonical.update({(repo, number): of}),
            "clear": lambda: clear(proxy),
        }
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                answer = {"answer": calls[asked.pop("call")](**asked)}
            except Exception as error:
                answer = {"error": repr(error)}
            print(json.dumps(answer), flush=True)


main()
