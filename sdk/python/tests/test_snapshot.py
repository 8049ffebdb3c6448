"""Chains of exceptions as the app's thread reads them (R3, F6), and that nothing of the app stays behind."""

from __future__ import annotations

import gc
import sys
import time
import weakref

import pytest

from splat import snapshot
from splat.frames import Frames
from splat.signature import signature, signature_of
from splat.snapshot import Photographer, message_of, read, type_of

HERE = __file__.rpartition("/")[0]
FRAMES = Frames(HERE, (HERE,))


def caught(function, *arguments):
    try:
        function(*arguments)
    except BaseException as error:
        return error
    raise AssertionError("it did not raise")


def photograph(error, mode="shape", tells=lambda name: "password" in name):
    return Photographer(FRAMES, mode, tells).raised(read(error, FRAMES).links)


def chain(error):
    return [(each.type, each.relation, each.parent) for each in photograph(error)]


def key(error):
    return read(error, FRAMES).key


# --- chains -----------------------------------------------------------------------------------------------------------


def _context():
    try:
        {}["a"]
    except KeyError:
        raise ValueError("b")  # noqa: B904


def _cause():
    try:
        {}["a"]
    except KeyError as error:
        raise ValueError("b") from error


def _suppressed():
    try:
        {}["a"]
    except KeyError:
        raise ValueError("b") from None


def _cause_hides_context():
    try:
        {}["a"]
    except KeyError:
        raise ValueError("b") from TypeError("c")


def test_cause_and_context():
    assert chain(caught(_context)) == [("ValueError", "", -1), ("KeyError", "context", 0)]
    assert chain(caught(_cause)) == [("ValueError", "", -1), ("KeyError", "cause", 0)]
    assert chain(caught(_suppressed)) == [("ValueError", "", -1)]
    assert chain(caught(_cause_hides_context)) == [("ValueError", "", -1), ("TypeError", "cause", 0)]


def test_cycles_end():
    first, second = ValueError("a"), TypeError("b")
    first.__cause__, second.__cause__ = second, first
    assert chain(first) == [("ValueError", "", -1), ("TypeError", "cause", 0)]
    first.__cause__ = first
    assert chain(first) == [("ValueError", "", -1)]


def test_a_long_chain_is_bounded():
    error: BaseException = ValueError("0")
    for number in range(100_000):
        outer = ValueError(str(number))
        outer.__context__ = error
        error = outer
    assert len(photograph(error)) == 200
    while error.__context__ is not None:  # or the interpreter would recurse
        error.__context__, error = None, error.__context__


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups came with 3.11")
def test_groups():
    def fail():
        try:
            raise KeyError("context")
        except KeyError:
            group = ExceptionGroup("inner", [OSError("c")])  # noqa: F821
            cause = TypeError("cause")
            raise ExceptionGroup("outer", [ValueError("a"), group]) from cause  # noqa: F821

    assert chain(caught(fail)) == [
        ("ExceptionGroup", "", -1),
        ("TypeError", "cause", 0),
        ("ValueError", "member", 0),
        ("ExceptionGroup", "member", 0),
        ("OSError", "member", 3),
    ]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups came with 3.11")
def test_a_member_that_is_also_the_cause_comes_once():
    shared = ValueError("x")
    group = ExceptionGroup("g", [shared, shared])  # noqa: F821
    group.__cause__ = shared
    assert chain(group) == [("ExceptionGroup", "", -1), ("ValueError", "cause", 0)]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups came with 3.11")
def test_a_group_of_many_is_bounded():
    group = ExceptionGroup("g", [ValueError(str(number)) for number in range(5_000)])  # noqa: F821
    assert len(photograph(group)) == 200


def test_a_class_that_lies_about_its_chain():
    class Liar(Exception):
        __cause__ = property(lambda self: 1 / 0)  # type: ignore[assignment]
        __context__ = property(lambda self: 1 / 0)  # type: ignore[assignment]
        __traceback__ = property(lambda self: 1 / 0)  # type: ignore[assignment]
        __suppress_context__ = property(lambda self: 1 / 0)  # type: ignore[assignment]
        __dict__ = property(lambda self: 1 / 0)  # type: ignore[assignment]
        exceptions = property(lambda self: 1 / 0)

    def fail():
        raise Liar("x")

    raised = photograph(caught(fail))
    assert [frame.code.co_name for frame in raised[0].frames] == ["caught", "fail"]


# --- types and messages -----------------------------------------------------------------------------------------------


class Quiet(Exception):
    def __str__(self):
        raise RuntimeError("no")


class Text(str):
    def __str__(self):
        raise RuntimeError("no")

    def __getitem__(self, _):
        raise RuntimeError("no")

    __add__ = __getitem__  # type: ignore[assignment]


class Odd(Exception):
    def __str__(self):
        return Text("odd")


class NoText(Exception):
    def __str__(self):
        return 5  # type: ignore[return-value]  # noqa: PLE0307


