"""The steps of `splat init` on GitHub: each stands alone, and a second run does what was left."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from healer.cli.ask import Nobody
from healer.cli.github_options import Choices, choices, github_options
from healer.cli.init_github import Step, set_up
from healer.cli.secret_source import read_secret
from healer.outcome import ConfigError, UsageError
from healer.setup.github import APP_CLIENT_ID, APP_KEY, TOKEN
from healer.setup.github_roads import WAYS
from tests.setup.github.standin import TOKEN as GITHUB_TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.setup.github.standin import StandIn

KEY = "sk-ant-api03-" + "k" * 80


class Answers:
    """A person who has made up their mind."""

    def __init__(self, road: str = "plain", secret: str = "", yes: bool = True) -> None:
        self.road, self.said, self.agrees = road, secret, yes
        self.asked: list[str] = []

    def yes(self, question: str, *, default: bool) -> bool:
        self.asked.append(question)
        return self.agrees

    def choose(self, question: str, options: Sequence[tuple[str, str]], default: str) -> str:
        self.asked.append(question + " ".join(words for _, words in options))
        return self.road

    def secret(self, question: str) -> str:
        self.asked.append(question)
        return self.said


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", GITHUB_TOKEN)


def run(hub: StandIn, told: Choices | None = None, ask: Any = None) -> tuple[dict[str, Step], str]:
    said: list[str] = []
    steps = set_up(_local(hub), told or Choices(), ask or Nobody(), said.append)
    return {step.name: step for step in steps}, "\n".join(said)


def _local(hub: StandIn) -> Any:
    """As github.com's own: whose token GITHUB_TOKEN is."""
    from healer.setup.github import Place

    class OnGitHub(Place):
        @property
        def host(self) -> str:
            return "github.com"

    return OnGitHub(hub.owner, hub.name, hub.url, f"{hub.url}/api/v3")


def states(steps: dict[str, Step]) -> dict[str, str]:
    return {name: step.state for name, step in steps.items()}


