"""A sign-in to Claude that is missing, wrong or one too many: what a person reads on the issue and in the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from healer.testing import Fault
from tests.github.jobs import Jobs, shown
from tests.verdict.apps import App, crash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github.runs import Gate

pytestmark = pytest.mark.slow
BEARER = {"SPLAT_BACKEND": "bedrock", "AWS_REGION": "eu-central-1", "AWS_BEARER_TOKEN_BEDROCK": "sign-in-secret"}
TOKEN = {
    "SPLAT_BACKEND": "vertex",
    "CLOUD_ML_REGION": "global",
    "ANTHROPIC_VERTEX_PROJECT_ID": "shop-1",
    "GOOGLE_OAUTH_ACCESS_TOKEN": "sign-in-secret",
}
DENIED = Fault(403, "PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' denied")
CASES: dict[str, tuple[dict[str, str], list[Any], list[str]]] = {
    "no key": ({}, [], ["no key for Claude", "secret `anthropic-api-key`", "Settings > Secrets and variables"]),
    "a wrong key": (
        {"ANTHROPIC_API_KEY": "sign-in-secret"},
        [Fault(401, "authentication_error", "invalid x-api-key")],
        ["does not accept the credential: invalid x-api-key", "ANTHROPIC_API_KEY"],
    ),
    "no right to an identity": (
        {"ANTHROPIC_FEDERATION_RULE_ID": "fdrl_1", "ANTHROPIC_ORGANIZATION_ID": "org"},
        [],
        ["may not ask GitHub for an identity", "set `id-token` to `write`"],
    ),
    "an identity and no rule": (
        {"ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:9/"},
        [],
        ["`anthropic-federation-rule-id`", "`aws-role-to-assume`"],
    ),
    "no subscription": ({"SPLAT_BACKEND": "cli"}, [], ["`claude-code-oauth-token`"]),
    "no region": (BEARER | {"AWS_REGION": ""}, [], ["no region for Amazon Bedrock", "`aws-region`"]),
    "no role": (BEARER | {"AWS_BEARER_TOKEN_BEDROCK": ""}, [], ["`aws-bearer-token-bedrock`", "`aws-role-to-assume`"]),
    "an expired role": (
        BEARER,
        [Fault(403, "ExpiredTokenException", "The security token included in the request is expired")],
        ["security token included in the request is expired", "`aws-bearer-token-bedrock`"],
    ),
    "no project": (TOKEN | {"ANTHROPIC_VERTEX_PROJECT_ID": ""}, [], ["no project for Vertex AI", "`google-project`"]),
    "no role at Google": (TOKEN, [DENIED], ["let this credential do that", "`roles/aiplatform.user`"]),
    "two places": (BEARER | {"ANTHROPIC_API_KEY": "x"}, [], ["two places at once", "Nothing was sent"]),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    return crash("python", tmp_path_factory.mktemp("app"))


@pytest.fixture
def jobs(gate: Gate, app: App, tmp_path: Path) -> Jobs:
    return Jobs(gate, app, tmp_path)


@pytest.mark.parametrize("name", CASES)
def test_the_issue_says_which_and_where(jobs: Jobs, name: str) -> None:
    environ, script, reads = CASES[name]
    issue = jobs.issue()
    assert jobs.labeled(issue).went
    healed = jobs.heal(script, **{"GITHUB_ACTIONS": "true", "ANTHROPIC_API_KEY": ""} | environ)
    assert healed.outputs["outcome"] == "error", healed.printed
    assert healed.code == 2
    assert len(jobs.asked) == len(script), "nothing is sent without a sign-in"
    assert jobs.publish().outputs["outcome"] == "error"
    for text in (healed.summary, jobs.comment_body(issue)):
        read = " ".join(shown(text).replace("&gt;", ">").split())
        for words in reads:
            assert words in read
        assert "sign-in-secret" not in text
    assert "sign-in-secret" not in healed.printed
    assert jobs.ledger(issue).spent == 0
