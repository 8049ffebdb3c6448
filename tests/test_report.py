from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from healer.event import Event
from healer.frames import ExceptionInfo, Frame
from healer.outcome import Skipped, UsageError
from healer.report import MAX_BYTES, Report, read_report, schema, to_wire
from healer.runtimes import RUNTIMES
from tests.runtimes.printed_cases import CASES, lines

PYTHON = "\n".join(lines("python", "chain"))
RUBY = "\n".join(lines("ruby", "block"))
LIBRARY = (
    "Traceback (most recent call last):\n"
    '  File "/usr/lib/python3.12/asyncio/base_events.py", line 9, in run\n'
    "RuntimeError: Event loop is closed"
)
WIRE = {
    "schema": "splat-report/1",
    "runtime": "python",
    "exceptions": [
        {
            "type": "TypeError",
            "message": "no price",
            "frames": [
                {"path": "shop/cart.py", "line": 7, "column": 3, "function": "total", "in_app": True, "source": "x.y"}
            ],
        }
    ],
}


def read(text, kind="trace"):
    return read_report(Event(kind, text))


def test_a_trace_becomes_a_report():
    report = read(PYTHON)
    assert isinstance(report, Report)
    assert (report.runtime, report.surfaced.type) == ("python", "shop.cart.CartError")
    assert report.root_cause.type == "json.decoder.JSONDecodeError"
    assert report.crash is not None
    assert (report.crash.path, report.crash.function) == ("/srv/shop/shop/cart.py", "load")
    assert report.details == {"other_traces": 0}


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_every_printed_trace_is_read_as_its_own_runtime(runtime):
    for path in sorted((CASES / runtime).glob("*.txt")):
        report = read(path.read_text(encoding="utf-8"))
        if isinstance(report, Report):
            assert report.runtime == runtime, path.name
        else:
            assert not json.loads(path.with_suffix(".json").read_text(encoding="utf-8")), path.name


def test_the_stacks_of_other_goroutines_are_counted():
    report = read((CASES / "go" / "deadlock.txt").read_text(encoding="utf-8"))
    expected = json.loads((CASES / "go" / "deadlock.json").read_text(encoding="utf-8"))[0]["others"]
    assert expected > 0
    assert report.details == {"other_traces": 0, "other_stacks": expected}
    assert to_wire(report)["other_stacks"] == expected
    assert read(json.dumps(to_wire(report)), "report").details == report.details


def test_of_several_traces_the_last_with_a_frame_of_the_app_counts():
    report = read("\n\n".join([PYTHON, "log", RUBY, "log", LIBRARY]))
    assert report.runtime == "ruby"
    assert report.details["other_traces"] == 2
    assert read(LIBRARY).surfaced.type == "RuntimeError"


def test_a_trace_that_names_its_exception_comes_before_one_that_does_not():
    nameless = "\tapp/a.rb:3:in `f'\n\tapp/b.rb:4:in `g'"
    assert read(f"{PYTHON}\n\nnothing\n{nameless}").surfaced.type == "shop.cart.CartError"


def test_where_readers_claim_the_same_lines_the_one_that_explains_most_has_them():
    text = "\n".join(lines("python", "pytest_native"))
    report = read(text)
    assert report.runtime == "python"
    assert report.surfaced.type == "AttributeError"


