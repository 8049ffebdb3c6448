"""Stand-ins for Claude, for Splat's own tests and for yours.

    with ScriptedClaude([{"title": ..., "edits": [...], ...}]) as claude:       # the real SDK, over HTTP
        run(ANTHROPIC_BASE_URL=claude.url, ANTHROPIC_API_KEY="test")
        run(SPLAT_BACKEND="bedrock", ANTHROPIC_BEDROCK_BASE_URL=claude.url, AWS_BEARER_TOKEN_BEDROCK="test", ...)
        run(SPLAT_BACKEND="vertex", ANTHROPIC_VERTEX_BASE_URL=claude.url + "/v1", GOOGLE_OAUTH_ACCESS_TOKEN="test", ...)

    propose(context, ScriptedModel([{"title": ...}]), settings, tree)           # in the same process

A script is a list of turns, played in order: a dict or a str is a final answer; `Answer`, `Calls`, `Fault`, `Raw`,
`Hang` and `Reset` say more; a function is given the request's body and returns a turn. `requests` holds what came in.
"""

from __future__ import annotations

import base64
import json
import re
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote

from healer.proposal import Reply, Request, Spend, ToolCall

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self


@dataclass(frozen=True, slots=True)
class Answer:
    """A turn of text. `says` that is no str is sent as JSON. `stop` is the stop reason; `usage` overrules the token
    counts, which are otherwise a guess by length; `seconds` is how long it takes.
    """

    says: Any
    stop: str = "end_turn"
    usage: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Calls:
    """A turn that calls tools: pairs of a name and arguments."""

    calls: Sequence[tuple[str, Any]]
    usage: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """An error of the API: its HTTP status, type ("overloaded_error"), message and headers ("retry-after")."""

    status: int
    type: str = "api_error"
    message: str = "scripted fault"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raw:
    """Any bytes as the body of a response."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Hang:
    """No response, until the server is closed."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset."""


Plain: TypeAlias = Answer | Calls | Fault | Raw | Hang | Reset | str | dict[str, Any]
Turn: TypeAlias = Plain | Callable[[dict[str, Any]], Plain]


class ScriptedClaude:
    """A server on loopback that speaks the part of the Messages API which Splat uses: messages (whole or streamed) and
    count_tokens; messages also as Amazon Bedrock and Vertex AI have them, under their addresses and in their framing. A
    context manager; `url` is its base URL. When the script is over it answers 400, or begins again where `repeat` is
    true. `requests` are the bodies with the model in them, `sent` the bytes as they came.
    """

    def __init__(self, script: Iterable[Turn], *, repeat: bool = False) -> None:
        self._script = list(script)
        self._repeat = repeat
        self._lock = threading.Lock()
        self.over = threading.Event()
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.sent: list[bytes] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"claude": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    def next_turn(self, body: dict[str, Any], headers: Mapping[str, str], path: str = "", sent: bytes = b"") -> Plain:
        """The turn for this request; called by the server's threads."""
        with self._lock:
            number = len(self.requests)
            self.requests.append(body)
            self.paths.append(path)
            self.sent.append(sent)
            self.headers.append({name.lower(): value for name, value in headers.items()})
        if self._repeat and self._script:
            number %= len(self._script)
        if number >= len(self._script):
            return Fault(400, "invalid_request_error", "The script has no more turns.")
        turn = self._script[number]
        return turn(body) if callable(turn) else turn


