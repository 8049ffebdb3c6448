"""Any ASGI app: `application = splat.integrations.asgi.install(application)`."""

from __future__ import annotations

import inspect
from typing import Any, Dict, Iterable, Optional, Tuple

from splat import scope as scopes
from splat.integrations.request import Request, capture, describe, dismiss, untrace
from splat.shapes import type_name
from splat.snapshot import members_of

#: A client that went away is no error of the app. By name: their modules may not be installed.
_GONE = frozenset({"ClientDisconnect", "ClientDisconnected", "WebSocketDisconnect"})

_DEEPEST = 20  # mounts in mounts that are looked through


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
        if name == "app":  # a copy that is being made has none yet
            raise AttributeError(name)
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

    __slots__ = ("_path", "_root", "_scope", "error", "spoken")

    def __init__(self, scope: Dict[str, Any]) -> None:
        self._scope = scope
        # A router changes these in place when it hands over to a mounted app.
        self._path = scope.get("path", "")
        self._root = scope.get("root_path", "")
        self.error: Optional[BaseException] = None
        self.spoken: Optional[Spoken] = None

    def fail(self, error: BaseException, mechanism: str) -> None:
        """Report what this request ended with, unless the client ended it."""
        if self.spoken is not None and not self.spoken.said:
            return
        cause = _alone(error)
        gone = type_name(type(cause)) in _GONE
        if cause is not error or gone:
            dismiss(error)
        if not gone:
            self.error = cause
            capture(cause, mechanism)
            self.error = None

    def __call__(self) -> Request:
        scope = self._scope
        if scope["type"] == "lifespan":
            return {}
        return describe(
            str(scope.get("method") or scope["type"].upper()),
            str(self._path),
            _route(scope, self._root),
            query=lambda: bytes(scope.get("query_string") or b"").decode("latin-1"),
            headers=lambda: _headers(scope),
            body=lambda: _held_body(self.error),
            traceparent=next((value for name, value in _headers(scope, b"traceparent")), None),
        )


def _alone(error: BaseException) -> BaseException:
    """The one member of a group that has no other: how a task group hands on what one of its tasks raised."""
    for _ in range(_DEEPEST):
        members = members_of(error)
        if len(members) != 1:
            break
        error = members[0]
    return error


def _headers(scope: Dict[str, Any], only: bytes = b"") -> Iterable[Tuple[str, str]]:
    for name, value in scope.get("headers") or ():
        if not only or name == only:
            yield name.decode("latin-1"), value.decode("latin-1")


def _route(scope: Dict[str, Any], root: str) -> str:
    """The template of the route where a router left one: its own, behind those of the mounts that led to it.

    `root` is the root path as the server gave it; mounts append what they matched.
    """
    router = scope.get("router")
    mounted = str(scope.get("root_path", ""))[len(root) :]
    prefix = ""
    for _ in range(_DEEPEST):
        mount, rest = _mount(router, mounted)
        if mount is None:
            break
        prefix, router, mounted = prefix + mount.path, mount, rest
    path = _own_path(scope, router)
    return prefix + mounted + path if path else ""


def _mount(router: Any, path: str) -> Tuple[Any, str]:
    """Which of the router's mounts `path` begins with, and what remains of it; None and `path` when none does."""
    for route in getattr(router, "routes", None) or () if path else ():
        if hasattr(route, "app") and hasattr(route, "routes") and hasattr(route, "path_regex"):
            match = route.path_regex.match(path + "/")
            if match:
                rest = str(match.groupdict().get("path", ""))
                return route, ("/" + rest).rstrip("/")
    return None, path


def _own_path(scope: Dict[str, Any], router: Any) -> str:
    # FastAPI keeps the prefixes of included routers here.
    included = scope.get("fastapi")
    context = included.get("effective_route_context") if isinstance(included, dict) else None
    for route in (context, scope.get("route")):
        path = getattr(route, "path", None)
        if path and isinstance(path, str):
            return path
    endpoint = scope.get("endpoint")  # all that an older Starlette leaves
    path = str(scope.get("path", ""))
    paths = (path, path[len(str(scope.get("root_path", ""))) :])  # versions differ in which of them routes match
    if endpoint is not None:
        for route in getattr(router, "routes", None) or ():
            if getattr(route, "endpoint", None) is endpoint and any(map(route.path_regex.match, paths)):
                return str(route.path)
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
