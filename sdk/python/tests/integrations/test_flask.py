"""Flask: nothing can be seen of us, and each error is captured once."""

from __future__ import annotations

import threading
from typing import Any, Dict

import flask
import pytest

import splat
from splat.integrations.flask import install
from tests.integrations import flask_app
from tests.integrations.captured import capturing
from tests.integrations.kit import ask_wsgi, same

MODES: Dict[str, Dict[str, Any]] = {
    "production": {}, "debug": {"DEBUG": True}, "testing": {"TESTING": True}, "trap": {"TRAP_BAD_REQUEST_ERRORS": True},
}  # fmt: skip


@pytest.mark.parametrize("hooks", [(), ("logging", "excepthook")], ids=["alone", "hooks"])
@pytest.mark.parametrize("mode", MODES)
def test_as_if_it_were_not_there(mode: str, hooks: Any) -> None:
    without, with_it = flask_app.build(**MODES[mode]), install(flask_app.build(**MODES[mode]))
    for path, method, production, other in flask_app.CASES:
        json = {"CONTENT_TYPE": "application/json", "body": b'{"a": 1}'}
        kept = same(without, with_it, ask_wsgi, path, method, **json, options={"integrations": hooks})
        expected = production if mode == "production" else other
        # After its after_request failed, Flask calls it again for the 500: a second error, which is only logged.
        more = (
            1 if path == "/after" and hooks and not MODES[mode].get("DEBUG") and not MODES[mode].get("TESTING") else 0
        )
        assert kept.errors == expected + more, path


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/carts/7", "/carts/<int:number>"),
        ("/stream-boom", "/stream-boom"),
        ("/teardown", "/teardown"),
        ("/close-boom", "/close-boom"),
    ],
)
def test_the_request_in_the_report(path: str, route: str) -> None:
    app = install(flask_app.build())
    trace = "0af7651916cd43dd8448eb211c80319c"
    with capturing() as kept:
        ask_wsgi(app, path, HTTP_TRACEPARENT=f"00-{trace}-b7ad6b7169203331-01", QUERY_STRING="q=1", HTTP_X_A="b")
    (report,) = kept.reports
    assert report["request"] == {"method": "GET", "path": path, "route": route}
    assert report["trace_id"] == trace


def _asking() -> flask.Flask:
    app = flask.Flask("asking")

    @app.post("/json")
    def json() -> Any:
        raise ValueError(flask.request.get_json())

    @app.post("/form")
    def form() -> Any:
        raise ValueError(flask.request.form["b"])

    @app.post("/unread")
    def unread() -> Any:
        raise ValueError

    return install(app)


@pytest.mark.parametrize(
    ("path", "body", "kind", "shown"),
    [
        (
            "/json",
            b'{"a": "\xc3\xa4", "password": "hunter2"}',
            "application/json",
            '{"a": "ä", "password": "[REDACTED]"}',
        ),
        ("/form", b"a=1&b=x+y&password=hunter2", "application/x-www-form-urlencoded", "a=1&b=x+y&password=[REDACTED]"),
        ("/unread", b"unread", "text/plain", None),
    ],
)
def test_query_headers_and_body_when_asked_for(path: str, body: bytes, kind: str, shown: Any) -> None:
    with capturing(include_query=True, include_headers=True, include_body=True) as kept:
        ask_wsgi(
            _asking(), path, "POST", body=body, CONTENT_TYPE=kind, QUERY_STRING="a=1&token=abc123&a=2",
            HTTP_AUTHORIZATION="Bearer abcdefghij123", HTTP_ACCEPT="*/*",
        )  # fmt: skip
    request = kept.reports[0]["request"]
    assert request["query"] == {"a": "1, 2", "token": "[REDACTED]"}
    assert request["headers"]["Accept"] == "*/*"
    assert request["headers"]["Authorization"] == "[REDACTED]"
    assert request.get("body") == shown


def test_nothing_leaks_from_one_request_to_the_next() -> None:
    app = flask.Flask("leaks")

    @app.get("/<name>")
    def page(name: str) -> Any:
        splat.set_tag(name, "set")
        splat.add_breadcrumb(name)
        started.wait(120)
        raise ValueError(name)

    install(app)
    started = threading.Barrier(4)
    with capturing() as kept:
        threads = [threading.Thread(target=ask_wsgi, args=(app, f"/{name}")) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        splat.capture_message("afterwards")
    # One bug: the first is a report.
    report = kept.reports[0]
    name = report["exceptions"][0]["message"]
    assert report["tags"] == {name: "set"}
    assert [crumb["message"] for crumb in report["breadcrumbs"]] == [name]
    (after,) = [report for report in kept.reports if report["exceptions"][0]["type"] == "Message"]
    assert "tags" not in after
    assert "breadcrumbs" not in after
    assert "request" not in after
    assert kept.errors == 5


def test_what_a_view_set_is_known_while_its_body_is_sent() -> None:
    app = flask.Flask("parts")

    @app.get("/")
    def page() -> Any:
        splat.set_tag("who", "view")

        def parts() -> Any:
            yield "a"
            splat.add_breadcrumb("one part sent")
            raise ValueError

        return flask.Response(parts())

    with capturing() as kept:
        ask_wsgi(install(app), "/")
    (report,) = kept.reports
    assert report["tags"] == {"who": "view"}
    assert report["breadcrumbs"][0]["message"] == "one part sent"


def test_installed_twice_is_installed_once() -> None:
    app = flask_app.build()
    around = install(app).wsgi_app
    assert install(app).wsgi_app is around


def test_without_init_nothing_happens() -> None:
    before, after = (ask_wsgi(app, "/boom") for app in (flask_app.build(), install(flask_app.build())))
    assert before == after
