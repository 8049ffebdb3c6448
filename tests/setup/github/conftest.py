"""A GitHub to set up, and nothing of this machine's own sign-ins."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from healer.edge.github_setup import GitHubSetup
from healer.edge.github_token import Token
from tests.setup.github.standin import TOKEN, StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "GH_", "SPLAT_", "ANTHROPIC_", "SSH_", "CLAUDE_")) or name in (
            "DISPLAY",
            "BROWSER",
        ):
            monkeypatch.delenv(name)


@pytest.fixture
def hub() -> Iterator[StandIn]:
    with StandIn().serving() as standin:
        yield standin


@pytest.fixture
def setup(hub: StandIn) -> GitHubSetup:
    return GitHubSetup(hub.place, Token(TOKEN, "GITHUB_TOKEN"))
