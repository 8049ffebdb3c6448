"""The SDK without its unused parts does all that Splat asks of it, exactly as the whole one does."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from healer.edge.claude import Claude
from healer.edge.claude_worker import ClaudeWorker
from healer.outcome import ConfigError, SplatError
from healer.proposal import Message, Reply, Request
from healer.testing import Answer, Calls, Fault, Raw, ScriptedClaude

REQUEST = Request("claude-sonnet-5-5", "be brief", (Message("user", ({"type": "text", "text": "hello"},)),), seconds=20)
TURNS = {
    "answer": Answer({"title": "x"}),
    "refusal": Answer("no", stop="refusal"),
    "tool": Calls([("read_file", {"path": "a.py"})]),
    "unauthorized": Fault(401, "authentication_error", "invalid x-api-key"),
    "unknown model": Fault(404, "not_found_error", "model: x"),
    "bad request": Fault(400, "invalid_request_error", "too long"),
    "overloaded": Fault(529, "overloaded_error", "busy", {"x-should-retry": "false"}),
    "limited": Fault(429, "rate_limit_error", "slow down", {"x-should-retry": "false"}),
    "broken": Fault(500, "api_error", "oops", {"x-should-retry": "false"}),
    "odd error": Raw(b'{"type":"error","error":{"type":"never_heard_of","details":{"x":1}}}', status=418),
}


def told(model: Claude | ClaudeWorker, request: Request) -> Reply | tuple[type, str]:
    try:
        reply = model.reply(request)
    except SplatError as error:
        return type(error), error.what
    return replace(reply, spend=replace(reply.spend, seconds=0.0))


@pytest.mark.parametrize("max_tokens", [1_000, 60_000], ids=["whole", "streamed"])
@pytest.mark.parametrize("name", TURNS)
def test_the_lean_sdk_tells_what_the_whole_one_tells(name: str, max_tokens: int) -> None:
    request = replace(REQUEST, max_tokens=max_tokens)
    with ScriptedClaude([TURNS[name]], repeat=True) as claude:
        whole = told(Claude("test", claude.url, retries=0), request)
        worker = ClaudeWorker(os.environ | {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": claude.url})
        try:
            lean = told(worker, request)
        finally:
            worker.close()
    assert lean == whole
    assert isinstance(whole, Reply) == (name in {"answer", "refusal", "tool"})
    if name == "unauthorized":
        assert isinstance(whole, tuple)
        assert whole[0] is ConfigError


def test_it_is_lean() -> None:
    count = (
        "import sys; from healer.edge.lean_sdk import load; load(); print('anthropic' in sys.modules, len(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", count], capture_output=True, text=True, check=True)
    there, modules = done.stdout.split()
    assert there == "True"
    assert int(modules) < 1_100


def test_an_sdk_that_does_not_import_that_way_is_imported_as_it_is() -> None:
    script = (
        "import re; from healer.edge import lean_sdk; lean_sdk.UNUSED = re.compile('anthropic.types.beta.*');"
        "lean_sdk.load();"
        "import anthropic; print(anthropic.Anthropic(api_key='x').messages.create.__name__)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "create", done.stderr
