from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.runtimes import trace_reader
from tests.runtimes.printed_cases import expected, lines, names, told
from tests.runtimes.reader_properties import filled, grows_linearly

reader = trace_reader("javascript")


@pytest.mark.parametrize("name", names("javascript"))
def test_reads_what_was_printed(name):
    assert told(reader.find(lines("javascript", name))) == expected("javascript", name)


@pytest.mark.parametrize("name", [name for name in names("javascript") if not name.startswith("by_hand")])
def test_reads_the_same_under_a_common_indentation_and_inside_a_log(name):
    plain = reader.find(lines("javascript", name))
    inside = ["2026-11-21T07:00:00Z INFO ready", *lines("javascript", name), "2026-11-21T07:00:01Z INFO GET / 200"]
    assert [trace.exceptions for trace in reader.find(inside)] == [trace.exceptions for trace in plain]


@pytest.mark.parametrize(
    ("path", "expected_in_app"),
    [
        ("/app/src/cart.ts", True),
        ("src/cart.ts", True),
        ("C:\\app\\src\\cart.js", True),
        ("file:///app/main.mjs", True),
        ("webpack://shop/./src/cart.ts", True),
        ("webpack-internal:///(rsc)/./app/page.tsx", True),
        ("https://shop.example/assets/main.4f3a2b1c.js", True),
        ("url.ts", True),
        ("/app/lib/events.js", True),
        ("node:internal/process/task_queues", False),
        ("internal/modules/cjs/loader.js", False),
        ("events.js", False),
        ("_http_server.js", False),
        ("/app/node_modules/express/lib/router.js", False),
        ("node_modules/jest/build/index.js", False),
        ("C:\\app\\node_modules\\x\\y.js", False),
        ("webpack-internal:///./node_modules/react-dom/index.js", False),
        ("webpack:///./~/lodash/map.js", False),
        ("webpack/bootstrap", False),
        ("<anonymous>", False),
        ("<input css ApZlnd>", False),
        ("[native code]", False),
        ("chrome-extension://abcdef/content.js", False),
        ("", False),
    ],
)
def test_knows_whose_code_a_path_is(path, expected_in_app):
    assert reader.in_app(path) is expected_in_app


@pytest.mark.parametrize(
    "text",
    [
        "Meet at the door (at 12:30:15)",
        "at 10:20:30 the train left",
        "user@example.com:25:1",
        "git@github.com:acme/shop.git",
        "\tat com.foo.Bar.baz(Bar.java:12)",
        "   at Shop.Cart.Total() in C:\\src\\Cart.cs:line 12",
        'Traceback (most recent call last):\n  File "x.py", line 3, in f',
        "[info] Error: nothing followed",
        "app.js:3",
    ],
)
def test_takes_no_prose_and_no_other_runtime_for_a_trace(text):
    assert reader.find(text.split("\n")) == []


def test_frames_that_a_cause_repeats_are_put_back():
    (trace,) = reader.find(lines("javascript", "cause"))
    printed = "\n".join(lines("javascript", "cause"))
    assert printed.count("lines matching cause stack trace") == 2
    assert [len(exception.frames) for exception in trace.exceptions] == [8, 10, 10]


def test_a_gap_that_no_cause_explains_is_left_alone():
    text = """Error: outer
    at a (/app/a.js:1:2)
    ... 900000 lines matching cause stack trace ...
    at z (/app/z.js:1:2) {
  [cause]: Error: inner
      at b (/app/b.js:1:2)
}"""
    (trace,) = reader.find(text.split("\n"))
    assert [frame.function for frame in trace.exceptions[0].frames] == ["z", "a"]


_PIECES = st.sampled_from(
    [
        *(
            "Error: x",
            "TypeError [ERR_X]: y",
            "[AggregateError: many] {",
            "  [errors]: [",
            "  [cause]: Error: z",
            "  ]",
            "}",
        ),
        *(
            "    at f (/app/a.js:1:2)",
            "    at async g (file:///b.mjs:3:4) {",
            "    at /app/c.js:5:6,",
            "",
            "  code: 'X',",
        ),
        *(
            "    ... 3 lines matching cause stack trace ...",
            "Emitted 'error' event at:",
            "/app/a.js:3",
            "  x()",
            "    ^",
        ),
        *("fn@http://h/a.js:1:2", "@[native code]", "Node.js v20.1.0", "Caused by: Error: q", "Thrown at:", "      ]"),
        *(
            "    at eval (eval at f (/app/a.js:1:2), <anonymous>:1:1)",
            "    at Array.map (<anonymous>)",
            "    Error: in",
        ),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=40)), max_size=40))
def test_any_lines_give_ordered_traces_that_do_not_overlap(pieces):
    traces = reader.find([piece.replace("\n", " ") for piece in pieces])
    end = -1
    for trace in traces:
        assert end < trace.first <= trace.last < len(pieces)
        end = trace.last
        assert trace.exceptions[0].relation == "surfaced"
        for index, exception in enumerate(trace.exceptions[1:], 1):
            assert exception.parent is not None
            assert 0 <= exception.parent < index


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 9_000), min_size=1, max_size=30, unique=True))
def test_frames_run_from_the_outermost_call_to_the_crash(numbers):
    printed = ["RangeError: x", *(f"    at f{n} (/app/a.js:{n}:1)" for n in numbers)]
    (trace,) = reader.find(printed)
    assert [frame.line for frame in trace.exceptions[0].frames] == numbers[::-1]


_HOSTILE = {
    "frames": "    at f (/app/a.js:1:2)\n",
    "frames and junk": "    at f (/app/a.js:1:2)\njunk\n",
    "headers": "TypeError: x\n",
    "weak headers": "cart: x\n",
    "banners": "/app/a.js:3\n  x\n  ^\n",
    "brackets": "[Error: x] {\n",
    "causes": "  [cause]: Error: x\n",
    "open tail": "Error: x\n    at f (/app/a.js:1:2) {\n  [errors]: [\n",
    "parentheses": "    at " + "(" * 500 + ")\n",
    "colons": "    at f (" + "a:1" * 300 + ")\n",
    "evals": "    at eval (" + "eval at f (" * 100 + "/a.js:1:2)\n",
    "ats": "@" * 1000 + "\n",
    "long words": "    at f (/app/a.js:1:2)\n" + "a" * 3000 + "\n",
    "dotted words": "a.b" * 1000 + "\n    at f (/app/a.js:1:2)\n",
    "spaces": " " * 3000 + "\n    at f (/app/a.js:1:2)\n",
    "tap": "  error: |-\n    x\n  name: 'E'\n  stack: |-\n    f (/app/a.js:1:2)\n",
    "tap keys": "  error: |-\n",
    "banner and text": "/app/a.js:3\n  x\n  ^\n" + "junk: x\n" * 70,
    "gaps": "    ... 5 lines matching cause stack trace ...\n    at f (/app/a.js:1:2)\n",
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_time_grows_with_the_text(name):
    grows_linearly(lambda size: reader.find(filled(_HOSTILE[name], size)))


def test_ten_megabytes_of_one_line_are_passed_over():
    assert reader.find(["at " + "x" * 10_000_000 + ":1:2"]) == []


def test_names_lose_their_decoration():
    names = ["async Cart.total", "Cart.total [as sum]", "new Cart", "Object.<anonymous>", "get total", "submit/<", ""]
    assert [reader.clean_function(name) for name in names] == ["total", "total", "Cart", "", "total", "", ""]
    assert not any(re.search(r"\s", reader.clean_function(name)) for name in names)
