"""What a request that succeeds costs more with us: CPU microseconds of the thread, paired, through each test client.

`python -m tests.measure_requests [flask|starlette|asgi|wsgi|django] …` prints one JSON object: name to CPU microseconds
without, with, and more. Batches with and without alternate, so that a noisy machine is noisy for both.
"""

from __future__ import annotations

import asyncio
import json
import logging
import statistics
import sys
import time
from typing import Any, Callable, Dict, List, Tuple

ROUNDS = 601
REQUESTS = 20  # a batch: short, so that what else the machine does falls on few of them
LIMITS = {
    "flask": 3.0,
    "asgi": 2.0,
    "starlette": 2.0,
    "django": 5.0,
    "django-async": 5.0,
}  # microseconds; wsgi has none


def paired(without: Callable[[int], None], with_it: Callable[[int], None]) -> Tuple[float, float, float]:
    """CPU microseconds a request, without and with, and the difference: of the batches that were disturbed least."""
    plain: List[float] = []
    ours: List[float] = []
    for turn in range(ROUNDS):
        # Who goes first alternates: caches and clocks favour the second.
        order = ((without, plain), (with_it, ours)) if turn % 2 else ((with_it, ours), (without, plain))
        for run, times in order:
            begun = time.thread_time_ns()
            run(REQUESTS)
            times.append((time.thread_time_ns() - begun) / REQUESTS / 1000)
    before, after = (statistics.mean(sorted(times)[: ROUNDS // 20]) for times in (plain, ours))
    return before, after, after - before


def flask() -> Tuple[Callable[[int], None], Callable[[int], None]]:
    """Flask's test client."""
    import flask as framework

    from splat.integrations.flask import install

    def build() -> Any:
        app = framework.Flask("measured")
        app.add_url_rule("/carts/<int:number>", "cart", lambda number: "ok")
        return app

    def run(app: Any) -> Callable[[int], None]:
        client = app.test_client()

        def requests(count: int) -> None:
            for _ in range(count):
                assert client.get("/carts/7").status_code == 200

        return requests

    return run(build()), run(install(build()))


def wsgi() -> Tuple[Callable[[int], None], Callable[[int], None]]:
    """The smallest WSGI app, whose body is a generator."""
    from splat.integrations.wsgi import install

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        yield b"ok"

    def run(app: Any) -> Callable[[int], None]:
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/carts/7"}

        def requests(count: int) -> None:
            for _ in range(count):
                body = app(environ, lambda status, headers: None)
                for _ in body:
                    pass
                body.close()

        return requests

    return run(app), run(install(app))


def _run_asgi(app: Any) -> Callable[[int], None]:
    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        pass

    async def many(count: int) -> None:
        for _ in range(count):
            scope = {
                "type": "http", "method": "GET", "path": "/carts/7", "raw_path": b"/carts/7", "query_string": b"",
                "root_path": "", "headers": [(b"host", b"test")], "http_version": "1.1", "scheme": "http",
                "server": ("test", 80), "client": ("test", 1), "asgi": {"version": "3.0"},
            }  # fmt: skip
            await app(scope, receive, send)

    loop = asyncio.new_event_loop()
    return lambda count: loop.run_until_complete(many(count))


def asgi() -> Tuple[Callable[[int], None], Callable[[int], None]]:
    """The smallest ASGI app."""
    from splat.integrations.asgi import install

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    return _run_asgi(app), _run_asgi(install(app))


def starlette() -> Tuple[Callable[[int], None], Callable[[int], None]]:
    """Starlette, called as a server calls it."""
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    from splat.integrations.starlette import install

    async def cart(request: Any) -> Any:
        return PlainTextResponse("ok")

    def build() -> Any:
        return Starlette(routes=[Route("/carts/{number}", cart)])

    return _run_asgi(build()), _run_asgi(install(build()))


def _django() -> Tuple[Any, Any, List[Tuple[Any, Any]]]:
    """Django's handler, and its two seams without and with us: both in one process, swapped a batch."""
    import types

    import django
    from django.conf import settings

    if not settings.configured:
        urls = types.ModuleType("measured_urls")
        sys.modules["measured_urls"] = urls
        settings.configure(ROOT_URLCONF="measured_urls", SECRET_KEY="only for tests", ALLOWED_HOSTS=["*"])
        django.setup()
        from django.http import HttpResponse
        from django.urls import path

        async def later(request: Any, number: int) -> Any:
            return HttpResponse("ok")

        urls.urlpatterns = [  # type: ignore[attr-defined]
            path("carts/<int:number>/", lambda request, number: HttpResponse("ok")),
            path("async/<int:number>/", later),
        ]
    from django.core.handlers.base import BaseHandler

    from splat.integrations import django as ours

    plain = (BaseHandler.get_response, BaseHandler.get_response_async)
    ours.install()
    return BaseHandler, ours, [plain, (BaseHandler.get_response, BaseHandler.get_response_async)]


def django() -> Tuple[Callable[[int], None], Callable[[int], None]]:
    """Django's test client."""
    handler, _, seams = _django()
    from django.test import Client

    def run(seam: Any) -> Callable[[int], None]:
        client = Client()

        def requests(count: int) -> None:
            handler.get_response, handler.get_response_async = seam
            for _ in range(count):
                assert client.get("/carts/7/").status_code == 200

        return requests

    return run(seams[0]), run(seams[1])


def django_async() -> Tuple[Callable[[int], None], Callable[[int], None]]:
    """Django's async test client."""
    handler, _, seams = _django()
    from django.test import AsyncClient

    loop = asyncio.new_event_loop()

    def run(seam: Any) -> Callable[[int], None]:
        client = AsyncClient()

        async def many(count: int) -> None:
            for _ in range(count):
                assert (await client.get("/async/7/")).status_code == 200

        def requests(count: int) -> None:
            handler.get_response, handler.get_response_async = seam
            loop.run_until_complete(many(count))

        return requests

    return run(seams[0]), run(seams[1])


MEASURED: Dict[str, Callable[[], Tuple[Callable[[int], None], Callable[[int], None]]]] = {
    "flask": flask, "wsgi": wsgi, "asgi": asgi, "starlette": starlette, "django": django, "django-async": django_async,
}  # fmt: skip


def measure(names: List[str]) -> Dict[str, Dict[str, float]]:
    """Each name's figures, with a client that runs and sends nothing."""
    import splat

    splat.init(transport="none")
    logging.disable(logging.WARNING)
    table: Dict[str, Dict[str, float]] = {}
    for name in names:
        without, with_it = MEASURED[name]()
        without(REQUESTS)
        with_it(REQUESTS)
        before, after, more = paired(without, with_it)
        table[name] = {"without": round(before, 2), "with": round(after, 2), "more": round(more, 2)}
        if name in LIMITS:
            table[name]["limit"] = LIMITS[name]
    return table


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1:] or list(MEASURED)), indent=1))
