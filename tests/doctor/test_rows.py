"""The checks, as values: what each says of which facts."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from healer.ci import read_workflow
from healer.doctor import Check, Task, exit_code, hub, local, roads, run_all
from healer.doctor import workflow as flows
from healer.outcome import ConfigError, SplatError
from healer.settings import Settings
from healer.settings.values import GateSettings
from healer.setup.github import Place
from healer.setup.github_rights import CONTENTS, Held
from tests.cli.test_console import EVIL
from tests.docs_pages import ROOT

EXAMPLE = (ROOT / "examples/workflows/splat.yml").read_text()
OWN_STEPS = (ROOT / "examples/workflows/splat-own-steps.yml").read_text()
PATH = ".github/workflows/splat.yml"
PLACE = Place("acme", "shop")


def caller(text: str = EXAMPLE) -> flows.Caller:
    found, broken = flows.callers({PATH: text.encode()})
    assert not broken, broken
    return found[0]


def dumped(document: Any) -> str:
    """As GitHub reads it: PyYAML takes the key `on` for a truth."""
    return str(yaml.safe_dump(document)).replace("true:\n", "on:\n")


def rows(text: str, settings: Settings | None = None) -> dict[str, list[str]]:
    states: dict[str, list[str]] = {}
    for check in flows.check_caller(caller(text), settings or Settings(), {"CI"}):
        states.setdefault(check.state, []).append(check.found)
    return states


# The workflow


def test_the_examples_are_as_they_should_be() -> None:
    assert rows(EXAMPLE).keys() == {"ok"}, rows(EXAMPLE)
    own = rows(OWN_STEPS)
    assert own.keys() == {"ok", "warn"}
    assert all("does not listen to" in each for each in own["warn"]), own


def test_what_it_needs_is_what_the_called_workflow_asks_for() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/heal.yml").read_text())["jobs"]
    needed: dict[str, str] = {}
    for job in jobs.values():
        for name, level in job.get("permissions", {}).items():
            needed[name] = "write" if "write" in (level, needed.get(name)) else level
    assert needed == flows.NEEDED


def test_what_signs_in_is_what_the_called_workflows_take() -> None:
    given = {*yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]}
    for name in ("heal", "heal-oidc"):
        told = yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text())[True]["workflow_call"]
        given |= {*told["secrets"], *told["inputs"]}
    assert {*flows.CREDENTIALS, *flows._SIGN_INS} <= given


@pytest.mark.parametrize(
    ("old", "new", "state", "words"),
    [
        ("  issues:\n    types: [opened, labeled, reopened]\n", "", "fail", "a label on an issue starts nothing"),
        ("types: [opened, labeled, reopened]", "types: [opened]", "fail", "leaves out `labeled`"),
        ("      issues: write\n", "", "fail", "`issues: write`: GitHub starts no run"),
        ("contents: write", "contents: read", "fail", "`contents: write`"),
        ("workflows: [CI]", "workflows: [C1]", "warn", "no workflow here is named so"),
        ("@v1", "@v7", "warn", "uses Splat v7"),
        ("@v1", "@main", "warn", "follows 'main'"),
        ("'auto-fix'", "'fix-it'", "warn", "does not name the label 'auto-fix'"),
        ("'@splat'", "'@other'", "warn", "does not name '@splat'"),
    ],
)
def test_each_mistake_is_named(old: str, new: str, state: str, words: str) -> None:
    assert old in EXAMPLE
    found = rows(EXAMPLE.replace(old, new))
    assert any(words in each for each in found[state]), found
    assert ("ok" in found) == (state == "warn")


def test_a_pinned_commit_and_no_condition() -> None:
    assert rows(EXAMPLE.replace("@v1", "@" + "a" * 40)).keys() == {"ok"}
    document = yaml.safe_load(EXAMPLE)
    del document["jobs"]["splat"]["if"]
    assert "is billed" in rows(dumped(document))["warn"][0]


def test_labels_and_mention_of_the_settings_count() -> None:
    settings = replace(Settings(), gate=GateSettings(labels=("bug's",), mention="@mend"))
    assert len(rows(EXAMPLE, settings)["warn"]) == 2
    fitting = EXAMPLE.replace("'auto-fix'", "'bug''s'").replace("'@splat'", "'@mend'")
    assert rows(fitting, settings).keys() == {"ok"}


def with_secrets(given: str, told: str = "{}") -> flows.Caller:
    document = yaml.safe_load(EXAMPLE)
    document["jobs"]["splat"] |= {"secrets": yaml.safe_load(given), "with": yaml.safe_load(told)}
    return flows.callers({PATH: dumped(document).encode()})[0][0]


@pytest.mark.parametrize(
    ("given", "told", "signs_in"),
    [
        ("{anthropic-api-key: '${{ secrets.A }}'}", "{}", True),
        ("{claude-code-oauth-token: \"${{ secrets['O'] }}\"}", "{}", True),
        ("{app-private-key: '${{ secrets.K }}'}", "{}", False),
        ("{}", "{anthropic-federation-rule-id: fdrl_1}", True),
        ("inherit", "{}", True),
    ],
)
def test_a_way_to_sign_in_is_passed_on(given: str, told: str, signs_in: bool) -> None:
    found = with_secrets(given, told)
    assert found.signs_in == signs_in
    states = [check.state for check in flows.check_caller(found, Settings(), {"CI"})]
    assert ("fail" in states) != signs_in


@pytest.mark.parametrize(
    ("there", "writer"),
    [
        (None, None),
        ((), "plain"),
        (("splat_github_token",), "token"),
        (("SPLAT_APP_CLIENT_ID",), "plain"),
        (("SPLAT_APP_CLIENT_ID", "SPLAT_APP_PRIVATE_KEY", "SPLAT_GITHUB_TOKEN"), "app"),
    ],
)
def test_whose_token_it_writes_with(there: tuple[str, ...] | None, writer: str | None) -> None:
    assert caller().writer(there) == writer
    assert with_secrets("{}").writer(there) == "plain"


def test_drift_from_what_this_version_writes() -> None:
    assert not list(flows.drifted(caller(), EXAMPLE))
    older = EXAMPLE.replace("types: [opened, labeled, reopened]", "types: [labeled]").replace("statuses: read", "")
    (row,) = flows.drifted(caller(older), EXAMPLE)
    assert "`on`, `permissions`" in row.found


def test_the_default_branch_counts() -> None:
    def states(there: bytes | None) -> list[str]:
        return [check.state for check in flows.on_default_branch(PATH, b"a\n", there, "main")]

    assert [states(each) for each in (None, b"b\n", b"a\r\n")] == [["fail"], ["warn"], ["ok"]]


@pytest.mark.parametrize(
    "content",
    [
        b"splat: [",
        b"a: &a [*a]\nsplat: *a",
        b"jobs: 3 # splat",
        b"jobs: {a: {uses: 3, steps: 4}, b: [], c: {steps: [1, {uses: x/splat@v1, with: 2}]}} # splat",
        b"on: {issues: 1, workflow_run: {workflows: {}}}\n"
        b"jobs: {a: {uses: a/b/.github/workflows/heal.yml@v1, with: [], secrets: [], permissions: [], if: 3}}",
        b"\xff\xfe splat",
        EVIL.encode() + b"splat",
    ],
)
def test_hostile_workflows_break_nothing(content: bytes) -> None:
    found, _ = flows.callers({PATH: content})
    for each in found:
        assert list(flows.check_caller(each, Settings(), set()))
        list(flows.drifted(each, EXAMPLE))


# Roads


def work(text: str) -> Any:
    return read_workflow(".github/workflows/ci.yml", text.encode())


@pytest.mark.parametrize(
    ("writer", "on", "server", "road", "state"),
    [
        ("app", "[pull_request]", False, "app", "ok"),
        ("token", "[pull_request]", True, "token", "ok"),
        ("plain", "[pull_request, workflow_dispatch]", False, "dispatch", "ok"),
        ("plain", "[pull_request]", False, "approval", "warn"),
        ("plain", "{pull_request: , workflow_dispatch: {inputs: {x: {required: true}}}}", False, "approval", "warn"),
        ("plain", "[pull_request]", True, "none", "warn"),
        ("plain", "[push]", False, "none", "warn"),
        ("app", "[push]", False, "none", "warn"),
    ],
)
def test_each_of_the_five_roads(writer: Any, on: str, server: bool, road: str, state: str) -> None:
    found = [work(f"on: {on}")]
    assert roads.road(writer, found, server=server) == road
    (row,) = roads.check_road(writer, found, (), server=server)
    assert row.state == state
    assert f"road `{road}`" in row.found
    assert bool(row.mend) == (state == "warn")


def test_other_providers_start_by_themselves() -> None:
    (row,) = roads.check_road("plain", [], ("circleci",), server=False)
    assert (row.state, "circleci" in row.found) == ("ok", True)


# GitHub


def test_what_a_token_lacks_matters_where_it_is_splat_s() -> None:
    lacks = [Held(CONTENTS, "missing", "Give it.")]
    for splats, state in ((True, "fail"), (False, "warn")):
        (row, read) = hub.rights(lacks, [("checks", False)], splats=splats, who="your own token")
        assert (row.state, read.state, row.mend) == (state, state, "Give it.")
    (row,) = hub.rights(lacks, [], splats=True, who="the job's token")
    assert row.mend == "Grant `contents: write` in the job's `permissions:`."


def test_secrets_are_known_by_name_and_case_is_github_s() -> None:
    given = with_secrets("{anthropic-api-key: '${{ secrets.anthropic_api_key }}', setup-env: '${{ secrets.S }}'}")
    states = [check.state for check in hub.secrets({"ANTHROPIC_API_KEY", "OTHER"}, [given], PLACE)]
    assert states == ["ok", "warn"]
    first = next(hub.secrets(set(), [given], PLACE))
    assert (first.state, "https://github.com/acme/shop/settings/secrets" in first.mend) == ("fail", True)
    (row,) = hub.secrets(Held(CONTENTS, "missing", "Ask."), [given], PLACE)
    assert (row.state, row.mend) == ("unknown", "Ask.")


def test_one_credential_is_enough_and_the_rest_is_optional() -> None:
    found = list(hub.secrets({"CLAUDE_CODE_OAUTH_TOKEN", "SPLAT_GITHUB_TOKEN"}, [caller()], PLACE))
    assert [check.state for check in found] == ["ok", "ok"]


def test_pull_requests_of_actions() -> None:
    asked: list[tuple[bool | None, Any]] = [
        (True, "plain"),
        (False, "plain"),
        (False, None),
        (None, None),
        (None, "app"),
    ]
    found = [next(hub.pull_requests(*each, PLACE)) for each in asked]
    assert [check.state for check in found] == ["ok", "fail", "warn", "unknown", "skipped"]
    assert found[1].fix == hub.FIX_PULLS


# Settings and prices


def test_every_mistake_of_the_settings_is_a_row() -> None:
    found = list(local.configuration(b"limits: {dolars: 1}\nmodles: []\n", None, {}))
    assert [check.state for check in found] == ["fail", "fail"]
    assert "did you mean 'dollars'" in found[0].found
    assert found[1].found.startswith(".github/splat.yml:2:1: ")
    found = list(local.configuration(b"", None, {"SPLAT_LIMIT_DOLLARS": "1"}))
    assert [check.state for check in found] == ["warn", "warn", "ok"]


def test_a_model_without_a_price() -> None:
    settings = replace(Settings(), models=("claude-nobody-knows",), prices={})
    (row,) = local.prices(settings)
    assert (row.state, "prices:" in row.mend) == ("fail", True)


# All at once


def test_one_that_breaks_says_so_and_the_others_go_on() -> None:
    stopped = threading.Event()

    def boom(error: BaseException) -> Any:
        raise error

    tasks = [
        Task("a", lambda: boom(ConfigError("wrong", where="x.yml", next_step="Mend it."))),
        Task("b", lambda: boom(SplatError("down"))),
        Task("c", lambda: boom(RecursionError("deep"))),
        Task("d", lambda: [Check("d", "ok", "fine"), Check("d", "warn", "or not")]),
        Task("e", lambda: [time.sleep(60)], 0.2, stopped.set),  # type: ignore[list-item]
        Task("f", lambda: boom(KeyboardInterrupt())),
    ]
    heard: list[str] = []
    found = run_all(tasks, heard.append)
    rows = " ".join(f"{check.name}:{check.state}" for check in found)
    assert rows == "a:fail b:unknown c:unknown d:ok d:warn e:unknown f:unknown"
    assert found[0].found == "wrong (x.yml)"
    assert "RecursionError" in found[2].found
    assert stopped.is_set()
    assert sorted(heard) == list("abcdef")


def test_they_wait_at_the_same_time() -> None:
    together = threading.Barrier(5, timeout=120)
    tasks = [Task(str(n), lambda: [Check("x", "ok", str(together.wait()))]) for n in range(5)]
    assert {check.state for check in run_all(tasks)} == {"ok"}


@pytest.mark.parametrize(
    ("states", "code"), [("", 0), ("ok warn skipped", 0), ("ok unknown", 10), ("unknown fail ok", 20)]
)
def test_the_exit_code_says_whether_healing_works(states: str, code: int) -> None:
    assert exit_code(Check("x", state, "") for state in states.split()) == code  # type: ignore[arg-type]


def test_the_template_is_the_example() -> None:
    from healer.setup.workflow import template

    assert Path(ROOT / "examples/workflows/splat.yml").read_text() == template()
