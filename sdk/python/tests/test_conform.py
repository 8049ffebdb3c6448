"""What an app makes of a report fits the schema again."""

from __future__ import annotations

import json
from collections import OrderedDict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from splat.conform import conform
from splat.issue import body, title
from tests.vectors import expand, load

SCHEMA = json.loads((Path(__file__).parents[2] / "report.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
KEYS = sorted(
    {*SCHEMA["properties"], *(key for each in SCHEMA["$defs"].values() for key in each.get("properties", ()))}
)
ANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10)
    | st.sampled_from(["2026-11-21T07:00:00.123Z", "2026-11-21T07:00:00.123Z\n", "now", "cause", "a\0b"])
    | st.builds(lambda: 10**5000)
    | st.just(object())
)
keys = st.sampled_from([*KEYS, 7, None, "other"])
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(keys, inner, max_size=5)
        | st.tuples(inner, inner)
        | st.dictionaries(keys, inner, max_size=3).map(OrderedDict)
    ),
    max_leaves=25,
)
exceptions = st.lists(
    st.fixed_dictionaries(
        {"type": st.text(max_size=5)}, optional={"frames": anything, "parent": anything, "message": anything}
    )
    | anything,
    max_size=4,
)


def is_text(value):
    """A number may stand for a text where it is a short one."""
    return isinstance(value, str) or (type(value) is int and abs(value) < 10**18)


WHOLE = {
    "schema": "splat-report/1",
    "runtime": "python",
    "id": "0" * 32,
    "time": "2026-11-21T07:00:00.123Z",
    "signature": "17310dbb56def269",
}


@ANY
@given(st.dictionaries(keys, anything, max_size=8), exceptions)
def test_whatever_it_was(changed, exceptions):
    report = {**changed, **WHOLE, "exceptions": exceptions}
    if not any(isinstance(each, dict) and is_text(each.get("type")) for each in exceptions):
        with pytest.raises(ValueError, match=r"^\$\.exceptions"):
            conform(report)
        return
    made = conform(report)
    known = {key: value for key, value in made.items() if key in SCHEMA["properties"] and key not in {"contexts"}}
    assert [each.message for each in VALIDATOR.iter_errors(known)] == []
    for index, each in enumerate(made["exceptions"]):
        assert each.get("parent") is None or each["parent"] < index
    json_made = {key: value for key, value in known.items() if key != "breadcrumbs"}
    assert body(json_made)
    assert title(json_made)


@pytest.mark.parametrize("vector", load("report", "valid"), ids=lambda vector: vector["name"])
def test_what_fits_stays(vector):
    report = expand(vector["report"])
    odd_times = {"time-of-nanoseconds", "time-with-offset"}  # which an SDK does not write (R1)
    made = conform(report)
    assert made == (
        {key: value for key, value in report.items() if key != "time"} if vector["name"] in odd_times else report
    )


@pytest.mark.parametrize("vector", load("issue", "bodies"), ids=lambda vector: vector["name"])
def test_what_is_sent_stays(vector):
    report = expand(vector["report"])
    assert conform(report) == report


def test_only_what_does_not_fit_goes():
    report = {
        **WHOLE,
        "exceptions": [
            {"type": "E", "frames": [{"path": "a.py", "line": "9", "in_app": True}, {"line": 1}], "parent": 0}
        ],
        "tags": {"user": 7, "at": object(), "gone": None},
        "logs": ({"message": "m", "level": 20}, {"level": "INFO"}),
        "mine": {"kept": True},
    }
    assert conform(report) == {
        **WHOLE,
        "exceptions": [{"type": "E", "frames": [{"path": "a.py", "in_app": True}], "parent": None}],
        "tags": {"user": "7", "gone": None},
        "logs": [{"message": "m", "level": "20"}],
        "mine": {"kept": True},
    }


def test_where_an_exception_went_no_cause_hangs_on_another():
    exceptions = [{"type": "A"}, {"type": None}, {"type": "C", "parent": 1}, {"type": "D", "parent": 1}]
    made = conform({**WHOLE, "exceptions": exceptions})["exceptions"]
    assert [(each["type"], each.get("parent")) for each in made] == [("A", None), ("C", None), ("D", None)]
