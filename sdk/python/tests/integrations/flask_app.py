"""A Flask app that does everything a request can end with."""

from __future__ import annotations

import os
from typing import Any

import flask
from werkzeug.exceptions import HTTPException


class Teapot(HTTPException):
    code = 418
    description = "short and stout"


class Down(HTTPException):
    code = 503


class Known(Exception):
    """Has a handler that answers 409."""


class Unknown(Exception):
    """Has a handler that answers 500."""


class Again(Exception):
    """Has a handler that raises it again."""


class Worse(Exception):
    """Has a handler that fails."""


class AsyncKnown(Exception):
    """Has an async handler that answers 500."""


def build(**config: Any) -> flask.Flask:
    app = flask.Flask(__name__, root_path=os.path.dirname(__file__))
    app.config.update(config)
    if "DEBUG" in config:
        app.debug = config["DEBUG"]
    answers(app)
    errors(app)
    streams(app)
    hooks(app)
    return app


def answers(app: flask.Flask) -> None:
    """No errors."""

    @app.route("/ok", methods=["GET", "HEAD"])
    def ok() -> Any:
        return "ok", 200, {"X-One": "1"}

    @app.post("/post")
    def post() -> Any:
        return {"got": flask.request.get_json()}

    @app.get("/teapot")
    def teapot() -> Any:
        raise Teapot()

    @app.get("/down")
    def down() -> Any:
        raise Down()

    @app.get("/abort/<int:code>")
    def abort(code: int) -> Any:
        flask.abort(code)

    @app.get("/redirect")
    def redirect() -> Any:
        return flask.redirect("/ok")

    @app.get("/slash/")
    def slash() -> Any:
        return "slash"

    @app.get("/exit")
    def leave() -> Any:
        raise SystemExit(3)


def errors(app: flask.Flask) -> None:
    """In views."""

    @app.get("/carts/<int:number>")
    def cart(number: int) -> Any:
        return {}[number]

    @app.get("/boom")
    def boom() -> Any:
        local = {"a": 1}
        return local["b"]

    @app.get("/chain")
    def chain() -> Any:
        try:
            {}["x"]
        except KeyError as error:
            raise ValueError("chained") from error

    @app.get("/known")
    def known() -> Any:
        raise Known("known")

    @app.get("/unknown")
    def unknown() -> Any:
        raise Unknown("unknown")

    @app.get("/again")
    def again() -> Any:
        raise Again("again")

    @app.get("/worse")
    def worse() -> Any:
        raise Worse("worse")

    @app.get("/async-known")
    def async_known() -> Any:
        raise AsyncKnown("async")

    @app.get("/async-boom")
    async def async_boom() -> Any:
        raise ValueError("async view")

    @app.get("/nothing")
    def nothing() -> Any:
        return None

    @app.get("/key")
    def key() -> Any:
        return flask.request.args["missing"]

    @app.get("/log-and-raise")
    def log_and_raise() -> Any:
        try:
            raise ValueError("logged")
        except ValueError:
            app.logger.exception("it went wrong")
            raise


def streams(app: flask.Flask) -> None:
    """In bodies and when they are closed."""

    @app.get("/stream")
    def stream() -> Any:
        return flask.Response(part for part in ("a", "b", "c"))

    @app.get("/long")
    def long() -> Any:
        return flask.Response("x" * 100_000 for _ in range(200))

    @app.get("/stream-boom")
    def stream_boom() -> Any:
        def parts() -> Any:
            yield "a"
            yield "b"
            raise ValueError("in the stream")

        return flask.Response(parts())

    @app.get("/stream-context-boom")
    def stream_context_boom() -> Any:
        def parts() -> Any:
            yield flask.request.path
            raise ValueError("in the stream, with the request")

        return flask.Response(flask.stream_with_context(parts()))

    @app.get("/stream-first")
    def stream_first() -> Any:
        def parts() -> Any:
            if True:
                raise ValueError("before the first part")
            yield "a"

        return flask.Response(parts())

    @app.get("/close-boom")
    def close_boom() -> Any:
        response = flask.Response("closing")

        @response.call_on_close
        def fail() -> None:
            raise ValueError("in close")

        return response

    @app.get("/stream-cleanup")
    def stream_cleanup() -> Any:
        def parts() -> Any:
            try:
                yield "a"
                yield "b"
            finally:
                raise ValueError("in the generator's finally")

        return flask.Response(parts())

    @app.get("/file")
    def file() -> Any:
        return flask.send_file(__file__, mimetype="text/plain", etag=False, last_modified=0, max_age=0)


def hooks(app: flask.Flask) -> None:
    """Around views, and what answers errors."""

    @app.get("/before")
    def before() -> Any:
        return "never"

    @app.get("/after")
    def after() -> Any:
        return "never"

    @app.get("/teardown")
    def teardown() -> Any:
        return "torn"

    @app.before_request
    def before_request() -> None:
        if flask.request.path == "/before":
            raise ValueError("in before_request")

    @app.after_request
    def after_request(response: Any) -> Any:
        if flask.request.path == "/after":
            raise ValueError("in after_request")
        return response

    @app.teardown_request
    def teardown_request(error: Any) -> None:
        if flask.request.path == "/teardown":
            raise ValueError("in teardown")

    @app.errorhandler(Known)
    def on_known(error: Any) -> Any:
        return {"error": str(error)}, 409

    @app.errorhandler(Unknown)
    def on_unknown(error: Any) -> Any:
        return {"error": str(error)}, 500

    @app.errorhandler(Again)
    def on_again(error: Any) -> Any:
        raise error

    @app.errorhandler(Worse)
    def on_worse(error: Any) -> Any:
        raise RuntimeError("in the handler")

    @app.errorhandler(AsyncKnown)
    async def on_async(error: Any) -> Any:
        return "async", 502

    @app.errorhandler(404)
    def on_404(error: Any) -> Any:
        return "no such page", 404


#: Path, method, how many errors are captured in production and in debug or testing mode.
CASES = [
    ("/ok", "GET", 0, 0), ("/ok", "HEAD", 0, 0), ("/ok", "POST", 0, 0), ("/ok", "OPTIONS", 0, 0),
    ("/none", "GET", 0, 0), ("/post", "POST", 0, 0), ("/teapot", "GET", 0, 0), ("/down", "GET", 0, 0),
    ("/abort/404", "GET", 0, 0), ("/abort/403", "GET", 0, 0), ("/abort/500", "GET", 0, 0), ("/abort/418", "GET", 0, 0),
    ("/redirect", "GET", 0, 0), ("/slash", "GET", 0, 0), ("/key", "GET", 0, 0), ("/known", "GET", 0, 0),
    ("/stream", "GET", 0, 0), ("/file", "GET", 0, 0), ("/exit", "GET", 0, 0),
    ("/carts/7", "GET", 1, 1), ("/boom", "GET", 1, 1), ("/chain", "GET", 1, 1), ("/unknown", "GET", 1, 1),
    ("/again", "GET", 1, 1), ("/worse", "GET", 1, 1), ("/async-known", "GET", 1, 1), ("/async-boom", "GET", 1, 1),
    ("/nothing", "GET", 1, 1), ("/log-and-raise", "GET", 1, 1), ("/stream-boom", "GET", 1, 1),
    ("/stream-context-boom", "GET", 1, 1), ("/stream-first", "GET", 1, 1), ("/close-boom", "GET", 1, 1),
    ("/stream-cleanup", "GET", 1, 1), ("/before", "GET", 1, 1), ("/after", "GET", 1, 1), ("/teardown", "GET", 1, 1),
]  # fmt: skip
