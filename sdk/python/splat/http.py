"""T2: a small HTTP client for one server, over `http.client`.

Worker only: it loads `ssl` and `http.client`. One thread uses a client; `hurry` alone may be called from any other.
"""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import json
import os
import random
import threading
import time
import urllib.parse
import zlib
from typing import TYPE_CHECKING, Any, Dict, Mapping, NamedTuple, Optional, Tuple, Type

from splat._version import __version__
from splat.connection import Broken, Opened, named, opened, read_within, stale, whole_body

if TYPE_CHECKING:
    import ssl

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
#: Waits before the second, third and fourth try, each times a random factor from 0.5 to 1.5.
BACKOFF = (1.0, 2.0, 4.0)
#: A longer wait than this is not waited for.
LONGEST_WAIT = 60.0
#: Bytes of an answer: a page of 100 issues has at most 65,536 bytes of text for each, some of them escaped.
MAX_ANSWER = 32 << 20
_LONGEST_SILENCE = 86_400.0
_MAX_REDIRECTS = 3
_LEAST_SECONDS = 0.05


class Later(Exception):
    """No usable answer now. The text says what came instead; it holds no secret."""


class Unreachable(Later):
    """The server did not answer at all. What stands in the way may be for a person to move."""


class Answer(NamedTuple):
    """What the server said last. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Later when it is none: something else answered in the server's place."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Later(f"the answer with status {self.status} is not JSON") from None


class Client:
    """Requests to one server, over one connection that stays open.

    `base` is the address that paths are appended to, `https://api.github.com`. `headers` go with every request, and
    never to another host. ValueError for an address or a header that cannot be used.
    """

    def __init__(self, base: str, headers: Optional[Mapping[str, str]] = None) -> None:
        parts = urllib.parse.urlsplit(base)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("the address must begin with https:// (or http://) and name a host")
        self._scheme, self._host, self._port = parts.scheme, parts.hostname, _port(parts)
        self._netloc = parts.netloc.rpartition("@")[2]
        self._prefix = parts.path.rstrip("/")
        self._headers = {"User-Agent": f"splat-sdk/{__version__}", "Accept-Encoding": "gzip", **(headers or {})}
        if not all(value.isascii() and value.isprintable() for value in self._headers.values()):
            raise ValueError("the token or another header has a character that no header can hold")
        self._opened: Optional[Opened] = None
        self._context: Optional[ssl.SSLContext] = None
        self._pid = os.getpid()
        self._not_before = 0.0
        self._deadline: Optional[float] = None
        self._hurried = threading.Event()
        #: Seconds by which the server's clock is ahead of ours, from its `Date`.
        self.ahead = 0.0

    # --- time --------------------------------------------------------------------------------------------------------

    def hurry(self, deadline: float) -> None:
        """From now on nothing waits beyond `deadline`, a reading of `time.monotonic()`. Safe from any thread."""
        self._deadline = deadline
        self._hurried.set()

    @property
    def hurried(self) -> bool:
        """Whether the process ends."""
        return self._hurried.is_set()

    def now(self) -> float:
        """Seconds since the epoch on the server's clock, as far as it is known."""
        return time.time() + self.ahead

    def left(self, most: float) -> float:
        """Seconds that may still be spent, at most `most`."""
        return most if self._deadline is None else min(most, self._deadline - time.monotonic())

    def wait(self, seconds: float, why: str) -> None:
        """Sleep; Later(`why`) when the process ends before that would be over."""
        until = time.monotonic() + seconds
        while True:
            rest = until - time.monotonic()
            if rest <= 0:
                return
            if self.left(rest) < rest:
                raise Later(f"{why}; the process ends before it could be tried again")
            if self.hurried:
                time.sleep(rest)
            else:
                self._hurried.wait(rest)

    def pause(self, seconds: float) -> None:
        """Sleep, but no longer once the process ends."""
        self._hurried.wait(seconds)

    def silent_for(self) -> float:
        """Seconds for which the server wants to hear nothing."""
        return max(0.0, self._not_before - time.monotonic())

    # --- requests ----------------------------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        data: Any = None,
        *,
        headers: Optional[Mapping[str, str]] = None,
        tries: int = 1 + len(BACKOFF),
        limit: int = MAX_ANSWER,
    ) -> Answer:
        """The server's answer, whatever its status, after the tries that T2 allows; Later when there is none.

        `path` begins with `/` and is appended to the base. `data` goes as JSON; bytes go as they are.
        An answer of more than `limit` bytes counts as none.
        """
        body, more = _encoded(data)
        more.update(headers or {})
        error: Type[Later]
        for backoff in (*BACKOFF[: tries - 1], None):
            self._pass_gate()
            try:
                answer = self._follow(method, path, body, more, limit)
                why, pause = f"{self._host} answered with status {answer.status}", self._asked_pause(answer)
                if not _again(answer):
                    self._silence(pause)
                    return answer
                error = Later
            except Broken as broken:
                why, pause, error = f"{self._host}: {broken}", None, Unreachable
            if backoff is None or (pause or 0.0) > LONGEST_WAIT:
                self._silence(pause)
                raise error(why if pause is None else f"{why} and asks to wait {pause:.0f} s")
            self.wait(backoff * random.uniform(0.5, 1.5) if pause is None else pause, why)  # noqa: S311 - no secret
        raise AssertionError("the last round returns or raises")

    def _pass_gate(self) -> None:
        rest = self.silent_for()
        if rest > 0:
            raise Later(f"{self._host} asked for silence for {rest:.0f} s more")

    def _silence(self, seconds: Optional[float]) -> None:
        """Send nothing before the time that the server named."""
        if seconds is not None:
            self._not_before = time.monotonic() + seconds

    def _asked_pause(self, answer: Answer) -> Optional[float]:
        """Seconds the answer asks to wait; None when it says nothing."""
        seconds = _retry_after(answer.headers.get("retry-after", ""), self.now()) if _again(answer) else None
        if seconds is None and answer.headers.get("x-ratelimit-remaining") == "0":
            reset = _number(answer.headers.get("x-ratelimit-reset", ""))
            seconds = None if reset is None else reset - self.now()
        if seconds is None and answer.status == http.client.FORBIDDEN and _again(answer):
            seconds = LONGEST_WAIT + 1  # GitHub: where a secondary limit names no time, wait at least a minute.
        return None if seconds is None else min(max(seconds, 0.0), _LONGEST_SILENCE)

    def _follow(self, method: str, path: str, body: Optional[bytes], headers: Mapping[str, str], limit: int) -> Answer:
        target = self._prefix + path
        for _ in range(_MAX_REDIRECTS):
            answer = self._once(method, target, body, headers, limit)
            # 301 and 302 turn a POST into a GET in many a client: those are left to the caller.
            if answer.status not in ((301, 302, 307, 308) if method == "GET" else (307, 308)):
                return answer
            onward = self._on_this_host(target, answer.headers.get("location", ""))
            if onward is None:
                return answer
            target = onward
        return answer

    def _on_this_host(self, target: str, location: str) -> Optional[str]:
        """Path and query of a redirect; None when it leads to another host, which must not see the token."""
        try:
            parts = urllib.parse.urlsplit(urllib.parse.urljoin(f"{self._scheme}://{self._netloc}{target}", location))
            same = (parts.scheme, parts.hostname, _port(parts)) == (self._scheme, self._host, self._port)
        except ValueError:
            return None
        onward = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        return onward if location and same and onward.isascii() and onward.isprintable() and " " not in onward else None

    # --- one try -----------------------------------------------------------------------------------------------------

    def _once(self, method: str, target: str, body: Optional[bytes], headers: Mapping[str, str], limit: int) -> Answer:
        if self.left(READ_SECONDS) <= _LEAST_SECONDS:
            raise Later("the process ends")
        try:
            return self._exchange(method, target, body, headers, limit)
        except (Broken, OSError, http.client.HTTPException, EOFError, ValueError, zlib.error) as error:
            self.drop()
            raise Broken(named(error)) from None

    def _exchange(
        self, method: str, target: str, body: Optional[bytes], headers: Mapping[str, str], limit: int
    ) -> Answer:
        connection, absolute, more = self._connected()
        until = time.monotonic() + READ_SECONDS
        connection.sock.settimeout(max(self.left(READ_SECONDS), _LEAST_SECONDS))
        read_within(connection, lambda: self.left(until - time.monotonic()))
        address = f"{self._scheme}://{self._netloc}{target}" if absolute else target
        connection.request(method, address, body, {"Host": self._netloc, **self._headers, **more, **headers})
        response = connection.getresponse()
        self._learn_time(response.getheader("Date", ""))
        content = whole_body(response, limit)
        if response.will_close:
            self.drop()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def _connected(self) -> Opened:
        # A forked child must not write into its parent's connection.
        if self._opened is not None and (self._pid != os.getpid() or stale(self._opened.connection)):
            self.drop()
        if self._opened is None:
            seconds = max(self.left(CONNECT_SECONDS), _LEAST_SECONDS)
            self._opened = opened(self._scheme, self._host, self._port, seconds, self._trusted)
            self._pid = os.getpid()
        return self._opened

    def _trusted(self) -> ssl.SSLContext:
        import ssl

        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context

    def _learn_time(self, date: str) -> None:
        with contextlib.suppress(TypeError, ValueError, IndexError, OverflowError):
            ahead = email.utils.parsedate_to_datetime(date).timestamp() - time.time()
            # The header has whole seconds: below that it is noise.
            self.ahead = ahead if abs(ahead) > 2 else 0.0

    def drop(self) -> None:
        """Close the connection; the next request opens one."""
        was, self._opened = self._opened, None
        if was is not None:
            with contextlib.suppress(OSError):
                was.connection.close()


def _port(parts: urllib.parse.SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _encoded(data: Any) -> Tuple[Optional[bytes], Dict[str, str]]:
    if data is None:
        return None, {}
    # Escaped to ASCII, so that a lone surrogate cannot break it.
    body = data if isinstance(data, bytes) else json.dumps(data).encode("ascii")
    return body, {"Content-Type": "application/json"}


def _again(answer: Answer) -> bool:
    """T2: what is tried again."""
    if answer.status == http.client.TOO_MANY_REQUESTS or answer.status >= 500:
        return True
    if answer.status != http.client.FORBIDDEN:
        return False
    limited = "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0"
    return limited or b"secondary rate limit" in answer.body[:2_000]


def _retry_after(value: str, now: float) -> Optional[float]:
    seconds = _number(value)
    if seconds is not None or not value:
        return seconds
    try:
        return email.utils.parsedate_to_datetime(value).timestamp() - now
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _number(value: str) -> Optional[float]:
    value = value.strip()
    return float(value) if value.isascii() and value.isdigit() and len(value) <= 15 else None
