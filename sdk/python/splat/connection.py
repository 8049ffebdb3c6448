"""T5: one connection to a server, through a proxy where the environment names one, and answers read in bounded time.

Worker only: it loads `ssl` and `http.client`.
"""

from __future__ import annotations

import encodings.idna  # noqa: F401 - the first name of a host asks for it; see below
import http.client
import io
import os
import select
import socket
import ssl
import sys
import zlib
from base64 import b64encode
from typing import Any, Callable, Dict, List, NamedTuple, Optional

_CHUNK = 1 << 16
#: Where proxies are also named elsewhere than in the environment.
_SYSTEMS = ("darwin", "win32")


def _may_have_proxy() -> bool:
    return sys.platform in _SYSTEMS or any(name.lower().endswith("_proxy") for name in os.environ)


# All that a request needs is loaded before the first one, while no fork is let through: what is half loaded in a thread
# that the child does not have can never be loaded there, not by the app either.
if _may_have_proxy():
    import urllib.request  # noqa: F401 - 2 MB that most processes can do without


class Broken(Exception):
    """No whole answer came. The text says why, in words of ours: a library's may repeat what was sent."""


class Opened(NamedTuple):
    """A connection, and how requests are written on it."""

    connection: http.client.HTTPConnection
    absolute: bool  #: a proxy wants the whole address in the request line
    headers: Dict[str, str]  #: what the proxy wants with each request


def opened(scheme: str, host: str, port: int, seconds: float, context: Callable[[], ssl.SSLContext]) -> Opened:
    """A connection to `host`, made within `seconds` a step. OSError or Broken when there is none."""
    proxy = _proxy(scheme, host, port)
    at, door = (proxy.host, proxy.port) if proxy else (host, port)
    sign_in = {"Proxy-Authorization": proxy.authorization} if proxy and proxy.authorization else {}
    connection: http.client.HTTPConnection
    if scheme == "https":
        connection = http.client.HTTPSConnection(at, door, timeout=seconds, context=context())
        if proxy:
            connection.set_tunnel(host, port, headers=sign_in)
    else:
        connection = http.client.HTTPConnection(at, door, timeout=seconds)
    connection.connect()
    plain = proxy is not None and scheme == "http"
    return Opened(connection, plain, sign_in if plain else {})


def stale(connection: http.client.HTTPConnection) -> bool:
    """Whether an idle connection has something to read, which can only be its end."""
    try:
        return connection.sock is None or bool(select.select([connection.sock], [], [], 0)[0])
    except (OSError, ValueError):
        return True


def named(error: Exception) -> str:
    """What went wrong on the way."""
    if isinstance(error, Broken):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, (TimeoutError, socket.timeout)):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "the name does not resolve"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return type(error).__name__


# --- proxies ---------------------------------------------------------------------------------------------------------


class _Proxy(NamedTuple):
    host: str
    port: int
    authorization: str


def _proxy(scheme: str, host: str, port: int) -> Optional[_Proxy]:
    """What HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY (or the system) say for this server."""
    if not _may_have_proxy():
        return None
    import urllib.parse
    import urllib.request

    proxies = urllib.request.getproxies()
    address = proxies.get(scheme) or proxies.get("all") or ""
    if not address or urllib.request.proxy_bypass(f"{host}:{port}") or urllib.request.proxy_bypass(host):
        return None
    parts = urllib.parse.urlsplit(address if "://" in address else f"http://{address}")
    try:
        number = parts.port or 80
    except ValueError:
        number = 0
    if parts.scheme == "https":
        raise Broken(
            "the proxy that the environment names wants https:// itself, which is not supported; name it as "
            "http://host:port, through which https:// is tunnelled"
        )
    if parts.scheme != "http" or not parts.hostname or not number:
        raise Broken("the proxy that the environment names is not of the form http://host:port")
    authorization = ""
    if parts.username is not None:
        who = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        authorization = "Basic " + b64encode(who.encode("utf-8")).decode("ascii")
    return _Proxy(parts.hostname, number, authorization)


# --- reading ---------------------------------------------------------------------------------------------------------


class _Timed(io.RawIOBase):
    """The bytes of a socket, as long as there is time: a server that drips cannot hold us."""

    def __init__(self, sock: socket.socket, left: Callable[[], float]) -> None:
        self._sock, self._left = sock, left
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Optional[int]:
        left = self._left()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Source:
    """All that `HTTPResponse` asks of a socket."""

    def __init__(self, sock: socket.socket, left: Callable[[], float]) -> None:
        self._sock, self._left = sock, left

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Timed(self._sock, self._left), _CHUNK)


def read_within(connection: http.client.HTTPConnection, left: Callable[[], float]) -> None:
    """Let the connection's next answer take no longer in all than `left()` says, in seconds."""

    def response(sock: Any, *args: Any, **named: Any) -> http.client.HTTPResponse:
        return http.client.HTTPResponse(_Source(sock, left), *args, **named)  # type: ignore[arg-type]

    connection.response_class = response  # type: ignore[assignment]


def whole_body(response: http.client.HTTPResponse, limit: int) -> bytes:
    """The body, unpacked when it came packed; Broken when it is cut off, or longer than `limit` bytes."""
    packed = response.getheader("Content-Encoding", "").strip().lower() == "gzip"
    unpack = zlib.decompressobj(wbits=31) if packed else None
    parts: List[bytes] = []
    size = 0
    while True:
        chunk = response.read(_CHUNK)
        if not chunk:
            break
        parts.append(unpack.decompress(chunk, limit + 1 - size) if unpack else chunk)
        size += len(parts[-1])
        if size > limit:
            raise Broken(f"the answer is longer than {limit} bytes")
    if response.length or (unpack and parts and not unpack.eof):
        raise Broken("the answer ended too early")
    return b"".join(parts)
