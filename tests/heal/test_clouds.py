"""A whole healing through Amazon Bedrock and Vertex AI: what is paid, what was asked, who saw the credential."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from healer.testing import Answer, Fault, ScriptedClaude
from tests.heal.kit import ENVIRON, SPLAT, answer
from tests.verdict.apps import App, crash

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
USAGE = {"input_tokens": 100_000, "output_tokens": 10_000}
SIGN_INS = {
    "bedrock": {"AWS_BEARER_TOKEN_BEDROCK": "bedrock-key-1", "AWS_REGION": "eu-central-1"},
    "vertex": {
        "GOOGLE_OAUTH_ACCESS_TOKEN": "ya29.token-1",
        "ANTHROPIC_VERTEX_PROJECT_ID": "shop-1",
        "CLOUD_ML_REGION": "europe-west1",
    },
}
#: A test that tells what it sees, where the credential would be in its own environment or in a process it can see.
SPY = """
def test_spy():
    import glob, os
    seen = " ".join(os.environ.values())
    for place in glob.glob("/proc/[0-9]*/environ"):
        try:
            seen += open(place, errors="replace").read()
        except OSError:
            pass
    assert "bedrock" + "-key-1" not in seen and "ya29" + ".token-1" not in seen
"""


def heal(app: App, backend: str, script: list[Any], **more: str) -> tuple[int, dict[str, Any], str, ScriptedClaude]:
    (app.repo.parent / "crash.log").write_text(app.trace)
    environ = {name: value for name, value in ENVIRON.items() if not name.startswith(("AWS_", "GOOGLE_", "CLOUD_ML"))}
    with ScriptedClaude(script) as claude:
        where = {"ANTHROPIC_BEDROCK_BASE_URL": claude.url, "ANTHROPIC_VERTEX_BASE_URL": f"{claude.url}/v1"}
        done = subprocess.run(
            [SPLAT, "heal", "--trace", "../crash.log", "--json"],
            cwd=app.repo,
            env=environ | where | {"SPLAT_BACKEND": backend} | SIGN_INS[backend] | more,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr, claude


@pytest.mark.parametrize("backend", ["bedrock", "vertex"])
def test_a_crash_is_healed_there(backend: str, tmp_path: Path) -> None:
    app = crash("python", tmp_path)
    refused = Fault(400, "ValidationException", "output_config.effort: not supported for this model")
    told = answer(app)
    edit = told["regression_test"]["edits"][0]
    edit["replace"] = SPY.lstrip() + "\n\n" + edit["replace"]
    code, ended, said, claude = heal(app, backend, [refused, Answer(told, usage=USAGE)])
    assert code == 0, said
    assert "refuses `effort`" in said
    # Sonnet's $2 and $10; a tenth more where the answer comes from a region of its own.
    price = 0.2 + 0.1
    assert ended["cost_usd"] == pytest.approx(price * (1.1 if backend == "vertex" else 1.0), rel=0.01)
    first, second = claude.requests
    assert "output_config" in first
    assert "output_config" not in second
    assert "JSON Schema" in second["system"][1]["text"]
    credential = next(iter(SIGN_INS[backend].values()))
    assert claude.headers[1]["authorization"] == f"Bearer {credential}"
    kept = [path for path in (app.repo / ".splat").rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if credential.encode() in path.read_bytes()]


def test_a_wrong_credential_is_said_and_nothing_else_happens(tmp_path: Path) -> None:
    app = crash("python", tmp_path)
    expired = Fault(403, "ExpiredTokenException", "The security token included in the request is expired")
    code, _, said, claude = heal(app, "bedrock", [expired])
    assert code == 2
    assert (
        "Amazon Bedrock does not accept the credential: The security token included in the request is expired" in said
    )
    assert "aws-bearer-token-bedrock" in said
    assert "bedrock-key-1" not in said
    assert len(claude.requests) == 1
