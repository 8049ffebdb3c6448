"""Starlette and FastAPI: nothing can be seen of us, and each error is captured once."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, List

import pytest

import splat
from splat.integrations.starlette import install
from tests.integrations import starlette_app
from tests.integrations.captured import capturing
from tests.integrations.kit import ask_asgi, same

MODES: Dict[str, Dict[str, Any]] = {"production": {}, "debug": {"debug": True}, "handler": {"handler": True}}
HOOKS = ("logging", "excepthook", "threads", "asyncio")
TALK = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "hi"}]
LIVE = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
PARTS = [
    {"type": "http.request", "body": b'{"a": 1, ', "more_body": True},
    {"type": "http.request", "body": b'"password": "hunter2"}', "more_body": False},
]


@pytest.fixture(params=[False, True], ids=["starlette", "fastapi"])
def fast(request: Any) -> bool:
    return bool(request.param)


@pytest.mark.parametrize("mode", MODES)
def test_requests_as_if_it_were_not_there(mode: str, fast: bool) -> None:
    without = starlette_app.build(fast=fast, **MODES[mode])
    with_it = install(starlette_app.build(fast=fast, **MODES[mode]))
    for path, errors in starlette_app.CASES:
        kept = same(without, with_it, ask_asgi, path)
        # FastAPI makes an answer of nothing.
        assert kept.errors == (0 if fast and path == "/nothing" else errors), path


def test_each_error_once_with_its_route(fast: bool) -> None:
    app = install(starlette_app.build(fast=fast))
    for path, errors in starlette_app.CASES:
        with capturing(integrations=HOOKS) as kept:
            ask_asgi(app, path, headers=[(b"traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")])
        assert kept.errors == (0 if fast and path == "/nothing" else errors), path
        for report in kept.reports:
            assert report["request"]["path"] == path
            if path not in ("/middleware", "/plain"):  # those fail before there is a route
                assert report["request"]["route"] == starlette_app.ROUTES.get(path, path)
            assert report["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("path", "errors"),
    [("/talk", 0), ("/talk-boom", 1), ("/talk-gone", 0), ("/talk-refused", 0), ("/none", 0)],
)
def test_websockets(path: str, errors: int, fast: bool) -> None:
    without, with_it = starlette_app.build(fast=fast), install(starlette_app.build(fast=fast))

    kept = same(without, with_it, ask_asgi, path, kind="websocket", received=TALK)
    assert kept.errors == errors
    for report in kept.reports:
        assert report["request"] == {"method": "WEBSOCKET", "path": path, "route": path}


@pytest.mark.parametrize(("fails", "errors"), [("", 0), ("startup", 1), ("shutdown", 1)])
def test_lifespan(fails: str, errors: int, fast: bool) -> None:
    without, with_it = starlette_app.build(fast=fast, fails=fails), install(starlette_app.build(fast=fast, fails=fails))
    kept = same(without, with_it, ask_asgi, "", kind="lifespan", received=LIVE)
    assert kept.errors == errors


@pytest.mark.parametrize(
    ("path", "received", "errors", "body"),
    [
        ("/body", PARTS, 1, '{"a": 1, "password": "[REDACTED]"}'),
        ("/unread", PARTS, 1, None),
        ("/body", [{"type": "http.disconnect"}], 0, None),
    ],
    ids=["read", "unread", "client gone"],
)
def test_bodies(path: str, received: List[Any], errors: int, body: Any, fast: bool) -> None:
    without, with_it = starlette_app.build(fast=fast), install(starlette_app.build(fast=fast))
    kept = same(without, with_it, ask_asgi, path, "POST", received=received, options={"include_body": True})
    assert kept.errors == errors
    for report in kept.reports:
        assert report["request"].get("body") == body


def test_a_cancelled_request_is_no_error(fast: bool) -> None:
    without, with_it = starlette_app.build(fast=fast), install(starlette_app.build(fast=fast))
    kept = same(without, with_it, ask_asgi, "/slow", cancelled=True)
    assert kept.errors == 0


def test_middlewares_added_later_are_inside(fast: bool) -> None:
    app = install(starlette_app.build(fast=fast))
    app.add_middleware(starlette_app.Plain)
    with capturing() as kept:
        ask_asgi(app, "/plain")
    assert kept.errors == 1


def test_an_app_that_already_ran(fast: bool) -> None:
    app = starlette_app.build(fast=fast)
    ask_asgi(app, "/ok")
    with capturing() as kept:
        ask_asgi(install(install(app)), "/boom")
    assert kept.errors == 1


def test_nothing_leaks_between_requests_of_one_loop() -> None:
    from starlette.applications import Starlette
    from starlette.routing import Route

    async def page(request: Any) -> Any:
        name = request.path_params["name"]
        splat.set_tag(name, "set")
        splat.add_breadcrumb(name)
        await asyncio.sleep(0.05)
        await asyncio.gather(child(name), child(name))
        raise ValueError(name)

    async def child(name: str) -> None:
        splat.add_breadcrumb("child of " + name)

    async def sync(request: Any) -> Any:
        raise ValueError

    app = install(Starlette(routes=[Route("/{name}", page)]))
    scope = {"type": "http", "method": "GET", "query_string": b"", "headers": [], "root_path": ""}

    async def nothing(*message: Any) -> Any:
        return {"type": "http.request"}

    async def all_at_once() -> None:
        asked = [app({**scope, "path": f"/{name}"}, nothing, nothing) for name in "abcd"]
        await asyncio.gather(*asked, return_exceptions=True)
        splat.capture_message("afterwards")

    with capturing() as kept:
        asyncio.run(all_at_once())
    assert kept.errors == 5
    report = kept.reports[0]
    name = report["exceptions"][0]["message"]
    assert report["tags"] == {name: "set"}
    assert {crumb["message"] for crumb in report["breadcrumbs"]} == {name, "child of " + name}
    (after,) = [report for report in kept.reports if report["exceptions"][0]["type"] == "Message"]
    assert not {"tags", "breadcrumbs", "request"} & set(after)
