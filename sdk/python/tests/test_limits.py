"""L: the vectors, and that nothing gets past a bound whatever comes in."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splat.canonical import canonical
from splat.limits import MAX_REPORT, cut, limit_report, limit_value
from splat.shrink import STEPS
from tests.vectors import expand, vectors

CUT = "... [truncated]"


@vectors("truncation", "texts")
def test_texts(vector):
    assert cut(expand(vector["text"]), vector["limit"]) == expand(vector["expected"])


@vectors("truncation", "values")
def test_values(vector):
    assert limit_value(expand(vector["value"])) == expand(vector["expected"])


@vectors("truncation", "lists")
def test_lists(vector):
    count = vector["count"]
    if vector["part"] == "frames":
        report = {"exceptions": [{"type": "E", "frames": [{"path": "a", "line": n + 1} for n in range(count)]}]}
        kept = [frame["line"] - 1 for frame in limit_report(report)["exceptions"][0]["frames"]]
    elif vector["part"] == "exceptions":
        report = {"exceptions": [{"type": f"{n}"} for n in range(count)]}
        kept = [int(each["type"]) for each in limit_report(report)["exceptions"]]
    else:
        part = vector["part"]
        report = {"exceptions": [], part: [{"message": f"{n}"} for n in range(count)]}
        kept = [int(each["message"]) for each in limit_report(report)[part]]
    assert kept == [n for first, end in vector["expected"] for n in range(first, end)]
    assert bool(limit_report(report).get("truncated")) == (len(kept) < count)


# --- values of any shape ----------------------------------------------------------------------------------------------

ANY = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.integers(0, 9_000).map("x".__mul__),
        st.binary(max_size=5),
        st.dates(),
        st.builds(object),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.lists(inner, max_size=2).map(lambda few: few * 70),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.one_of(st.text(max_size=5), st.integers(), st.none()), inner, max_size=5),
    ),
    max_leaves=25,
)


def _measure(value, depth=0):
    """Containers' depth, values, code points of texts."""
    if isinstance(value, dict):
        inner = [_measure(each, depth + 1) for key, each in value.items() if key != CUT]
    elif isinstance(value, list):
        inner = [_measure(each, depth + 1) for each in value]
    elif value == CUT:
        return depth, 0, 0  # stands for what was not visited
    else:
        return depth, 1, len(value) if isinstance(value, str) else 0
    return (
        max([depth, *(each[0] for each in inner)]),
        1 + sum(each[1] for each in inner),
        sum(each[2] for each in inner),
    )


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_the_result_is_within_bounds_and_plain(value):
    made = limit_value(value)
    depth, values, texts = _measure(made)
    assert depth <= 9
    assert values <= 2_000
    assert texts <= 50_000
    assert canonical(made)
    assert json.loads(json.dumps(made, allow_nan=False)) == made


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_what_is_limited_stays(value):
    made = limit_value(value)
    if CUT not in repr(made):
        assert limit_value(made) == made


def test_no_value_takes_long():
    wide = {n: [{n: "x" * 1000} for n in range(1_000)] for n in range(1_000)}
    started = time.thread_time()
    limit_value(wide)
    assert time.thread_time() - started < 1


def test_cycles_and_depth():
    circle: dict = {"a": []}
    circle["a"].append(circle)
    assert limit_value(circle) == {"a": ["[cycle]"]}
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    assert repr(limit_value(deep)).count("[") == 8 + 1  # the mark has one
    same = ["x"]
    assert limit_value([same, same]) == [["x"], ["x"]]


class Text(str):
    __slots__ = ()

    def __str__(self):
        raise RuntimeError

    __len__ = __getitem__ = __str__  # type: ignore[assignment]


class Number(int):
    def __int__(self):
        raise RuntimeError

    __index__ = __repr__ = __int__  # type: ignore[assignment]


class Real(float):
    def __float__(self):
        raise RuntimeError

    __repr__ = __float__  # type: ignore[assignment]


class Many(list):
    def __iter__(self):
        while True:
            yield 1

    def __len__(self):
        return 10**9


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Text("abc"), "abc"),
        (Number(5), 5),
        (Real(0.5), 0.5),
        (Many([1, 2]), [1, 2]),
        (10**5_000, "[unprintable]"),
        (-(2**60), -(2**60)),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        (float("nan"), "NaN"),
        (b"abc", "bytes(3)"),
        (bytearray(4), "bytes(4)"),
        (memoryview(b"abcde"), "bytes(5)"),
        ((1, (2,)), [1, [2]]),
        (frozenset((3,)), [3]),
        ({1: 6, None: 3, 1.5: 4, b"x": 5}, {"1": 6, "1.5": 4, "None": 3, "bytes(1)": 5}),
        ("a\ud800b", "a\ufffdb"),
        ({"\ud800": 1}, {"\ufffd": 1}),
    ],
    ids=lambda each: type(each).__name__,
)
def test_kinds(value, shown):
    made = limit_value(value)
    assert made == shown
    assert type(made) is type(shown)


