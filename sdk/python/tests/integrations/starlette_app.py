"""The same app in Starlette and FastAPI: everything a request, a WebSocket or a lifespan can end with."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import Any, Dict, List

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket  # noqa: TC002 - likewise


class Known(Exception):
    """Has a handler that answers 409."""


class Worse(Exception):
    """Has a handler that fails."""


async def ok(request: Request) -> Any:
    return PlainTextResponse("ok", headers={"x-one": "1"})


def cart(request: Request) -> Any:
    return PlainTextResponse(str({}[request.path_params["number"]]))


async def boom(request: Request) -> Any:
    local = {"a": 1}
    return local["b"]


def sync_boom(request: Request) -> Any:
    raise ValueError("in a thread")


async def abort(request: Request) -> Any:
    raise HTTPException(int(request.path_params["code"]))


async def redirect(request: Request) -> Any:
    return RedirectResponse("/ok")


async def known(request: Request) -> Any:
    raise Known("known")


async def worse(request: Request) -> Any:
    raise Worse("worse")


async def chain(request: Request) -> Any:
    try:
        {}["x"]
    except KeyError as error:
        raise ValueError("chained") from error


async def stream(request: Request) -> Any:
    async def parts() -> Any:
        yield "a"
        yield "b"

    return StreamingResponse(parts())


async def long(request: Request) -> Any:
    async def parts() -> Any:
        for _ in range(200):
            yield "x" * 100_000

    return StreamingResponse(parts())


async def stream_boom(request: Request) -> Any:
    async def parts() -> Any:
        yield "a"
        raise ValueError("in the stream")

    return StreamingResponse(parts())


async def background(request: Request) -> Any:
    async def later() -> None:
        raise ValueError("in the background")

    return PlainTextResponse("ok", background=BackgroundTask(later))


async def sync_background(request: Request) -> Any:
    def later() -> None:
        raise ValueError("in the background's thread")

    return PlainTextResponse("ok", background=BackgroundTask(later))


async def body(request: Request) -> Any:
    await request.json()
    raise ValueError("after the body was read")


async def unread(request: Request) -> Any:
    raise ValueError("before the body was read")


async def slow(request: Request) -> Any:
    await asyncio.sleep(600)
    return PlainTextResponse("never")


async def cancelled(request: Request) -> Any:
    raise asyncio.CancelledError


async def group(request: Request) -> Any:
    async def fail() -> None:
        raise ValueError("in a task")

    await asyncio.gather(fail(), asyncio.sleep(0))


async def nothing(request: Request) -> Any:
    return None


async def talk(websocket: WebSocket) -> None:
    await websocket.accept()
    said = await websocket.receive_text()
    await websocket.send_text(said.upper())
    await websocket.close()


async def talk_boom(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.receive_text()
    raise ValueError("in the WebSocket")


async def talk_gone(websocket: WebSocket) -> None:
    await websocket.accept()
    while True:
        await websocket.receive_text()


async def talk_refused(websocket: WebSocket) -> None:
    await websocket.close()


class Faulty(BaseHTTPMiddleware):
    """One of Starlette's own kind."""

    async def dispatch(self, request: Request, call_next: Any) -> Any:
        if request.url.path == "/middleware":
            raise ValueError("in the middleware")
        response = await call_next(request)
        if request.url.path == "/middleware-after":
            raise ValueError("behind the app")
        return response


class Plain:
    """One in plain ASGI."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path") == "/plain":
            raise ValueError("in plain ASGI")
        await self.app(scope, receive, send)


async def on_known(request: Request, error: Exception) -> Any:
    return PlainTextResponse("known", 409)


async def on_worse(request: Request, error: Exception) -> Any:
    raise RuntimeError("in the handler")


async def on_500(request: Request, error: Exception) -> Any:
    return PlainTextResponse("sorry", 500)


PAGES = [
    ("/ok", ok), ("/carts/{number}", cart), ("/boom", boom), ("/sync-boom", sync_boom), ("/abort/{code}", abort),
    ("/redirect", redirect), ("/known", known), ("/worse", worse), ("/chain", chain), ("/stream", stream),
    ("/stream-boom", stream_boom), ("/background", background), ("/sync-background", sync_background), ("/slow", slow),
    ("/long", long),
    ("/cancelled", cancelled), ("/group", group), ("/nothing", nothing), ("/middleware-after", ok),
]  # fmt: skip
POSTS = [("/body", body), ("/unread", unread)]
SOCKETS = [("/talk", talk), ("/talk-boom", talk_boom), ("/talk-gone", talk_gone), ("/talk-refused", talk_refused)]


def lifespan(fails: str) -> Any:
    @asynccontextmanager
    async def live(app: Any) -> Any:
        if fails == "startup":
            raise ValueError("at the start")
        yield
        if fails == "shutdown":
            raise ValueError("at the end")

    return live


def build(*, debug: bool = False, handler: bool = False, fails: str = "", fast: bool = False) -> Any:
    """`fast`: FastAPI. `handler`: the user answers 500 by a handler. `fails`: where the lifespan does."""
    handlers: Dict[Any, Any] = {Known: on_known, Worse: on_worse}
    if handler:
        handlers[Exception] = on_500
    middleware: List[Any] = [Middleware(Faulty), Middleware(Plain)]
    inner = [Route("/cart/{number}", cart)]
    if not fast:
        routes: List[Any] = [Route(path, page) for path, page in PAGES]
        routes += [Route(path, page, methods=["POST"]) for path, page in POSTS]
        routes += [WebSocketRoute(path, page) for path, page in SOCKETS]
        routes.append(Mount("/shop/{town}", routes=inner))
        return Starlette(
            debug=debug, routes=routes, exception_handlers=handlers, middleware=middleware, lifespan=lifespan(fails)
        )
    from fastapi import APIRouter, FastAPI

    app = FastAPI(debug=debug, exception_handlers=handlers, middleware=middleware, lifespan=lifespan(fails))
    for path, page in PAGES:
        app.add_api_route(path, page, response_model=None)
    for path, page in POSTS:
        app.add_api_route(path, page, methods=["POST"], response_model=None)
    for path, page in SOCKETS:
        app.add_api_websocket_route(path, page)
    router = APIRouter(prefix="/{town}")
    router.add_api_route("/cart/{number}", cart, response_model=None)
    app.include_router(router, prefix="/shop")
    return app


#: Path, how many errors are captured. Routes: what a report says, where it is not the path.
CASES = [
    ("/ok", 0), ("/none", 0), ("/abort/404", 0), ("/abort/418", 0), ("/abort/500", 0), ("/redirect", 0), ("/known", 0),
    ("/stream", 0), ("/cancelled", 1), ("/carts/7", 1), ("/shop/ulm/cart/7", 1), ("/boom", 1), ("/sync-boom", 1),
    ("/worse", 1), ("/chain", 1), ("/stream-boom", 1), ("/background", 1), ("/sync-background", 1), ("/group", 1),
    ("/middleware", 1), ("/middleware-after", 1), ("/plain", 1),
]  # fmt: skip
ROUTES = {"/carts/7": "/carts/{number}", "/shop/ulm/cart/7": "/shop/{town}/cart/{number}"}
