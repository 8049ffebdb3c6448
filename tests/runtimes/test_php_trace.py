from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.runtimes import trace_reader
from tests.runtimes.printed_cases import expected, lines, names, told
from tests.runtimes.reader_properties import check_traces, filled, grows_linearly, shuffled

reader = trace_reader("php")
PRINTED = [line for name in names("php") for line in lines("php", name)]


@pytest.mark.parametrize("name", names("php"))
def test_reads_what_was_printed(name):
    assert told(reader.find(lines("php", name))) == expected("php", name)


@pytest.mark.parametrize("name", [name for name in names("php") if name not in ("phpunit", "spoofing")])
def test_reads_the_same_inside_a_log(name):
    inside = ["2026-11-21 07:00:00 INFO ready", *lines("php", name), "2026-11-21 07:00:01 INFO GET / 200"]
    plain = reader.find(lines("php", name))
    assert [trace.exceptions for trace in reader.find(inside)] == [trace.exceptions for trace in plain]


def find_one(text):
    (trace,) = reader.find(text.split("\n"))
    return trace


def test_each_frame_has_the_function_that_holds_its_line():
    (trace,) = reader.find(lines("php", "internal_function"))
    assert [(frame.line, frame.function) for frame in trace.exceptions[0].frames] == [
        (6, "{main}"),
        (4, "main"),
        (33, "Shop\\helper"),
        (12, "Shop\\Cart->total"),
        (None, "array_map"),
        (13, "Shop\\Cart->Shop\\{closure}"),
    ]


def test_next_surfaced_and_what_stands_before_it_is_its_cause():
    (trace,) = reader.find(lines("php", "next"))
    assert [(each.type, each.relation, each.parent) for each in trace.exceptions] == [
        ("Shop\\CartError", "surfaced", None),
        ("JsonException", "cause", 0),
    ]
    assert trace.exceptions[0].message == "cannot read cart\nfirst: {oop"


def test_a_function_of_php_itself_has_no_line_of_its_own():
    text = "PHP Fatal error:  Uncaught PDOException: no in /app/db.php:7\nStack trace:\n"
    text += (
        "#0 /app/db.php(7): PDO->query('x')\n#1 /app/index.php(3): find()\n#2 {main}\n  thrown in /app/db.php on line 7"
    )
    frames = find_one(text).exceptions[0].frames
    assert [(frame.path, frame.line, frame.function) for frame in frames] == [
        ("/app/index.php", 3, "{main}"),
        ("/app/db.php", 7, "find"),
    ]


def test_a_stopped_program_comes_before_its_warnings():
    text = "\n".join([*lines("php", "warnings"), *lines("php", "arrow"), *lines("php", "warnings")])
    assert [trace.exceptions[0].type for trace in reader.find(text.split("\n"))] == ["Error"]
    assert {trace.exceptions[0].type for trace in reader.find(lines("php", "warnings"))} == {"Warning"}


def test_a_message_that_looks_like_a_trace_moves_no_other_frame():
    (trace,) = reader.find(lines("php", "spoofing"))
    crash = trace.exceptions[0].frames[-1]
    assert (crash.path, crash.line, crash.function) == ("/srv/shop/spoofing.php", 4, "main")


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("PHP Fatal error:  Uncaught TypeError: no price in /app/x.php:3", "no price"),
        ("[21-Nov-2026 07:00:00 UTC] PHP Fatal error:  Uncaught TypeError: no price in /app/x.php:3", "no price"),
        ("127.0.0.1:9 [500]: GET / - Uncaught TypeError: no price in /app/x.php:3", "no price"),
        ("TypeError: no price in /app/x.php:3", "no price"),
        ("[2026-11-21 07:00:00] TypeError: no price in /app/x.php:3", "no price"),
        ("Uncaught TypeError: one in two\nin three: four in /app/x.php:3", "one in two\nin three: four"),
        ("Uncaught TypeError in /app/x.php:3", ""),
        ('a.ERROR: x {"exception":"[object] (TypeError(code: 0): no price at /app/x.php:3)', "no price"),
    ],
)
def test_heads(head, said):
    trace = find_one(f"{head}\nStack trace:\n#0 /app/y.php(8): f()\n#1 {{main}}")
    exception = trace.exceptions[0]
    assert (exception.type, exception.message) == ("TypeError", said)
    assert [(frame.path, frame.line, frame.function) for frame in exception.frames] == [
        ("/app/y.php", 8, "{main}"),
        ("/app/x.php", 3, "f"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Stack trace:\n",
        "#0 0x00007f in main () from /lib/x.so",
        "Error in line 3",
        "the file was moved in /app/x.php:3",
        "Uncaught TypeError: x is not a function\n    at f (/app/x.js:1:2)",
        "#1 did it (3): see",
    ],
)
def test_takes_nothing_else_for_a_trace(text):
    assert reader.find(text.split("\n")) == []


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/app/src/Cart.php", True),
        ("C:\\shop\\src\\Cart.php", True),
        ("/app/vendored/Cart.php", True),
        ("/app/vendor/laravel/framework/src/x.php", False),
        ("vendor/autoload.php", False),
        ("C:\\shop\\vendor\\x.php", False),
        ("phar:///usr/local/bin/composer/src/x.php", False),
        ("/usr/share/php/PHPUnit/Framework/TestCase.php", False),
        ("/app/var/cache/prod/Container/x.php", False),
        ("/app/storage/framework/views/0a1b.php", False),
        ("/var/www/wp-includes/plugin.php", False),
        ("[internal function]", False),
        ("", False),
    ],
)
def test_knows_whose_code_a_path_is(path, ours):
    assert reader.in_app(path) is ours


