"""The verbs against GitHub's documented answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from healer.edge.github_labels import LABELS
from healer.edge.github_setup import GitHubSetup, Labels, PullPolicy
from healer.edge.github_token import Token
from healer.outcome import ConfigError, SplatError, UsageError
from healer.setup.github_rights import ADMINISTRATION, ISSUES, RIGHTS, SECRETS, VARIABLES, Held

if TYPE_CHECKING:
    from tests.setup.github.standin import StandIn


def test_what_the_token_sees(setup: GitHubSetup) -> None:
    standing = setup.standing()
    assert (standing.default_branch, standing.organization, standing.admin, standing.kind) == (
        "main",
        "",
        True,
        "fine-grained",
    )
    assert setup.login() == "mona"


def test_each_right_is_probed_and_nothing_is_changed(setup: GitHubSetup, hub: StandIn) -> None:
    before = (dict(hub.labels), dict(hub.secrets), dict(hub.variables), hub.allowed, hub.token_default)
    hub.denied = {"secrets", "administration"}
    found = {held.right.name: held.state for held in setup.rights()}
    assert found == {right.name: "missing" if right.name in hub.denied else "granted" for right in RIGHTS}
    assert (dict(hub.labels), dict(hub.secrets), dict(hub.variables), hub.allowed, hub.token_default) == before


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("github_pat_x", "/settings/personal-access-tokens"),
        ("ghp_x", "scope `repo`"),
        ("gho_x", "gh auth refresh --hostname localhost"),
        ("ghs_x", "/settings/apps"),
    ],
)
def test_a_missing_right_names_the_way_to_it(hub: StandIn, token: str, says: str) -> None:
    assert says in GitHubSetup(hub.place, Token(token, "")).missing(SECRETS).mend


def test_who_is_no_administrator_is_sent_to_one(setup: GitHubSetup, hub: StandIn) -> None:
    hub.admin = False
    hub.denied = {"administration"}
    setup.standing()
    assert setup.pull_policy() == Held(
        ADMINISTRATION,
        "missing",
        f"Ask an administrator of the repository; {hub.url}/acme/shop/settings/access lists them.",
    )


def test_labels_are_made_once_and_a_colour_of_ones_own_is_kept(setup: GitHubSetup, hub: StandIn) -> None:
    hub.labels["Splat"] = {"name": "Splat", "color": "00ff00", "description": "ours"}
    made = setup.make_labels()
    assert isinstance(made, Labels)
    assert set(made.made) == set(LABELS) - {"splat"}
    assert hub.labels["Splat"]["color"] == "00ff00"
    assert {name: (each["color"], each["description"]) for name, each in hub.labels.items() if name != "Splat"} == {
        name: about for name, about in LABELS.items() if name != "splat"
    }
    written = len(hub.written)
    assert setup.make_labels() == Labels((), tuple(LABELS))
    assert len(hub.written) == written


def test_labels_half_made_are_finished_by_the_next_run(setup: GitHubSetup, hub: StandIn) -> None:
    hub.faults = [("POST .*/labels", 201), ("POST .*/labels", 403)]
    assert isinstance(setup.make_labels(), Held)
    assert isinstance(setup.make_labels(), Labels)
    assert set(hub.labels) == set(LABELS)


def test_a_secret_arrives_sealed(setup: GitHubSetup, hub: StandIn) -> None:
    value = "sk-ant-api03-" + "ä✓x" * 10
    assert setup.put_secret("ANTHROPIC_API_KEY", value) is None
    assert hub.secrets == {"ANTHROPIC_API_KEY": value}
    assert value not in str(hub.log)
    assert setup.put_secret("ANTHROPIC_API_KEY", "other") is None
    assert hub.secrets == {"ANTHROPIC_API_KEY": "other"}
    assert setup.secrets() == {"ANTHROPIC_API_KEY"}
    assert setup.drop(["ANTHROPIC_API_KEY", "NONE"]) == ("ANTHROPIC_API_KEY",)


@pytest.mark.parametrize(("name", "value"), [("", "x"), ("a/../b", "x"), ("A", ""), ("A", "x" * 49_153), ("A\n", "x")])
def test_what_cannot_be_a_secret_is_never_sent(setup: GitHubSetup, hub: StandIn, name: str, value: str) -> None:
    with pytest.raises(UsageError):
        setup.put_secret(name, value)
    assert hub.log == []


def test_a_variable_is_set_whether_new_or_not(setup: GitHubSetup, hub: StandIn) -> None:
    assert setup.put_variable("SPLAT_APP_CLIENT_ID", "Iv1") is None
    assert setup.put_variable("SPLAT_APP_CLIENT_ID", "Iv2") is None
    assert setup.variables() == {"SPLAT_APP_CLIENT_ID": "Iv2"}
    hub.denied = {"variables"}
    assert setup.put_variable("SPLAT_APP_CLIENT_ID", "Iv3") == setup.missing(VARIABLES)


def test_actions_are_let_open_pull_requests_and_nothing_else_changes(setup: GitHubSetup, hub: StandIn) -> None:
    hub.token_default = "write"
    now = setup.pull_policy()
    assert now == PullPolicy(allowed=False, token="write")
    assert setup.allow_pulls(now) is None
    assert (hub.allowed, hub.token_default) == (True, "write")


def test_a_policy_above_the_repository_is_named(setup: GitHubSetup, hub: StandIn) -> None:
    hub.policy_above = True
    with pytest.raises(ConfigError, match="policy above") as caught:
        setup.allow_pulls(PullPolicy(allowed=False, token="read"))
    assert caught.value.where == f"{hub.url}/organizations/acme/settings/actions"


def test_a_short_outage_is_outwaited_and_a_long_one_is_named(setup: GitHubSetup, hub: StandIn) -> None:
    hub.faults = [(r"GET .*/secrets/public-key", 0), (r"PUT .*", 502)]
    assert setup.put_secret("A", "b") is None
    hub.faults = [(r"PUT .*", 503)] * 3
    with pytest.raises(SplatError, match="503"):
        setup.put_secret("A", "c")


def test_a_refused_token_and_a_strange_repository(hub: StandIn) -> None:
    with pytest.raises(ConfigError, match="refuses the token"):
        GitHubSetup(hub.place, Token("github_pat_wrong", "")).standing()
    setup = GitHubSetup(
        type(hub.place)("acme", "none", hub.url, f"{hub.url}/api/v3"), Token("github_pat_11ACME0000standin", "")
    )
    with pytest.raises(ConfigError, match="shows no repository acme/none"):
        setup.standing()


def test_held_back_labels_name_the_right(setup: GitHubSetup, hub: StandIn) -> None:
    hub.denied = {"issues"}
    assert setup.make_labels() == setup.missing(ISSUES)
