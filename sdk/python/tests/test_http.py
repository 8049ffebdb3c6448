"""T2, T5: the client over `http.client`, against servers that behave badly."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splat.http import Client, Later
from tests.clocks import Watch
from tests.programs import PACKAGE

if TYPE_CHECKING:
    from pathlib import Path

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Talk = Callable[[socket.socket, int], None]


class Server:
    """Accepts connections on loopback and hands each, with its number, to `talk` on a thread of its own."""

    def __init__(self, talk: Talk, context: Optional[ssl.SSLContext] = None) -> None:
        self._talk, self._context = talk, context
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port = self._socket.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://localhost:{self.port}"
        self.connections = 0
        self.heard: List[bytes] = []

    def __enter__(self) -> Server:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(connection, self.connections), daemon=True).start()

    def _one(self, connection: socket.socket, number: int) -> None:
        try:
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                self._talk(connection, number)
        except OSError:
            pass

    def hear(self, connection: socket.socket) -> bytes:
        """One request: its head, and the body its length announces."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65_536)
            if not part:
                return b""
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += connection.recv(65_536)
        self.heard.append(head + b"\r\n\r\n" + body)
        return self.heard[-1]


def answering(*answers: bytes) -> Server:
    """Gives these answers, one a request, over as many connections as it takes; the last one again and again."""
    left = list(answers)

    def talk(connection: socket.socket, _: int) -> None:
        while server.hear(connection):
            answer = left.pop(0) if len(left) > 1 else left[0]
            connection.sendall(answer)
            if b"close" in answer:
                return

    server = Server(talk)
    return server


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


# --- connections -----------------------------------------------------------------------------------------------------


def test_a_connection_serves_many_requests() -> None:
    with answering(GOOD) as server:
        client = Client(server.url)
        for _ in range(5):
            assert client.request("GET", "/x").body == b"ok"
        client.request("POST", "/y", {"a": 1})
        assert server.connections == 1
        client.drop()
        client.request("GET", "/z")
        assert server.connections == 2


def test_a_connection_that_was_closed_meanwhile_is_no_failure() -> None:
    def talk(connection: socket.socket, _: int) -> None:
        server.hear(connection)
        connection.sendall(GOOD)  # and closes, without a word about it

    with Server(talk) as server:
        client = Client(server.url)
        assert client.request("POST", "/", {}, tries=1).status == 200
        time.sleep(0.05)
        assert client.request("POST", "/", {}, tries=1).status == 200
        assert server.connections == 2


