"""Claude at Amazon Bedrock and at Vertex AI: the SDK's clients talk to a server that takes and frames as those do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from healer.edge.claude import Claude
from healer.edge.claude_worker import ClaudeWorker
from healer.edge.clouds import cloud_of
from healer.outcome import ConfigError, SplatError
from healer.testing import Answer, Calls, Fault, Hang, Raw, Reset, ScriptedClaude
from tests.edge.test_claude import SOON, request

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from healer.testing import Turn

BEARER, TOKEN, SECRET = "bedrock-api-key-QWxhZGRpbg", "ya29.a0AfB_secret", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
AWS = {"AWS_REGION": "eu-central-1", "AWS_BEARER_TOKEN_BEDROCK": BEARER}
KEYS = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET}
GOOGLE = {
    "CLOUD_ML_REGION": "europe-west1",
    "ANTHROPIC_VERTEX_PROJECT_ID": "shop-1",
    "GOOGLE_OAUTH_ACCESS_TOKEN": TOKEN,
}
SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}}
#: A machine of AWS or Google, and a person signed in to one, have more.
NONE = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
}


class Asked:
    """A client of `backend` and the server that it talks to."""

    def __init__(self, backend: str, script: tuple[Turn, ...], environ: dict[str, str]) -> None:
        self.server = ScriptedClaude(script)
        base = {"bedrock": "ANTHROPIC_BEDROCK_BASE_URL", "vertex": "ANTHROPIC_VERTEX_BASE_URL"}[backend]
        self.environ = environ | {base: self.server.url + ("/v1" if backend == "vertex" else "")}
        self.model = Claude(retries=0, timeout=120.0, cloud=cloud_of(backend, self.environ))

    def __enter__(self) -> Asked:
        self.server.__enter__()
        return self

    def __exit__(self, *ended: Any) -> None:
        self.model.close()
        self.server.__exit__(*ended)


def bedrock(*script: Turn, **environ: str) -> AbstractContextManager[Asked]:
    return Asked("bedrock", script, AWS | environ)


def vertex(*script: Turn, **environ: str) -> AbstractContextManager[Asked]:
    return Asked("vertex", script, GOOGLE | environ)


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("AWS_", "GOOGLE_", "ANTHROPIC_", "CLOUD_ML"))]:
        monkeypatch.delenv(name)
    for name, value in NONE.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("tokens", [1_000, 60_000], ids=["whole", "streamed"])
def test_bedrock_with_an_api_key(tokens: int) -> None:
    with bedrock(Answer({"title": "x"}, usage={"input_tokens": 7, "cache_read_input_tokens": 3})) as asked:
        reply = asked.model.reply(request(max_tokens=tokens, effort="low"))
        [path], [headers], [body] = asked.server.paths, asked.server.headers, asked.server.requests
    assert reply.text == '{"title": "x"}'
    assert (reply.spend.input_tokens, reply.spend.cache_read_tokens) == (7, 3)
    assert reply.spend.model == "claude-sonnet-5-5", "which is what has a price"
    how = "invoke" if tokens == 1_000 else "invoke-with-response-stream"
    assert path == f"/model/global.anthropic.claude-sonnet-5-5/{how}"
    assert headers["authorization"] == f"Bearer {BEARER}"
    assert "x-api-key" not in headers
    assert body["anthropic_version"]
    assert body["output_config"] == {"effort": "low"}


@pytest.mark.parametrize("tokens", [1_000, 60_000], ids=["whole", "streamed"])
def test_bedrock_with_signed_requests(tokens: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (KEYS | {"AWS_SESSION_TOKEN": "session"}).items():
        monkeypatch.setenv(name, value)
    with Asked("bedrock", (Calls([("read_file", {"path": "a.py"})]),), KEYS) as asked:
        reply = asked.model.reply(request(max_tokens=tokens))
        [path], [headers], [sent] = asked.server.paths, asked.server.headers, asked.server.sent
        url = asked.server.url + path
    assert reply.calls[0].arguments == {"path": "a.py"}
    told = headers["authorization"]
    assert re.match(r"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/\d{8}/eu-central-1/bedrock/aws4_request", told)
    assert headers["x-amz-security-token"] == "session"
    assert SECRET.encode() not in sent
    assert signed(url, headers, sent) == told, "signed over this very request"


def signed(url: str, headers: dict[str, str], sent: bytes) -> str:
    """The Authorization header that AWS itself would make of what arrived."""
    [names] = re.findall(r"SignedHeaders=([^,]+)", headers["authorization"])
    kept = {name: headers[name] for name in names.split(";") if not name.startswith("x-amz-")}
    again = AWSRequest("POST", url, headers=kept, data=sent)
    signer = SigV4Auth(Credentials(KEYS["AWS_ACCESS_KEY_ID"], SECRET, "session"), "bedrock", "eu-central-1")
    again.context["timestamp"] = headers["x-amz-date"]
    again.headers["X-Amz-Date"] = headers["x-amz-date"]
    again.headers["X-Amz-Security-Token"] = "session"
    canonical = signer.canonical_request(again)
    signature = signer.signature(signer.string_to_sign(again, canonical), again)
    return headers["authorization"].rpartition("Signature=")[0] + f"Signature={signature}"


@pytest.mark.parametrize("tokens", [1_000, 60_000], ids=["whole", "streamed"])
def test_vertex_with_an_access_token(tokens: int) -> None:
    with vertex(Answer("hello")) as asked:
        assert asked.model.reply(request(max_tokens=tokens)).text == "hello"
        [path], [headers] = asked.server.paths, asked.server.headers
    how = "rawPredict" if tokens == 1_000 else "streamRawPredict"
    place = "/v1/projects/shop-1/locations/europe-west1/publishers/anthropic/models"
    assert path == f"{place}/claude-sonnet-5-5:{how}"
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert "x-api-key" not in headers


@pytest.mark.parametrize("cloud", [bedrock, vertex])
def test_the_shape_of_an_answer_is_asked_for_in_words(cloud: Any) -> None:
    with cloud("hello") as asked:
        asked.model.reply(request(schema=SCHEMA, effort="low"))
        [body] = asked.server.requests
    assert body["output_config"] == {"effort": "low"}
    assert body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert '"title"' in body["system"][1]["text"]


@pytest.mark.parametrize(
    ("cloud", "said", "gone"),
    [
        (bedrock, "cache_control: Extra inputs are not permitted", "cache_control"),
        (vertex, "messages.0.content.0.cache_control: not supported", "cache_control"),
        (bedrock, "output_config.effort: not available", "effort"),
        (bedrock, "anthropic_version: 2026-10-21 is not supported", "2026-10-21"),
        (vertex, "Invalid anthropic_version", "2026-10-21"),
    ],
)
def test_what_is_refused_is_left_out_and_that_is_said(
    cloud: Any, said: str, gone: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with cloud(Fault(400, "ValidationException", said), "hello", "again") as asked:
        assert asked.model.reply(request(effort="low")).text == "hello"
        assert asked.model.reply(request(effort="low")).text == "again"
        first, second, third = asked.server.sent
    assert gone.encode() in first
    assert gone.encode() not in second
    assert gone.encode() not in third, "once is enough"
    assert capsys.readouterr().err.count("asked again with") == 1


def test_a_refusal_without_end_ends() -> None:
    with bedrock(*[Fault(400, "ValidationException", "effort cache_control anthropic_version")] * 9) as asked:
        with pytest.raises(SplatError, match="HTTP 400"):
            asked.model.reply(request(effort="low"))
        assert len(asked.server.requests) == 4


BEDROCK_FAULTS = [
    (
        Fault(403, "AccessDeniedException", "You don't have access to the model"),
        "let this credential",
        "bedrock:InvokeModel`",
    ),
    (
        Fault(403, "UnrecognizedClientException", "The security token included in the request is invalid."),
        "accept the credential",
        "aws-bearer-token-bedrock",
    ),
    (
        Fault(403, "ExpiredTokenException", "The security token included in the request is expired"),
        "accept the credential",
        "expired",
    ),
    (
        Fault(400, "ValidationException", "The provided model identifier is invalid."),
        "does not know the model",
        "`models`",
    ),
    (
        Fault(400, "ValidationException", "Invocation of model ID x with on-demand throughput is not supported."),
        "does not know the model",
        "AWS_REGION",
    ),
    (Fault(404, "ResourceNotFoundException", "not found"), "global.anthropic.claude-sonnet-5-5", "eu.anthropic"),
    (Fault(429, "ThrottlingException", "Too many tokens"), "quota", "Service Quotas"),
    (Fault(503, "ServiceUnavailableException", "busy"), "overloaded or down", "later"),
]
VERTEX_FAULTS = [
    (
        Fault(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."),
        "accept the credential",
        "google-access-token",
    ),
    (
        Fault(403, "PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' denied"),
        "let this credential",
        "roles/aiplatform.user",
    ),
    (
        Fault(403, "PERMISSION_DENIED", "Vertex AI API has not been used in project 1"),
        "let this credential",
        "switch the Vertex AI API on",
    ),
    (Fault(404, "NOT_FOUND", "Publisher Model `x` was not found"), "does not know the model", "CLOUD_ML_REGION"),
    (
        Fault(400, "FAILED_PRECONDITION", "Project `1` is not allowed to use Publisher Model `x`"),
        "does not know the model",
        "Model Garden",
    ),
    (Fault(429, "RESOURCE_EXHAUSTED", "Quota exceeded"), "quota", "Quotas"),
    (Fault(413, "INVALID_ARGUMENT", "too large"), "too large", "context.max_tokens"),
    (Raw(b'[{"error": {"message": "odd"}}]', status=418), "odd", "`models`"),
]


@pytest.mark.parametrize(
    ("cloud", "fault", "what", "then"),
    [(bedrock, *each) for each in BEDROCK_FAULTS] + [(vertex, *each) for each in VERTEX_FAULTS],
)
def test_an_error_says_where_to_set_it_right(cloud: Any, fault: Turn, what: str, then: str) -> None:
    with cloud(fault) as asked, pytest.raises(SplatError) as caught:
        asked.model.reply(request())
    assert what in caught.value.what
    assert then in caught.value.next_step
    assert caught.value.where.startswith("http://127.0.0.1")
    assert BEARER not in str(caught.value)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("cloud", [bedrock, vertex])
@pytest.mark.parametrize(
    "turn", [Reset(), Raw(b"<html>"), Raw(b""), Raw(b"[]"), Fault(400, "x", f"odd {BEARER} {TOKEN}")]
)
def test_nothing_odd_gets_through(cloud: Any, turn: Turn) -> None:
    with cloud(turn) as asked, pytest.raises(SplatError) as caught:
        asked.model.reply(request())
    assert BEARER not in str(caught.value) or cloud is vertex
    assert TOKEN not in str(caught.value) or cloud is bedrock


@pytest.mark.parametrize("frames", [b"", b"\0" * 64, b"\xff" * 4096, b"\0\0\0\x10\0\0\0\0" + b"\0" * 8])
def test_frames_that_are_none(frames: bytes) -> None:
    raw = Raw(frames, content_type="application/vnd.amazon.eventstream")
    with bedrock(raw) as asked, pytest.raises(SplatError):
        asked.model.reply(request(max_tokens=60_000))


def test_a_cloud_that_hangs_is_left_in_time() -> None:
    with bedrock(Hang()) as asked, pytest.raises(SplatError, match=r"no answer|in time"):
        asked.model.reply(request(seconds=1.0))


def test_a_rate_limit_is_waited_out() -> None:
    with ScriptedClaude([Fault(429, "ThrottlingException", "slow", SOON), "hello"]) as server:
        environ = AWS | {"ANTHROPIC_BEDROCK_BASE_URL": server.url}
        assert Claude(retries=2, cloud=cloud_of("bedrock", environ)).reply(request()).text == "hello"


@pytest.mark.parametrize(
    ("backend", "environ", "what", "where", "then"),
    [
        ("bedrock", AWS | {"AWS_REGION": ""}, "no region", "AWS_REGION", "`aws-region`"),
        ("bedrock", AWS | {"AWS_REGION": "x.evil.example/"}, "is no region", "AWS_REGION", "eu-central-1"),
        (
            "bedrock",
            {"AWS_REGION": "us-east-1", "GITHUB_ACTIONS": "true"},
            "no credential",
            "AWS_BEARER",
            "role-to-assume",
        ),
        ("bedrock", KEYS | {"AWS_SECRET_ACCESS_KEY": ""}, "without its secret", "AWS_SECRET_ACCESS_KEY", "both"),
        ("vertex", GOOGLE | {"ANTHROPIC_VERTEX_PROJECT_ID": ""}, "no project", "VERTEX_PROJECT", "`google-project`"),
        (
            "vertex",
            GOOGLE | {"ANTHROPIC_VERTEX_PROJECT_ID": "../x"},
            "is no project",
            "VERTEX_PROJECT",
            "google-project",
        ),
        ("vertex", GOOGLE | {"CLOUD_ML_REGION": ""}, "no region", "CLOUD_ML_REGION", "`google-region`"),
        ("vertex", GOOGLE | {"CLOUD_ML_REGION": "evil.example/"}, "is no region", "CLOUD_ML_REGION", "global"),
        (
            "vertex",
            GOOGLE | {"GOOGLE_OAUTH_ACCESS_TOKEN": "", "GITHUB_ACTIONS": "true"},
            "no credential",
            "GOOGLE_OAUTH",
            "google-workload-identity-provider",
        ),
    ],
)
def test_what_is_missing_is_named(backend: str, environ: dict[str, str], what: str, where: str, then: str) -> None:
    cloud = cloud_of(backend, environ)
    assert cloud
    with pytest.raises(ConfigError) as caught:
        cloud.check()
    assert what in caught.value.what
    assert where in caught.value.where
    assert then in caught.value.next_step


@pytest.mark.parametrize(
    ("backend", "environ"), [("bedrock", KEYS), ("vertex", GOOGLE | {"GOOGLE_OAUTH_ACCESS_TOKEN": ""})]
)
def test_the_extras_are_named_where_they_are_missing(backend: str, environ: dict[str, str]) -> None:
    script = (
        "import sys; sys.modules.update({'boto3': None, 'google': None, 'google.auth': None})\n"
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if sys.modules.get(name, 1) is None else find(name, *more)\n"
        f"from healer.edge.clouds import cloud_of; cloud_of({backend!r}, {environ!r}).check()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert f"pip install 'splat-healer[{backend}]'" in done.stderr


def test_an_api_key_needs_no_boto3() -> None:
    """Nothing of AWS' own is in Splat's lock file by default; a long answer is then asked for in one piece."""
    with ScriptedClaude(["hello"]) as server:
        environ = AWS | {"ANTHROPIC_BEDROCK_BASE_URL": server.url}
        script = (
            "import sys; sys.modules.update({'boto3': None, 'botocore': None})\n"
            "import importlib.util as u; find = u.find_spec\n"
            "u.find_spec = lambda name, *more: None if sys.modules.get(name, 1) is None else find(name, *more)\n"
            "from healer.edge.clouds import cloud_of; from healer.edge.claude import Claude\n"
            "from tests.edge.test_claude import request\n"
            f"cloud = cloud_of('bedrock', {environ!r}); cloud.check()\n"
            "print(Claude(cloud=cloud).reply(request(max_tokens=60_000)).text)"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        assert done.stdout.strip() == "hello", done.stderr
        assert server.paths == ["/model/global.anthropic.claude-sonnet-5-5/invoke"]


def test_no_credentials_at_all_is_a_message() -> None:
    with Asked("bedrock", ("hello",), {"AWS_REGION": "us-east-1"}) as asked, pytest.raises(ConfigError) as caught:
        asked.model.reply(request())
    assert "Signing in to Amazon Bedrock failed" in caught.value.what
    assert not asked.server.requests


def test_the_worker_asks_there_and_has_one_credential() -> None:
    with ScriptedClaude([lambda body: Answer("hello")]) as server:
        environ = os.environ | AWS | KEYS | {"ANTHROPIC_BEDROCK_BASE_URL": server.url, "ANTHROPIC_API_KEY": "sk-ant-x"}
        worker = ClaudeWorker(environ, "bedrock")
        try:
            assert worker.reply(request()).text == "hello"
            assert worker._child
            seen = Path(f"/proc/{worker._child.pid}/environ").read_bytes()
        finally:
            worker.close()
        assert server.headers[0]["authorization"] == f"Bearer {BEARER}"
    assert BEARER.encode() in seen
    for other in (b"sk-ant-x", SECRET.encode(), b"AWS_ACCESS_KEY_ID"):
        assert other not in seen
