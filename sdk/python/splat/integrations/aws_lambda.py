"""Functions called as AWS Lambda calls them: `@splat.integrations.aws_lambda.install` above `def handler`."""

from __future__ import annotations

from functools import partial, wraps
from typing import Any, Callable, Mapping

from splat import client, scope
from splat.integrations.request import Request, capture, describe, untrace

_MECHANISM = "aws_lambda"
_FLUSH = 2.0  # seconds at most
_KEEP = 0.2  # seconds of the remaining time that are left to the runtime


def install(handler: Callable[..., Any]) -> Callable[..., Any]:
    """`handler`, with its errors reported and delivered before it returns, within the time that remains.

    The runtime freezes the process between two calls: what is not delivered by then waits for the next one.
    """

    @wraps(handler)
    def reported(event: Any, context: Any, *rest: Any, **more: Any) -> Any:
        token = scope.enter(partial(of_event, event, context))
        try:
            return handler(event, context, *rest, **more)
        except BaseException as error:
            capture(error, _MECHANISM)
            untrace(error)
            raise
        finally:
            scope.leave(token)
            _flush(context)

    return reported


def _flush(context: Any) -> None:
    running = client.current()
    if running is None:
        return
    try:
        left = context.get_remaining_time_in_millis() / 1000 - _KEEP
    except Exception:
        left = _FLUSH
    if left > 0:
        running.flush(min(left, _FLUSH))


def of_event(event: Any, context: Any) -> Request:
    """The request in an event of API Gateway (both versions), a function URL or a load balancer; else the function."""
    if not isinstance(event, Mapping):
        event = {}
    http = _mapping(_mapping(event.get("requestContext")).get("http"))
    method = event.get("httpMethod") or http.get("method")
    if not method:
        return {"method": "INVOKE", "route": str(getattr(context, "function_name", ""))}
    headers = {str(name): str(value) for name, value in _mapping(event.get("headers")).items()}
    lower = {name.lower(): value for name, value in headers.items()}
    body = event.get("body")
    return describe(
        str(method),
        str(event.get("rawPath") or event.get("path") or http.get("path") or ""),
        str(event.get("resource") or str(event.get("routeKey") or "").partition(" ")[2]),
        query=lambda: _query(event),
        headers=headers.items,
        body=lambda: None if event.get("isBase64Encoded") else body,
        traceparent=lower.get("traceparent"),
    )


def _query(event: Mapping[str, Any]) -> str:
    raw = event.get("rawQueryString")
    if isinstance(raw, str):
        return raw
    from urllib.parse import urlencode

    return urlencode(_mapping(event.get("queryStringParameters")))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