def test_messages():
    assert message_of(ValueError("x")) == "x"
    assert message_of(KeyError("x")) == "'x'"
    assert message_of(ValueError()) == ""
    assert message_of(Quiet()) == "<exception str() failed>"
    assert message_of(NoText()) == "<exception str() failed>"
    assert message_of(Odd()) == "odd"
    assert type(message_of(Odd())) is str
    assert message_of(ValueError(Text("x"))) == "<exception str() failed>"  # as a traceback prints it
    assert len(message_of(ValueError("x" * 10_000_000))) == 100_001
    assert message_of(OSError(2, "No such file", "/x")) == "[Errno 2] No such file: '/x'"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="notes came with 3.11")
def test_notes_stand_below_the_message():
    error = ValueError("x")
    error.add_note("one")
    error.__notes__.append(5)
    error.add_note("two")
    assert message_of(error) == "x\none\ntwo"
    error.__notes__ = "no list"
    assert message_of(error) == "x"


def test_types():
    class Inner(Exception):
        pass

    class Strange(Exception):
        __module__ = 5  # type: ignore[assignment]

    assert type_of(ValueError) == "ValueError"
    assert type_of(Inner) == f"{__name__}.test_types.<locals>.Inner"
    assert type_of(type("Main", (Exception,), {"__module__": "__main__"})) == "Main"
    assert type_of(Strange).startswith("<unknown>.")
    Strange.__module__ = Incomparable()  # type: ignore[assignment]
    assert type_of(Strange).startswith("<unknown>.")
    Strange.__module__ = IncomparableText("shop")
    assert type_of(Strange).startswith("<unknown>.")


class Incomparable:
    def __eq__(self, _):
        raise RuntimeError("no")

    __hash__ = __eq__  # type: ignore[assignment]


class IncomparableText(str):
    __eq__ = Incomparable.__eq__
    __hash__ = str.__hash__


