"""The process that talks to Claude: what comes through its pipe, and when it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from healer.edge.claude_worker import ClaudeWorker
from healer.outcome import SplatError
from healer.proposal import Message, Reply, Request
from healer.testing import Hang, Raw, ScriptedClaude

if TYPE_CHECKING:
    from healer.testing import Turn

REQUEST = Request(
    "claude-sonnet-5-5", "be brief", (Message("user", ({"type": "text", "text": "hello"},)),), seconds=120
)
HANGS = """
import os, sys
from healer.edge.claude_worker import ClaudeWorker
from healer.proposal import Message, Request
worker = ClaudeWorker(os.environ)
worker.warm()
print(worker._child.pid, flush=True)
worker.reply(Request("m", "s", (Message("user", ({"type": "text", "text": "x"},)),), seconds=600))
"""


def ask(turn: Turn) -> Reply:
    with ScriptedClaude([turn]) as claude:
        worker = ClaudeWorker(os.environ | {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": claude.url})
        try:
            return worker.reply(REQUEST)
        finally:
            worker.close()


def message(content: str) -> Raw:
    return Raw(f'{{"content": [{content}], "stop_reason": "tool_use", "usage": {{}}}}'.encode())


@pytest.mark.parametrize("depth", [120, 400, 800])
def test_a_tool_call_too_deep_to_write_down_is_passed_over(depth: int, capfd: pytest.CaptureFixture[str]) -> None:
    deep = '{"a":' * depth + "1" + "}" * depth
    told = ask(
        message(f'{{"type": "text", "text": "hi"}}, {{"type": "tool_use", "id": "1", "name": "x", "input": {deep}}}')
    )
    assert (told.text, told.calls) == ("hi", ())
    assert "Traceback" not in capfd.readouterr().err


def test_a_tool_call_of_usual_depth_is_read() -> None:
    told = ask(message('{"type": "tool_use", "id": "1", "name": "x", "input": {"a": {"b": [1]}}}'))
    assert told.calls[0].arguments == {"a": {"b": [1]}}


@pytest.mark.parametrize("body", [b"<html>", b"[" * 100_000, b"", b'"x"', json.dumps({"content": "x"}).encode()])
def test_what_is_no_message_names_the_variable_to_check(body: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SplatError) as caught:
        ask(Raw(body))
    assert "not the Claude API" in caught.value.what
    assert "ANTHROPIC_BASE_URL" in caught.value.next_step
    assert "Traceback" not in capfd.readouterr().err


def test_it_does_not_outlive_a_parent_that_was_killed() -> None:
    """Nobody would read the answer it waits for, and the user would pay for it."""
    with ScriptedClaude([Hang()]) as claude:
        environ = os.environ | {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": claude.url}
        parent = subprocess.Popen([sys.executable, "-c", HANGS], stdout=subprocess.PIPE, env=environ, text=True)
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        _until(lambda: bool(claude.requests))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        parent.stdout.close()
        _until(lambda: not _runs(child))


def _runs(pid: int) -> bool:
    # Whoever adopted it may be slow to collect it.
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def _until(true: object, seconds: float = 120) -> None:
    assert callable(true)
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