_ROUTES = {
    "bedrock": re.compile(r"/model/(?P<model>[^/]{1,300})/(?P<how>invoke|invoke-with-response-stream)"),
    "vertex": re.compile(
        r"/v1/projects/[^/]{1,100}/locations/[^/]{1,40}/publishers/anthropic/models/"
        r"(?P<model>[^/:]{1,300}):(?P<how>rawPredict|streamRawPredict)"
    ),
}


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    claude: ScriptedClaude
    cloud = ""
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # head and body in one packet: apart, they wait for each other for 40 ms

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test's output is the test's."""

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length", 0)))
        body = json.loads(sent or b"{}")
        route = self.path.partition("?")[0]
        if route == "/v1/messages/count_tokens":
            return self._send(200, {"input_tokens": _guess(body)})
        self.cloud = ""
        if route != "/v1/messages":
            found = next((match for rule in _ROUTES.values() if (match := rule.fullmatch(route))), None)
            if found is None:
                return self._send(404, _error("not_found_error", f"no such route: {route}"))
            self.cloud = "bedrock" if "/invoke" in route else "vertex"
            if "model" in body or "anthropic_version" not in body:
                return self._send(400, self._fault(Fault(400, "invalid_request_error", "model or version")))
            body = {"model": unquote(found["model"]), **body}
            if self.cloud == "bedrock":
                body["stream"] = found["how"] == "invoke-with-response-stream"
        turn = self.claude.next_turn(body, dict(self.headers), self.path, sent)
        return self._play(turn, body)

    def _fault(self, turn: Fault) -> dict[str, Any]:
        if self.cloud == "bedrock":
            return {"message": turn.message}
        if self.cloud == "vertex":
            return {"error": {"code": turn.status, "message": turn.message, "status": turn.type}}
        return _error(turn.type, turn.message)

    def do_GET(self) -> None:
        self._send(404, _error("not_found_error", "this server only knows POST /v1/messages"))

    do_HEAD = do_GET

    def _play(self, turn: Plain, body: dict[str, Any]) -> None:
        if isinstance(turn, Hang):
            self.claude.over.wait()
            self.close_connection = True
        elif isinstance(turn, Reset):
            # No lingering: the kernel answers with RST instead of an orderly end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif isinstance(turn, Fault):
            named = {"x-amzn-errortype": turn.type} if self.cloud == "bedrock" else {}
            self._send(turn.status, self._fault(turn), {**named, **turn.headers})
        elif isinstance(turn, Raw):
            self._write(turn.status, turn.body, {"content-type": turn.content_type})
        else:
            if isinstance(turn, Answer) and turn.seconds:
                time.sleep(turn.seconds)
            message = _message(turn, body)
            if body.get("stream") and self.cloud == "bedrock":
                self._write(200, _as_frames(message), {"content-type": "application/vnd.amazon.eventstream"})
            elif body.get("stream"):
                self._write(200, _as_events(message), {"content-type": "text/event-stream"})
            else:
                self._send(200, message)

    def _send(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        self._write(status, json.dumps(body).encode(), {"content-type": "application/json", **(headers or {})})

    def _write(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _message(turn: Answer | Calls | str | dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The API's message for a turn of words or tool calls."""
    if isinstance(turn, Calls):
        content = [
            {"type": "tool_use", "id": f"toolu_{number:04}", "name": name, "input": arguments}
            for number, (name, arguments) in enumerate(turn.calls)
        ]
        stop, usage = "tool_use", turn.usage
    else:
        answer = turn if isinstance(turn, Answer) else Answer(turn)
        text = answer.says if isinstance(answer.says, str) else json.dumps(answer.says)
        content, stop, usage = [{"type": "text", "text": text}], answer.stop, answer.usage
    counts = {"input_tokens": _guess(body), "output_tokens": _guess(content)}
    return {
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": body.get("model", ""),
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": counts | {"cache_read_input_tokens": 0, "cache_creation_input_tokens": 0} | dict(usage),
    }


def _as_events(message: dict[str, Any]) -> bytes:
    """The same message as a stream of server-sent events."""
    events = _events(message)
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


def _as_frames(message: dict[str, Any]) -> bytes:
    """The same events as AWS frames them: lengths, headers and payload, each with a checksum."""
    return b"".join(map(_frame, _events(message)))


def _frame(event: dict[str, Any]) -> bytes:
    payload = json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}).encode()
    told = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in told.items()
    )
    head = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    frame = head + struct.pack(">I", zlib.crc32(head)) + headers + payload
    return frame + struct.pack(">I", zlib.crc32(frame))


def _events(message: dict[str, Any]) -> list[dict[str, Any]]:
    start = message | {"content": [], "stop_reason": None, "usage": message["usage"] | {"output_tokens": 1}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": start}]
    for index, block in enumerate(message["content"]):
        if block["type"] == "text":
            empty, delta = block | {"text": ""}, {"type": "text_delta", "text": block["text"]}
        else:
            empty = block | {"input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        events += [
            {"type": "content_block_start", "index": index, "content_block": empty},
            {"type": "content_block_delta", "index": index, "delta": delta},
            {"type": "content_block_stop", "index": index},
        ]
    ended = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    return [*events, {"type": "message_delta", "delta": ended, "usage": message["usage"]}, {"type": "message_stop"}]


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_scripted"}


def _guess(content: Any) -> int:
    """Tokens, at four characters each."""
    return len(json.dumps(content)) // 4 + 1


class ScriptedModel:
    """A `Model` that plays a script in the same process: a final answer (dict or str), `Answer`, `Calls`, an exception
    to raise, or a function of the request that returns one of these. When the script is over it raises IndexError.
    """

    def __init__(self, script: Iterable[Any], *, tools: bool = True) -> None:
        self._script = list(script)
        self.tools = tools
        self.requests: list[Request] = []

    def reply(self, request: Request) -> Reply:
        """The next turn of the script."""
        self.requests.append(request)
        turn = self._script[len(self.requests) - 1]
        if callable(turn) and not isinstance(turn, type):
            turn = turn(request)
        if isinstance(turn, BaseException):
            raise turn
        sent = [request.system, [[dict(block) for block in message.blocks] for message in request.messages]]
        message = _message(turn, {"model": request.model, "sent": sent})
        blocks, used = message["content"], message["usage"]
        return Reply(
            text="".join(block.get("text", "") for block in blocks),
            stop=message["stop_reason"],
            spend=Spend(
                request.model,
                used["input_tokens"],
                used["output_tokens"],
                used["cache_read_input_tokens"],
                used["cache_creation_input_tokens"],
                calls=1,
            ),
            calls=tuple(
                ToolCall(block["id"], block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"
            ),
            blocks=tuple(blocks),
        )