def test_all_of_it_and_a_second_run_changes_nothing(hub: StandIn, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    told = Choices(claude_key=str(tmp_path / "key"))
    steps, said = run(hub, told)
    assert states(steps) == {"labels": "done", "claude": "done", "road": "done", "pull-requests": "done"}
    assert hub.secrets == {"ANTHROPIC_API_KEY": KEY}
    assert hub.allowed
    assert "start no CI by themselves" in said
    assert KEY not in said + str(hub.log)
    before = len(hub.written)
    steps, _ = run(hub)
    assert states(steps) == {"labels": "there", "claude": "there", "road": "done", "pull-requests": "there"}
    assert len(hub.written) == before


def test_nobody_s_key_is_given_away_unasked(hub: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    steps, _ = run(hub)
    assert (steps["claude"].state, hub.secrets) == ("missing", {})
    assert steps["claude"].next_step == f"{hub.url}/acme/shop/settings/secrets/actions/new"
    steps, _ = run(hub, Choices(claude_key="env"))
    assert (steps["claude"].state, hub.secrets) == ("done", {"ANTHROPIC_API_KEY": KEY})


def test_a_key_that_is_typed(hub: StandIn) -> None:
    ask = Answers(secret=f" {KEY} ", yes=True)
    run(hub, ask=ask)
    assert hub.secrets == {"ANTHROPIC_API_KEY": KEY}
    assert any("not shown" in question for question in ask.asked)


def test_a_wrong_key_ends_its_step_alone(hub: StandIn) -> None:
    steps, said = run(hub, ask=Answers(secret="hunter2"))
    assert states(steps) == {"labels": "done", "claude": "failed", "road": "done", "pull-requests": "done"}
    assert "hunter2" not in said


def test_what_each_road_cannot_do_is_said_before_one_is_taken(hub: StandIn) -> None:
    ask = Answers()
    run(hub, ask=ask)
    told = " ".join(ask.asked)
    for way in WAYS:
        assert way.limits.replace("`", "") in told


def test_a_token_of_ones_own_needs_no_ticked_box(hub: StandIn) -> None:
    steps, said = run(hub, Choices(road="token"), Answers(secret="github_pat_22SPLAT"))
    assert hub.secrets[TOKEN] == "github_pat_22SPLAT"
    assert states(steps)["pull-requests"] == "skipped"
    assert not hub.allowed
    assert "/settings/personal-access-tokens/new?" in said
    assert "contents=write" in said
    steps, _ = run(hub)
    assert steps["road"] == Step("road", "there", f"Splat writes as the token in {TOKEN}.")


def test_missing_rights_name_their_pages_and_the_rest_goes_on(hub: StandIn) -> None:
    hub.denied = {"secrets", "administration"}
    steps, _ = run(hub, Choices(claude_key="env"))
    assert states(steps) == {"labels": "done", "claude": "missing", "road": "done", "pull-requests": "missing"}
    said = " ".join(step.next_step for step in steps.values())
    assert f"{hub.url}/acme/shop/settings/secrets/actions/new" in said
    assert f"{hub.url}/acme/shop/settings/actions" in said
    assert "Secrets: read and write" in said


def test_without_the_right_to_store_its_key_no_app_is_begun(hub: StandIn) -> None:
    hub.denied = {"variables"}
    steps, _ = run(hub, Choices(road="app"))
    assert (steps["road"].state, hub.manifests) == ("missing", [])
    assert "Variables" in steps["road"].what


def test_an_app_that_is_there_is_left_alone(hub: StandIn) -> None:
    hub.secrets, hub.variables = {APP_KEY: "pem"}, {APP_CLIENT_ID: "Iv1"}
    for told in (Choices(), Choices(road="app")):
        steps, _ = run(hub, told)
        assert (steps["road"].state, steps["pull-requests"].state) == ("there", "skipped")
    assert hub.manifests == []


def test_half_an_app_is_no_app(hub: StandIn) -> None:
    hub.secrets = {APP_KEY: "pem"}
    steps, _ = run(hub)
    assert steps["road"].state == "missing"
    assert f"{hub.url}/acme/shop/settings/variables/actions" in steps["road"].next_step


def test_no_is_an_answer(hub: StandIn) -> None:
    steps, _ = run(hub, Choices(labels=False, allow_pulls=False))
    assert states(steps) == {"labels": "skipped", "claude": "missing", "road": "done", "pull-requests": "missing"}
    assert (hub.labels, hub.secrets, hub.allowed) == ({}, {}, False)
    assert hub.written == []


def test_github_away_half_way_and_the_next_run_goes_on(hub: StandIn, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    hub.faults = [("PUT .*/secrets/.*", 0)] * 3
    steps, _ = run(hub, Choices(claude_key=str(tmp_path / "key")))
    assert states(steps) == {"labels": "done", "claude": "failed", "road": "done", "pull-requests": "done"}
    steps, _ = run(hub, Choices(claude_key=str(tmp_path / "key")))
    assert states(steps)["claude"] == "done"
    assert hub.secrets == {"ANTHROPIC_API_KEY": KEY}


def test_no_token_says_how_to_get_one(hub: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="gh auth login"):
        run(hub)
    assert hub.log == []


@pytest.mark.parametrize("source", [KEY, "github_pat_abc", "-----BEGIN RSA PRIVATE KEY-----"])
def test_a_secret_on_the_command_line_is_refused_and_not_repeated(source: str) -> None:
    with pytest.raises(UsageError, match="command line") as caught:
        read_secret(source, "X")
    assert source not in str(caught.value)


def test_where_secrets_are_read_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "one")
    assert read_secret("env:MINE", "X") == "one"
    (tmp_path / "two").write_bytes(b"\xef\xbb\xbftwo\r\n")
    assert read_secret(str(tmp_path / "two"), "X") == "two"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"three\n")))
    assert read_secret("-", "X") == "three"
    (tmp_path / "long").write_bytes(b"x" * 60_000)
    (tmp_path / "odd").write_bytes(b"\xff\xfe\x00")
    for source in (
        "env:NOT_SET",
        str(tmp_path),
        str(tmp_path / "none"),
        str(tmp_path / "long"),
        str(tmp_path / "odd"),
        "a\0b",
    ):
        with pytest.raises(UsageError):
            read_secret(source, "X")


def test_the_flags_are_read_back() -> None:
    found: list[Choices] = []

    @click.command()
    @github_options
    def command(**options: Any) -> None:
        found.append(choices(options))
        assert options == {}

    done = CliRunner().invoke(
        command, ["--road", "app", "--no-allow-pull-requests", "--app-port", "8123", "--no-browser"]
    )
    assert done.exit_code == 0, done.output
    assert found == [Choices("app", allow_pulls=False, port=8123, browser=False)]


def test_the_words_about_the_roads_stand_in_the_documents() -> None:
    text = (Path(__file__).parents[3] / "docs/github.md").read_text()
    for way in WAYS:
        assert f"| {way.name} | {way.limits} |" in text
