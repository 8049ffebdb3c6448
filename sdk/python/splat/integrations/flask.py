"""Flask: `splat.integrations.flask.install(app)`."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any, Callable

from flask import after_this_request
from flask.signals import got_request_exception
from werkzeug.exceptions import HTTPException

from splat.integrations.request import Request, capture, dismiss, of_wsgi
from splat.integrations.wsgi import Wsgi

_MECHANISM = "flask"


def install(app: Any) -> Any:
    """`app` itself, with the errors of its requests reported: those that Flask answers with a 500 of its own, those a
    user's handler answers with a 5xx, and those it lets through (teardown, streamed bodies, debug mode).
    """
    if "splat" in app.extensions:
        return app
    app.extensions["splat"] = True
    try:
        got_request_exception.connect(_failed, app)
    except RuntimeError:  # Flask 2.2 has no signals unless blinker is installed
        app.log_exception = _told(app.log_exception)
    app.wsgi_app = FlaskWsgi(app).__call__  # a method, as it was; and cheaper to call than an object
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
    if isinstance(exception, HTTPException) and (exception.code or 500) < 500:
        dismiss(exception)
    else:
        capture(exception, _MECHANISM)


def _told(log: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def log_exception(exc_info: Any) -> Any:
        _failed(None, exc_info[1])
        return log(exc_info)

    return log_exception


def _watched(find: Callable[..., Any]) -> Callable[..., Any]:
    """`find`, which gives the user's handler for an error, or None; what a handler answers by a 5xx is captured."""

    def find_error_handler(error: Any, *rest: Any) -> Any:
        handler = find(error, *rest)
        if handler is not None and not isinstance(error, HTTPException):
            after_this_request(partial(_handled, error))
        return handler

    return find_error_handler


def _handled(error: BaseException, response: Any) -> Any:
    # When the handler failed too, Flask is answering that error, which was captured.
    now = sys.exc_info()[1]
    if response.status_code >= 500 and (now is None or (error is not now and error is not now.__context__)):
        capture(error, _MECHANISM, handled=True)
    return response