def test_an_answer_that_announces_the_end_is_read_to_it() -> None:
    with answering(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end") as server:
        client = Client(server.url)
        assert client.request("GET", "/").body == b"to the end"
        assert client.request("GET", "/").body == b"to the end"


def test_a_forked_child_opens_a_connection_of_its_own() -> None:
    with answering(GOOD) as server:
        client = Client(server.url)
        client.request("GET", "/")
        child = os.fork()
        if not child:
            try:
                os._exit(0 if client.request("GET", "/").body == b"ok" else 1)
            finally:
                os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
        assert client.request("GET", "/").body == b"ok"
        assert server.connections == 2


def test_head_and_path_of_a_request() -> None:
    with answering(GOOD) as server:
        Client(f"{server.url}/api/v3/", {"Authorization": "Bearer x"}).request("PATCH", "/a?b=c", {"é": "\ud800"})
        head, _, body = server.heard[0].partition(b"\r\n\r\n")
        assert head.startswith(b"PATCH /api/v3/a?b=c HTTP/1.1\r\n")
        assert f"Host: localhost:{server.port}".encode() in head
        assert b"Authorization: Bearer x" in head
        assert b"User-Agent: splat-sdk/" in head
        assert body == b'{"\\u00e9": "\\ud800"}'


@pytest.mark.parametrize("address", ["", "api.github.com", "ftp://x", "https://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        Client(address)


# --- bounded ---------------------------------------------------------------------------------------------------------


def test_an_answer_too_long_is_none() -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5_000) as server:
        with pytest.raises(Later, match="longer than 4999 bytes"):
            Client(server.url).request("GET", "/", tries=1, limit=4_999)
        assert len(Client(server.url).request("GET", "/", limit=5_000).body) == 5_000


def test_a_packed_answer_is_unpacked_and_bounded_all_the_same() -> None:
    packed = gzip.compress(b"x" * 50_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    with answering(head + packed) as server:
        assert len(Client(server.url).request("GET", "/", limit=50_000_000).body) == 50_000_000
        with pytest.raises(Later, match="longer than"):
            Client(server.url).request("GET", "/", tries=1, limit=1_000_000)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhal",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
        + gzip.compress(b"x" * 99, mtime=0)[:-9],
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nclose",
        b"nonsense close\r\n\r\n",
        b"HTTP/1.1 999999 OK close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"Connection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\nConnection: close\r\n\r\n",
        b"close",
    ],
)
def test_half_an_answer_is_none(answer: bytes) -> None:
    with answering(answer) as server, pytest.raises(Later):
        Client(server.url).request("GET", "/", tries=1)


def test_whatever_bytes_come_back_it_is_an_answer_or_none() -> None:
    said = [b""]

    def talk(connection: socket.socket, _: int) -> None:
        server.hear(connection)
        connection.sendall(said[0])

    @settings(max_examples=150, deadline=None)
    @given(
        st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 307 X\r\nLocation: "]),
        st.lists(
            st.sampled_from(
                [
                    *(b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n"),
                    *(b"ETag: a\r\n b\r\n", b"Retry-After: 0\r\n", b"Date: x\r\n", b"\r\n", b"zz\r\n", b"3\r\nabc\r\n"),
                ]
            )
            | st.binary(max_size=12),
            max_size=6,
        ),
    )
    def tried(head: bytes, rest: List[bytes]) -> None:
        said[0] = head + b"".join(rest)
        with contextlib.suppress(Later):
            Client(server.url).request("GET", "/", tries=1, limit=1_000)

    with Server(talk) as server:
        tried()


def test_a_host_that_cannot_be_one() -> None:
    with pytest.raises(Later):
        Client("http://a..b").request("GET", "/", tries=1)


@pytest.mark.slow
@pytest.mark.parametrize("drips", ["head", "body", "nothing"])
def test_a_server_that_drips_holds_nobody_longer_than_ten_seconds(drips: str) -> None:
    def talk(connection: socket.socket, _: int) -> None:
        server.hear(connection)
        if drips == "body":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(60):
            if drips != "nothing":
                connection.sendall(b"H")
            time.sleep(0.5)

    with Server(talk) as server:
        started, watch = time.monotonic(), Watch()
        with pytest.raises(Later, match="no answer in time"):
            Client(server.url).request("GET", "/", tries=1)
        assert time.monotonic() - started > 9
        assert watch.seconds() < 11.5


def test_at_the_end_of_the_process_nothing_outlasts_the_deadline() -> None:
    def talk(connection: socket.socket, _: int) -> None:
        server.hear(connection)
        time.sleep(5)

    with Server(talk) as server:
        client, watch = Client(server.url), Watch()
        client.hurry(time.monotonic() + 0.6)
        with pytest.raises(Later):
            client.request("GET", "/")
        with pytest.raises(Later):
            client.request("GET", "/")
        assert watch.seconds() < 1


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Later, match="localhost: connection refused"):
        Client(f"http://localhost:{port}").request("GET", "/", tries=1)


# --- other hosts -----------------------------------------------------------------------------------------------------


def redirect(location: str, status: int = 307) -> bytes:
    return f"HTTP/1.1 {status} Away\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:{0}/", "//127.0.0.1:{0}/", "http://localhost:{0}/", "https://localhost:{1}/"]
)
def test_no_other_host_is_asked(method: str, where: str) -> None:
    with answering(GOOD) as other:
        with answering(redirect("x")) as server:
            server_port = server.port
        with answering(redirect(where.format(other.port, server_port))) as server:
            answer = Client(server.url, {"Authorization": "Bearer secret"}).request(method, "/", tries=1)
            assert len(server.heard) == 1
        assert answer.status == 307
        assert other.connections == 0