def test_cleans_functions():
    cleaned = {
        "Shop\\Cart->total": "total",
        "Shop\\Cart::load": "load",
        "Shop\\helper": "helper",
        "Shop\\Cart->Shop\\{closure}": "{closure}",
        "{closure:Shop\\Cart::total():12}": "{closure}",
        "{main}": "{main}",
    }
    assert {name: reader.clean_function(name) for name in cleaned} == cleaned


@settings(max_examples=200, deadline=None)
@given(shuffled(PRINTED))
def test_no_text_makes_it_throw(given_lines):
    check_traces(reader.find(given_lines), given_lines, reader)


_NAME = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
_CALLS = st.lists(st.tuples(_NAME, st.integers(1, 99_999), _NAME), min_size=1, max_size=30)


@settings(max_examples=100, deadline=None)
@given(_CALLS, st.text(alphabet="xyz: (", max_size=20))
def test_frames_run_from_the_outermost_call_to_the_crash(calls, said):
    printed = [f"PHP Fatal error:  Uncaught TypeError: {said}. in /app/Crash.php:1", "Stack trace:"]
    printed += [f"#{at} /app/{path}.php({line}): A\\{name}('(3): x')" for at, (path, line, name) in enumerate(calls)]
    printed += [f"#{len(calls)} {{main}}", "  thrown in /app/Crash.php on line 1"]
    (trace,) = reader.find(printed)
    frames = [(frame.path, frame.line, frame.function) for frame in reversed(trace.exceptions[0].frames)]
    places = [("/app/Crash.php", 1), *((f"/app/{path}.php", line) for path, line, _ in calls)]
    functions = [*(f"A\\{name}" for _, _, name in calls), "{main}"]
    assert frames == [(*place, function) for place, function in zip(places, functions, strict=True)]
    assert trace.exceptions[0].message == f"{said}.".strip()


HOSTILE = {
    "crashes": "PHP Fatal error:  Uncaught TypeError: bad in /app/x.php:3\nStack trace:\n#0 /app/y.php(3): foo()\n"
    "#1 {main}\n  thrown in /app/x.php on line 3\n",
    "anchors": "Stack trace:\n",
    "calls": "#0 /app/y.php(3): foo()\n",
    "long calls": "#0 " + "(3" * 1_900 + "\n",
    "places": "in " * 1_000 + "x on line 3\nStack trace:\n",
    "objects": "[object] (X(code: 0):" + " at x" * 700 + "\n[stacktrace]\n#0 /a(1): f()\n",
    "uncaught": "Uncaught " * 400 + "in x:3\n",
    "next": "Next A: x in /a.php:3\nStack trace:\n#0 {main}\n\n",
    "symfony": 'Uncaught PHP Exception X: "' + '" at x' * 600 + "\n",
    "phpunit": "1) A::b\nError: x\n\n/app/x.php:3\n",
    "tests": "1) A::b\n",
    "xdebug": "PHP Stack trace:\n" + "PHP   1. f() /x.php:3\n" * 3,
    "warnings": "Warning: x in y on line 3\n",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_with_the_text_and_no_faster(unit):
    grows_linearly(lambda size: reader.find(filled(unit, size)))
