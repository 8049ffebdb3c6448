"""What a report says of a request (rule R7), and the two things every wrapper around an app does.

A wrapper stands between a server and an app, so it must leave no trace: not in a response, not in a printed traceback.
"""

from __future__ import annotations

import codecs
import sys
from itertools import islice
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple
from urllib.parse import parse_qsl, urlencode

from splat import client, eligible
from splat.shapes import type_name

Request = Dict[str, Any]  #: the report's `request`, and `trace_id` when there is one

_BODY = 100_000  # bytes; what is longer would be cut before it is redacted anyway (rule X11)
_MOST_FIELDS = 200  # of a query, of the headers
_HEX = frozenset("0123456789abcdef")
_traceback: Any = BaseException.__dict__["__traceback__"]


#: How libraries end a greenlet or a task from outside. By name: they may not be installed.
_ENDS = frozenset({"GreenletExit", "Cancelled"})


def capture(error: BaseException, mechanism: str, *, handled: bool = False) -> None:
    """Hand `error` to the running client, when there is one."""
    running = client.current()
    if running is not None and type_name(type(error)) not in _ENDS:
        running.capture(error, mechanism=mechanism, handled=handled)


def dismiss(error: BaseException) -> None:
    """`error` is none: whoever comes by it later, as the server's log does, passes it over."""
    if client.current() is not None:
        eligible.first_time(error)


def untrace(error: BaseException) -> None:
    """Take the calling function off the traceback of the error that it is about to raise again by a bare `raise`.

    So a printed traceback is the one that it were without us. Before Python 3.11 a bare `raise` ignores this.
    """
    # Not by the attribute: a frozen dataclass refuses it, and that would be raised in the place of the app's error.
    traceback = _traceback.__get__(error)
    if traceback is not None and traceback.tb_frame is sys._getframe(1):
        _traceback.__set__(error, traceback.tb_next)


def describe(
    method: str,
    path: str,
    route: str,
    *,
    query: Callable[[], str],
    headers: Callable[[], Iterable[Tuple[str, str]]],
    body: Callable[[], Any],
    traceparent: Optional[str],
) -> Request:
    """The request as a report holds it; the three callables are asked only when the user wants what they give.

    `query` gives the raw text behind the `?`, `body` what the framework already holds (bytes, text or None).
    """
    told: Request = {"method": method, "path": path}
    if route:
        told["route"] = route
    trace_id = trace_of(traceparent)
    if trace_id:
        told["trace_id"] = trace_id
    running = client.current()
    if running is None:
        return told
    options = running.options
    if options.include_query:
        told["query"] = _query(query())
    if options.include_headers:
        told["headers"] = dict(islice(headers(), _MOST_FIELDS))
    if options.include_body:
        held = _body(body())
        if held is not None:
            told["body"] = held
    return told


def of_wsgi(environ: Mapping[str, Any]) -> Request:
    """A request as any WSGI server hands it over; the route when werkzeug knows one."""
    known = environ.get("werkzeug.request")
    rule = getattr(known, "url_rule", None)
    return describe(
        str(environ.get("REQUEST_METHOD", "")),
        _wsgi_text(str(environ.get("SCRIPT_NAME", "")) + str(environ.get("PATH_INFO", ""))),
        str(getattr(rule, "rule", "")),
        query=lambda: str(environ.get("QUERY_STRING", "")),
        headers=lambda: wsgi_headers(environ),
        body=lambda: _werkzeug_body(known),
        traceparent=environ.get("HTTP_TRACEPARENT"),
    )


def wsgi_headers(environ: Mapping[str, Any]) -> Iterable[Tuple[str, str]]:
    """The headers among WSGI's variables, as `Accept-Language` and value."""
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name[5:].replace("_", "-").title(), str(value)
        elif name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            yield name.replace("_", "-").title(), str(value)


def trace_of(traceparent: Optional[str]) -> str:
    """The trace id of a `traceparent` header, else an empty text."""
    parts = (traceparent or "")[:60].strip().split("-")
    if len(parts) < 4 or len(parts[0]) != 2 or parts[0] == "ff" or len(parts[1]) != 32:
        return ""
    return parts[1] if _HEX.issuperset(parts[1]) and parts[1].strip("0") else ""


def form(pairs: Iterable[Tuple[str, Any]]) -> str:
    """Fields of a form that was parsed already, as the text it was sent as; files have no place in it."""
    return urlencode([(key, value) for key, value in pairs if isinstance(value, str)])


def _query(text: str) -> Dict[str, str]:
    told: Dict[str, List[str]] = {}
    for key, value in parse_qsl("&".join(text[:_BODY].split("&", _MOST_FIELDS)[:_MOST_FIELDS]), keep_blank_values=True):
        told.setdefault(key, []).append(value)
    return {key: ", ".join(values) for key, values in told.items()}


def _body(held: Any) -> Optional[str]:
    if isinstance(held, str):
        return held[:_BODY]
    if not isinstance(held, (bytes, bytearray)):
        return None
    try:
        # A character that the cut halved is left out; any other that is none makes it no text.
        return codecs.getincrementaldecoder("utf-8")().decode(held[:_BODY], len(held) <= _BODY)
    except UnicodeDecodeError:
        return f"bytes({len(held)})"


def _werkzeug_body(request: Any) -> Any:
    # What werkzeug's cached_property and get_data() left behind; asking the properties would read the stream.
    held = getattr(request, "__dict__", {})
    data = held.get("_cached_data")
    if data:
        return data
    fields = held.get("form")
    return form(fields.items(multi=True)) if fields else data


def _wsgi_text(text: str) -> str:
    # WSGI hands bytes over as latin-1.
    return text.encode("latin-1", "replace").decode("utf-8", "replace")
