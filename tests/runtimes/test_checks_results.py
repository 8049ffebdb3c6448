"""What runners report, read without trust."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.runtimes import RUNTIMES, check_reader
from healer.runtimes.checks import RAISED
from healer.runtimes.results import jest_json, junit, own_results, sightings, stable

CASES = Path(__file__).parents[1] / "cases" / "results"


def statuses(run: object) -> dict[str, str]:
    return {test.id: test.status for test in run.results}  # type: ignore[attr-defined]


def test_jest_as_it_wrote_it() -> None:
    run = jest_json((CASES / "jest.json").read_bytes(), "/splat/tree")
    assert run.complete
    assert statuses(run) == {
        "jt/cart.test.js > cart totals": "passed",
        "jt/cart.test.js > cart totals priceless": "failed",
        "jt/cart.test.js > cart later": "skipped",
        "jt/broken.test.js": "error",
    }
    assert "Cannot read properties of undefined" in run.failures[0].trace


def test_vitest_as_it_wrote_it() -> None:
    run = jest_json((CASES / "vitest.json").read_bytes(), "/splat/tree")
    assert statuses(run)["vt/cart.test.mjs > cart totals priceless"] == "failed"
    assert statuses(run)["vt/cart.test.mjs > cart totals"] == "passed"


def test_own_lines() -> None:
    lines = [
        {"start": "a"}, {"id": "a", "status": "passed"}, {"start": "b"}, {"id": "b", "status": "passed"},
        {"id": "b", "status": "error", "trace": "teardown"}, {"start": "c"},
        {"id": "x", "status": "magic"}, [1], "text",
    ]  # fmt: skip
    run = own_results("\n".join([*map(json.dumps, lines), "{not json", ""]).encode())
    assert statuses(run) == {"a": "passed", "b": "error"}
    assert not run.complete
    assert run.running == ("c",)


def test_a_test_of_the_same_name_hides_no_other() -> None:
    lines = [
        {"id": "a", "status": "failed"},
        {"id": "z", "status": "passed"},
        {"id": "a", "status": "passed"},
        {"done": True},
    ]
    run = own_results("\n".join(map(json.dumps, lines)).encode())
    assert statuses(run) == {"a": "failed", "z": "passed", "a #2": "passed"}
    assert run.complete


def test_ids_are_stable() -> None:
    assert stable("t[<Cart object at 0x7f3a5b2c10>]") == stable("t[<Cart object at 0x55d0aa7e30>]")
    assert stable("t[/tmp/pytest-1/a]") == stable("t[/tmp/pytest-2/a]")
    assert stable("t[0x1f]") != stable("t[0x2f]")


JUNIT = b"""<?xml version="1.0"?><testsuites><testsuite><testcase name="testA" class="CartTest" time="0.1"/>
<testcase name="testB" class="CartTest"><failure type="X">CartTest::testB
Failed</failure></testcase><testcase name="testC" class="CartTest"><error>TypeError</error></testcase>
<testcase name="testD" class="CartTest"><skipped/></testcase></testsuite></testsuites>"""


def test_junit() -> None:
    run = junit(JUNIT)
    assert statuses(run) == {
        "CartTest::testA": "passed", "CartTest::testB": "failed", "CartTest::testC": "error",
        "CartTest::testD": "skipped",
    }  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<", JUNIT[:-20], b"\xff\xfe<a/>", b"<?xml version='1.0' encoding='no-such'?><a/>", b"<a>" * 50_000,
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><testcase name="&b;"/>',
        b"<!doctype x SYSTEM 'file:///etc/passwd'><testsuite/>",
    ],
)  # fmt: skip
def test_junit_that_is_none(content: bytes) -> None:
    run = junit(content)
    assert run.results == ()
    assert not run.complete


def test_go_events() -> None:
    events = [
        {"Action": "start", "Package": "m/a"}, {"Action": "run", "Package": "m/a", "Test": "TestX"},
        {"Action": "output", "Package": "m/a", "Test": "TestX", "Output": "--- FAIL: TestX\n"},
        {"Action": "fail", "Package": "m/a", "Test": "TestX"}, {"Action": "fail", "Package": "m/a"},
        {"Action": "start", "Package": "m/b"},
        {"Action": "build-output", "ImportPath": "m/b [m/b.test]", "Output": "b.go:1: no"},
        {"Action": "fail", "Package": "m/b", "FailedBuild": "m/b [m/b.test]"},
        {"Action": "start", "Package": "m/c"}, {"Action": "run", "Package": "m/c", "Test": "TestHang"},
    ]  # fmt: skip
    run = check_reader("go").results({"go.jsonl": "\n".join(map(json.dumps, events)).encode()})
    assert statuses(run) == {"m/a.TestX": "failed", "m/b": "error"}
    assert "b.go:1: no" in run.by_id()["m/b"].trace
    assert not run.complete
    assert run.running == ("m/c.TestHang",)


def test_sightings_take_the_last_word_on_each_exception() -> None:
    row = {"key": "1", "types": ["KeyError"], "message": "x", "frames": [["/t/a.py", 3, "f"], ["/usr/x.py", 1, "g"]]}
    lines = [
        row,
        {**row, "escaped": False},
        {"types": "no list"},
        {"types": ["E"], "frames": [[1, 2], "x", ["/t/b", -1, 5]]},
    ]
    found = sightings({RAISED: "\n".join(map(json.dumps, lines)).encode()}, "/t")
    assert [(one.types, one.escaped) for one in found] == [(("KeyError",), False), (("E",), None)]
    assert [(frame.path, frame.line, frame.in_app) for frame in found[0].frames] == [
        ("a.py", 3, True),
        ("/usr/x.py", 1, False),
    ]
    assert [(frame.path, frame.line, frame.function) for frame in found[1].frames] == [("b", None, "5")]


wild = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "status", "trace", "start", "done", "types", "frames", "message", "Action", "Package",
                         "Test", "Output", "testResults", "assertionResults", "name", "failureMessages", "key"]),
        inner, max_size=5),
    max_leaves=15,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(wild, max_size=5), st.binary(max_size=50))
def test_nothing_a_test_writes_into_the_files_throws(values: list[object], rubbish: bytes) -> None:
    content = "\n".join(json.dumps(value) for value in values).encode() + b"\n" + rubbish
    whole = json.dumps({"testResults": values}).encode()
    for runtime in RUNTIMES:
        for name in ("results.jsonl", "results.json", "go.jsonl", "junit.xml"):
            check_reader(runtime).results({name: content}, "/t")
    jest_json(whole, "/t")
    sightings({RAISED: content}, "/t")


def test_reading_takes_linear_time() -> None:
    def took(count: int) -> float:
        content = b"".join(b'{"id": "same", "status": "passed"}\n{"start": "t%d"}\n' % n for n in range(count))
        tries = []
        for _ in range(3):  # test machines are busy
            begun = time.process_time()
            own_results(content)
            tries.append(time.process_time() - begun)
        return min(tries)

    took(1000)
    assert took(40_000) < 20 * max(took(4_000), 0.005)


def test_a_deep_document_does_not_exhaust_the_stack() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    assert jest_json(deep, "/t").results == ()
    assert own_results(b'{"a":' + deep + b"}").results == ()
