"""One measurement of one SDK in one process: child.py SDK TASK URL FOLDER. Prints one JSON object."""

from __future__ import annotations

import json
import os
import resource
import signal
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SDK, TASK, URL, FOLDER = sys.argv[1:5]


def rss() -> float:
    """Megabytes in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def start() -> tuple[Callable[[BaseException], Any], Callable[[], Any]]:
    """The SDK set up as its README says, with its own defaults; how to capture, how to wait for delivery."""
    if SDK == "splat":
        import splat

        # Fifty issues in a minute are more than it makes; a collector takes them all. The burst goes to GitHub.
        where = {} if TASK == "burst" else {"transport": "http", "url": URL + "/collect"}
        splat.init(repo="o/r", token="t", api_url=URL, root=FOLDER, spool_dir=f"{FOLDER}/spool", **where)
        return splat.capture_exception, lambda: splat.flush(10)
    if SDK == "sentry-sdk":
        import sentry_sdk

        sentry_sdk.init(dsn=URL.replace("http://", "http://key@") + "/1")
        return sentry_sdk.capture_exception, lambda: sentry_sdk.flush(10)
    if SDK == "py-splat":
        from splat import Splat

        reporter = Splat(repo="o/r", token="t", github_api_url=URL)
        return reporter.report_sync, lambda: None
    if SDK == "bugstack":
        import bugstack

        bugstack.init(api_key="bs_live_x", endpoint=URL + "/capture")
        return bugstack.capture_exception, lambda: time.sleep(2)
    if SDK == "rollbar":
        import rollbar

        rollbar.init("x", endpoint=URL + "/api/1/")
        return lambda error: rollbar.report_exc_info(), rollbar.wait
    import traceback

    return (lambda error: "".join(traceback.format_exception(error))), lambda: None


def crash(number: int, capture: Callable[[BaseException], Any]) -> int:
    """Fail in place `number`; the nanoseconds of this thread's CPU that capturing took."""
    import app

    try:
        app.crash(number, 0)
    except KeyError as error:
        began = time.thread_time_ns()
        capture(error)
        return time.thread_time_ns() - began
    raise AssertionError


def task_start() -> dict[str, Any]:
    before, memory = time.process_time(), rss()
    start()
    return {"ms": (time.process_time() - before) * 1000, "mb": rss() - memory}


def task_new() -> dict[str, Any]:
    """Fifty errors that were never seen before, and what all threads took until they were delivered."""
    capture, flush = start()
    crash(55, capture)
    time.sleep(1)
    took = []
    cpu, raising = time.process_time(), 0
    for number in range(50):
        before = time.thread_time_ns()
        took.append(crash(number, capture))
        raising += time.thread_time_ns() - before - took[-1]
        time.sleep(0.005)
    flush()
    total = time.process_time() - cpu - raising / 1e9
    return {"us": [each / 1000 for each in took], "total_us": total * 1e6 / 50}


def task_again() -> dict[str, Any]:
    capture, _ = start()
    for _ in range(20):
        crash(0, capture)
    time.sleep(1)
    count = 300 if SDK == "rollbar" else 3000
    return {"us": [crash(0, capture) / 1000 for _ in range(count)]}


def task_burst() -> dict[str, Any]:
    """Ten seconds of one error at full speed."""
    capture, _ = start()
    # What sends is loaded with the first error, whatever comes after it.
    crash(0, capture)
    time.sleep(1)
    began, base, peak, offered, took = time.monotonic(), rss(), 0.0, 0, []
    while time.monotonic() - began < 10:
        each = crash(0, capture)
        offered += 1
        if offered % 100 == 0:  # a list of all would be what grows
            took.append(each / 1000)
            peak = max(peak, rss())
    return {"offered": offered, "mb": max(peak, rss()) - base, "us": statistics.median(took), "ended": time.time()}


def _twenty(capture: Callable[[BaseException], Any], first: int = 0) -> None:
    for number in range(first, first + 20):
        crash(number, capture)


def task_end() -> dict[str, Any]:
    _twenty(start()[0])
    return {}


def task_uncaught() -> dict[str, Any]:
    import app

    start()
    app.crash(0, 0)
    return {}


