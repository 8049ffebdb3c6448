"""Any ASGI app: `application = splat.integrations.asgi.install(application)`."""

from __future__ import annotations

import inspect
from typing import Any, Dict, Iterable, Optional, Tuple

from splat import scope as scopes
from splat.integrations.request import Request, capture, describe, untrace

#: A client that went away is no error of the app. By name: their modules may not be installed.
_GONE = frozenset({"ClientDisconnect", "ClientDisconnected", "WebSocketDisconnect"})


def install(app: Any) -> Any:
    """`app` with the errors of its requests, WebSockets and lifespan reported."""
    return app if isinstance(app, Asgi) else Asgi(_single(app), "asgi")


class Asgi:
    """An ASGI 3 app around an ASGI app."""

    def __init__(self, app: Any, mechanism: str) -> None:
        self.app = app
        self.mechanism = mechanism

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI 3."""
        request = AsgiRequest(scope)
        token = scopes.enter(request)
        try:
            if scope["type"] == "lifespan":
                send = request.spoken = Spoken(send)
            await self.app(scope, receive, send)
        except BaseException as error:
            request.fail(error, self.mechanism)
            untrace(error)
            raise
        finally:
            scopes.leave(token)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.app, name)


class Spoken:
    """`send` of a lifespan, which remembers whether the app ever spoke.

    One that raises before it said anything knows no lifespan, as the protocol has it; that is no error.
    """

    def __init__(self, send: Any) -> None:
        self._send = send
        self.said = False

    def __call__(self, message: Any) -> Any:
        self.said = True
        return self._send(message)


class AsgiRequest:
    """What is known of a request; says it when called."""

    __slots__ = ("_path", "_scope", "error", "spoken")

    def __init__(self, scope: Dict[str, Any]) -> None:
        self._scope = scope
        self._path = scope.get("path", "")  # a router changes it in place when it hands over to a mounted app
        self.error: Optional[BaseException] = None
        self.spoken: Optional[Spoken] = None

    def fail(self, error: BaseException, mechanism: str) -> None:
        """Report what this request ended with, unless the client ended it."""
        if not isinstance(error, Exception) or type(error).__name__ in _GONE:
            return
        if self.spoken is not None and not self.spoken.said:
            return
        self.error = error
        try:
            capture(error, mechanism)
        finally:
            self.error = None

    def __call__(self) -> Request:
        scope = self._scope
        if scope["type"] == "lifespan":
            return {}
        return describe(
            str(scope.get("method") or scope["type"].upper()),
            str(self._path),
            _route(scope),
            query=lambda: bytes(scope.get("query_string") or b"").decode("latin-1"),
            headers=lambda: _headers(scope),
            body=lambda: _held_body(self.error),
            traceparent=next((value for name, value in _headers(scope, b"traceparent")), None),
        )


def _headers(scope: Dict[str, Any], only: bytes = b"") -> Iterable[Tuple[str, str]]:
    for name, value in scope.get("headers") or ():
        if not only or name == only:
            yield name.decode("latin-1"), value.decode("latin-1")


def _route(scope: Dict[str, Any]) -> str:
    """The template of the route, where a router left it: FastAPI and Starlette 1 do, and Django's resolver."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    if isinstance(path, str):
        return path
    return ""


def _held_body(error: Optional[BaseException]) -> Any:
    """The body that a request object on the way of the error holds; never read from the connection."""
    traceback = error.__traceback__ if error is not None else None
    held = None
    while traceback is not None:
        request = traceback.tb_frame.f_locals.get("request")
        body = getattr(request, "__dict__", {}).get("_body")
        if isinstance(body, bytes):
            held = body
        traceback = traceback.tb_next
    return held


def _single(app: Any) -> Any:
    """`app` as ASGI 3, when it is one of ASGI 2, which takes the scope alone."""
    try:
        needed = [
            parameter
            for parameter in inspect.signature(app).parameters.values()
            if parameter.default is parameter.empty
            and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        return app
    if len(needed) != 1:
        return app

    def single(scope: Any, receive: Any, send: Any) -> Any:
        return app(scope)(receive, send)

    return single
