from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.runtimes import trace_reader
from tests.runtimes.printed_cases import expected, lines, names, told
from tests.runtimes.reader_properties import check_traces, filled, grows_linearly, shuffled

reader = trace_reader("python")
PRINTED = [line for name in names("python") for line in lines("python", name)]


@pytest.mark.parametrize("name", names("python"))
def test_reads_what_was_printed(name):
    assert told(reader.find(lines("python", name))) == expected("python", name)


@pytest.mark.parametrize("name", [name for name in names("python") if not name.startswith(("pytest", "threads"))])
def test_reads_the_same_behind_an_indentation_and_inside_a_log(name):
    plain = [trace.exceptions for trace in reader.find(lines("python", name))]
    indented = ["    " + line if line else line for line in lines("python", name)]
    inside = ["2026-11-21 07:00:00 INFO ready", *lines("python", name), "2026-11-21 07:00:01 INFO GET / 200"]
    assert [trace.exceptions for trace in reader.find(inside)] == plain
    if "fault" not in name and "lost" not in name and "shared" not in name:
        assert [trace.exceptions for trace in reader.find(indented)] == plain


def find_one(text):
    (trace,) = reader.find(text.split("\n"))
    return trace


def test_the_surfaced_exception_comes_first_and_its_frames_end_at_the_crash():
    chain = reader.find(lines("python", "chain"))[0].exceptions
    assert [(each.type, each.relation, each.parent) for each in chain] == [
        ("shop.cart.CartError", "surfaced", None),
        ("json.decoder.JSONDecodeError", "cause", 0),
    ]
    assert (chain[0].frames[-1].path, chain[0].frames[-1].line) == ("/srv/shop/shop/cart.py", 16)
    assert chain[0].frames[0].function == "<module>"


def test_group_members_hang_on_their_group():
    (trace,) = reader.find(lines("python", "group"))
    assert [(each.type, each.relation, each.parent) for each in trace.exceptions] == [
        ("RuntimeError", "surfaced", None),
        ("ExceptionGroup", "cause", 0),
        ("AttributeError", "member", 1),
        ("KeyError", "context", 2),
        ("TypeError", "member", 1),
        ("ExceptionGroup", "member", 1),
        ("ValueError", "member", 5),
        ("TypeError", "member", 5),
    ]


def test_a_repeated_line_is_as_many_frames_as_it_says():
    (trace,) = reader.find(lines("python", "recursion"))
    assert len(trace.exceptions[0].frames) == 1_000


def test_repeated_lines_are_bounded_over_the_whole_text():
    block = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    f()\n'
    text = (block + "  [Previous line repeated 999999999 more times]\nRecursionError: x\n") * 50
    traces = reader.find(text.split("\n"))
    assert len(traces) == 50
    assert sum(len(trace.exceptions[0].frames) for trace in traces) <= 5_050


def test_a_stack_that_was_only_logged_is_no_trace():
    text = 'Stack (most recent call last):\n  File "a.py", line 1, in f\n    f()\nINFO: done'
    assert reader.find(text.split("\n")) == []


def test_the_message_ends_where_the_log_goes_on():
    text = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: 1\n[21/Nov] GET /'
    assert find_one(text).exceptions[0].message == "1\n[21/Nov] GET /"  # nothing tells this line from a message's
    for record in ("2026-11-21 07:00:00 INFO x", "INFO:root:x", "[2026-11-21 07:00] x", "##[error]exit code 1", ""):
        assert find_one(text.replace("[21/Nov] GET /", record)).exceptions[0].message == "1"


def test_a_blank_line_inside_a_message_is_kept_in_a_chain():
    text = (
        'Traceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: one\n\ntwo\n\n'
        "The above exception was the direct cause of the following exception:\n\n"
        'Traceback (most recent call last):\n  File "a.py", line 2, in g\nRuntimeError: three'
    )
    assert [each.message for each in find_one(text).exceptions] == ["three", "one\n\ntwo"]


def test_a_header_with_a_loggers_words_before_it():
    text = 'ERROR:root:Traceback (most recent call last):\n  File "a.py", line 1, in f\n    f()\nKeyError: 1'
    assert find_one(text).exceptions[0].type == "KeyError"


