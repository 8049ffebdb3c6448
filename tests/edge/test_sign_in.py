"""Which credential is used where there are several, what is said of the others, and what where there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from healer.edge import early
from healer.edge.early import CREDENTIALS, signed_in, winner
from healer.edge.sign_in import check, unused
from healer.outcome import ConfigError

KEY = {"ANTHROPIC_API_KEY": "sk-ant-1"}
RULE = {"ANTHROPIC_FEDERATION_RULE_ID": "fdrl_1"}
BEARER = {"AWS_BEARER_TOKEN_BEDROCK": "b-1", "AWS_REGION": "us-east-1"}
PAIR = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t", "AWS_REGION": "us-east-1"}
TOKEN = {"GOOGLE_OAUTH_ACCESS_TOKEN": "ya29", "ANTHROPIC_VERTEX_PROJECT_ID": "p-1", "CLOUD_ML_REGION": "global"}
ACTIONS = {"GITHUB_ACTIONS": "true"}


@pytest.mark.parametrize(
    ("backend", "environ", "used"),
    [
        ("api", KEY | RULE, "ANTHROPIC_API_KEY"),
        ("api", RULE | {"ANTHROPIC_API_KEY": ""}, "ANTHROPIC_FEDERATION_RULE_ID"),
        ("api", KEY | {"ANTHROPIC_AUTH_TOKEN": "t"}, "ANTHROPIC_API_KEY"),
        ("api", BEARER | PAIR | TOKEN, ""),
        ("bedrock", BEARER | PAIR | KEY, "AWS_BEARER_TOKEN_BEDROCK"),
        ("bedrock", PAIR | {"AWS_PROFILE": "me"}, "AWS_ACCESS_KEY_ID"),
        ("vertex", TOKEN | {"GOOGLE_APPLICATION_CREDENTIALS": "/x"}, "GOOGLE_OAUTH_ACCESS_TOKEN"),
    ],
)
def test_one_goes_first_and_the_process_that_asks_has_no_other(
    backend: str, environ: dict[str, str], used: str
) -> None:
    assert winner(environ, backend) == used
    seen = signed_in(environ | {"GITHUB_TOKEN": "ghs", "SPLAT_SETUP_ENV": "A=b", "PATH": "/bin"}, backend)
    there = {name for names in CREDENTIALS.values() for name in names} & seen.keys()
    assert there == ({used} if used else set())
    assert ("AWS_SECRET_ACCESS_KEY" in seen) == (used == "AWS_ACCESS_KEY_ID")
    assert not {"GITHUB_TOKEN", "SPLAT_SETUP_ENV"} & seen.keys()
    assert seen["PATH"] == "/bin"


@pytest.mark.parametrize(
    ("backend", "environ", "said"),
    [
        ("api", KEY, ()),
        ("api", KEY | RULE, ("ANTHROPIC_FEDERATION_RULE_ID is set and not used to sign in to Claude: ANTH",)),
        ("api", KEY | BEARER, ("AWS_BEARER_TOKEN_BEDROCK is set and not used",)),
        ("api", KEY | PAIR, ()),
        ("bedrock", BEARER | PAIR, ()),
        ("bedrock", PAIR | KEY, ("ANTHROPIC_API_KEY is set and not used to sign in to Claude: AWS_ACCESS_KEY_ID",)),
        ("cli", KEY, ("ANTHROPIC_API_KEY is set and not used to sign in to Claude: `backend` is `cli`",)),
    ],
)  # fmt: skip
def test_two_at_once_are_told(backend: str, environ: dict[str, str], said: tuple[str, ...]) -> None:
    told = unused(environ, backend)
    assert len(told) == len(said)
    assert all(mine.startswith(start) for mine, start in zip(told, said, strict=True))


@pytest.mark.parametrize(
    ("backend", "environ", "told"),
    [
        ("bedrock", BEARER | KEY, "AWS_BEARER_TOKEN_BEDROCK leads to Amazon, ANTHROPIC_API_KEY to Anthropic"),
        ("bedrock", PAIR | RULE, "AWS_ACCESS_KEY_ID leads to Amazon, ANTHROPIC_FEDERATION_RULE_ID to Anthropic"),
        ("bedrock", BEARER | TOKEN, "to Google"),
        ("vertex", TOKEN | {"CLAUDE_CODE_OAUTH_TOKEN": "t"}, "CLAUDE_CODE_OAUTH_TOKEN to Anthropic"),
        ("api", KEY | BEARER, "ANTHROPIC_API_KEY leads to Anthropic, AWS_BEARER_TOKEN_BEDROCK to Amazon"),
    ],
)
def test_in_actions_two_places_at_once_are_none(backend: str, environ: dict[str, str], told: str) -> None:
    """Where a company's code goes is never decided by an order of variables."""
    with pytest.raises(ConfigError, match="two places at once") as caught:
        check(environ | ACTIONS, backend)
    assert told in caught.value.what
    assert "Nothing was sent" in caught.value.next_step


@pytest.mark.parametrize(
    ("backend", "environ"),
    [
        ("api", KEY | PAIR),
        ("api", KEY | RULE),
        ("api", KEY | {"CLAUDE_CODE_OAUTH_TOKEN": "t"}),
        ("bedrock", BEARER | PAIR),
    ],
)
def test_what_has_other_uses_is_no_contradiction(backend: str, environ: dict[str, str]) -> None:
    check(environ | ACTIONS, backend)


@pytest.mark.parametrize(
    ("backend", "environ", "where", "then"),
    [
        ("api", {}, "ANTHROPIC_API_KEY", "`backend: cli`"),
        ("api", ACTIONS, "ANTHROPIC_API_KEY", "Settings > Secrets and variables > Actions"),
        ("api", ACTIONS, "ANTHROPIC_API_KEY", "the secret `anthropic-api-key`"),
        ("api", ACTIONS | PAIR, "ANTHROPIC_API_KEY", "docs/github.md"),
        ("cli", ACTIONS, "CLAUDE_CODE_OAUTH_TOKEN", "`claude-code-oauth-token`"),
        ("bedrock", ACTIONS | {"AWS_REGION": "us-east-1"}, "AWS_BEARER_TOKEN_BEDROCK", "`aws-bearer-token-bedrock`"),
        ("vertex", ACTIONS | TOKEN | {"GOOGLE_OAUTH_ACCESS_TOKEN": ""}, "GOOGLE_OAUTH_ACCESS_TOKEN", "heal-oidc.yml"),
    ],
)
def test_none_says_which_and_where_to_set_it(backend: str, environ: dict[str, str], where: str, then: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check(environ, backend)
    assert caught.value.where == where
    assert then in caught.value.next_step


def test_a_process_that_was_started_for_another_place_is_ended() -> None:
    early.start({**os.environ, **KEY, "SPLAT_BACKEND": ""})
    _, child = early._waiting[-1]
    assert early.take("bedrock") is None
    assert child.poll() is not None
    assert not early._waiting
    assert Path("/proc").is_dir()


@pytest.mark.parametrize("backend", ["cli", "nonsense"])
def test_nothing_is_started_for_what_asks_otherwise(backend: str) -> None:
    early.start({**os.environ, **KEY, "CLAUDE_CODE_OAUTH_TOKEN": "t", "SPLAT_BACKEND": backend})
    assert not early._waiting