def test_the_same_host_is_followed_but_not_for_ever() -> None:
    with answering(redirect("/b"), GOOD) as server:
        assert Client(server.url).request("POST", "/a", {"x": 1}).body == b"ok"
        assert server.heard[1].startswith(b"POST /b ")
        assert server.heard[1].endswith(b'{"x": 1}')
    with answering(redirect("/again")) as server:
        assert Client(server.url).request("GET", "/").status == 307
        assert len(server.heard) == 3


@pytest.mark.parametrize("location", ["/a b", "/\u00e9", "http://[", "", "http://localhost:x/"])
def test_a_redirect_that_leads_nowhere_is_the_answer(location: str) -> None:
    with answering(redirect(location)) as server:
        assert Client(server.url).request("GET", "/").status == 307
        assert len(server.heard) == 1


def test_a_post_does_not_become_a_get() -> None:
    with answering(redirect("/b", 302)) as server:
        assert Client(server.url).request("POST", "/a", {}).status == 302
        assert len(server.heard) == 1


# --- proxies ---------------------------------------------------------------------------------------------------------


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(GOOD) as proxy:
        monkeypatch.setenv("http_proxy", f"http://user:p%40ss@127.0.0.1:{proxy.port}")
        assert Client("http://github.invalid:8080/api").request("GET", "/x").body == b"ok"
        assert proxy.heard[0].startswith(b"GET http://github.invalid:8080/api/x HTTP/1.1\r\n")
        assert b"Host: github.invalid:8080\r\n" in proxy.heard[0]
        assert b"Proxy-Authorization: Basic dXNlcjpwQHNz\r\n" in proxy.heard[0]


def test_hosts_that_need_no_proxy_get_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "localhost")
    with answering(GOOD) as server:
        assert Client(server.url).request("GET", "/").body == b"ok"


def test_a_proxy_sees_neither_token_nor_request_of_https(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(Later):
            Client("https://github.invalid", {"Authorization": "Bearer secret"}).request("GET", "/x", tries=1)
        assert proxy.heard[0].startswith(b"CONNECT github.invalid:443 HTTP/1.")
        assert b"secret" not in proxy.heard[0]


def test_a_proxy_that_wants_tls_itself_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "https://user:hunter2@127.0.0.1:9")
    with pytest.raises(
        Later, match="wants https:// itself, which is not supported; name it as http://host:port"
    ) as told:
        Client("https://github.invalid").request("GET", "/", tries=1)
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("address", ["socks5://127.0.0.1:9", "http://127.0.0.1:port", "http://"])
def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("https_proxy", address)
    with pytest.raises(Later, match="proxy"):
        Client("https://github.invalid").request("GET", "/", tries=1)


# --- trust -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of localhost, signed by itself."""
    path = tmp_path / "server.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(tmp_path / "key"), "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + (tmp_path / "key").read_text())
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def talk(connection: socket.socket, _: int) -> None:
        while server.hear(connection):
            connection.sendall(GOOD)

    with Server(talk, context) as server:
        yield server


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Server) -> None:
    with pytest.raises(Later, match="certificate is not trusted"):
        Client(secure.url, {"Authorization": "Bearer secret"}).request("GET", "/", tries=1)
    assert secure.heard == []


