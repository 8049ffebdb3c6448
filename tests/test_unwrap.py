from __future__ import annotations

import html
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.runtimes import RUNTIMES, trace_reader
from healer.unwrap import unwrap
from tests.runtimes.printed_cases import frame_text, lines
from tests.runtimes.reader_properties import grows_linearly

WRAPPED = Path(__file__).parent / "cases" / "traces" / "wrapped"

#: One trace a runtime, with what is hard to keep: indentation, quotes, angle brackets, backslashes, several lines.
TRACES = {
    "python": lines("python", "chain"),
    "python_group": lines("python", "group"),
    "javascript": [
        "TypeError: Cannot read properties of undefined (reading 'price')",
        "    at total (/srv/shop/cart.js:7:22)",
        "    at async Promise.all (index 0)",
        "    at new Cart (file:///srv/shop/cart.mjs:3:9)",
        "    at Object.<anonymous> (/srv/shop/main.js:4:1)",
    ],
    "go": [
        "panic: runtime error: index out of range [3] with length 2",
        "",
        "goroutine 1 [running]:",
        "main.(*Cart).Total(0xc000012345, {0x1, 0x2})",
        "\t/srv/shop/cart.go:7 +0x1d",
        "main.main()",
        "\t/srv/shop/main.go:4 +0x25",
        "exit status 2",
    ],
    "ruby": lines("ruby", "cause"),
    "php": lines("php", "next"),
}


def each(prefix):
    return lambda printed: "\n".join(prefix(index) + line for index, line in enumerate(printed))


def joined(printed):
    return "\n".join(printed)


def fenced(fence, info=""):
    return lambda printed: f"It crashed:\n\n{fence}{info}\n{joined(printed)}\n{fence}\n\nThanks"


def interleaved(printed):
    both = [(f"web-1  | {line}", f"db-1   | LOG:  checkpoint {index}") for index, line in enumerate(printed)]
    return "\n".join(line for pair in both for line in pair)


