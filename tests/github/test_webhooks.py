"""Deliveries as another implementation of GitHub sends them: the shapes of the recorded payloads hold there too."""

from __future__ import annotations

import json
import queue
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.github.kit import MONA, STRANGER
from tests.github.runs import TRACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.github.runs import Gate

pytestmark = pytest.mark.slow


@contextmanager
def deliveries(gate: Gate) -> Iterator[queue.Queue[tuple[str, Any]]]:
    """Every webhook that the repository sends, by name and payload."""
    got: queue.Queue[tuple[str, Any]] = queue.Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.put((self.headers["X-GitHub-Event"], json.loads(body)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    hook = {
        "config": {"url": f"http://127.0.0.1:{server.server_address[1]}/", "content_type": "json"},
        "events": ["issues", "issue_comment"],
        "active": True,
    }
    gate.shop.call("POST", f"{gate.shop.path}/hooks", hook)
    try:
        yield got
    finally:
        server.shutdown()
        server.server_close()


def next_of(got: queue.Queue[tuple[str, Any]], name: str, action: str) -> Any:
    """The payload of the next such delivery; others before it are passed over."""
    while True:
        event, payload = got.get(timeout=120)
        if (event, payload.get("action")) == (name, action):
            # The emulator reads its clock twice.
            if "comment" in payload:
                payload["comment"]["updated_at"] = payload["comment"]["created_at"]
            return payload


def test_what_is_delivered_is_understood(gate: Gate) -> None:
    with deliveries(gate) as got:
        issue = gate.issue(TRACE, ("bug",))
        opened = next_of(got, "issues", "opened")
        assert gate.run("issues_opened", opened).outputs["code"] == "no-label"
        gate.shop.call("POST", f"{gate.shop.path}/issues/{issue}/labels", {"labels": ["checkout", "splat"]}, MONA)
        labels = [next_of(got, "issues", "labeled") for _ in range(2)]
        codes = [gate.run("issues_labeled", payload).outputs["code"] for payload in labels]
        assert sorted(codes) == ["go", "other-label"]
        next_of(got, "issue_comment", "created")  # Splat's own
        gate.shop.comment(issue, "@splat stop", by=STRANGER)
        theirs = next_of(got, "issue_comment", "created")
        assert gate.run("issue_comment_created", theirs).outputs["code"] == "denied"
        gate.shop.comment(issue, "@splat stop")
        ours = next_of(got, "issue_comment", "created")
        ended = gate.run("issue_comment_created", ours)
        assert (ended.outputs["code"], ended.outputs["ask"], ended.outputs["running"]) == (
            "go",
            "stop",
            str(1001 + codes.index("go")),
        )


def test_splat_s_own_comment_comes_back_and_does_nothing(gate: Gate) -> None:
    with deliveries(gate) as got:
        issue = gate.issue()
        assert gate.labeled(issue).went
        asked = len(gate.proxy.log)
        own = next_of(got, "issue_comment", "created")
        assert "`@splat stop`" in own["comment"]["body"]
        assert gate.run("issue_comment_created", own).outputs["code"] == "own-words"
        assert len(gate.proxy.log) == asked + 1