@pytest.mark.parametrize(
    "text", ["", "hello", "KeyError: 'x'", "```\n```", "{}", "[1, 2]", '"x"', "\x00", "splat-report/1"]
)
def test_a_text_without_a_trace_is_declined(text):
    skipped = read(text)
    assert isinstance(skipped, Skipped)
    assert skipped.code == "no-trace"
    assert skipped.next_step


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(UsageError, match="10 MB"):
        read("x" * (MAX_BYTES + 1))
    with pytest.raises(UsageError, match="10 MB"):
        read("€" * (MAX_BYTES // 3 + 1), "report")
    assert isinstance(read("x" * MAX_BYTES), Skipped)


def test_text_that_is_no_unicode_is_read_all_the_same():
    report = read(PYTHON.replace("oops", "\udcff\ud800"))
    assert json.dumps(to_wire(report)).encode()
    assert to_wire(report)["exceptions"][0]["message"].encode()


def test_a_stack_without_end_is_cut_in_its_middle():
    frames = "".join(f"\tfrom /app/x.rb:{number}:in `deep'\n" for number in range(1, 9_000))
    report = read(
        f"/app/x.rb:1:in `deep': stack level too deep (SystemStackError)\n{frames}\tfrom main.rb:1:in `<main>'"
    )
    assert len(report.surfaced.frames) == 2_000
    assert report.surfaced.frames[0].function == "<main>"
    assert report.surfaced.frames[-1].line == 1


def test_an_issue_with_a_report_in_a_fence_is_that_report():
    body = f"### TypeError\n\n```\n{PYTHON}\n```\n\n<!-- splat -->\n```json\n{json.dumps(WIRE, indent=2)}\n```\n"
    for text in (body, body.replace("\n", "\r\n"), json.dumps(WIRE)):
        report = read(text)
        assert (report.surfaced.type, report.surfaced.message) == ("TypeError", "no price")


@pytest.mark.parametrize("broken", ['{"schema": "splat-report/1"', '{"schema": "splat-report/1", "runtime": "cobol"}'])
def test_an_issue_whose_report_is_broken_is_read_by_its_trace(broken):
    report = read(f"```\n{PYTHON}\n```\n\n```json\n{broken}\n```\n")
    assert report.surfaced.type == "shop.cart.CartError"


def test_a_report_is_read_as_it_is():
    extra = {"signature": "0123456789abcdef", "root": "/app", "release": "abc", "tags": {"a": "b"}, "new": [1]}
    report = read(json.dumps(WIRE | extra), "report")
    assert (report.signature, report.root, report.release, report.service) == ("0123456789abcdef", "/app", "abc", "")
    assert report.details == {"tags": {"a": "b"}, "new": [1]}
    assert report.surfaced.frames == (Frame("shop/cart.py", 7, 3, "total", True, "x.y"),)


def test_a_frame_that_says_not_whose_it_is_is_judged_by_its_path():
    frames = [{"path": "/usr/lib/python3.12/json/decoder.py"}, {"path": "shop/cart.py", "line": 3.0}]
    report = read(json.dumps(WIRE | {"exceptions": [{"type": "X", "frames": frames}]}), "report")
    assert [frame.in_app for frame in report.surfaced.frames] == [False, True]
    assert report.surfaced.frames[1].line == 3
    assert isinstance(report.surfaced.frames[1].line, int)


def exceptions(*several):
    return json.dumps(WIRE | {"exceptions": list(several)})


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1, column 1"),
        ("{", "line 1, column 2"),
        ("[]", "$"),
        ("null", "$"),
        ("NaN", "$"),
        ('{"a": NaN}', "$"),
        ('{"a": ' + "9" * 5_000 + "}", "$"),
        ('{"a": 1e999}', "$"),
        (json.dumps(WIRE)[:-1] + ', "contexts": ' + '{"a":' * 500 + "1" + "}" * 501, "$"),
        ("[" * 100_000, "$"),
        ('{"a":' * 100_000, "$"),
        ("{}", "$.schema"),
        ('{"schema": "splat-report/2"}', "$.schema"),
        (json.dumps(WIRE | {"runtime": "cobol"}), "$.runtime"),
        (json.dumps(WIRE | {"tags": {"a": 1}}), "$.tags.a"),
        (json.dumps(WIRE | {"signature": "short"}), "$.signature"),
        (json.dumps(WIRE | {"signature": "0123456789abcdef\n"}), "$.signature"),
        (json.dumps(WIRE | {"logs": [{}]}), "$.logs[0]"),
        (exceptions(), "$.exceptions"),
        (exceptions({}), "$.exceptions[0]"),
        (exceptions({"type": 3}), "$.exceptions[0].type"),
        (exceptions({"type": "X", "frames": [{"path": "a", "line": 0}]}), "$.exceptions[0].frames[0].line"),
        (exceptions({"type": "X", "frames": [{"path": "a", "line": True}]}), "$.exceptions[0].frames[0].line"),
        (exceptions({"type": "X", "frames": [{"path": "a\u0000b"}]}), "$.exceptions[0].frames[0].path"),
        (exceptions({"type": "X", "frames": [{"path": "a"}] * 2_001}), "$.exceptions[0].frames"),
        (exceptions({"type": "X", "parent": 0}), "$.exceptions[0].parent"),
        (exceptions({"type": "X"}, {"type": "Y", "parent": 3, "relation": "cause"}), "$.exceptions[1].parent"),
        (exceptions({"type": "X"}, {"type": "Y", "relation": "friend"}), "$.exceptions[1].relation"),
    ],
)
def test_a_report_that_does_not_fit_names_the_place(text, where):
    with pytest.raises(UsageError) as error:
        read(text, "report")
    assert error.value.where == where
    assert "sdk/report.schema.json" in error.value.next_step


def test_half_a_surrogate_pair_is_no_character():
    said = r"\ud83d\ude00 \ud800 \\ud800 \udc00\ud83d"
    text = json.dumps(WIRE).replace("no price", said)
    assert read(text, "report").surfaced.message == "\U0001f600 \ufffd \\ud800 \ufffd\ufffd"


