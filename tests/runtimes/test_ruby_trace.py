from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.runtimes import trace_reader
from healer.signature import signature
from tests.runtimes.printed_cases import expected, lines, names, told
from tests.runtimes.reader_properties import check_traces, filled, grows_linearly, shuffled

reader = trace_reader("ruby")
PRINTED = [line for name in names("ruby") for line in lines("ruby", name)]


@pytest.mark.parametrize("name", names("ruby"))
def test_reads_what_was_printed(name):
    assert told(reader.find(lines("ruby", name))) == expected("ruby", name)


def find_one(text):
    (trace,) = reader.find(text.split("\n"))
    return trace


def heads(trace):
    return [(each.type, each.relation, each.parent) for each in trace.exceptions]


def test_both_print_orders_tell_the_same():
    (first,) = reader.find(lines("ruby", "cause"))
    (last,) = reader.find(lines("ruby", "newest_last"))
    assert heads(first) == heads(last) == [("CartError", "surfaced", None), ("ArgumentError", "cause", 0)]
    assert [each.message for each in first.exceptions] == [each.message for each in last.exceptions]
    for one, other in zip(first.exceptions, last.exceptions, strict=True):
        assert [frame.function for frame in one.frames] == [frame.function for frame in other.frames]
    assert first.exceptions[0].frames[-1].function == "rescue in load"
    assert first.exceptions[0].frames[0].function == "<main>"


def test_the_same_crash_printed_twice_is_two_traces_and_not_a_cause():
    traces = reader.find(lines("ruby", "thread"))
    assert [heads(trace) for trace in traces] == [[("CartError", "surfaced", None), ("ArgumentError", "cause", 0)]] * 2


def test_another_stack_right_behind_is_no_cause():
    text = (
        "a.rb:3:in `f': one (KeyError)\n\tfrom a.rb:9:in `<main>'\n"
        "b.rb:4:in `g': two (TypeError)\n\tfrom b.rb:8:in `other'"
    )
    assert [heads(trace) for trace in reader.find(text.split("\n"))] == [
        [("KeyError", "surfaced", None)],
        [("TypeError", "surfaced", None)],
    ]


def test_the_line_that_ruby_quotes_is_the_source():
    (trace,) = reader.find(lines("ruby", "quoted_line"))
    assert trace.exceptions[0].frames[-1].source == "@items.first.title"


def test_a_file_that_does_not_parse_is_where_it_crashed():
    (trace,) = reader.find(lines("ruby", "required_syntax"))
    crash = trace.exceptions[0].frames[-1]
    assert (trace.exceptions[0].type, crash.path, crash.line) == ("SyntaxError", "/srv/shop/broken.rb", 2)


@pytest.mark.parametrize(
    "head",
    [
        "NoMethodError (no price):",
        "NoMethodError: no price",
        "NoMethodError - no price:",
        "no price (NoMethodError)",
        "E, [2026-11-21T07:00:00.1 #12] ERROR -- : no price (NoMethodError)",
        "#<NoMethodError: no price>",
        "ERROR -- : #<NoMethodError: no price>",
        "NoMethodError (no price)\n",
        "NoMethodError:\n  no price",
        "[5e0c7bb4-51ac] NoMethodError (no price):\n[5e0c7bb4-51ac]   ",
    ],
)
@pytest.mark.parametrize("lead", ["", "    ", "\t", "     # "])
def test_heads_above_bare_frames(head, lead):
    trace = find_one(f"{head}\n{lead}app/cart.rb:7:in `total'\n{lead}app/main.rb:3:in `<main>'")
    exception = trace.exceptions[0]
    assert (exception.type, exception.message) == ("NoMethodError", "no price")
    assert [frame.function for frame in exception.frames] == ["<main>", "total"]


def test_a_head_of_an_earlier_trace_is_not_taken_again():
    text = "KeyError: a\n\ta.rb:1:in `f'\n\ta.rb:2:in `g'\nother\n\tb.rb:1:in `h'\n\tb.rb:2:in `i'"
    assert [trace.exceptions[0].type for trace in reader.find(text.split("\n"))] == ["KeyError", ""]


@pytest.mark.parametrize(
    "text",
    [
        "a.rb:3: warning: method redefined",
        "a.rb:3:in `f': warning: x",
        "see app/cart.rb:7",
        "lib/x.rb:7:in `f'",
        'Traceback (most recent call last):\n  File "a.py", line 3, in f\nKeyError: 1',
        "    at total (/app/x.js:1:2)",
        "#0 /app/x.php(3): f()",
    ],
)
def test_takes_nothing_else_for_a_trace(text):
    assert reader.find(text.split("\n")) == []


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/app/lib/cart.rb", True),
        ("./spec/cart_spec.rb", True),
        ("app/models/cart.rb", True),
        ("/app/gems/pricing/lib/pricing.rb", True),
        ("/usr/lib/ruby/3.1.0/json/common.rb", False),
        ("/usr/local/bundle/gems/rack-3.0.8/lib/rack.rb", False),
        ("/app/vendor/bundle/ruby/3.1.0/gems/rack-3.0.8/lib/rack.rb", False),
        ("/usr/local/bundle/bundler/gems/pricing-0a1b2c3d4e5f/lib/pricing.rb", False),
        ("/usr/share/rubygems-integration/all/gems/sinatra-3.0.5/lib/sinatra/base.rb", False),
        ("actionpack (7.1.2) lib/action_controller/metal.rb", False),
        ("<internal:kernel>", False),
        ("(eval)", False),
        ("(irb)", False),
        ("-e", False),
        ("", False),
    ],
)
def test_knows_whose_code_a_path_is(path, ours):
    assert reader.in_app(path) is ours