WRAPPINGS = {
    "nothing": joined,
    "crlf": "\r\n".join,
    "cr": "\r".join,
    "byte order mark": lambda printed: "\ufeff" + joined(printed),
    "colours": lambda printed: "\n".join(f"\x1b[1;31m{line}\x1b[0m" for line in printed),
    "colours inside": lambda printed: joined(printed).replace("shop", "\x1b[38;5;4mshop\x1b[39m"),
    "title and link": lambda printed: (
        "\x1b]0;title\x07" + joined(printed).replace("cart", "\x1b]8;;http://x\x1b\\cart")
    ),
    "compose": each(lambda _: "web-1  | "),
    "compose, coloured": each(lambda _: "\x1b[36mweb-1  | \x1b[0m"),
    "compose, interleaved": interleaved,
    "compose, trailing blanks cut": lambda printed: "\n".join(f"web-1  | {line}".rstrip() for line in printed),
    "pod": each(lambda _: "[pod/web-7f9c/web] "),
    "docker time": each(lambda index: f"2026-11-21T07:00:00.{index:09d}Z "),
    "cri": each(lambda index: f"2026-11-21T07:00:00.{index:09d}+01:00 stderr F "),
    "syslog": each(lambda _: "Nov 21 07:00:00 host app[123]: "),
    "syslog, rfc 5424": each(lambda _: "<14>1 2026-11-21T07:00:00.000Z host app 123 - - "),
    "heroku": each(lambda _: "2026-11-21T07:00:00.123456+00:00 app[web.1]: "),
    "actions log": each(lambda index: f"2026-11-21T07:00:{index % 60:02d}.1234567Z "),
    "actions error": each(lambda _: "##[error]"),
    "gh run view": each(lambda index: f"test\tRun tests\t2026-11-21T07:00:00.{index:07d}Z "),
    "gh run view, mark": each(lambda _: "test / unit (3.12)\tRun tests\t\ufeff2026-11-21T07:00:00.1234567Z "),
    "log record a line": each(lambda index: f"2026-11-21 07:00:00,{index:03d} ERROR [main] shop.cart: "),
    "level and pid": each(lambda _: "ERROR [4711] "),
    "padded level": each(lambda _: "ERROR    "),
    "compose, time, level": each(lambda index: f"web-1  | 2026-11-21T07:00:00.{index:03d}Z ERROR "),
    "a prefix in no list": each(lambda index: f"<<app {index}>> {{x}} "),
    "quoted": each(lambda _: "> "),
    "quoted twice": each(lambda _: "> > "),
    "fence": fenced("```"),
    "long fence": fenced("``````", "text"),
    "tilde fence": fenced("~~~"),
    "quoted fence": lambda printed: "\n".join("> " + line for line in ["```", *printed, "```"]),
    "fence in a list": lambda printed: "\n".join(["1. run", *("   " + line for line in ["```", *printed, "```"])]),
    "indented code": lambda printed: "Hi:\n\n" + each(lambda _: "    ")(printed) + "\n\nbye",
    "pre": lambda printed: f"<details><summary>trace</summary>\n<pre>{html.escape(joined(printed))}</pre></details>",
    "details": lambda printed: f"<details>\n<summary>trace</summary>\n\n```\n{joined(printed)}\n```\n</details>",
    "br": lambda printed: html.escape(joined(printed)).replace("\n", "<br/>"),
    "json": lambda printed: json.dumps({"level": "error", "exc_info": joined(printed), "user": 7}),
    "json, pretty": lambda printed: json.dumps({"level": "error", "stack": joined(printed), "z": [1]}, indent=2),
    "json, pretty, fenced": lambda printed: f"x\n```json\n{json.dumps({'stack': joined(printed)}, indent=2)}\n```",
    "json in json": lambda printed: json.dumps({"log": json.dumps({"a": {"stack": joined(printed)}}) + "\n"}),
    "json lines": lambda printed: "\n".join(
        json.dumps(record) for record in ({"msg": "a"}, {"msg": "b", "stack": joined(printed)}, {"msg": "c"})
    ),
    "json behind a prefix": lambda printed: "2026-11-21T07:00:00Z app " + json.dumps({"stack": joined(printed)}),
    "json, compose": lambda printed: "\n".join(
        f"web-1  | {json.dumps(record)}" for record in ({"msg": "a"}, {"stack": joined(printed)}, {"msg": "c"})
    ),
    "docker's json file": lambda printed: "\n".join(
        json.dumps({"log": line + "\n", "stream": "x"}) for line in printed
    ),
    "one json text a line": lambda printed: "\n".join(json.dumps({"textPayload": line}) for line in printed),
    "python repr": lambda printed: f"error: {joined(printed)!r}, more",
    "python bytes": lambda printed: f"error: {joined(printed).encode()!r}",
    "python list": lambda printed: f"can't: {[line + chr(10) for line in printed]!r}",
    "logfmt": lambda printed: f"level=error err={json.dumps(joined(printed))} user=3",
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("name", TRACES)
def test_what_was_wrapped_comes_out_as_it_was(name, wrapping):
    if wrapping == "python list" and not name.startswith("python"):
        pytest.skip("only Python's format_exception makes such a list")
    reader = trace_reader(name.partition("_")[0])
    plain = reader.find(TRACES[name])
    assert len(plain) == 1
    found = reader.find(unwrap(WRAPPINGS[wrapping](TRACES[name])))
    assert [trace.exceptions for trace in found] == [trace.exceptions for trace in plain]


def test_two_sources_with_a_trace_each_are_told_apart():
    python, ruby = TRACES["python"], TRACES["ruby"]
    both = []
    for index in range(max(len(python), len(ruby))):
        both += [f"web-1 | {line}" for line in python[index : index + 1]]
        both += [f"job-1 | {line}" for line in ruby[index : index + 1]]
    found = unwrap("\n".join(both))
    assert [len(trace_reader(name).find(found)) for name in ("python", "ruby")] == [1, 1]


@pytest.mark.parametrize("path", sorted(WRAPPED.glob("*.txt")), ids=lambda path: path.stem)
def test_reads_wrapped_traces_kept_as_data(path):
    found = unwrap(path.read_text(encoding="utf-8", errors="replace"))
    told = [
        {
            "runtime": runtime,
            "exceptions": [f"{exception.type}: {exception.message}" for exception in trace.exceptions],
            "crash": frame_text(trace.exceptions[0].frames[-1]),
        }
        for runtime in RUNTIMES
        for trace in trace_reader(runtime).find(found)
        if trace.exceptions[0].frames
    ]
    assert told == json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "one line",
        "a\n\n  b\n\tc\n",
        "2026-11-21 07:00:00 INFO a\n2026-11-21 07:00:01 INFO b",
        "web-1 | hello\nweb-1 | world",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        '{"a": 1}\n{"b": "x\\ny"}',
        "print('a\\nb')",
        'return s.replace("<", "&lt;")',
        ">>> f(3)\n>>> g()",
        "x = [1, 2]\ny = {3}",
    ],
)
def test_what_is_no_traces_wrapping_stays(text):
    assert unwrap(text) == text.split("\n")


def test_a_logs_own_records_beside_a_trace_keep_their_time():
    text = "\n".join([*TRACES["python"], "2026-11-21 07:00:01,1 INFO next", "2026-11-21 07:00:02,1 INFO order"])
    assert unwrap(text) == text.split("\n")


def test_source_lines_keep_their_own_escapes_and_entities():
    printed = [
        "Traceback (most recent call last):",
        '  File "/srv/shop/cart.py", line 3, in page',
        r'    return "a\n" + text.replace("<", "&lt;") + "<b>" + f("\\n    at x")',
        "TypeError: x",
    ]
    assert unwrap("\n".join(printed)) == printed
    assert printed[2] in unwrap("\n".join("web-1 | " + line for line in printed))