def task_thread() -> dict[str, Any]:
    import app

    start()
    thread = threading.Thread(target=app.crash, args=(0, 0))
    thread.start()
    thread.join()
    return {}


def task_fork() -> dict[str, Any]:
    """The child of a fork fails, and ends."""
    capture, _ = start()
    child = os.fork()
    if not child:
        _twenty(capture)
        sys.exit(0)
    os.waitpid(child, 0)
    return {}


def _then(number: signal.Signals) -> dict[str, Any]:
    _twenty(start()[0])
    time.sleep(0.15)
    os.kill(os.getpid(), number)
    time.sleep(5)
    return {}


def task_sigterm() -> dict[str, Any]:
    return _then(signal.SIGTERM)


def task_sigkill() -> dict[str, Any]:
    return _then(signal.SIGKILL)


def task_next() -> dict[str, Any]:
    """The next process of the same app, which fails in nothing."""
    _, flush = start()
    flush()
    return {}


def _cheapest(work: Callable[[], Any], times: int = 3000, most: int = 7) -> float:
    """Microseconds of CPU of one call: the best of several rounds."""
    rounds = []
    for _ in range(most):
        began = time.thread_time_ns()
        for _ in range(times):
            work()
        rounds.append((time.thread_time_ns() - began) / times / 1000)
    return min(rounds)


def task_flask() -> dict[str, Any]:
    import flask

    def made() -> Callable[[], Any]:
        app = flask.Flask(__name__)
        app.add_url_rule("/carts/<int:number>", view_func=lambda number: "ok", endpoint="cart")
        if SDK == "splat" and started:
            from splat.integrations.flask import install

            install(app)
        client = app.test_client()
        return lambda: client.get("/carts/7")

    started = False
    plain = made()
    base = _cheapest(plain, 1000)
    start()
    started = True
    ours = made()
    if SDK == "splat":
        # Installed on one app and not on the other: both are timed in turn, so that a busy moment meets both.
        rounds = [(_cheapest(plain, 300, 1), _cheapest(ours, 300, 1)) for _ in range(25)]
        return {"added": min(after for _, after in rounds) - min(before for before, _ in rounds)}
    return {"added": _cheapest(ours, 1000) - base}


def task_asgi() -> dict[str, Any]:
    import asyncio

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    scope = {"type": "http", "method": "GET", "path": "/carts/7", "headers": [], "query_string": b""}

    async def nothing(message: Any = None) -> Any:
        return {"type": "http.request"}

    def driven(made: Any) -> float:
        async def rounds() -> float:
            best = []
            for _ in range(7):
                began = time.thread_time_ns()
                for _ in range(3000):
                    await made(dict(scope), nothing, nothing)
                best.append((time.thread_time_ns() - began) / 3000 / 1000)
            return min(best)

        return asyncio.run(rounds())

    base = driven(app)
    start()
    if SDK == "splat":
        from splat.integrations.asgi import install

        wrapped: Any = install(app)
    else:
        from sentry_sdk.integrations.asgi import SentryAsgiMiddleware

        wrapped = SentryAsgiMiddleware(app)
    return {"added": driven(wrapped) - base}


def task_django() -> dict[str, Any]:
    import django
    from django.conf import settings

    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="x", MIDDLEWARE=[])
    django.setup()
    from django.test import Client

    def made() -> Callable[[], Any]:
        client = Client()
        return lambda: client.get("/carts/7")

    base = _cheapest(made(), 500)
    start()
    if SDK == "splat":
        from splat.integrations.django import install

        install()
    return {"added": _cheapest(made(), 500) - base}


def _django_urls() -> list[Any]:
    from django.http import HttpResponse
    from django.urls import path

    return [path("carts/<int:number>", lambda request, number: HttpResponse("ok"))]


def __getattr__(name: str) -> Any:
    if name == "urlpatterns":
        return _django_urls()
    raise AttributeError(name)


if __name__ == "__main__":
    sys.path[:0] = [FOLDER, f"{FOLDER}/venv/lib/python3/site-packages"]
    os.chdir(FOLDER)
    print(json.dumps(globals()["task_" + TASK]()))