@pytest.mark.parametrize("name", ["fetch", "Hash#fetch"])
def test_a_method_written_in_c_is_not_the_apps_though_it_has_its_callers_place(name):
    text = (
        f"cart.rb:{{line}}:in '{name}': not found (KeyError)\n\tfrom cart.rb:{{line}}:in 'block in {{method}}'\n"
        "\tfrom cart.rb:{line}:in 'each'\n\tfrom cart.rb:{line}:in '{method}'\n\tfrom main.rb:9:in '<main>'"
    )
    traces = [find_one(text.format(line=line, method=method)) for line, method in ((3, "total"), (7, "tax"))]
    assert [[frame.in_app for frame in trace.exceptions[0].frames] for trace in traces] == [
        [True, True, False, True, False]
    ] * 2
    one, other = (signature("ruby", trace.exceptions) for trace in traces)
    assert one != other, "two bugs in one file"


def test_what_eval_ran_and_what_called_itself_in_one_line_are_the_apps():
    text = (
        "(eval at cart.rb:3):1:in 'render': boom (RuntimeError)\n\tfrom cart.rb:3:in 'Kernel#eval'\n"
        "\tfrom cart.rb:2:in 'down'\n\tfrom cart.rb:2:in 'down'\n\tfrom main.rb:9:in '<main>'"
    )
    assert [frame.in_app for frame in find_one(text).exceptions[0].frames] == [True] * 5


def test_cleans_functions():
    cleaned = {
        "block (2 levels) in Shop::Cart#total": "total",
        "rescue in load": "load",
        "Shop::Cart.build": "build",
        "<main>": "<main>",
        "total": "total",
    }
    assert {name: reader.clean_function(name) for name in cleaned} == cleaned


@settings(max_examples=200, deadline=None)
@given(shuffled(PRINTED))
def test_no_text_makes_it_throw(given_lines):
    check_traces(reader.find(given_lines), given_lines, reader)


_NAME = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
_STACK = st.lists(st.tuples(_NAME, st.integers(1, 99_999), _NAME), min_size=2, max_size=30)


@settings(max_examples=100, deadline=None)
@given(_STACK, st.sampled_from(["`", "'"]), st.sampled_from(["first", "last", "bare"]), st.text("xyz: (", max_size=20))
def test_frames_run_from_the_outermost_call_to_the_crash(stack, quote, order, said):
    places = [f"/app/{path}.rb:{line}:in {quote}{function}'" for path, line, function in stack]
    *callers, crash = places
    if order == "first":
        printed = [f"{crash}: {said} (KeyError)", *(f"\tfrom {place}" for place in reversed(callers))]
    elif order == "last":
        numbered = [f"\t{len(callers) - at:>2}: from {place}" for at, place in enumerate(callers)]
        printed = ["Traceback (most recent call last):", *numbered, f"{crash}: {said} (KeyError)"]
    else:
        printed = [f"KeyError ({said}):", "  ", *reversed(places)]
    (trace,) = reader.find(printed)
    frames = [(frame.path, frame.line, frame.function) for frame in trace.exceptions[0].frames]
    assert frames == [(f"/app/{path}.rb", line, function) for path, line, function in stack]
    assert (trace.exceptions[0].type, trace.exceptions[0].message) == ("KeyError", said.strip())


HOSTILE = {
    "crashes": "/app/x.rb:3:in `foo': bad (TypeError)\n\tfrom /app/x.rb:4:in `bar'\n",
    "bare": "/app/x.rb:3:in `foo'\n",
    "alone": "foo\n/app/x.rb:3:in `foo'\n",
    "far heads": "foo (\n" * 15 + "/app/x.rb:3:in `foo'\n",
    "places": ":1:in `x" * 450 + "\n",
    "lines": ":1.rb:2" * 450 + "\n",
    "heads": "x.rb:1:in `f': a\n",
    "numbered": "\t1: from x.rb:1:in `f'\n",
    "parentheses": "x.rb:1:in `f': " + "(A" * 1_900 + "\n\tfrom x.rb:1:in `f'\n",
    "rspec": "     # x.rb:1:in `f'\n     # ------------------\n     # --- Caused by: ---\n",
    "brackets": "[a] " * 900 + "x.rb:1:in `f'\n",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_with_the_text_and_no_faster(unit):
    grows_linearly(lambda size: reader.find(filled(unit, size)))
