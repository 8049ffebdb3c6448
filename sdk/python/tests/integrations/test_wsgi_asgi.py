"""Any WSGI and any ASGI app."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import io
import re
import time
from contextvars import copy_context
from typing import Any
from wsgiref.handlers import SimpleHandler
from wsgiref.util import FileWrapper

import pytest

import splat
from splat.integrations import asgi, wsgi
from tests.integrations.captured import capturing
from tests.integrations.kit import ask_asgi, ask_wsgi, same


class Body:
    """One as a framework makes it, that fails where it is told to."""

    def __init__(self, fails: str) -> None:
        self.fails = fails
        self.left = 2

    def check(self, place: str) -> None:
        if place == self.fails:
            raise ValueError(place)

    def __iter__(self) -> Any:
        self.check("iter")
        return self

    def __next__(self) -> bytes:
        self.check("next")
        self.left -= 1
        if self.left < 0:
            raise StopIteration
        return b"part"

    def close(self) -> None:
        self.check("close")


class Sized(Body):
    """Whose length is known before it is made."""

    def __len__(self) -> int:
        return 1


def failing(fails: str, kind: Any = Body) -> Any:
    """A WSGI app."""

    def app(environ: Any, start_response: Any) -> Any:
        if fails == "call":
            raise ValueError("call")
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        if fails == "write":
            write(b"written")
            raise ValueError("after write")
        if fails == "started":
            try:
                raise KeyError("x")
            except KeyError as error:
                start_response("500 Sorry", [], (type(error), error, error.__traceback__))
                return [b"sorry"]
        if fails == "exit":
            raise SystemExit(1)
        return kind(fails)

    return app


@pytest.mark.parametrize("kind", [Body, Sized])
@pytest.mark.parametrize("fails", ["", "call", "write", "iter", "next", "close", "exit", "started"])
def test_wsgi_as_if_it_were_not_there(fails: str, kind: Any) -> None:
    app = failing(fails, kind)
    kept = same(app, wsgi.install(app), ask_wsgi, "/a", options={"integrations": ("excepthook", "logging")})
    assert kept.errors == (0 if fails in ("", "exit", "started") else 1)
    for report in kept.reports:
        assert report["request"] == {"method": "GET", "path": "/a"}


def test_wsgi_client_that_goes_away() -> None:
    closed = []

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        try:
            yield b"a"
            yield b"b"
        finally:
            closed.append(1)

    kept = same(app, wsgi.install(app), ask_wsgi, "/", stop_after=1)
    assert (closed, kept.errors) == ([1, 1], 0)


@pytest.mark.parametrize(
    "body", [[b"one"], (b"one",), FileWrapper(io.BytesIO()), io.BytesIO()], ids=["list", "tuple", "wrapper", "file"]
)
def test_bodies_that_servers_treat_in_their_own_way_stay_themselves(body: Any) -> None:
    app = wsgi.install(lambda environ, start_response: body)
    assert app({"wsgi.file_wrapper": FileWrapper}, None) is body


def test_a_server_that_asks_for_the_length() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        body = Sized("")
        body.left = 1
        return body

    answers = []
    for each in (app, wsgi.install(app)):
        out = io.BytesIO()
        handler = SimpleHandler(io.BytesIO(), out, io.StringIO(), {"SERVER_PROTOCOL": "HTTP/1.1"})
        handler.run(each)
        answers.append(re.sub(rb"Date: [^\r]*", b"", out.getvalue()))
    assert answers[0] == answers[1]
    assert b"Content-Length: 4\r\n" in answers[0]


def test_the_app_behind_it_can_be_reached() -> None:
    class App:
        name = "inner"

        def __call__(self, environ: Any, start_response: Any) -> Any:
            return Body("")

    wrapped = wsgi.install(App())
    assert wrapped.name == "inner"
    assert wrapped({}, None).left == 2
    assert wsgi.install(wrapped) is wrapped


def test_bodies_that_a_server_mixes_keep_their_own_scope() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        name = environ["PATH_INFO"][1:]
        splat.set_tag("first", name)
        start_response("200 OK", [])

        def parts() -> Any:
            yield b"1"
            splat.set_tag("second", name)
            yield b"2"
            raise ValueError(name)

        return parts()

    wrapped = wsgi.install(app)
    with capturing() as kept:
        a, b = (wrapped({"PATH_INFO": path, "REQUEST_METHOD": "GET"}, lambda *_: None) for path in ("/a", "/b"))
        left, right = iter(a), iter(b)
        assert [next(left), next(right), next(right), next(left)] == [b"1", b"1", b"2", b"2"]
        with pytest.raises(ValueError, match="a"):
            copy_context().run(next, left)  # another thread's context
        splat.capture_message("afterwards")
        b.close()
        a.close()
    error, after = kept.reports
    assert error["tags"] == {"first": "a", "second": "a"}
    assert error["request"]["path"] == "/a"
    assert not {"tags", "request"} & set(after)


def test_paths_and_headers_of_any_bytes() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        raise ValueError

    with capturing(include_headers=True, include_query=True, include_body=True) as kept:
        ask_wsgi(
            wsgi.install(app), "/\xc3\xa4\xff", HTTP_X_ODD="\xff\x00", HTTP_TRACEPARENT="00-zz-1-1",
            QUERY_STRING="a=%ff&b&=&c=" + "x" * 9000,
        )  # fmt: skip
    (report,) = kept.reports
    assert report["request"]["path"] == "/ä\ufffd"
    assert report["request"]["query"]["b"] == ""
    assert "trace_id" not in report


# --- ASGI ---


async def asgi3(scope: Any, receive: Any, send: Any) -> None:
    """Fails where the path says; knows no lifespan."""
    if scope["type"] != "http":
        raise TypeError("only http")
    if scope["path"] == "/before":
        raise ValueError("before")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/between":
        raise ValueError("between")
    await send({"type": "http.response.body", "body": b"ok", "more_body": False})
    if scope["path"] == "/after":
        raise ValueError("after")
    if scope["path"] == "/slow":
        await asyncio.sleep(600)
    if scope["path"] == "/exit":
        raise KeyboardInterrupt


@pytest.mark.parametrize(("path", "errors"), [("/", 0), ("/before", 1), ("/between", 1), ("/after", 1)])
def test_asgi_as_if_it_were_not_there(path: str, errors: int) -> None:
    kept = same(asgi3, asgi.install(asgi3), ask_asgi, path, options={"integrations": ("asyncio", "logging")})
    assert kept.errors == errors
    for report in kept.reports:
        assert report["request"] == {"method": "GET", "path": path}


def test_asgi_cancelled() -> None:
    kept = same(asgi3, asgi.install(asgi3), ask_asgi, "/slow", cancelled=True)
    assert kept.errors == 0


def test_an_app_without_lifespan_is_no_error() -> None:
    kept = same(asgi3, asgi.install(asgi3), ask_asgi, "", kind="lifespan")
    assert kept.errors == 0


def test_asgi_2() -> None:
    class Double:
        def __init__(self, scope: Any) -> None:
            self.scope = scope

        async def __call__(self, receive: Any, send: Any) -> None:
            await asgi3(self.scope, receive, send)

    def double(scope: Any) -> Any:
        return Double(scope)

    with capturing() as kept:
        for app in (Double, double):
            seen = ask_asgi(asgi.install(app), "/between")
            assert [message["type"] for message in seen.answer] == ["http.response.start"]
            assert "ValueError: between" in seen.errors[0]
    assert kept.errors == 2


def test_servers_still_see_an_asgi_3_app() -> None:
    wrapped = asgi.install(asgi3)
    assert asyncio.iscoroutinefunction(wrapped.__call__)
    assert asgi.install(wrapped) is wrapped


def test_a_group_of_one_is_its_member() -> None:
    group = pytest.importorskip("builtins").__dict__.get("ExceptionGroup")
    if group is None:
        pytest.skip("groups come with Python 3.11")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        members = [ValueError("a")] if scope["path"] == "/one" else [ValueError("a"), KeyError("b")]
        try:
            raise group("unhandled errors in a TaskGroup", members)
        except group:
            import logging

            if scope["path"] == "/logged":
                logging.getLogger("server").exception("it failed")
            raise

    for path, kinds in (("/one", ["ValueError"]), ("/two", ["ExceptionGroup"]), ("/logged", ["ExceptionGroup"])):
        with capturing(integrations=("logging",)) as kept:
            ask_asgi(asgi.install(app), path)
        assert (kept.types, kept.errors) == (kinds, 1)


def test_wrappers_can_be_copied() -> None:
    assert copy.copy(asgi.install(asgi3)).app is asgi3
    assert copy.copy(wsgi.install(ask_wsgi)).app is ask_wsgi


def test_a_hostile_query_takes_no_time() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        raise ValueError

    begun = time.thread_time()
    with capturing(include_query=True, include_headers=True) as kept:
        ask_wsgi(wsgi.install(app), "/", QUERY_STRING="a&" * 500_000, **{f"HTTP_{n}": "x" for n in range(5000)})
    assert time.thread_time() - begun < 1
    assert len(kept.reports[0]["request"]["headers"]) <= 200


# --- errors that are hard to handle -----------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class FrozenError(Exception):
    code: int = 1


class Nameless(type):
    def __getattribute__(cls, name: str) -> Any:
        if name == "__name__":
            raise RuntimeError(name)
        return super().__getattribute__(name)


class NamelessError(Exception, metaclass=Nameless):
    pass


class ClosedError(Exception):
    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    __eq__ = __getattribute__  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("kind", [FrozenError, NamelessError, ClosedError], ids=["frozen", "nameless", "closed"])
def test_whatever_an_error_refuses_it_is_the_one_that_comes_out(kind: Any) -> None:
    error = kind()

    def called(environ: Any, start_response: Any) -> Any:
        raise error

    def streamed(environ: Any, start_response: Any) -> Any:
        yield b"part"
        raise error

    async def awaited(scope: Any, receive: Any, send: Any) -> None:
        raise error

    def ask_asgi_once() -> None:
        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        asgi.install(awaited)(scope, None, None).send(None)

    def ask_wsgi_once(app: Any) -> None:
        list(wsgi.install(app)({"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, None))

    def is_what_comes_out_of(ask: Any, *given: Any) -> bool:
        try:
            ask(*given)
        except BaseException as caught:
            return caught is error
        return False

    with capturing() as kept:
        assert is_what_comes_out_of(ask_wsgi_once, called)
        assert is_what_comes_out_of(ask_wsgi_once, streamed)
        assert is_what_comes_out_of(ask_asgi_once)
    assert kept.errors == 1