def test_the_schema_is_one_and_reports_of_traces_fit_it():
    Draft202012Validator.check_schema(schema())
    validator = Draft202012Validator(schema())
    for runtime in RUNTIMES:
        for path in sorted((CASES / runtime).glob("*.txt")):
            report = read(path.read_text(encoding="utf-8"))
            if isinstance(report, Report):
                validator.validate(to_wire(report))


def test_the_wire_begins_with_what_names_it():
    wire = to_wire(read(PYTHON))
    assert list(wire)[:3] == ["schema", "runtime", "exceptions"]
    assert wire["schema"] == "splat-report/1"
    assert list(wire["exceptions"][0])[:3] == ["type", "message", "frames"]
    assert list(wire["exceptions"][0]["frames"][0]) == ["path", "line", "column", "function", "in_app", "source"]


def test_reading_a_trace_loads_no_schema_library():
    code = (
        "import sys; from healer.event import Event; from healer.report import read_report, to_wire;"
        "to_wire(read_report(Event('trace', open(sys.argv[1]).read())));"
        "print([name for name in ('jsonschema', 'yaml', 'tree_sitter', 'anthropic', 'rich') if name in sys.modules])"
    )
    args = [sys.executable, "-c", code, str(CASES / "python" / "chain.txt")]
    root = Path(__file__).parents[1]
    found = subprocess.run(args, capture_output=True, text=True, check=True, cwd=root, timeout=60)
    assert found.stdout.strip() == "[]"


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
_LINE = st.none() | st.integers(1, 999_999_999)
_LINES = st.lists(_TEXT, max_size=3).map(tuple)
_FRAME = st.builds(
    Frame, _TEXT, _LINE, _LINE, _TEXT, st.booleans(), _TEXT, st.dictionaries(_TEXT, _TEXT, max_size=3), _LINES, _LINES
)
_RELATION = st.sampled_from(["cause", "context", "member"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT, lambda below: st.lists(below, max_size=3), max_leaves=5
)


@st.composite
def reports(draw):
    count = draw(st.integers(1, 4))
    several = []
    for index in range(count):
        frames = tuple(draw(st.lists(_FRAME, max_size=4)))
        hangs = (draw(_RELATION), draw(st.integers(0, index - 1))) if index else ("surfaced", None)
        several.append(ExceptionInfo(draw(_TEXT), draw(_TEXT), frames, *hangs))
    names = _TEXT.filter(lambda name: name not in schema()["properties"])
    return Report(
        Event("report", ""),
        draw(st.sampled_from(RUNTIMES)),
        tuple(several),
        draw(st.sampled_from(["", "0123456789abcdef"])),
        *(draw(_TEXT) for _ in range(4)),
        details=draw(st.dictionaries(names, _JSON, max_size=3)),
    )


@settings(max_examples=100, deadline=None)
@given(reports())
def test_what_is_written_is_read_again(report):
    event = Event("report", json.dumps(to_wire(report)))
    again = read_report(event)
    assert again == Report(
        event, report.runtime, report.exceptions, report.signature, report.root, report.service, report.environment,
        report.release, report.details,
    )  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(_JSON, st.sampled_from([*WIRE, "signature", "tags", "logs", "request", "root", "new"]))
def test_any_value_anywhere_is_read_or_refused(value, name):
    text = json.dumps(WIRE | {name: value})
    if Draft202012Validator(schema()).is_valid(json.loads(text)):
        assert isinstance(read(text, "report"), Report)
    else:
        with pytest.raises(UsageError) as error:
            read(text, "report")
        assert error.value.where.startswith("$")


_LINES = [
    line for runtime in RUNTIMES for path in (CASES / runtime).glob("*.txt") for line in path.open(encoding="utf-8")
]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(set(_LINES))) | st.text(max_size=20), max_size=60),
    st.sampled_from(["", "web-1 | "]),
)
def test_any_text_is_read_or_declined(several, prefix):
    report = read("".join(prefix + line for line in several))
    if isinstance(report, Report):
        again = read(json.dumps(to_wire(report)), "report")
        assert again.exceptions == report.exceptions
    else:
        assert report.code == "no-trace"


@pytest.mark.slow
def test_a_long_chain_is_followed_in_linear_time():
    import time

    chain = [ExceptionInfo("A", "", (), "surfaced", None)]
    chain += [ExceptionInfo("B", "", (), "cause", index) for index in range(200_000)]
    start = time.process_time()
    assert Report(Event("trace", ""), "python", tuple(chain)).root_cause is chain[-1]
    assert time.process_time() - start < 5
