"""The stand-ins that users may import: the script over HTTP, and in the same process."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from healer.outcome import SplatError
from healer.proposal import Message, Proposal, Request, propose
from healer.testing import Answer, Calls, Fault, ScriptedClaude, ScriptedModel
from tests.proposal.support import ANSWER, TREE, make_context, make_settings


def post(url: str, body: Any) -> Any:
    data = json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=5) as response:
        return json.loads(response.read())


def test_it_plays_its_script_in_order_and_records() -> None:
    with ScriptedClaude(["one", Calls([("search", {"text": "x"})]), lambda body: body["model"]]) as server:
        url = f"{server.url}/v1/messages?beta=true"
        assert post(url, {"model": "m"})["content"] == [{"type": "text", "text": "one"}]
        assert post(url, {"model": "m"})["stop_reason"] == "tool_use"
        assert post(url, {"model": "nova"})["content"][0]["text"] == "nova"
        with pytest.raises(urllib.error.HTTPError, match="400"):
            post(url, {"model": "m"})
        assert post(f"{server.url}/v1/messages/count_tokens", {"messages": "x" * 400})["input_tokens"] > 100
        with pytest.raises(urllib.error.HTTPError, match="404"):
            post(f"{server.url}/v1/other", {})
    assert [body["model"] for body in server.requests] == ["m", "m", "nova", "m"]


def test_it_can_begin_again() -> None:
    with ScriptedClaude(["a", "b"], repeat=True) as server:
        texts = [post(f"{server.url}/v1/messages", {})["content"][0]["text"] for _ in range(5)]
    assert texts == ["a", "b", "a", "b", "a"]


def test_a_fault_carries_its_headers() -> None:
    with (
        ScriptedClaude([Fault(429, "rate_limit_error", "slow", {"retry-after": "7"})]) as server,
        pytest.raises(urllib.error.HTTPError) as caught,
    ):
        post(f"{server.url}/v1/messages", {})
    assert caught.value.headers["retry-after"] == "7"
    assert json.loads(caught.value.read())["error"]["type"] == "rate_limit_error"


def test_a_model_in_the_same_process_heals_too() -> None:
    model = ScriptedModel([Calls([("read_file", {"path": "shop/other.py"})]), Answer(ANSWER)])
    attempt = propose(make_context(), model, make_settings(), TREE)
    assert isinstance(attempt.outcome, Proposal)
    assert attempt.outcome.files_read == ("shop/other.py",)
    assert len(model.requests) == 2
    assert attempt.spend.dollars > 0


def test_a_model_in_the_same_process_raises_and_computes() -> None:
    model = ScriptedModel([SplatError("down"), lambda request: request.model], tools=False)
    asked = Request("m", "s", (Message("user", ({"type": "text", "text": "x"},)),))
    with pytest.raises(SplatError):
        model.reply(asked)
    assert model.reply(asked).text == "m"
    with pytest.raises(IndexError):
        model.reply(asked)
