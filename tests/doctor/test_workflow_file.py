"""A calling workflow's file: what GitHub would not read is named with its place and the word that was meant."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.doctor import workflow as flows
from healer.doctor.cron import wrong_cron
from healer.doctor.expressions import flaws_in
from healer.doctor.workflow_file import mistakes_in, schema
from tests.docs_pages import ROOT

EXAMPLE = (ROOT / "examples/workflows/splat.yml").read_text()
PATH = ".github/workflows/splat.yml"
IF = "github.event_name == 'workflow_dispatch'"


def found(text: str) -> list[str]:
    return [f"{each.state} {each.found.removeprefix(PATH)}" for each in flows.callers({PATH: text.encode()})[1]]


def place(part: str, text: str = EXAMPLE) -> str:
    """Line and column of a part of the text."""
    before, there, _ = text.partition(part)
    assert there, part
    return f":{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}:"


@pytest.mark.parametrize("path", [*ROOT.glob("examples/workflows/*.yml"), *ROOT.glob(".github/workflows/*.yml")])
def test_what_github_reads_is_no_mistake(path: Any) -> None:
    assert mistakes_in(path.name, path.read_bytes()) == ()


def test_inputs_and_secrets_are_those_of_splat_s_own_workflows() -> None:
    for rule in schema()["$defs"]["call"]["allOf"]:
        name = rule["then"]["properties"]["with"]["description"]
        told = yaml.safe_load((ROOT / ".github/workflows" / name).read_text())[True]["workflow_call"]
        ours = rule["then"]["properties"]
        kinds = {"string": "text", "boolean": "yes", "number": "number"}
        wanted = {key: {"$ref": f"#/$defs/{kinds[rule['type']]}"} for key, rule in told["inputs"].items()}
        assert ours["with"]["properties"] == wanted, name
        assert ours["secrets"]["properties"].keys() == told["secrets"].keys(), name


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ("\non:", "\nonn:", "onn", "unknown key 'onn' in a workflow, did you mean 'on'?"),
        ("jobs:", "jbos:", "jbos", "did you mean 'jobs'?"),
        ("  issues:\n", "  isues:\n", "isues", "unknown key 'isues' in `on`, did you mean 'issues'?"),
        ("[opened, labeled,", "[opened, labelled,", "labelled", "unknown value 'labelled', did you mean 'labeled'?"),
        ("    workflows: [CI]\n", "", "types: [completed]", "`workflows` is missing in the event"),
        ("    inputs:", "    input:", "input:", "did you mean 'inputs'?"),
        ('cron: "23 5 ', 'cron: "23 25 ', '"23 25', "'25' is no hour (0 to 23)"),
        ('- cron: "23 5 * * *"', '- cron: "@daily"', '"@daily"', "a schedule has five"),
        ("    uses: splat", "    use: splat", "use: splat", "did you mean 'uses'?"),
        ("    uses: splat", "    steps: []\n    uses: splat", "steps: []", "'steps' in a job that calls a workflow"),
        ("heal.yml@v1", "heal.yml", "splat-heal/splat/", "calls nothing of Splat's, did you mean"),
        ("heal.yml@v1", "heal.yaml@v1", "splat-heal/splat/", "heal.yml@v1'?"),
        ("  splat:\n", "  1splat:\n", "1splat", "the name of a job"),
        ("    with:\n", "    with:\n      dryrun: true\n", "dryrun", "in heal.yml, did you mean 'dry-run'?"),
        (
            "    with:\n",
            "    with:\n      dry-run: yes\n",
            "yes\n      app",
            "it has to be true or false, and is 'yes'",
        ),
        ("anthropic-api-key:", "anthropic_api_key:", "anthropic_api_key", "did you mean 'anthropic-api-key'?"),
        ("    secrets:\n", "    secrets: inherited\n    env:\n", "inherited", "a map of secrets, and is 'inherited'"),
        ("pull-requests: write", "pull_requests: write", "pull_requests", "did you mean 'pull-requests'?"),
        ("contents: write", "contents: wirte", "wirte", "did you mean 'write'?"),
        ("permissions: {}", "permissions: none", "none", "`read-all` or `write-all`, and is 'none'"),
        ("permissions: {}", "permissions: {}\npermissions: {}", "permissions", "once more in line 32"),
        ("      ))\n", "      )\n", ">-", "`(` is never closed"),
        ("'schedule'", '"schedule"', ">-", "a text stands between ' and '"),
        (IF, "secrets.KEY != ''", ">-", "`secrets` is no name here"),
        (IF, f"{IF} and true", ">-", "`and` stands where an operator is expected"),
        ("contains(", "contians(", ">-", "did you mean `contains`?"),
        ("ANTHROPIC_API_KEY }}", "ANTHROPIC_API_KEY }", "${{ secrets.ANTHROPIC", "is never closed by `}}`"),
    ],
)
def test_each_mistake_has_its_place_and_what_was_meant(old: str, new: str, at: str, words: str) -> None:
    assert old in EXAMPLE
    text = EXAMPLE.replace(old, new, 1)
    rows = [row for row in found(text) if words in row]
    assert rows, found(text)
    assert rows[0].startswith(f"fail {place(at, text)}"), rows


def test_a_job_that_neither_runs_nor_calls() -> None:
    text = EXAMPLE + "  more:\n    needs: splat\n"
    assert found(text) == [
        f"fail {place('needs: splat', text)} `{name}` is missing in a job without `uses`"
        for name in ("runs-on", "steps")
    ]


def test_a_tab_is_named_where_it_stands() -> None:
    text = EXAMPLE.replace("  issues:\n", "\tissues:\n", 1)
    row = next(iter(flows.callers({PATH: text.encode()})[1]))
    assert (row.state, place("\t", text).strip(":") in row.found) == ("fail", True), row


def test_what_a_newer_github_may_know_is_no_failure() -> None:
    text = EXAMPLE.replace("permissions: {}", "permissions: {}\nquota: 5").replace(
        "  issues:\n", "  weather:\n  issues:\n", 1
    )
    assert all(row.startswith("warn") for row in found(text))
    assert len(found(text)) == 2


def test_workflows_of_others_are_theirs() -> None:
    other = (
        "name: splat things\non: push\njobs:\n  x:\n    uses: acme/tools/.github/workflows/build.yml@v1\n    wth: {}\n"
    )
    assert found(other) == []


@pytest.mark.parametrize(
    "content",
    [
        b"on: &a [*a]\njobs: {x: {uses: o/splat@v1}}",
        b"on: push\njobs: {x: {uses: o/splat@v1, with: &a {y: *a}}}",
        b"on: push\njobs: {x: {uses: o/splat@v1, env: " + b"[" * 80 + b"]" * 80 + b"}}",
        b"- uses: o/splat@v1",
        b"{1: 2, null: 3, [a]: 4, uses: o/splat@v1}",
        b"on: {schedule: {cron: 5}}\njobs: {x: {uses: o/splat@v1, if: 5, steps: 7}}",
        b"on: push\njobs: [{uses: o/splat@v1}]",
    ],
)
def test_hostile_files_get_rows(content: bytes) -> None:
    assert flows.callers({PATH: content})[1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("23 5 * * *", ""),
        ("*/15 0-5,20 1,15 JAN-mar Mon-Fri", ""),
        ("0 0 * * 7", "'7' is no day of the week (0 to 6)"),
        ("60 * * * *", "'60' is no minute"),
        ("*/0 * * * *", "'*/0' is no minute"),
        ("5-1 * * * *", "'5-1' is no minute"),
        ("0 0 L * *", "'L' is no day of the month"),
        ("0 0 * *", "has 4 fields"),
        ("²  0 * * *", "'²' is no minute"),
        ("", "has 0 fields"),
    ],
)
def test_schedules(text: str, why: str) -> None:
    assert why in wrong_cron(text)
    assert bool(why) == bool(wrong_cron(text))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("always()", ""),
        ("!cancelled() && (a.b[0].c == 1 || a['x''y'] != -0.5e3)", ""),
        ("contains(a.*.name, 'x') && a[*].b", ""),
        ("format('{0} }}', a)", ""),
        ("${{ a.b }}-${{ format('}}', a) }} it's", ""),
        ("true", ""),
        ("f", "`f` is no name here"),
        ("a b", "where an operator is expected"),
        ("a ||", "it ends with `||`"),
        ("a == 'b", "a text stands between"),
        ("(a]", "`]` closes nothing"),
        ("a, a", "`,` stands outside"),
        ("a.5", "where an operator is expected"),
        ("()", "`)` stands where a value is expected"),
        ("a & a", "means nothing in an expression"),
        ("${{ }}", "it is empty"),
        ("${{ '}}", "a text stands between"),
    ],
)
def test_expressions(text: str, why: str) -> None:
    rows = [each.what for each in flaws_in(text, {"a"}, bare=True)]
    assert (why in rows[0]) if why else not rows, rows


@given(st.text(alphabet="ab'\"()[].,*!&|=<>$ {}\n5", max_size=60))
@settings(max_examples=200)
def test_any_text_is_answered(text: str) -> None:
    assert len(list(flaws_in(text, {"a"}, bare=True))) < 60


@pytest.mark.parametrize("part", ["(", "'", "''", "a.", "${{", "!", "[", "contains(", "1", "-", " "])
def test_long_ones_take_no_time(part: str) -> None:
    began = time.process_time()
    list(flaws_in(part * (20_000 // len(part)), {"a"}, bare=True))
    assert time.process_time() - began < 2
