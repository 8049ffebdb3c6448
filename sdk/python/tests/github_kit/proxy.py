"""A proxy in front of the emulator: plays what it lacks of the real API, breaks what it is told to, and listens."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import re
import socket
import struct
import threading
import time
from datetime import datetime, timezone
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Set, Tuple, Union
from urllib.parse import parse_qsl, urlencode, urlsplit

_LISTING = re.compile(r"/repos/[^/]+/[^/]+/issues\Z")
_ISSUE = re.compile(r"/repos/([^/]+/[^/]+)/issues/([0-9]+)\Z")
_TIMES = ("created_at", "updated_at", "closed_at")
Answer = Tuple[int, Dict[str, str], bytes]


class Request(NamedTuple):
    """What came in, and with which status it was answered (0: not at all)."""

    method: str
    path: str
    query: Dict[str, str]
    headers: Dict[str, str]
    data: Any
    status: int
    at: float  #: reading of time.monotonic()
    token: str

    @property
    def is_listing(self) -> bool:
        return self.method == "GET" and bool(_LISTING.match(self.path))


class Fault:
    """Breaks the requests that `method` and `path` (a regular expression) match, `times` times.

    `do` is a status (with `headers` and `data`), or `reset`, `hang` (seconds in `seconds`), `drip` (the answer, a byte
    at a time), `cut` (half of the answer). With `late` the request reaches the server first: only its answer is lost.
    The first `after` requests of all are spared.
    """

    def __init__(
        self,
        do: int | str,
        *,
        method: str = "",
        path: str = "",
        times: int = 1_000_000,
        headers: Union[Dict[str, str], Callable[[], Dict[str, str]], None] = None,
        data: Any = None,
        seconds: float = 30.0,
        late: bool = False,
        after: int = 0,
    ) -> None:
        self.do, self.method, self.path, self.times = do, method, path, times
        self.headers: Callable[[], Dict[str, str]] = headers if callable(headers) else lambda: headers or {}
        self.data = data
        self.seconds, self.late, self.after = seconds, late, after
        self.struck = 0

    def matches(self, method: str, path: str) -> bool:
        return self.struck < self.times and self.method in {"", method} and re.search(self.path, path) is not None


class Proxy:
    """Serves while its `with` block runs, at `url`, which is an address for the option `api_url`."""

    def __init__(self, port: int) -> None:
        self._upstream = port
        self._lock = threading.Lock()
        self._local = threading.local()
        self.log: List[Request] = []
        self.faults: List[Fault] = []
        self.lag = 0.0
        self.ahead = 0.0
        self.bad_tokens: Set[str] = set()
        self.installations: Set[str] = set()
        self.cannot_label: Set[str] = set()
        self.canonical: Dict[Tuple[str, int], int] = {}
        self._duplicates: Set[Tuple[str, int]] = set()
        proxy = self

        class Handler(_Handler):
            owner = proxy

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 512

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.ended = threading.Event()

    def __enter__(self) -> Proxy:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()

    def requests(self, method: str = "", path: str = "") -> List[Request]:
        """Those of the log that match, in the order in which they were answered."""
        with self._lock:
            return [each for each in self.log if method in {"", each.method} and re.search(path, each.path)]

    def note(self, request: Request) -> None:
        with self._lock:
            self.log.append(request)

    def fault(self, method: str, path: str) -> Optional[Fault]:
        with self._lock:
            ripe = (each for each in self.faults if len(self.log) >= each.after)
            found = next((each for each in ripe if each.matches(method, path)), None)
            if found is not None:
                found.struck += 1
            return found

    # --- playing the real API ----------------------------------------------------------------------------------------

    def answer(self, method: str, target: str, headers: Dict[str, str], body: bytes, token: str) -> Answer:
        if target.startswith("/api/"):  # as GitHub Enterprise Server has it
            target = target[len("/api/v3") if target.startswith("/api/v3/") else len("/api") :]
        parts = urlsplit(target)
        if token in self.bad_tokens:
            return _said(401, {"message": "Bad credentials"})
        if parts.path == "/user" and token in self.installations:
            return _said(403, {"message": "Resource not accessible by integration"})
        if parts.path == "/graphql":
            return self._graphql(json.loads(body))
        data = json.loads(body) if body else None
        if isinstance(data, dict) and token in self.cannot_label and method in {"POST", "PATCH"}:
            data.pop("labels", None)
            body = json.dumps(data).encode()
        status, content = self._forwarded(method, _with_exact_since(target), headers, body)
        return self._played(method, parts.path, data, status, content, headers)

    def _forwarded(self, method: str, target: str, headers: Dict[str, str], body: bytes) -> Tuple[int, bytes]:
        kept = {name: value for name, value in headers.items() if name in {"authorization", "content-type", "accept"}}
        for fresh in (False, True):
            connection = None if fresh else getattr(self._local, "connection", None)
            if connection is None:
                connection = http.client.HTTPConnection("localhost", self._upstream, timeout=60)
            self._local.connection = None
            try:
                connection.request(method, target, body or None, kept)
                response = connection.getresponse()
                content = response.read()
            except (OSError, http.client.HTTPException):
                if fresh:
                    raise
                continue
            self._local.connection = connection
            return response.status, content
        raise AssertionError

    def _played(
        self, method: str, path: str, data: Any, status: int, content: bytes, headers: Dict[str, str]
    ) -> Answer:
        issue = _ISSUE.match(path)
        if issue and method == "PATCH" and status == 200 and isinstance(data, dict) and "state" in data:
            key = (issue[1], int(issue[2]))
            if data["state"] == "closed" and data.get("state_reason") == "duplicate":
                self._duplicates.add(key)
            else:
                self._duplicates.discard(key)
        answer = json.loads(content) if content else None
        if method == "GET" and _LISTING.match(path) and isinstance(answer, list) and self.lag:
            answer = [each for each in answer if _age(each["created_at"]) >= self.lag]
        for each in answer if isinstance(answer, list) else [answer]:
            if isinstance(each, dict):
                self._retouched(each)
        content = json.dumps(answer).encode()
        if method != "GET" or status != 200:
            return status, {}, content
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        if headers.get("if-none-match") == tag:
            return 304, {"ETag": tag}, b""
        return 200, {"ETag": tag}, content

    def _retouched(self, entry: Dict[str, Any]) -> None:
        for name in _TIMES:
            if isinstance(entry.get(name), str):
                entry[name] = re.sub(r"\.[0-9]+Z\Z", "Z", entry[name])
        repo = str(entry.get("repository_url", "")).partition("/repos/")[2]
        if entry.get("state") == "closed" and (repo, entry.get("number")) in self._duplicates:
            entry["state_reason"] = "duplicate"

    def _graphql(self, question: Any) -> Answer:
        variables = question["variables"]
        repo = f"{variables['owner']}/{variables['name']}"
        target = self.canonical.get((repo, variables["number"]))
        found = {"number": target, "repository": {"nameWithOwner": repo}} if target else None
        return _said(200, {"data": {"repository": {"issue": {"duplicateOf": found}}}})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    owner: Proxy

    def _serve(self) -> None:
        owner = self.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        token = headers.get("authorization", "").rpartition(" ")[2]
        parts = urlsplit(self.path)
        fault = owner.fault(self.command, parts.path)
        status = 0
        answer: Answer = (0, {}, b"")
        try:
            if fault is None or fault.late or fault.do in {"drip", "cut"}:
                answer = owner.answer(self.command, self.path, headers, body, token)
            if fault is not None and isinstance(fault.do, int):
                answer = _said(fault.do, fault.data or {"message": "played"}, fault.headers())
            status = answer[0]
        finally:
            query = dict(parse_qsl(parts.query))
            data = json.loads(body) if body else None
            owner.note(Request(self.command, parts.path, query, headers, data, status, time.monotonic(), token))
        with contextlib.suppress(OSError):
            self._send(answer, str(fault.do) if fault else "", fault.seconds if fault else 0.0)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve

    def _send(self, answer: Answer, broken: str, seconds: float) -> None:
        if broken == "reset":
            # Closed without lingering, a connection ends by a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        if broken == "hang":
            self.owner.ended.wait(seconds)
            self.close_connection = True
            return
        status, headers, content = answer
        self.send_response_only(status)
        for name, value in {"Date": formatdate(time.time() + self.owner.ahead, usegmt=True), **headers}.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if broken == "cut":
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
        elif broken == "drip":
            for place in range(len(content)):
                self.wfile.write(content[place : place + 1])
                self.wfile.flush()
                if self.owner.ended.wait(0.2):
                    return
        else:
            self.wfile.write(content)

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            super().handle()

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_: Any) -> None:
        pass


def _said(status: int, data: Any, headers: Optional[Dict[str, str]] = None) -> Answer:
    return status, headers or {}, data if isinstance(data, bytes) else json.dumps(data).encode()


def _with_exact_since(target: str) -> str:
    parts = urlsplit(target)
    query = [(name, f"{value[:19]}.000Z" if name == "since" else value) for name, value in parse_qsl(parts.query)]
    return f"{parts.path}?{urlencode(query)}" if query else target


def _age(text: str) -> float:
    moment = datetime.strptime(text[:23], "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=timezone.utc)
    return time.time() - moment.timestamp()


def wait_for(what: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether `what` came true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.02)
    return what()
