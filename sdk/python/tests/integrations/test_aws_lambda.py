"""Functions called as AWS Lambda calls them."""

from __future__ import annotations

import sys
import time
from typing import Any, Dict

import pytest

import splat
from splat.integrations.aws_lambda import install
from splat.values import Outcome
from tests.clocks import Watch
from tests.integrations.captured import Kept, capturing
from tests.integrations.kit import printed


class Context:
    """What the runtime hands over."""

    function_name = "shop"

    def __init__(self, milliseconds: int = 3000) -> None:
        self.milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


V1 = {
    "resource": "/carts/{id}", "path": "/carts/7", "httpMethod": "POST", "headers": {"X-A": "b", "Cookie": "a=b"},
    "queryStringParameters": {"token": "abcdef123", "a": "1"}, "body": '{"password": "hunter2"}',
    "isBase64Encoded": False,
}  # fmt: skip
V2 = {
    "version": "2.0", "routeKey": "GET /carts/{id}", "rawPath": "/carts/7", "rawQueryString": "a=1",
    "headers": {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
    "requestContext": {"http": {"method": "GET", "path": "/carts/7"}},
}  # fmt: skip


def handler(event: Any, context: Any) -> Any:
    """Ours."""
    if event.get("fine"):
        return {"statusCode": 404}
    raise ValueError("in the function")


def _call(function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except BaseException as error:
        return printed(error)


@pytest.mark.parametrize("event", [V1, V2, {}, {"fine": 1}, {"requestContext": 1, "headers": [], "httpMethod": "GET"}])
def test_as_if_it_were_not_there(event: Dict[str, Any]) -> None:
    with capturing() as kept:
        ours, theirs = _call(install(handler), event, Context()), _call(handler, event, Context())
        assert ours == theirs or sys.version_info < (3, 11)  # before, our frame cannot be left out
        assert kept.errors == (0 if "fine" in event else 1)  # before it returned
    assert install(handler).__name__ == "handler"
    assert install(handler).__doc__ == "Ours."


@pytest.mark.parametrize(
    ("event", "request_"),
    [
        (V1, {"method": "POST", "path": "/carts/7", "route": "/carts/{id}", "query": {"a": "1", "token": "[REDACTED]"},
              "headers": {"X-A": "b", "Cookie": "[REDACTED]"}, "body": '{"password": "[REDACTED]"}'}),
        (V2, {"method": "GET", "path": "/carts/7", "route": "/carts/{id}", "query": {"a": "1"},
              "headers": V2["headers"]}),
        ({"Records": []}, {"method": "INVOKE", "route": "shop"}),
        ([], {"method": "INVOKE", "route": "shop"}),
    ],
)  # fmt: skip
def test_the_request_in_the_report(event: Any, request_: Dict[str, Any]) -> None:
    def fails(event: Any, context: Any) -> None:
        raise ValueError

    with capturing(include_query=True, include_headers=True, include_body=True) as kept:
        _call(install(fails), event, Context())
    assert kept.reports[0]["request"] == request_
    assert kept.reports[0].get("trace_id") == ("0af7651916cd43dd8448eb211c80319c" if event is V2 else None)


def test_only_what_is_asked_for() -> None:
    with capturing() as kept:
        _call(install(handler), V1, Context())
    assert set(kept.reports[0]["request"]) == {"method", "path", "route"}


class Slow(Kept):
    """Takes its time."""

    def send(self, batch: Any) -> Any:
        time.sleep(1.5)
        return [Outcome.DELIVERED] * len(batch)


@pytest.mark.parametrize(("remaining", "least", "most"), [(600, 0.35, 1.0), (100, 0.0, 0.2)])
def test_it_waits_no_longer_than_the_time_that_remains(
    remaining: int, least: float, most: float, tmp_path: Any
) -> None:
    splat.init(transport=Slow(), spool_dir=str(tmp_path), integrations=())
    begun, watch = time.monotonic(), Watch()
    _call(install(handler), {}, Context(remaining))
    took, ours = time.monotonic() - begun, watch.seconds()
    splat.close(60)
    assert least <= took
    assert ours <= most


def test_a_call_that_captured_nothing_does_not_wait() -> None:
    with capturing():
        install(handler)({"fine": 1}, Context())
        begun = time.thread_time()
        for _ in range(100):
            install(handler)({"fine": 1}, Context())
        assert time.thread_time() - begun < 0.05