def test_frames_beside_their_type_and_message_in_json_get_a_head():
    ruby = {"exception": {"class": "KeyError", "message": "no price", "backtrace": ["a.rb:3:in `f'", "b.rb:4:in `g'"]}}
    (trace,) = trace_reader("ruby").find(unwrap(json.dumps(ruby)))
    assert (trace.exceptions[0].type, trace.exceptions[0].message) == ("KeyError", "no price")
    php = {"exception": "TypeError", "message": "no price", "file": "/app/x.php", "line": 3, "trace": [
        {"file": "/app/y.php", "line": 8, "function": "total", "class": "Cart", "type": "->"}, {"function": "f"}
    ]}  # fmt: skip
    (trace,) = trace_reader("php").find(unwrap(json.dumps(php)))
    assert (trace.exceptions[0].type, trace.exceptions[0].message) == ("TypeError", "no price")
    assert [(frame.path, frame.function) for frame in trace.exceptions[0].frames][-2:] == [
        ("/app/y.php", "f"),
        ("/app/x.php", "Cart->total"),
    ]


def test_a_long_log_keeps_what_is_near_a_trace():
    log = [f"2026-11-21 07:00:00 INFO request {number}" for number in range(40_000)]
    text = "\n".join([*log, *TRACES["python"], *log, *TRACES["javascript"], *log])
    found = unwrap(text)
    assert len(found) < 2_000
    assert len(trace_reader("python").find(found)) == 1
    assert len(trace_reader("javascript").find(found)) == 1


def test_half_a_surrogate_pair_in_json_is_no_character():
    (line,) = [line for line in unwrap('{"a": "x\\ud800\\n    at f (a.js:1:2)"}') if "x" in line]
    assert line == "x\ufffd"


_PIECES = [line for printed in TRACES.values() for line in printed]
_PIECES += [
    "```",
    "```json",
    "{",
    '{"a": "x\\n    at y"}',
    "> ",
    "web-1 | ",
    "<pre>",
    "&lt;",
    "\x1b[31m",
    "\\n",
    '"',
    "'",
]
_PIECES += [
    "2026-11-21T07:00:00Z ",
    "ERROR ",
    "[a] ",
    "a\tb\t2026-11-21T07:00:00Z x",
    "\x1b]0;",
    "\r",
    "    ",
    "\\u1f600",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=20)), max_size=40), st.sampled_from(["", "\n"]))
def test_no_text_makes_it_throw(pieces, between):
    found = unwrap(between.join(pieces))
    assert all("\n" not in line and "\r" not in line and "\x1b" not in line for line in found)


HOSTILE = {
    "lines": "\n",
    "one line": "abc def: ",
    "spaces": " ",
    "quotes": '"\\n at x',
    "quote lines": '"\\n at x:1\n',
    "escapes": "\\" * 99 + 'n    at x:1 "\n',
    "json": '{"a": "x\\n    at y (f.js:1:2)"}\n',
    "broken json": '{"a": "x\\n    at y (f.js:1:2)", ',
    "deep json": "[",
    "deep json lines": "[" * 500 + "\n",
    "fences": "```json\n{\n",
    "tags": "<b><b><b>&lt;module&gt;</b><br>",
    "tag lines": "<details><pre>File &quot;x.py&quot;</pre>\n",
    "open tags": "<pre " * 500 + "\n",
    "colours": "\x1b[31mabc\x1b[0m",
    "open escapes": "\x1b]",
    "long escapes": "\x1b[" + "1;" * 50,
    "brackets": "[" * 60 + " x.py:1\n",
    "quoted": "> " * 50 + "x.py:1\n",
    "prefixes": "[a] " * 50 + "x.py:1\n",
    "tabs": "a\tb\t" * 300 + "x.py:1\n",
    "unlike prefixes": "".join(f"{chr(97 + at % 26)}{chr(97 + at // 26 % 26)}z    at f.js:{at}\n" for at in range(676)),
    "sources": "".join(f"web-{at} | x.py:1\n" for at in range(1_000)),
    "names": "a" * 99 + " " * 60 + "x.py:1\n",
    "syslog": "Nov 21 07:00:00 " + "a" * 90 + " " + "b" * 90 + " x.py:1\n",
    "repr": "'Traceback (most recent call last):\\n",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_with_the_text_and_no_faster(unit):
    grows_linearly(lambda size: unwrap((unit * (size // len(unit) + 1))[:size]))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["log", "traces", "records"])
def test_ten_megabytes_take_seconds(name):
    import time

    size = 10_000_000
    unit = {
        "log": "2026-11-21 07:30:45,176 INFO shop: request 12 done in 3 ms for user 7\n" * 100,
        "traces": "\n".join(TRACES["python"]) + "\n",
        "records": json.dumps({"level": "error", "exc_info": "\n".join(TRACES["python"])}) + "\n",
    }[name]
    text = (unit * (size // len(unit) + 1))[:size]
    start = time.process_time()
    found = unwrap(text)
    for runtime in RUNTIMES:
        trace_reader(runtime).find(found)
    assert time.process_time() - start < 30  # a few on a quiet machine; quadratic work would take hours
