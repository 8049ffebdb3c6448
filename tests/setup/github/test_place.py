"""Addresses, tokens and keys: what goes where, and what goes nowhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from healer.edge.github_token import Token, find_token
from healer.outcome import ConfigError, UsageError
from healer.setup.github import API_KEY, OAUTH, Place, claude_secret

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-ant-api03-" + "a" * 80


@pytest.mark.parametrize(
    ("host", "server", "api"),
    [
        ("github.com", "https://github.com", "https://api.github.com"),
        ("ssh.github.com", "https://github.com", "https://api.github.com"),
        ("acme.ghe.com", "https://acme.ghe.com", "https://api.acme.ghe.com"),
        ("git.acme.example:8443", "https://git.acme.example:8443", "https://git.acme.example:8443/api/v3"),
    ],
)
def test_each_host_has_its_api(host: str, server: str, api: str) -> None:
    place = Place.at(host, "acme", "shop.git", {})
    assert (place.server, place.api, place.full_name) == (server, api, "acme/shop")


@pytest.mark.parametrize("host", ["", "a b", "evil.example/x", "-x", "a@b", "x\n"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(ConfigError):
        Place.at(host, "acme", "shop", {})


@pytest.mark.parametrize(
    "api", ["http://evil.example", "ftp://x", "https://", "https://a b", "http://localhost.evil.example"]
)
def test_a_token_is_sent_to_no_unencrypted_stranger(api: str) -> None:
    with pytest.raises(ConfigError, match="GITHUB_API_URL"):
        Place.at("github.com", "acme", "shop", {"GITHUB_API_URL": api})


def test_the_environment_names_another_api() -> None:
    place = Place.at("github.com", "acme", "shop", {"GITHUB_API_URL": "http://localhost:8000/"})
    assert place.api == "http://localhost:8000"


def test_a_token_for_github_goes_to_no_other_host(tmp_path: Path) -> None:
    there = {"GITHUB_TOKEN": "github_pat_1", "PATH": str(tmp_path)}
    assert find_token(Place.at("github.com", "a", "b", there), there) == Token("github_pat_1", "GITHUB_TOKEN")
    with pytest.raises(ConfigError, match=r"no token for git\.evil\.example") as caught:
        find_token(Place.at("git.evil.example", "a", "b", there), there)
    assert caught.value.where == "GH_ENTERPRISE_TOKEN or GITHUB_ENTERPRISE_TOKEN"
    both = there | {"GH_ENTERPRISE_TOKEN": "ghp_2222"}
    assert find_token(Place.at("git.acme.example", "a", "b", both), both).value == "ghp_2222"
    named = there | {
        "GITHUB_SERVER_URL": "https://git.acme.example",
        "GITHUB_API_URL": "https://git.acme.example/api/v3",
    }
    assert find_token(Place.at("git.acme.example", "a", "b", named), named).value == "github_pat_1"


def test_gh_is_asked_for_this_host_and_sees_no_other_token(tmp_path: Path) -> None:
    gh = tmp_path / "gh"
    gh.write_text(
        '#!/bin/sh\n[ -z "$GITHUB_TOKEN$GH_TOKEN" ] || exit 9\n'
        '[ "$*" = "auth token --hostname github.com" ] && echo gho_abc\n'
    )
    gh.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    found = find_token(Place("a", "b"), environ)
    assert found == Token("gho_abc", "gh")
    assert "gho_abc" not in repr(found)
    gh.write_text("#!/bin/sh\necho 'no oauth token' >&2\nexit 1\n")
    with pytest.raises(ConfigError, match="gh auth login --hostname"):
        find_token(Place("a", "b"), environ)


def test_a_key_is_known_by_its_shape() -> None:
    assert claude_secret(f' "{KEY}"\n') == (API_KEY, KEY)
    assert claude_secret("sk-ant-oat01-" + "b" * 60)[0] == OAUTH


@pytest.mark.parametrize(
    "value", ["", "hello", "sk-ant-apix", KEY + " x", KEY + "\nB=c", "sk-ant-admin01-" + "c" * 60, "sk-" + "d" * 48]
)
def test_what_is_no_key_is_refused_unsaid(value: str) -> None:
    with pytest.raises(UsageError) as caught:
        claude_secret(value)
    assert not value or value not in str(caught.value)
