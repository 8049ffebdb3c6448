"""The SDK's side of Claude: errors, retries, hangs, streams. A real HTTP server on loopback answers."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time

import pytest

from healer.edge.claude import Claude
from healer.outcome import ConfigError, SplatError
from healer.proposal import Message, Request
from healer.testing import Answer, Calls, Fault, Hang, Raw, Reset
from tests.proposal.support import claude

SOON = {"retry-after-ms": "5"}
#: Limits in seconds, each tried where a busy machine had not sent the request within the one before.
PATIENCE = (0.15, 2.0, 20.0)
SECRET = "sk-ant-api03-" + "A1b2C3d4" * 6


def request(**changes: object) -> Request:
    values: dict[str, object] = {
        "model": "claude-sonnet-5-5",
        "system": "be brief",
        "messages": (Message("user", ({"type": "text", "text": "hello"},)),),
        "seconds": 120.0,
    }
    return Request(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fault", "kind", "what", "next_step"),
    [
        (
            Fault(401, "authentication_error", "invalid x-api-key"),
            ConfigError,
            "invalid x-api-key",
            "ANTHROPIC_API_KEY",
        ),
        (Fault(403, "permission_error", "not allowed"), ConfigError, "not allowed", "models"),
        (Fault(404, "not_found_error", "model: nova"), ConfigError, "does not know the model", "models"),
        (Fault(400, "invalid_request_error", "max_tokens: too large"), SplatError, "max_tokens: too large", "effort"),
        (Fault(400, "invalid_request_error", f"odd key {SECRET}"), SplatError, "[REDACTED]", "effort"),
        (Fault(402, "billing_error", "credit balance is too low"), SplatError, "credit balance", ""),
        (Fault(413, "request_too_large", "too many bytes"), SplatError, "too large", "context.max_tokens"),
        (Fault(422, "invalid_request_error", "odd"), SplatError, "odd", "models"),
        (Fault(429, "rate_limit_error", "slow down"), SplatError, "rate limit", "Wait"),
        (Fault(500, "api_error", "oops"), SplatError, "overloaded or down (HTTP 500)", "Run again later"),
        (Fault(503, "api_error", "oops"), SplatError, "overloaded or down (HTTP 503)", "Run again later"),
        (Fault(529, "overloaded_error", "Overloaded"), SplatError, "overloaded or down (HTTP 529)", "Run again later"),
        (Fault(418, "teapot", "short and stout"), SplatError, "short and stout", ""),
    ],
)
def test_an_error_of_the_api_says_what_to_do(fault: Fault, kind: type[SplatError], what: str, next_step: str) -> None:
    with claude(fault) as (model, _), pytest.raises(kind) as caught:
        model.reply(request())
    assert type(caught.value) is kind
    assert what in caught.value.what
    assert next_step in caught.value.next_step
    assert caught.value.next_step
    assert caught.value.where.startswith("http://127.0.0.1")
    assert SECRET not in str(caught.value)
    assert "sk-test-key" not in str(caught.value)


@pytest.mark.parametrize(
    "raw",
    [
        Raw(b"not json"),
        Raw(b""),
        Raw(b"null"),
        Raw(b"[]"),
        Raw(b"{}"),
        Raw(b'{"content": "text"}'),
        Raw(b"<html>welcome to the guest network</html>", content_type="text/html"),
        Raw(b"[" * 100_000),
        Raw(b"\xff\xfe\x00", content_type="application/octet-stream"),
        Raw(b'{"type": "error"}', status=500),
        Raw(b"<html>bad gateway</html>", status=502, content_type="text/html"),
        Raw(b"", status=401),
        Raw(b"x" * 5_000_000, status=400),
    ],
)
@pytest.mark.parametrize("max_tokens", [8_000, 64_000])
def test_garbage_is_our_own_error(raw: Raw, max_tokens: int) -> None:
    with claude(raw) as (model, _), pytest.raises(SplatError) as caught:
        model.reply(request(max_tokens=max_tokens))
    assert caught.value.next_step
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize(
    "body",
    [
        b'{"content": [null, 3, {"type": "text"}, {"text": 5}], "usage": null}',
        b'{"content": [], "stop_reason": 7, "usage": {"input_tokens": -5, "output_tokens": "many"}}',
        b'{"content": [{"type": "tool_use"}], "stop_reason": "tool_use", "usage": []}',
    ],
)
def test_an_odd_message_is_read_as_far_as_it_goes(body: bytes) -> None:
    with claude(Raw(body)) as (model, _):
        reply = model.reply(request())
    assert reply.spend.input_tokens == 0
    assert isinstance(reply.text, str)


def test_rate_limits_and_overload_are_tried_again() -> None:
    script = [
        Fault(429, "rate_limit_error", "slow", SOON),
        Fault(529, "overloaded_error", "busy", SOON),
        Answer("well"),
    ]
    with claude(*script, retries=2) as (model, server):
        assert model.reply(request()).text == "well"
    assert len(server.requests) == 3
    with claude(*[Fault(529, "overloaded_error", "busy", SOON)] * 9, retries=2) as (model, server):
        with pytest.raises(SplatError, match="529"):
            model.reply(request())
        assert len(server.requests) == 3


def test_a_refused_key_is_not_tried_again() -> None:
    with claude(*[Fault(401, "authentication_error")] * 5, retries=3) as (model, server):
        with pytest.raises(ConfigError):
            model.reply(request())
        assert len(server.requests) == 1


def test_a_reset_connection() -> None:
    with claude(Reset()) as (model, _), pytest.raises(SplatError, match="cannot be reached") as caught:
        model.reply(request())
    assert "ANTHROPIC_BASE_URL" in caught.value.next_step


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://no-such-host.invalid", "ftp://x", "no url", "http://[::1"]
)
def test_no_way_to_the_api(url: str) -> None:
    with pytest.raises(SplatError) as caught:
        Claude("sk-test-key", url, retries=0, timeout=2.0).reply(request())
    assert caught.value.next_step


@pytest.mark.parametrize("key", ["sk-line\nbreak-injected: x", "sk-nul\x00-is-no-letter"])
def test_a_key_that_no_header_can_carry_is_not_shown(key: str) -> None:
    with claude(Answer("x")) as (model, server):
        with pytest.raises(SplatError) as caught:
            Claude(key, server.url, retries=0).reply(request())
        assert key not in str(caught.value)
        assert key not in repr(caught.value.__cause__)
        assert not server.requests
        assert model.tools


def test_no_key_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_FEDERATION_RULE_ID", "ANTHROPIC_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(ConfigError) as caught:
        Claude(base_url="http://127.0.0.1:1").reply(request())
    assert "ANTHROPIC_API_KEY" in caught.value.next_step
    assert "cli" in caught.value.next_step


def test_a_hang_ends_at_the_time_limit_whatever_the_retries() -> None:
    for seconds in PATIENCE:
        with claude(*[Hang()] * 9, retries=5, timeout=120.0) as (model, server):
            began = time.monotonic()
            with pytest.raises(SplatError, match="no answer within") as caught:
                model.reply(request(seconds=seconds))
            assert time.monotonic() - began < seconds + 60
            assert "limits.minutes" in caught.value.next_step
            time.sleep(0.2)
            if server.requests:
                break
    assert len(server.requests) == 1


def test_a_silence_ends_at_the_timeout() -> None:
    with claude(Hang(), timeout=0.15) as (model, _), pytest.raises(SplatError, match="did not answer in time"):
        model.reply(request())


def test_a_server_that_drips_bytes_cannot_hold_us() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n")
            while not over.wait(0.02):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    model = Claude("k", f"http://127.0.0.1:{listener.getsockname()[1]}", retries=0, timeout=5.0)
    began = time.monotonic()
    with pytest.raises(SplatError, match="no answer within"):
        model.reply(request(seconds=0.3))
    assert time.monotonic() - began < 60
    over.set()
    thread.join(2)
    listener.close()


def test_it_works_again_after_a_hang() -> None:
    for seconds in PATIENCE:
        with claude(Hang(), Answer("well")) as (model, server):
            with pytest.raises(SplatError):
                model.reply(request(seconds=seconds))
            if not server.requests:
                continue
            assert model.reply(request()).text == "well"
            return
    raise AssertionError("no request came")


def test_a_long_answer_is_streamed() -> None:
    script = (Answer("long"), Calls([("search", {"text": "x"})]), Fault(529, "overloaded_error", "busy"))
    with claude(*script) as (model, server):
        reply = model.reply(request(max_tokens=64_000))
        assert (reply.text, reply.stop) == ("long", "end_turn")
        assert reply.spend.output_tokens > 0
        reply = model.reply(request(max_tokens=64_000))
        assert [(call.name, call.arguments) for call in reply.calls] == [("search", {"text": "x"})]
        with pytest.raises(SplatError, match="529"):
            model.reply(request(max_tokens=64_000))
    assert all(body["stream"] for body in server.requests)


def test_an_error_in_the_middle_of_a_stream() -> None:
    events = b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}\n\n'
    raw = Raw(events, content_type="text/event-stream")
    with claude(raw) as (model, _), pytest.raises(SplatError, match="overloaded") as caught:
        model.reply(request(max_tokens=64_000))
    assert "later" in caught.value.next_step


def test_the_largest_answer_is_asked_for_without_complaint() -> None:
    for most in (20_000, 20_001, 128_000):
        with claude(Answer("x")) as (model, server):
            assert model.reply(request(max_tokens=most)).text == "x"
        assert server.requests[0]["max_tokens"] == most


def test_waiting_is_measured() -> None:
    with claude(Answer("x", seconds=0.15)) as (model, _):
        model.wait()
        began = time.monotonic()
        assert 0.15 <= model.reply(request()).spend.seconds <= time.monotonic() - began


def test_the_key_travels_in_its_header_alone() -> None:
    with claude(Answer("x")) as (model, server):
        model.reply(request())
    holders = [name for name, value in server.headers[0].items() if "sk-test-key" in value]
    assert holders in (["authorization"], ["x-api-key"])
    assert "sk-test-key" not in str(server.requests)


def test_warming_up_leaves_the_first_call_little_to_do() -> None:
    code = (
        "import sys, time\n"
        "from healer.edge.claude import Claude\n"
        "assert 'anthropic' not in sys.modules\n"
        "model = Claude('k', 'http://127.0.0.1:1'); model.warm()\n"
        "end = time.monotonic() + 120\n"
        "while model._client is None and time.monotonic() < end: time.sleep(0.01)\n"
        "assert 'anthropic' in sys.modules and model._client is not None\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=180)
