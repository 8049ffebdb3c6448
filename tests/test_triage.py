from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import healer.triage
from healer.event import Event
from healer.frames import ExceptionInfo, Frame
from healer.outcome import ConfigError, Skipped
from healer.report import Report
from healer.settings import TriageRule
from healer.signature import signature
from healer.triage import check_rules, triage

CASES = json.loads((Path(__file__).parent / "cases" / "triage.json").read_text(encoding="utf-8"))
RULES = yaml.safe_load((Path(healer.triage.__file__).parent / "data" / "triage.yml").read_text(encoding="utf-8"))
SCOPES = {scope["code"] for scope in RULES["scopes"]}


def frame(text: str) -> Frame:
    """`app /app/x.py function | source`, as the cases write it."""
    place, _, source = text.partition(" | ")
    whose, _, where = place.partition(" ")
    path, _, function = where.rpartition(" ")
    return Frame(path, 3, function=function, in_app=whose == "app", source=source)


def report(case) -> Report:
    exceptions = tuple(
        ExceptionInfo(e["type"], e["message"], tuple(map(frame, e["frames"])), e["relation"], e["parent"])
        for e in case["exceptions"]
    )
    return Report(Event("trace", ""), case["runtime"], exceptions)


BUG = report(next(case for case in CASES if case["name"] == "a KeyError in a dict named environment"))
NETWORK = report(next(case for case in CASES if case["name"] == "redis is gone"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['runtime']}: {case['name']}")
def test_labelled_errors(case):
    given_report = report(case)
    result = triage(given_report, (), ())
    if case["expected"] == "fix":
        assert result is given_report
    else:
        assert isinstance(result, Skipped)
        assert result.code == case["expected"]


def test_the_cases_cover_every_scope_and_every_runtime_both_ways():
    labels = {(case["runtime"], case["expected"] == "fix") for case in CASES}
    assert len(labels) == 10
    assert {case["expected"] for case in CASES} == SCOPES | {"fix"}


def test_what_is_declined_names_its_rule_and_a_way_out():
    result = triage(NETWORK, (), ())
    assert isinstance(result, Skipped)
    assert "python-network-types" in result.reason
    assert "redis.exceptions.ConnectionError" in result.reason
    assert "action: fix" in result.next_step


def test_a_rule_taken_from_the_advice_makes_splat_try():
    advice = triage(NETWORK, (), ())
    pattern = re.search(r"`type: (.+?)`", advice.next_step).group(1)
    assert triage(NETWORK, (TriageRule("ours", action="fix", type=pattern),), ()) is NETWORK


def chained(*links: tuple[str, str, int | None]) -> Report:
    exceptions = tuple(ExceptionInfo(kind, "", BUG.surfaced.frames, relation, at) for kind, relation, at in links)
    return Report(Event("trace", ""), "python", exceptions)


def test_the_advice_holds_for_an_error_in_the_middle_of_a_chain():
    middle = chained(
        ("shop.PaymentFailed", "surfaced", None), ("httpx.ConnectError", "cause", 0), ("OSError", "cause", 1)
    )
    advice = triage(middle, (), ())
    pattern = re.search(r"`type: (.+?)`", advice.next_step).group(1)
    assert pattern.startswith("httpx")
    assert triage(middle, (TriageRule("ours", action="fix", type=pattern),), ()) is middle
    assert triage(middle, (TriageRule("theirs", type=r"^httpx\."),), ()).code == "rule"


def test_one_member_does_not_excuse_a_group():
    group = chained(
        ("ExceptionGroup", "surfaced", None), ("ConnectionResetError", "member", 0), ("KeyError", "member", 0)
    )
    assert triage(group, (TriageRule("not ours", type="^ConnectionResetError$"),), ()) is group
    assert triage(group, (TriageRule("not ours", type="^ExceptionGroup$"),), ()).code == "rule"


def test_the_users_first_matching_rule_decides():
    skip = TriageRule("Known, waits for the new cart.", type="^KeyError$", path=r"orders\.py$")
    fix = TriageRule("ours", action="fix", type="KeyError")
    assert triage(BUG, (skip, fix), ()).code == "rule"
    assert triage(BUG, (fix, skip), ()) is BUG
    assert "Known, waits for the new cart (your triage rule 1)" in triage(BUG, (skip,), ()).reason


@pytest.mark.parametrize(
    "rule",
    [
        TriageRule("x", type="^ValueError$"),
        TriageRule("x", type="KeyError", message="other"),
        TriageRule("x", path="cart"),
        TriageRule("x", environment="^production$"),
    ],
)
def test_a_users_rule_needs_all_of_its_conditions(rule):
    assert triage(BUG, (rule,), ()) is BUG


def test_a_rule_can_ask_for_the_environment():
    here = replace(BUG, environment="staging")
    assert isinstance(triage(here, (TriageRule("no staging", environment="^staging$"),), ()), Skipped)


def test_ignores_by_signature_and_by_type_after_the_users_rules():
    name = signature(BUG.runtime, BUG.exceptions, BUG.root)
    for entry in (name, "KeyError"):
        assert triage(BUG, (), ("Other", entry)).code == "ignored"
    assert triage(NETWORK, (), ("ConnectionError",)).code == "ignored"
    assert triage(replace(BUG, signature="0123456789abcdef"), (), ("0123456789abcdef",)).code == "ignored"
    other = replace(BUG, signature="0123456789abcdef")
    assert triage(other, (), (name,)) is other
    assert triage(BUG, (TriageRule("ours", action="fix"),), (name,)) is BUG


def test_a_rule_that_is_no_regular_expression_is_named():
    with pytest.raises(ConfigError, match=r"triage rule 2.*`message`"):
        triage(BUG, (TriageRule("x", type="^No"), TriageRule("x", message="(")), ())


def test_a_rule_that_is_no_regular_expression_is_found_before_any_error_meets_it():
    with pytest.raises(ConfigError, match=r"triage rule 2.*`environment`"):
        check_rules((TriageRule("x"), TriageRule("x", type="^No", environment="[")))
    check_rules((TriageRule("x", type="^No", message=r"\d+"),))


def matches():
    return [(scope["code"], match) for scope in RULES["scopes"] for match in scope["matches"]]


@pytest.mark.parametrize(
    ("code", "match"), matches(), ids=lambda value: value["name"] if isinstance(value, dict) else ""
)
def test_each_built_in_rule_is_well_formed(code, match):
    assert set(match) <= {"name", "types", "message", "source", "frame", "thrown_by"}
    assert match["types"] == "any" or match["types"]
    assert match["types"] != "any" or match.get("message"), "a rule for any type needs a message"
    assert match.get("thrown_by", "library") == "library"
    for key in ("message", "source", "frame"):
        pattern = match.get(key, "")
        re.compile("|".join(pattern) if isinstance(pattern, list) else pattern)


def test_rule_names_are_unique_and_scopes_complete():
    names = [match["name"] for _, match in matches()]
    assert len(names) == len(set(names))
    assert all(scope["reason"].endswith(".") and scope["next_step"].endswith(".") for scope in RULES["scopes"])


_TYPES = st.sampled_from(
    [
        name
        for scope in RULES["scopes"]
        for match in scope["matches"]
        if match["types"] != "any"
        for name in match["types"]
    ]
)
_EXCEPTION = st.builds(
    ExceptionInfo,
    type=st.one_of(st.text(max_size=20), _TYPES.map(str)),
    message=st.text(max_size=200),
    frames=st.lists(st.builds(Frame, path=st.text(max_size=20), in_app=st.booleans()), max_size=3).map(tuple),
    relation=st.sampled_from(["cause", "context", "member"]),
    parent=st.one_of(st.none(), st.integers(-3, 5)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_EXCEPTION, min_size=1, max_size=6), st.sampled_from(["python", "javascript", "go", "ruby", "php"]))
def test_any_chain_gets_an_answer(exceptions, runtime):
    given_report = Report(Event("trace", ""), runtime, tuple(exceptions))
    result = triage(given_report, (), ())
    assert result is given_report or (result.code in SCOPES and result.reason and result.next_step)


@pytest.mark.parametrize(
    "piece", ["environment variable ", "a", "(", "FATAL: ", "connection to server ", "dial tcp ", "no "]
)
def test_time_does_not_grow_with_a_hostile_message(piece):
    def seconds(size):
        text = (piece * size)[:size]
        crash = ExceptionInfo("psycopg2.OperationalError", text, (Frame("/app/x.py", 1),))
        started = time.process_time()
        triage(Report(Event("trace", ""), "python", (crash,)), (), ())
        return time.process_time() - started

    seconds(10)
    assert seconds(2_000_000) < 0.2
