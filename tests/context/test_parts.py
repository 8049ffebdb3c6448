"""The small parts: names, tokens, spans, imports' headers, statements."""

from __future__ import annotations

import pytest

from healer.context.flow import statement
from healer.context.names import function_names, spoken_of
from healer.context.paths import parts_of
from healer.context.render import cut, merged, numbered
from healer.context.tokens import estimate


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("total", ("total",)),
        ("Cart.total", ("Cart", "total")),
        ("<lambda>", ()),
        ("<module>", ()),
        ("argmap.__call__.<locals>.func", ("argmap", "__call__", "func")),
        ("Headers.__init__.<locals>.<listcomp>", ("Headers", "__init__")),
        ("new Cart", ("Cart",)),
        ("async Cart.total [as sum]", ("Cart", "total")),
        ("Object.<anonymous>", ("Object",)),
        ("block (2 levels) in total", ("total",)),
        ("Liquid::Template#parse", ("Liquid", "Template", "parse")),
        ("<top (required)>", ()),
        ("valid?", ("valid?",)),
        (
            "github.com/urfave/cli/v3.(*FlagBase[...]).SchemaItemsType",
            ("github", "com", "urfave", "cli", "v3", "FlagBase", "SchemaItemsType"),
        ),
        ("main.main.func1", ("main", "main", "func1")),
        ("App\\Cart->total", ("App", "Cart", "total")),
        ("App\\Cart::{closure}", ("App", "Cart")),
        ("{main}", ()),
        ("Cart.get", ("Cart", "get")),
        ("", ()),
    ],
)
def test_function_names(printed: str, names: tuple[str, ...]) -> None:
    assert function_names(printed) == names


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("'NoneType' object has no attribute 'event_dispatcher'", {"NoneType", "event_dispatcher"}),
        ("Cannot read properties of undefined (reading 'length')", {"length"}),
        ('Undefined array key "parenthesis_closer"', {"parenthesis_closer"}),
        ("undefined method `valid_encoding?' for nil", {"valid_encoding?", "valid_encoding"}),
        ("max() arg is an empty sequence", set()),
        ("it's not 'a' word", set()),
        ("parseUserName failed in CartService", {"parseUserName", "CartService"}),
    ],
)
def test_what_a_message_speaks_of(message: str, names: set[str]) -> None:
    assert spoken_of(message) == names


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/app/shop/cart.py", ("app", "shop", "cart.py")),
        ("webpack://shop/./src/a.ts", ("src", "a.ts")),
        ("webpack:///./src/a.ts?abcd", ("src", "a.ts")),
        ("webpack-internal:///(rsc)/./src/a.ts", ("(rsc)", "src", "a.ts")),
        ("http://localhost:3000/src/a.ts?t=1", ("src", "a.ts")),
        ("app:///dist/a.js", ("dist", "a.js")),
        ("D:/x/y.rb", ("x", "y.rb")),
        ("a//b/./c/../d", ("a", "b", "d")),
    ],
)
def test_parts_of_a_runtime_path(path: str, parts: tuple[str, ...]) -> None:
    assert parts_of(path) == parts


def test_tokens_grow_with_the_text_and_err_high() -> None:
    assert estimate("") == 0
    code = "    if not isinstance(value, (list, tuple)):\n        raise TypeError(f'expected a list, got {value!r}')\n"
    # 33 words and signs, counted by hand as published tokenizers of code split them.
    assert 27 <= estimate(code) <= 40
    assert estimate(code * 10) == pytest.approx(10 * estimate(code), abs=10)
    assert estimate("数据" * 50) == 100


def test_spans_merge_over_small_gaps() -> None:
    assert merged([(10, 12), (1, 3), (2, 5), (15, 15), (30, 31)]) == ((1, 5), (10, 15), (30, 31))
    assert merged([]) == ()


def test_numbered_text_marks_lines_and_gaps() -> None:
    lines = ["a", "b", "c", "d", "e" * 600, "f"]
    text = numbered(lines, [(2, 2), (5, 5)], {5}).split("\n")
    assert text[:4] == ["...", " 2| b", "...", ">5| " + "e" * 500 + " [... 100 more characters]"]
    assert text[4] == "..."
    assert numbered(["only"], [(1, 1)], ()) == " 1| only"
    assert cut("x" * 500) == "x" * 500


def test_a_statement_ends_with_its_brackets() -> None:
    lines = ["x = call(", "    first,", "    [1, 2],", ")", "y = 1", "z = (", *["a,"] * 50]
    assert statement(lines, 1) == (1, 4)
    assert statement(lines, 5) == (5, 5)
    assert statement(lines, 6)[1] <= 20
