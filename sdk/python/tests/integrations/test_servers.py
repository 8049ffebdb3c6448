"""Real servers, real sockets: every byte and every line of the log, with and without us; each error in one report."""

from __future__ import annotations

import difflib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, NamedTuple, Sequence, Tuple

import pytest

from tests import clocks
from tests.integrations import flask_app, starlette_app

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

GUNICORN = [
    "-m", "gunicorn", "tests.integrations.served:app", "--access-logfile", "-", "--graceful-timeout", "60",
    "-b", "127.0.0.1:0",
]  # fmt: skip
UVICORN = [
    "-m", "uvicorn", "tests.integrations.served:app", "--timeout-graceful-shutdown", "1",
    "--port", "0",
]  # fmt: skip
SERVERS: Dict[str, List[str]] = {
    "sync": ["-k", "sync", "-w", "1"],
    "preload": ["-k", "sync", "-w", "1", "--preload"],
    "gthread": ["-k", "gthread", "-w", "1", "--threads", "3"],
    "gevent": ["-k", "gevent", "-w", "1"],
}


class Served(NamedTuple):
    """A server that runs."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    reports: Path

    def settle(self) -> None:
        """Until it rests: what is said of an answered request must not fall among the next one's lines."""
        clocks.rest(self.process.pid)


@contextmanager
def serving(folder: Path, served: str, server: str, ours: bool) -> Iterator[Served]:
    """From the moment it waits for requests."""
    folder = folder / f"{served}-{server}-{ours}"
    folder.mkdir()
    environ = {**os.environ, "SERVED": served, "PYTHONWARNINGS": "ignore", "PYTHONHASHSEED": "0"}
    environ.pop("SERVED_REPORTS", None)
    if ours:
        environ["SERVED_REPORTS"] = str(folder / "reports")
    command = UVICORN if server == "uvicorn" else [*GUNICORN, *SERVERS[server]]
    place = folder / "log"
    with open(place, "w") as log:
        process = subprocess.Popen(
            [sys.executable, *command], env=environ, stdout=log, stderr=log, start_new_session=True
        )
        try:
            running = Served(_port(process, place), process, place, folder / "reports")
            running.settle()
            yield running
            running.settle()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(120)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    """That which the system gave the server, as its log tells."""
    until = time.monotonic() + 120
    while not (found := re.findall(r"(?:Listening at:|running on) http://127\.0\.0\.1:([0-9]+)", log.read_text())):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.02)
    return int(found[0])


def ask(port: int, path: str, method: str = "GET", *, stop_after: int = 0) -> bytes:
    """All bytes of the answer, or the first ones."""
    body = b'{"a": 1}' if method == "POST" else b""
    with socket.create_connection(("127.0.0.1", port), 120) as connection:
        head = f"{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        received = b""
        while not stop_after or len(received) < stop_after:
            try:
                part = connection.recv(65536)
            except ConnectionResetError:
                part = b""
            if not part:
                break
            received += part
    return re.sub(rb"\r\n([Dd]ate|Expires): [^\r]*", b"", received)


def lines(log: Path) -> List[str]:
    """Without process ids, times, ports and addresses."""
    text = log.read_text()
    text = re.sub(r"\d\d/\w{3}/\d{4}:[\d:]+ [+-]\d{4}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d( [+-]\d{4}|,\d+)?", "TIME", text)
    text = re.sub(r".*Control socket listening.*\n", "", text)  # a thread of gunicorn's says so at any time
    return re.sub(r"127\.0\.0\.1(:|', )\d+|[\[(]\d+[\])]|pid: ?\d+|0x[0-9a-f]+|Thread-\d+", "X", text).split("\n")


def reports(folder: Path) -> List[Dict[str, Any]]:
    """One for each error, and no counts: nothing was captured twice."""
    assert not list(folder.glob("*.count.json"))
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def differ(before: List[str], after: List[str]) -> None:
    """Fails with what differs, when anything does."""
    difference = "\n".join(difflib.unified_diff(before, after, lineterm="", n=1))
    assert not difference, difference


def compare(folder: Path, served: str, server: str, cases: Sequence[Tuple[str, str, int]]) -> None:
    """Asks everything of both, one after the other."""
    answers: Dict[bool, List[bytes]] = {}
    logs: Dict[bool, List[str]] = {}
    told: List[Dict[str, Any]] = []
    for ours in (False, True):
        with serving(folder, served, server, ours) as running:
            answers[ours] = []
            for path, method, _ in cases:
                answers[ours].append(ask(running.port, path, method))
                running.settle()
        logs[ours] = lines(running.log)
        if ours:
            told = reports(running.reports)
    for case, before, after in zip(cases, answers[False], answers[True]):
        assert after == before, case
    assert answers[False][0].startswith(b"HTTP/1.1 200 ")
    differ(logs[False], logs[True])
    assert sorted(report["request"]["path"] for report in told) == sorted(path for path, _, errors in cases if errors)


