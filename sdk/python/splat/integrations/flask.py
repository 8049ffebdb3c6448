"""Flask: `splat.integrations.flask.install(app)`."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import Any, Callable

from flask.signals import got_request_exception
from werkzeug.exceptions import HTTPException

from splat.integrations.request import Request, capture, of_wsgi, untrace
from splat.integrations.wsgi import Wsgi

_MECHANISM = "flask"


def install(app: Any) -> Any:
    """`app` itself, with the errors of its requests reported: those that Flask answers with a 500 of its own, those a
    user's handler answers with a 5xx, and those it lets through (teardown, streamed bodies, debug mode).
    """
    if "splat" in app.extensions:
        return app
    app.extensions["splat"] = True
    got_request_exception.connect(_failed, app)
    app.wsgi_app = FlaskWsgi(app)
    find = getattr(app, "_find_error_handler", None)
    if find is not None:  # private, so it may be gone one day; then what users handle is not seen
        app._find_error_handler = _watched(find)
    return app


class FlaskWsgi(Wsgi):
    """What stands around `app.wsgi_app`."""

    mechanism = _MECHANISM

    def __init__(self, app: Any) -> None:
        super().__init__(app.wsgi_app)
        self._flask = app

    def describe(self, environ: Any) -> Request:
        """With the route, also when Flask has let go of the request, as it has while a body is streamed."""
        told = of_wsgi(environ)
        if "route" not in told:
            try:
                rule, _ = self._flask.url_map.bind_to_environ(environ).match(return_rule=True)
                told["route"] = rule.rule
            except Exception:
                pass  # no route, or more than one host: the path is told
        return told

    def fail(self, error: BaseException) -> None:
        """An HTTP error of the 4xx comes by only in debug mode, where Flask lets it through."""
        _failed(self._flask, error)

    def lazy(self, body: Any) -> bool:
        """Werkzeug's body names the response that it closes: parts that are there already, and nobody to call."""
        try:
            response = body._callbacks[-1].__self__
            return type(response.response) is not list or bool(response._on_close)
        except (AttributeError, LookupError):
            return True


def _failed(sender: Any, exception: BaseException, **_: Any) -> None:
    if not (isinstance(exception, HTTPException) and (exception.code or 500) < 500):
        capture(exception, _MECHANISM)


def _watched(find: Callable[..., Any]) -> Callable[..., Any]:
    """`find`, which gives the user's handler for an error, or None; each handler it gives tells us of a 5xx."""

    def find_error_handler(error: Any, *rest: Any) -> Any:
        handler = find(error, *rest)
        if handler is None or isinstance(error, HTTPException):
            return handler
        return _async_handler(handler) if iscoroutinefunction(handler) else _handler(handler)

    return find_error_handler


def _handler(handler: Callable[..., Any]) -> Callable[..., Any]:
    def answer(error: BaseException) -> Any:
        try:
            response = handler(error)
        except Exception as other:
            untrace(other)
            raise
        _handled(error, response)
        return response

    return answer


def _async_handler(handler: Callable[..., Any]) -> Callable[..., Any]:
    async def answer(error: BaseException) -> Any:
        try:
            response = await handler(error)
        except Exception as other:
            untrace(other)
            raise
        _handled(error, response)
        return response

    return answer


def _handled(error: BaseException, response: Any) -> None:
    if _status(response) >= 500:
        capture(error, _MECHANISM, handled=True)


def _status(response: Any) -> int:
    """Of anything that a view may return; 0 where it says none."""
    status = getattr(response, "status_code", None) or getattr(response, "code", None)
    if isinstance(response, tuple) and len(response) > 1:
        status = response[1]
    if isinstance(status, str):
        status = int(status[:3]) if status[:3].isdigit() else 0
    return status if isinstance(status, int) else 0
