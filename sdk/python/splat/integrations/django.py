"""Django: `"splat.integrations.django.Splat"` in INSTALLED_APPS, which calls `install()`."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Iterator

from django.apps import AppConfig  # type: ignore[import-untyped]

from splat import scope
from splat.integrations.request import Request, capture, describe, form, untrace, wsgi_headers

if TYPE_CHECKING:
    from contextvars import ContextVar

_MECHANISM = "django"
_INSTALLED = "_splat_installed"


class Splat(AppConfig):  # type: ignore[misc]
    """The line in INSTALLED_APPS. Not a middleware: those see no error of a view, and add a frame to each traceback."""

    name = "splat.integrations.django"
    label = "splat"

    def ready(self) -> None:
        """Called by Django when all apps are loaded."""
        install()


def install() -> None:
    """Report the errors of views, middlewares and streamed bodies, below WSGI and ASGI."""
    from django.core.handlers.base import BaseHandler  # type: ignore[import-untyped]
    from django.core.signals import got_request_exception  # type: ignore[import-untyped]

    if getattr(BaseHandler, _INSTALLED, False):
        return
    setattr(BaseHandler, _INSTALLED, True)
    got_request_exception.connect(_failed, weak=False, dispatch_uid="splat")
    BaseHandler.get_response = _sync(BaseHandler.get_response)
    BaseHandler.get_response_async = _async(BaseHandler.get_response_async)


def _failed(sender: Any, **_: Any) -> None:
    error = sys.exc_info()[1]
    if error is not None:
        capture(error, _MECHANISM)


def _sync(answer: Callable[..., Any]) -> Callable[..., Any]:
    def get_response(self: Any, request: Any) -> Any:
        token = scope.enter(partial(of_django, request))
        try:
            response = answer(self, request)
            if getattr(response, "streaming", False):
                _watch(response, token.var)
            return response
        except BaseException as error:
            capture(error, _MECHANISM)
            untrace(error)
            raise
        finally:
            scope.leave(token)

    return get_response


def _async(answer: Callable[..., Any]) -> Callable[..., Any]:
    async def get_response_async(self: Any, request: Any) -> Any:
        token = scope.enter(partial(of_django, request))
        try:
            response = await answer(self, request)
            if getattr(response, "streaming", False):
                _watch(response, token.var)
            return response
        except BaseException as error:
            capture(error, _MECHANISM)
            untrace(error)
            raise
        finally:
            scope.leave(token)

    return get_response_async


def of_django(request: Any) -> Request:
    """Django's request as a report holds it."""
    match = getattr(request, "resolver_match", None)
    route = getattr(match, "route", None)
    return describe(
        str(request.method),
        str(request.path),
        "/" + str(route) if route is not None else "",
        query=lambda: str(request.META.get("QUERY_STRING", "")),
        headers=lambda: wsgi_headers(request.META),
        body=lambda: _held_body(request),
        traceparent=request.META.get("HTTP_TRACEPARENT"),
    )


def _held_body(request: Any) -> Any:
    held = request.__dict__
    if "_body" in held:
        return held["_body"]
    fields = held.get("_post")
    return form((key, value) for key in fields for value in fields.getlist(key)) if fields else None


def _watch(response: Any, carrier: ContextVar[Any]) -> None:
    """Put a `Parts` or `AsyncParts` where Django keeps what it streams; a file stays, a server sends it by itself."""
    parts = getattr(response, "_iterator", None)
    if parts is None or getattr(response, "file_to_stream", None) is not None:
        return
    response._iterator = AsyncParts(parts, carrier) if getattr(response, "is_async", False) else Parts(parts, carrier)


class Parts:
    """What a response streams; what it raises belongs to the request."""

    def __init__(self, parts: Any, carrier: ContextVar[Any]) -> None:
        self._parts = parts
        self._scope = carrier.get()
        self._enter = carrier.set

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        token = self._enter(self._scope)
        try:
            return next(self._parts)
        except StopIteration:
            raise
        except BaseException as error:
            capture(error, _MECHANISM)
            untrace(error)
            raise
        finally:
            scope.leave(token)

    def __getattr__(self, name: str) -> Any:
        if name == "_parts":
            raise AttributeError(name)
        return getattr(self._parts, name)


class AsyncParts:
    """`Parts` of an async iterator."""

    def __init__(self, parts: Any, carrier: ContextVar[Any]) -> None:
        self._parts = parts
        self._scope = carrier.get()
        self._enter = carrier.set

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> Any:
        token = self._enter(self._scope)
        try:
            return await self._parts.__anext__()
        except StopAsyncIteration:
            raise
        except BaseException as error:
            capture(error, _MECHANISM)
            untrace(error)
            raise
        finally:
            scope.leave(token)

    def __getattr__(self, name: str) -> Any:
        if name == "_parts":
            raise AttributeError(name)
        return getattr(self._parts, name)
