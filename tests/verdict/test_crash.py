"""Whether an exception that an observer saw is the reported one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.context import Context, Suspect
from healer.event import Event
from healer.frames import ExceptionInfo, Frame, Relation, RuntimeName
from healer.report import Report
from healer.runtimes.checks import Sighting
from healer.verdict.crash import Crash, crashes, same_function, sighted
from healer.verdict.proof import same_test

CRASH = Crash("python", "KeyError", "'x'", "shop/cart.py", "total", escaped=True)
RAISED = (Frame("tests/test_cart.py", 3, function="test_total"), Frame("shop/cart.py", 9, function="total"))


def seen(*frames: Frame, types: tuple[str, ...] = ("KeyError", "LookupError"), escaped: bool | None = True) -> bool:
    return sighted(CRASH, [Sighting(types, "'x'", frames, escaped)])


def test_the_reported_exception() -> None:
    assert seen(*RAISED)
    assert seen(Frame("/usr/lib/python3/threading.py", 1, function="run", in_app=False), *RAISED)


def test_an_exception_below_in_a_dependency_counts_for_the_innermost_of_ours() -> None:
    inner = Frame("venv/lib/site-packages/dep/__init__.py", 1, function="parse")
    assert seen(*RAISED, inner)
    assert seen(*RAISED, Frame("/usr/lib/python3.11/json/decoder.py", 1, function="decode", in_app=False))


@pytest.mark.parametrize(
    "double",
    [
        "/usr/lib/python3.11/unittest/mock.py", "/x/site-packages/mock/mock.py", "node_modules/sinon/lib/stub.js",
        "/var/gems/rspec-mocks-3.12/lib/rspec/mocks/message_expectation.rb",
        "vendor/mockery/mockery/library/Mockery.php",
        "vendor/phpunit/phpunit/src/Framework/MockObject/Stub.php",
        "/go/pkg/mod/github.com/stretchr/testify@v1/mock/mock.go",
    ],
)  # fmt: skip
def test_what_a_double_raises_does_not_count(double: str) -> None:
    assert not seen(*RAISED, Frame(double, 1, function="call", in_app=double.startswith(("node", "vendor"))))


def test_what_the_test_raises_does_not_count() -> None:
    assert not seen(RAISED[0])
    assert not seen(*RAISED, Frame("tests/test_cart.py", 5, function="__getitem__"))


def test_another_type_function_or_file_does_not_count() -> None:
    assert not seen(*RAISED, types=("ValueError",))
    assert not seen(RAISED[0], Frame("shop/cart.py", 9, function="subtotal"))
    assert not seen(RAISED[0], Frame("shop/basket.py", 9, function="total"))
    assert not seen(RAISED[0], Frame("shop/old_cart.py", 9, function="total"))
    assert not seen()


def test_a_subclass_counts_but_not_every_subclass_of_exception() -> None:
    assert seen(*RAISED, types=("MissingKey", "KeyError", "LookupError", "Exception"))
    root = Crash("python", "Exception", "", "shop/cart.py", "total", escaped=True)
    assert not sighted(root, [Sighting(("KeyError", "LookupError", "Exception"), "", RAISED)])
    assert sighted(root, [Sighting(("Exception",), "", RAISED)])


def test_one_that_the_function_handled_counts_only_where_the_report_shows_no_callers() -> None:
    assert not seen(*RAISED, escaped=False)
    assert seen(*RAISED, escaped=None)
    logged = Crash("python", "KeyError", "", "shop/cart.py", "total", escaped=False)
    assert sighted(logged, [Sighting(("KeyError",), "", RAISED, escaped=False)])


def test_a_nameless_function_takes_the_name_around_it() -> None:
    assert seen(*RAISED, Frame("shop/cart.py", 9, function="<listcomp>"))
    assert not seen(
        RAISED[0], Frame("shop/cart.py", 4, function="other"), Frame("shop/cart.py", 5, function="<lambda>")
    )


def test_a_builtin_with_a_frame_of_its_own_counts_for_the_line_that_calls_it() -> None:
    ruby = Crash("ruby", "ArgumentError", "", "lib/calendar.rb", "minutes", escaped=True)
    frames = (Frame("lib/calendar.rb", 18, function="minutes"), Frame("lib/calendar.rb", 18, function="Integer"))
    assert sighted(ruby, [Sighting(("ArgumentError",), "", frames)])
    other = (Frame("lib/calendar.rb", 12, function="minutes"), Frame("lib/calendar.rb", 18, function="Integer"))
    assert not sighted(ruby, [Sighting(("ArgumentError",), "", other)])


def test_go_compares_the_kind_of_a_runtime_error() -> None:
    wanted = Crash("go", "runtime error", "index out of range [5] with length 3", "a.go", "pkg.(*T).Get", escaped=True)
    frames = (Frame("a.go", 3, function="example.com/m/pkg.(*T).Get"),)

    def go(message: str, *types: str) -> bool:
        return sighted(wanted, [Sighting(types, message, frames)])

    assert go("runtime error: index out of range [0] with length 0", "runtime error", "runtime.boundsError", "panic")
    assert not go("runtime error: integer divide by zero", "runtime error", "runtime.runtimeError", "panic")
    assert not go("index out of range", "panic", "string")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("total", "total", True), ("Parcel.label", "label", True), ("async quote", "quote", True),
        ("Object.total [as sum]", "total", True), ("new Cart", "Cart", True),
        ("block (2 levels) in total", "total", True), ("Shop::Cart#total", "total", True), ("valid?", "valid", False),
        ("example.com/m/pkg.(*T).Get", "pkg.(*T).Get", True), ("pkg.(*T).Get.func1", "Get", True),
        ("pkg.Map[...]", "pkg.Map[go.shape.int]", True), ("Shop\\Cart->total()", "total", True),
        ("Shop\\Cart::{closure}", "Cart", True), ("<module>", "<module>", True), ("<module>", "main", False),
        ("", "anything", True), ("<anonymous>", "anything", True), ("total", "subtotal", False),
    ],
)  # fmt: skip
def test_functions_as_runtimes_print_them(one: str, other: str, same: bool) -> None:
    assert same_function(one, other) is same


@pytest.mark.parametrize(
    ("identity", "name", "same"),
    [
        ("tests/test_cart.py::TestCart::test_empty", "test_empty", True),
        ("tests/test_cart.py::TestCart::test_empty[none]", "tests/test_cart.py::TestCart::test_empty", True),
        ("tests/test_cart.py::test_empty_cart", "test_empty", False),
        ("test/cart.test.js > cart > totals nothing", "cart totals nothing", True),
        ("CartTest::testEmpty with data set #1", "CartTest::testEmpty", True), ("m/a.TestX/sub", "TestX", True),
        ("LedgerTest#test_largest", "test_largest", True), ("anything", "", False), ("anything", "!!", False),
    ],
)  # fmt: skip
def test_tests_by_the_names_that_answers_give_them(identity: str, name: str, same: bool) -> None:
    assert same_test(identity, name) is same


def context(runtime: RuntimeName, *chain: tuple[str, Relation, str]) -> Context:
    main = Frame("/app/main.py", 1, function="main")
    infos = tuple(
        ExceptionInfo(kind, "", (main, Frame("/app/shop/cart.py", 9, function=function)),
                      relation, None if index == 0 else index - 1)
        for index, (kind, relation, function) in enumerate(chain)
    )  # fmt: skip
    suspects = tuple(Suspect(frame, frame.path[5:], 9, frame.function) for info in infos for frame in info.frames)
    return Context(Report(Event("trace", ""), runtime, infos), "0" * 40, suspects, (), "")


def test_a_cause_proves_the_report_and_so_does_what_surfaced() -> None:
    found = crashes(context("python", ("AppError", "surfaced", "handle"), ("KeyError", "cause", "load")))
    assert [(crash.type, crash.path, crash.function) for crash in found] == [
        ("KeyError", "shop/cart.py", "load"),
        ("AppError", "shop/cart.py", "handle"),
    ]


def test_an_exception_that_was_being_handled_proves_nothing() -> None:
    found = crashes(context("python", ("TypeError", "surfaced", "report"), ("KeyError", "context", "load")))
    assert [crash.type for crash in found] == ["TypeError"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_name_makes_a_comparison_throw(one: str, other: str) -> None:
    assert same_function(one, other) == same_function(other, one)
    same_test(one, other)
    sighted(
        Crash("go", one, other, one, other, escaped=False),
        [Sighting((one, other), other, (Frame(one, 1, function=other),))],
    )


DEEP = ("parse", "_value", "_array", "_value", "_array", "_value", "inc")


def deep(*functions: str, path: str = "/app/shop/parser.py") -> tuple[Frame, ...]:
    return tuple(Frame(path, 9, function=name) for name in functions)


def test_where_the_stack_ran_out_is_chance_but_not_what_called_itself() -> None:
    reported = ExceptionInfo("RecursionError", "maximum recursion depth exceeded", deep(*DEEP))
    report = Report(Event("trace", ""), "python", (reported,))
    (crash,) = crashes(Context(report, "0" * 40, (), (), ""))
    assert {name for _, name in crash.cycle} == {"_value", "_array"}

    def shown(*frames: Frame, kind: str = "RecursionError") -> bool:
        return sighted(crash, [Sighting((kind, "RuntimeError"), "maximum recursion depth exceeded", frames, True)])

    test = Frame("tests/test_a.py", 3, function="test_a")
    here = "shop/parser.py"
    assert shown(test, *deep("_array", "_value", "_array", path=here), Frame("shop/source.py", 1, function="peek"))
    assert not shown(test, *deep("_array", "_value", path=here))
    assert not shown(*[test] * 9, *deep("_array", path=here))
    assert not shown(test, *deep("_array", "_value", "_array", path="shop/other.py"))
    assert not shown(test, *deep("_array", "_value", "_array", path=here), kind="ValueError")


def test_a_warning_that_a_framework_throws_is_the_one_that_phpunit_throws() -> None:
    crash = Crash("php", "ErrorException (Warning)", 'Undefined array key "x"', "src/Cart.php", "total", escaped=True)

    def shown(kind: str, message: str) -> bool:
        frames = (Frame("src/Cart.php", 9, function="total"),)
        return sighted(crash, [Sighting((kind, "PHPUnit\\Framework\\Error\\Error", "Exception"), message, frames)])

    assert shown("PHPUnit\\Framework\\Error\\Warning", 'Undefined array key "x"')
    assert not shown("PHPUnit\\Framework\\Error\\Warning", 'Undefined array key "y"')
    assert not shown("PHPUnit\\Framework\\Exception", 'Undefined array key "x"')
    assert not shown("App\\Warning", 'Undefined array key "x"')