FLASK = [case[:3] for case in flask_app.CASES if case[0] not in ("/exit", "/after")]


@pytest.mark.parametrize("server", SERVERS)
def test_flask(server: str, tmp_path: Path) -> None:
    if server == "gevent":
        pytest.importorskip("gevent")
    compare(tmp_path, "flask", server, FLASK)


def test_wsgi(tmp_path: Path) -> None:
    # What Flask answers with a 500 itself is none of the generic wrapper's; the log sees it.
    compare(tmp_path, "wsgi", "sync", [case for case in FLASK if case[0] not in ("/unknown", "/async-known")])


# The same bug by two routes is one.
STARLETTE = [(path, "GET", errors) for path, errors in starlette_app.CASES if not path.startswith("/shop/")]


@pytest.mark.parametrize("served", ["starlette", "fastapi", "asgi"])
def test_starlette(served: str, tmp_path: Path) -> None:
    compare(tmp_path, served, "uvicorn", [case for case in STARLETTE if (served, case[0]) != ("fastapi", "/nothing")])


DJANGO = [
    ("/ok/", "GET", 0), ("/404/", "GET", 0), ("/403/", "GET", 0), ("/suspicious/", "GET", 0), ("/none/", "GET", 0),
    ("/redirect/", "GET", 0), ("/says-500/", "GET", 0), ("/file/", "GET", 0), ("/stream/", "GET", 0),
    ("/boom/", "GET", 1), ("/stream-boom/", "GET", 1), ("/async-boom/", "GET", 1), ("/middleware-after/", "GET", 1),
    ("/template/", "GET", 1), ("/post-boom/", "POST", 1), ("/async-stream-boom/", "GET", 1),
]  # fmt: skip


@pytest.mark.parametrize(("served", "server"), [("django_wsgi", "gthread"), ("django_asgi", "uvicorn")])
def test_django(served: str, server: str, tmp_path: Path) -> None:
    compare(tmp_path, served, server, DJANGO)


@pytest.mark.parametrize(
    ("served", "server", "path"),
    [("flask", "gthread", "/long"), ("starlette", "uvicorn", "/long"), ("django_wsgi", "sync", "/long/"),
     ("django_asgi", "uvicorn", "/long/"), ("django_asgi", "uvicorn", "/slow/"), ("starlette", "uvicorn", "/slow")],
)  # fmt: skip
def test_a_client_that_goes_away_is_no_error(served: str, server: str, path: str, tmp_path: Path) -> None:
    logs = {}
    for ours in (False, True):
        with serving(tmp_path, served, server, ours) as running:
            if "slow" in path:
                with socket.create_connection(("127.0.0.1", running.port), 120) as connection:
                    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
                    running.settle()
            else:
                assert ask(running.port, path, stop_after=1000)
            running.settle()
            assert b"200" in ask(running.port, "/ok/" if "django" in served else "/ok")
        # How much was sent, and whether the server tried again, is a matter of time.
        seen = {re.sub(r" 200 \d+", " 200", line) for line in lines(running.log)}
        logs[ours] = sorted(seen - {"socket.send() raised exception."})
        assert reports(running.reports) == []
    differ(logs[False], logs[True])


@pytest.mark.parametrize("served", ["starlette", "fastapi"])
def test_websockets(served: str, tmp_path: Path) -> None:
    client = pytest.importorskip("websockets.sync.client")
    from websockets.exceptions import ConnectionClosed, InvalidStatus

    def talk(port: int, path: str) -> Tuple[Any, ...]:
        try:
            with client.connect(f"ws://127.0.0.1:{port}{path}", open_timeout=120) as connection:
                connection.send("hi")
                if path == "/talk-gone":
                    return ("gone",)
                try:
                    answers = [connection.recv(120)]
                    connection.recv(120)
                except ConnectionClosed as closed:
                    answers = [*(answers if path == "/talk" else []), str(closed)]
                return tuple(answers)
        except InvalidStatus as refused:
            return (refused.response.status_code,)

    seen, logs = {}, {}
    for ours in (False, True):
        with serving(tmp_path, served, "uvicorn", ours) as running:
            paths = ("/talk", "/talk-boom", "/talk-gone", "/talk-refused", "/none")
            seen[ours] = [talk(running.port, path) for path in paths]
        logs[ours] = sorted(lines(running.log))
    assert seen[True] == seen[False]
    differ(logs[False], logs[True])
    (report,) = reports(running.reports)
    assert report["request"]["path"] == "/talk-boom"