def test_a_truncated_trace_still_has_its_frames():
    text = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    f()\n  File "b.py", line 2, in g'
    assert [frame.path for frame in find_one(text).exceptions[0].frames] == ["a.py", "b.py"]
    assert find_one(text).exceptions[0].type == ""


@pytest.mark.parametrize(
    "text",
    [
        "Traceback (most recent call last):",
        "Traceback (most recent call last):\n\t1: from a.rb:3:in `x'\na.rb:2:in `y': z (KeyError)",
        'see File "a.py", line 3',
        '  File "a.py", line 3, in f\nsome words here',
        "KeyError: 'x'",
        "Fatal Python error: Segmentation fault",
        "___ test ___\nE   nothing",
    ],
)
def test_takes_nothing_else_for_a_trace(text):
    assert reader.find(text.split("\n")) == []


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/app/shop/cart.py", True),
        ("shop/cart.py", True),
        ("C:\\shop\\cart.py", True),
        ("/srv/python3/shop.py", True),
        ("/app/lib/cart.py", True),
        ("/usr/lib/python3.12/json/decoder.py", False),
        ("/root/.pyenv/versions/3.11.7/lib/python3.11/json/__init__.py", False),
        ("C:\\Python311\\Lib\\json\\decoder.py", False),
        ("/app/.venv/lib/python3.12/site-packages/flask/app.py", False),
        ("C:\\shop\\venv\\Lib\\site-packages\\flask\\app.py", False),
        ("/usr/lib/python3/dist-packages/six.py", False),
        ("/app/venv/bin/gunicorn", False),
        ("/usr/local/bin/uvicorn", False),
        ("<frozen importlib._bootstrap>", False),
        ("<string>", False),
        ("<stdin>", False),
        ("", False),
    ],
)
def test_knows_whose_code_a_path_is(path, ours):
    assert reader.in_app(path) is ours


def test_cleans_functions():
    names_ = {"Cart.total": "total", "f.<locals>.<lambda>": "<lambda>", "<module>": "<module>", "total": "total"}
    assert {name: reader.clean_function(name) for name in names_} == names_


@settings(max_examples=200, deadline=None)
@given(shuffled(PRINTED))
def test_no_text_makes_it_throw(given_lines):
    check_traces(reader.find(given_lines), given_lines, reader)


_NAME = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
_STACK = st.lists(st.tuples(_NAME, st.integers(1, 99_999), _NAME, st.booleans()), min_size=1, max_size=30)


@settings(max_examples=100, deadline=None)
@given(_STACK, st.sampled_from(["", "    ", "> ", "web | "]), st.text(alphabet="xyz: '", max_size=20))
def test_frames_run_from_the_outermost_call_to_the_crash(stack, margin, said):
    printed = ["Traceback (most recent call last):"]
    for path, line, function, with_source in stack:
        printed.append(f'  File "/app/{path}.py", line {line}, in {function}')
        if with_source:
            printed += [f"    {function}(1)", "    ^^^^"]
    printed.append(f"KeyError: {said}")
    (trace,) = reader.find([margin + line for line in printed])
    frames = [(frame.path, frame.line, frame.function) for frame in trace.exceptions[0].frames]
    assert frames == [(f"/app/{path}.py", line, function) for path, line, function, _ in stack]
    assert trace.exceptions[0].message == said.strip()


HOSTILE = {
    "files": '  File "a.py", line 3, in f\n',
    "headers": "Traceback (most recent call last):\n",
    "chains": 'Traceback (most recent call last):\n  File "x.py", line 1, in f\nKeyError: 1\n\n'
    "During handling of the above exception, another exception occurred:\n\n",
    "groups": '  + Exception Group Traceback (most recent call last):\n  |   File "x.py", line 1, in f\n'
    "  | ExceptionGroup: x (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n",
    "quotes": 'File "' * 600 + "\n",
    "fatal": "Fatal Python error: x\n" + "\n" * 7,
    "timeouts": "Timeout (" * 400 + "\n",
    "pytest": "____ x ____\nE   ValueError: x\n\nx.py:3: ValueError\n",
    "sections": "_" * 3_000 + " x\n",
    "one line": "Traceback (most recent call last): ",
    "messages": 'Traceback (most recent call last):\n  File "x.py", line 1, in f\nKeyError: 1\n' + "more\n" * 100,
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_with_the_text_and_no_faster(unit):
    grows_linearly(lambda size: reader.find(filled(unit, size)))