# --- reports ----------------------------------------------------------------------------------------------------------

LIMITS = {"message": 5_000, "type": 500, "path": 500, "function": 500, "source": 500, "body": 5_000}
LONG = st.integers(0, 12_000).map("y".__mul__)
FRAME = st.fixed_dictionaries(
    {"path": LONG, "line": st.integers(1, 10**6)},
    optional={
        "function": LONG,
        "source": LONG,
        "in_app": st.booleans(),
        "locals": st.dictionaries(LONG, LONG, max_size=2),
        "pre_context": st.lists(LONG, max_size=3),
    },
)
REPORT = st.fixed_dictionaries(
    {
        "schema": st.just("splat-report/1"),
        "runtime": st.just("python"),
        "exceptions": st.lists(
            st.fixed_dictionaries({"type": LONG}, optional={"message": LONG, "frames": st.lists(FRAME, max_size=3)}),
            min_size=1,
            max_size=3,
        ),
    },
    optional={
        "service": LONG,
        "tags": st.dictionaries(LONG, LONG, max_size=2),
        "contexts": st.dictionaries(st.text(max_size=3), ANY, max_size=2),
        "logs": st.lists(st.fixed_dictionaries({"message": LONG}, optional={"logger": LONG}), max_size=3),
        "request": st.fixed_dictionaries(
            {}, optional={"body": LONG, "path": LONG, "query": st.just({"a": "b" * 2_000})}
        ),
        "sdk": st.fixed_dictionaries({"name": LONG, "version": LONG}),
        "own": ANY,
    },
)


def _check(value, name=""):
    if isinstance(value, dict):
        for key, each in value.items():
            assert len(key) <= 200
            _check(each, key)
    elif isinstance(value, list):
        for each in value:
            _check(each, name)
    elif isinstance(value, str):
        assert len(value) <= LIMITS.get(name, 5_000)


@settings(max_examples=150, deadline=None)
@given(REPORT)
def test_every_text_of_a_report_is_within_its_limit(report):
    made = limit_report(report)
    for name in ("exceptions", "logs", "request", "sdk"):
        _check(made.get(name))
    assert len(made.get("service", "")) <= 1_000
    assert len(canonical(made)) <= MAX_REPORT
    again = limit_report(made)
    assert len(canonical(again)) <= MAX_REPORT
    # The next time, a mark of what was left out of a value is itself one of the 2,000 that are visited (L3).
    assert again == made or CUT in repr([made.get("own"), made.get("contexts")])
    changed = {name: value for name, value in made.items() if name != "truncated"} != report
    assert bool(made.get("truncated")) == changed or "own" in report or "contexts" in report


def test_a_report_that_fits_is_handed_on_as_it_is():
    report = {"exceptions": [{"type": "E", "frames": [{"path": "a"}]}], "logs": [{"message": "m"}], "truncated": ["x"]}
    assert limit_report(report) == report
    assert "truncated" not in limit_report({"exceptions": []})


@pytest.mark.parametrize("char", ["a", "\x01", "\U0001f600", "\ud800", '"'])
def test_the_whole_report_fits_and_says_what_went(char):
    report = {
        "exceptions": [
            {
                "type": "E",
                "message": char * 5_000,
                "frames": [{"path": "a.py", "locals": {f"n{n}": char * 5_000 for n in range(50)}}] * 200,
            }
        ]
        * 50,
        "logs": [{"message": char * 5_000}] * 500,
        "breadcrumbs": [{"message": char * 5_000, "data": {"a": char * 5_000}}] * 100,
        "tags": {f"t{n}": char * 5_000 for n in range(100)},
    }
    made = limit_report(report)
    assert len(canonical(made)) <= MAX_REPORT
    assert set(made["truncated"]) & set(STEPS)
    assert made["exceptions"][0]["type"] == "E"


def test_the_bound_that_spares_writing_is_one():
    """Right below it nothing is written down, and the report fits all the same."""
    message = "\U0001f600" * 5_000
    for count in range(14, 22):
        report = {"exceptions": [{"type": "E"}], "logs": [{"message": message}] * count}
        assert len(canonical(limit_report(report))) <= MAX_REPORT


def test_parts_of_another_shape_do_no_harm():
    report = {
        "exceptions": "x" * 9_000,
        "logs": {"a": 1},
        "tags": ["x"],
        "request": 5,
        "contexts": [],
        "truncated": "x",
    }
    made = limit_report(report)
    assert len(made["exceptions"]) <= 5_000
    assert made["logs"] == {"a": 1}
    assert made["truncated"] == ["long texts"]