def test_a_syntax_error_has_the_frame_that_is_printed(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("x = 1\ny = = 2\n")
    error = caught(compile, bad.read_text(), str(bad), "exec")
    raised = photograph(error)[0]
    assert raised.message == "invalid syntax"
    assert (raised.frames[-1].code.co_filename, raised.frames[-1].line) == (str(bad), 2)
    assert raised.frames[-1].code.co_name == ""
    error.lineno = None
    assert photograph(error)[0].message.startswith("invalid syntax")
    assert photograph(error)[0].frames[-1].code.co_filename != str(bad)
    for file, line in ((5, "x"), (None, -1), ("a\0b", 10**30)):
        error.filename, error.lineno = file, line
        photograph(error)


# --- frames -----------------------------------------------------------------------------------------------------------


def test_frames_and_their_locals():
    def inner(cart, password, nothing=None):
        total = 5
        raise ValueError(total)

    def outer():
        names = ["a", "b"]
        inner({"id": 1}, "hunter2")
        return names

    frames = photograph(caught(outer))[0].frames
    assert [frame.code.co_name for frame in frames] == ["caught", "outer", "inner"]
    assert frames[-1].locals == {"cart": "dict(1) {id}", "password": "str", "nothing": "nothing", "total": "int"}
    assert frames[1].locals["names"] == "list(2)"
    assert all(frame.in_app for frame in frames)
    values = photograph(caught(outer), "values")[0].frames
    assert values[-1].locals == {"cart": "{'id': 1}", "password": "[REDACTED]", "nothing": "None", "total": "5"}
    assert all(frame.locals is None for frame in photograph(caught(outer), "off")[0].frames)


def test_only_the_apps_frames_have_locals():
    import json

    frames = photograph(caught(json.loads, "{"))[0].frames
    assert [(frame.in_app, frame.locals is not None) for frame in frames] == [(True, True)] + [(False, False)] * 3


def test_fifty_locals_at_most():
    source = "def f():\n" + "".join(f"    v{number} = {number}\n" for number in range(500)) + "    1 / 0\n"
    space: dict = {}
    exec(compile(source, __file__, "exec"), space)
    assert len(photograph(caught(space["f"]))[0].frames[-1].locals) == 50


def test_a_module_shows_its_data_only():
    source = (
        "import os\nfrom json import loads\nclass A: pass\ndef f(): pass\nlimit = 5\n[1 for x in (2,) if 1 / (x - 2)]\n"
    )
    error = caught(exec, compile(source, __file__, "exec"), {"__name__": "m"})
    frames = photograph(error)[0].frames
    module = next(frame for frame in frames if frame.code.co_name == "<module>")
    assert set(module.locals) - {"x"} == {"limit"}
    assert not any(name.startswith(".") for frame in frames for name in frame.locals or ())


def test_a_class_body_in_a_mapping_of_the_apps():
    class Space(dict):
        def items(self):
            raise AssertionError("called")

        __iter__ = items  # type: ignore[assignment]

    class Meta(type):
        @classmethod
        def __prepare__(cls, *_):
            return Space()

    def fail():
        class Broken(metaclass=Meta):
            x = 1 / 0

    body = photograph(caught(fail))[0].frames[-1]
    assert body.code.co_name == "Broken"
    assert body.locals == {}


def test_generators_and_coroutines():
    def numbers():
        yield 1
        raise ValueError("x")

    assert photograph(caught(list, numbers()))[0].frames[-1].code.co_name == "numbers"


def test_very_deep_recursion():
    def deep(n):
        return deep(n + 1)

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(110_000 if sys.version_info >= (3, 11) else 5_000)
    try:
        error = caught(deep, 0)
    finally:
        sys.setrecursionlimit(limit)
    began = time.thread_time()
    raised = photograph(error)
    took = time.thread_time() - began
    assert isinstance(error, RecursionError)
    assert len(raised[0].frames) == min(2_050, 5_000)
    assert raised[0].frames[0].code.co_name == "caught"
    assert sum(frame.locals is not None for frame in raised[0].frames) == 30
    assert took < 1.0


def test_locals_of_many_frames_are_bounded():
    def deep(n):
        if n:
            deep(n - 1)
        raise ValueError("x")

    raised = photograph(caught(deep, 200))
    innermost = [frame.locals is not None for frame in raised[0].frames]
    assert innermost == [False] * (202 - 30) + [True] * 30


def test_values_of_all_frames_together_are_bounded():
    def deep(n, big):
        if n:
            deep(n - 1, big)
        raise ValueError("x")

    big = [["x" * 1_000] * 100] * 100
    began = time.thread_time()
    raised = photograph(caught(deep, 40, big), "values")
    assert time.thread_time() - began < 1.0
    assert sum(len(text) for frame in raised[0].frames for text in (frame.locals or {}).values()) < 1_500_000
    assert raised[0].frames[1].locals is None or "list(100)" in raised[0].frames[12].locals["big"]


def test_nothing_of_the_app_is_kept():
    class Thing:
        pass

    def fail(thing):
        kept = [thing, lambda: thing]
        raise ValueError(kept)

    def run(mode):
        thing = Thing()
        error = caught(fail, thing)
        reading = read(error, FRAMES)
        made = Photographer(FRAMES, mode, lambda _: False).raised(reading.links)
        dead = weakref.ref(thing)
        return made, reading.key, reading.codes, dead

    for mode in ("shape", "values", "off"):
        made, _, _, dead = run(mode)
        gc.collect()
        assert made
        assert dead() is None


# --- keys -------------------------------------------------------------------------------------------------------------


def _library(text):
    import json

    json.loads(text)


def test_a_key_tells_places_apart_and_not_messages():
    def fail(number):
        raise ValueError(number)

    def other(number):
        if number:
            raise ValueError(1)
        raise ValueError(2)

    assert key(caught(fail, 1)) == key(caught(fail, 2))
    assert key(caught(other, 0)) != key(caught(other, 1))
    assert key(caught(_context)) != key(caught(_cause)) != key(caught(_suppressed))


def test_without_a_frame_of_the_apps_the_message_belongs_to_the_key():
    nowhere = Frames("/nowhere")
    nowhere.libraries = (HERE,)
    keys = {read(caught(_library, text), nowhere).key for text in ("{", "[", "{")}
    assert len(keys) == 2


def test_messages_that_speak_for_themselves_belong_to_the_key():
    def fail(text):
        raise RuntimeError(text)

    assert key(caught(fail, "a")) == key(caught(fail, "b"))
    assert key(caught(fail, "stack overflow 1")) != key(caught(fail, "a"))


# --- the same signature as of the report ------------------------------------------------------------------------------


def _raise_in_helper():
    def helper():
        raise ValueError("x")

    helper()


ERRORS = [_context, _cause, _suppressed, _cause_hides_context, _raise_in_helper, lambda: _library("{"), lambda: 1 / 0]


@pytest.mark.parametrize("number", range(len(ERRORS)))
def test_the_signature_is_that_of_the_report(number):
    from splat.source import Sources

    raised = photograph(caught(ERRORS[number]))
    around = Sources().around
    report = [
        {
            "type": each.type,
            "message": each.message,
            "relation": each.relation or "surfaced",
            "parent": each.parent if each.parent >= 0 else None,
            "frames": [
                {
                    "path": FRAMES.path(frame.code.co_filename),
                    "function": frame.code.co_name,
                    "line": frame.line,
                    "in_app": frame.in_app,
                    "source": around(frame.code.co_filename, frame.line)[0],
                }
                for frame in each.frames
            ],
        }
        for each in raised
    ]
    made = signature_of(raised, HERE, lambda file, line, _: around(file, line)[0] or "")
    assert made == signature("python", HERE, report)


def test_limits_of_the_module_are_those_of_the_rules():
    from splat.signature import canonical

    assert snapshot.MOST_EXCEPTIONS == 200
    texts = (
        canonical.__globals__["_OUT_OF_MEMORY_TEXTS"],
        canonical.__globals__["_WORKER_TIMEOUT_TEXTS"],
        canonical.__globals__["_OVERFLOW_TEXTS"],
    )
    assert {text for group in texts for text in group} == set(snapshot._SPEAKING)