def test_a_certificate_authority_of_the_users_own_is_trusted(
    secure: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = Client(secure.url)
    for _ in range(3):
        assert client.request("GET", "/").body == b"ok"
    assert secure.connections == 1
    with pytest.raises(Later, match="certificate is not trusted"):
        Client(secure.url.replace("localhost", "127.0.0.1")).request("GET", "/", tries=1)


def test_https_goes_through_a_proxys_tunnel(secure: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def talk(connection: socket.socket, _: int) -> None:
        proxy.hear(connection)
        with socket.create_connection(("localhost", secure.port)) as onward:
            connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            threading.Thread(target=pass_on, args=(onward, connection), daemon=True).start()
            pass_on(connection, onward)

    with Server(talk) as proxy:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        monkeypatch.setenv("https_proxy", f"127.0.0.1:{proxy.port}")
        client = Client(secure.url)
        assert client.request("GET", "/x").body == b"ok"
        assert client.request("GET", "/y").body == b"ok"
        assert (proxy.connections, secure.connections) == (1, 1)
        assert secure.heard[0].startswith(b"GET /x HTTP/1.1\r\n")


def pass_on(one: socket.socket, other: socket.socket) -> None:
    try:
        while data := one.recv(65_536):
            other.sendall(data)
    except OSError:
        pass


# --- time ------------------------------------------------------------------------------------------------------------


def test_the_servers_clock_is_taken_from_its_answers() -> None:
    date = b"Date: Sat, 21 Nov 2099 10:00:00 GMT\r\n"
    with answering(b"HTTP/1.1 200 OK\r\n" + date + b"Content-Length: 0\r\n\r\n") as server:
        client = Client(server.url)
        client.request("GET", "/")
        assert abs(client.now() - 4_098_938_400) < 5


@pytest.mark.parametrize("date", [b"yesterday", b"", b"Sat, 99 Nov 9999999 10:00:00", b"\xff"])
def test_a_date_that_is_none_changes_nothing(date: bytes) -> None:
    with answering(b"HTTP/1.1 200 OK\r\nDate: " + date + b"\r\nContent-Length: 0\r\n\r\n") as server:
        client = Client(server.url)
        client.request("GET", "/")
        assert client.ahead == 0


@pytest.mark.parametrize(
    "head",
    [
        b"Retry-After: 99999999999999999999",
        b"Retry-After: -5",
        b"Retry-After: soon",
        b"X-RateLimit-Remaining: 0",
        b"X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: never",
        b"Retry-After: Sat, 21 Nov 1999 10:00:00 GMT",
    ],
)
def test_times_that_make_no_sense_neither_break_nor_block(head: bytes) -> None:
    with answering(b"HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n" + head + b"\r\n\r\n") as server:
        client, watch = Client(server.url), Watch()
        with pytest.raises(Later):
            client.request("GET", "/", tries=1)
        assert watch.seconds() < 1
        assert client.silent_for() <= 86_400


# --- forks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("environment", [{}, {"http_proxy": "http://127.0.0.1:9", "no_proxy": "*"}], ids=["", "proxy"])
def test_a_request_loads_no_module(environment: Dict[str, str]) -> None:
    """A fork while a thread loads one leaves the child without it for ever; `splat.worker` waits for ours alone."""
    program = """
import sys
from splat.transports.github import GitHub
from splat.options import Options
from splat.values import Item
transport = GitHub(Options(repo="a/b", token="x", api_url=sys.argv[1]), None, print)
body = {"id": "a" * 32, "signature": "1" * 16, "exceptions": [{"type": "E", "message": "m"}]}
before = set(sys.modules)
transport.send([Item("a" * 32, 0.0, body)])
assert transport._index.listed
print(sorted(set(sys.modules) - before))
"""
    issue = {"number": 1, "updated_at": "2026-11-21T07:00:00Z", "created_at": "2026-11-21T07:00:00Z", "user": {"id": 1}}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps([issue] if "/issues" in self.path else {"id": 1}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        done = subprocess.run(
            [sys.executable, "-c", program, f"http://localhost:{server.server_address[1]}"],
            env={**clean, **environment, "PYTHONPATH": str(PACKAGE)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        server.shutdown()
    assert done.stdout.splitlines()[-1:] == ["[]"], (done.stdout, done.stderr)
