"""Drives an app as a server does and keeps everything that can be seen from outside."""

from __future__ import annotations

import asyncio
import io
import logging
import re
import sys
import traceback
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from tests.integrations.captured import Kept, capturing

NOTHING: Mapping[str, Any] = {}


class Seen(NamedTuple):
    """All that a server, a client and a log reader see of one request."""

    answer: Any
    body: Tuple[bytes, ...]
    errors: Tuple[str, ...]
    logs: Tuple[str, ...]


@contextmanager
def logs() -> Iterator[List[str]]:
    """Every record of every logger, as text with its traceback."""
    written: List[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            place = f"{record.pathname}:{record.lineno}:{record.funcName}"
            written.append(place + " " + logging.Formatter("%(name)s %(levelname)s %(message)s").format(record))

    keep = Keep(1)
    root = logging.getLogger()
    level = root.level
    root.addHandler(keep)
    root.setLevel(1)
    try:
        yield written
    finally:
        root.removeHandler(keep)
        root.setLevel(level)


def printed(error: BaseException) -> str:
    """As the interpreter prints it, addresses hidden."""
    return re.sub(r"0x[0-9a-f]+", "0x", "".join(traceback.format_exception(type(error), error, error.__traceback__)))


#: Of two answers one after the other, these may tell two seconds.
_CLOCKS = ("Date", "Expires")


def ask_wsgi(app: Any, path: str, method: str = "GET", *, body: bytes = b"", stop_after: int = -1, **more: Any) -> Seen:
    """One request as PEP 3333 has it; `stop_after` parts of the body the client is gone."""
    answers: List[Any] = []
    parts: List[bytes] = []
    errors: List[str] = []
    environ = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "test",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "test", "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(body)), **more,
    }  # fmt: skip

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        answers.append((status, [(name, value) for name, value in headers if name not in _CLOCKS]))
        return parts.append

    with logs() as written:
        result = None
        try:
            result = app(environ, start_response)
            for part in result:
                parts.append(part)
                if len(parts) == stop_after:
                    break
        except BaseException as error:
            errors.append(printed(error))
        try:
            if hasattr(result, "close"):
                result.close()
        except BaseException as error:
            errors.append(printed(error))
        errors.append(environ["wsgi.errors"].getvalue())
    return Seen(answers, tuple(parts), tuple(errors), tuple(written))


def ask_asgi(
    app: Any,
    path: str,
    method: str = "GET",
    *,
    kind: str = "http",
    received: Optional[List[Dict[str, Any]]] = None,
    cancelled: bool = False,
    headers: Any = (),
) -> Seen:
    """One request, WebSocket or lifespan; `received` is what the client sends, then it is gone.

    `cancelled`: once the app waits for nothing that this client could send.
    """
    sent: List[Any] = []
    errors: List[str] = []
    scope: Dict[str, Any] = {
        "type": kind, "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"test"), *headers], "client": ("127.0.0.1", 5), "server": ("test", 80),
        "subprotocols": [],
    }  # fmt: skip
    if kind == "websocket":
        del scope["method"]
    if kind == "lifespan":
        scope = {"type": "lifespan", "asgi": scope["asgi"], "state": {}}
    answered: Any = None
    waiting = list(received if received is not None else [{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        await asyncio.sleep(0)
        if waiting:
            return waiting.pop(0)
        if kind == "http":  # a server says so when the answer is through
            await asyncio.wait_for(answered.wait(), 60)
        return {"type": f"{kind}.disconnect", "code": 1001}

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            answered.set()

    async def serve() -> None:
        nonlocal answered
        answered = asyncio.Event()  # on Python 3.9, it belongs to the loop that runs now
        task = asyncio.ensure_future(app(scope, receive, send))
        if cancelled:
            for _ in range(1_000):  # turns of the loop: all that can go on does
                await asyncio.sleep(0)
            task.cancel()
        try:
            await task
        except BaseException as error:
            errors.append(printed(error))

    with logs() as written:
        asyncio.run(serve())
    return Seen(sent, (), tuple(errors), tuple(written))


def same(
    without: Any, with_it: Any, ask: Callable[..., Seen], *how: Any, options: Mapping[str, Any] = NOTHING, **more: Any
) -> Kept:
    """Asks both apps, asserts that what is seen of them is equal, and returns what ours captured."""
    before = ask(without, *how, **more)
    with capturing(**options) as kept:
        after = ask(with_it, *how, **more)
    assert after.answer == before.answer
    assert after.body == before.body
    if sys.version_info >= (3, 11):  # before, a bare `raise` cannot leave our own frame out
        assert after.errors == before.errors
        assert after.logs == before.logs
    return kept
