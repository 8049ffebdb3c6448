"""Signing in to Claude by identity federation: GitHub's token service and Claude's token exchange, on loopback."""

from __future__ import annotations

import http.client
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from healer.edge import identity
from healer.edge.claude import Claude
from healer.outcome import ConfigError, SplatError
from healer.testing import ScriptedClaude
from tests.edge.test_claude import request
from tests.web import Quiet, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNNER = {
    "GITHUB_ACTIONS": "true",
    "ANTHROPIC_FEDERATION_RULE_ID": "fdrl_1",
    "ANTHROPIC_ORGANIZATION_ID": "org-1",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "runner-secret",
    "ANTHROPIC_API_KEY": "",
}


class Front:
    """Both token services, in front of a scripted Claude; `log` holds what came in."""

    def __init__(self, upstream: str) -> None:
        self.upstream, self.log = urlsplit(upstream), []  # type: tuple[Any, list[tuple[str, Any, Any]]]
        self.identity: Any = {"value": "header.github-jwt.signature"}
        self.url = ""

    @contextmanager
    def serving(self) -> Iterator[Front]:
        front = self

        class Handler(Quiet):
            def do_GET(self) -> None:
                front.log.append((self.path, dict(self.headers), None))
                self._say(200, json.dumps(front.identity).encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                front.log.append((self.path, dict(self.headers), json.loads(body)))
                if self.path == "/v1/oauth/token":
                    told = {"access_token": "sk-ant-oat-1", "token_type": "Bearer", "expires_in": 600}
                    return self._say(200, json.dumps(told).encode())
                connection = http.client.HTTPConnection(front.upstream.netloc, timeout=120)
                connection.request("POST", self.path, body, {"content-type": "application/json"})
                answer = connection.getresponse()
                return self._say(answer.status, answer.read())

            def _say(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        with serving(Handler) as port:
            self.url = f"http://127.0.0.1:{port}"
            yield self


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    with ScriptedClaude(["hello"], repeat=True) as claude, Front(claude.url).serving() as front:
        for name, value in RUNNER.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{front.url}/identity?api-version=2.0")
        yield front


def test_a_job_s_identity_becomes_a_call(front: Front) -> None:
    model = Claude("", front.url)
    assert "hello" in model.reply(request()).text
    (asked, headers, _), (exchange, _, grant), (call, called, _) = front.log
    assert parse_qs(urlsplit(asked).query) == {"api-version": ["2.0"], "audience": ["https://api.anthropic.com"]}
    assert headers["Authorization"] == "bearer runner-secret"
    assert (exchange, grant["assertion"]) == ("/v1/oauth/token", "header.github-jwt.signature")
    assert (grant["federation_rule_id"], grant["organization_id"]) == ("fdrl_1", "org-1")
    assert (call, called["Authorization"]) == ("/v1/messages", "Bearer sk-ant-oat-1")
    model.reply(request())
    assert [path for path, _, _ in front.log].count("/v1/oauth/token") == 1, "a token is used until it expires"


def test_a_key_goes_first(front: Front) -> None:
    Claude("sk-ant-key", front.url).reply(request())
    assert [path for path, _, _ in front.log] == ["/v1/messages"]


@pytest.mark.parametrize("answer", [{}, {"value": 1}, [], "x", {"value": ""}])
def test_no_identity_is_a_message(front: Front, answer: Any) -> None:
    front.identity = answer
    with pytest.raises(SplatError) as caught:
        Claude("", front.url).reply(request())
    assert "GitHub gives no identity" in caught.value.what
    assert "runner-secret" not in str(caught.value)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ConfigError, match="may not ask") as caught:
        identity.of_actions(RUNNER)
    assert "`id-token` to `write`" in caught.value.next_step
    with pytest.raises(ConfigError, match="organization"):
        identity.of_actions(RUNNER | {"ANTHROPIC_ORGANIZATION_ID": ""})


@pytest.mark.parametrize(
    "changes",
    [{"ANTHROPIC_FEDERATION_RULE_ID": ""}, {"GITHUB_ACTIONS": ""}, {"ANTHROPIC_IDENTITY_TOKEN_FILE": "/run/token"}],
)
def test_elsewhere_the_sdk_looks_for_itself(changes: dict[str, str]) -> None:
    assert identity.of_actions(RUNNER | changes) is None
