"""S: the vectors, what a thread holds against what a report holds, and the engine's own answer."""

from __future__ import annotations

import hashlib
import sys
import timeit
from pathlib import Path
from typing import List

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from splat.signature import canonical, field, function_name, root_relative, signature, signature_of, type_name
from splat.signature.messages import fold_message
from splat.values import Raised, RawFrame
from tests.vectors import load, of_python, vectors

REPOSITORY = Path(__file__).resolve().parents[3]


@vectors("signature", "paths", of_python)
def test_paths(vector):
    assert root_relative(vector["path"], vector["root"]) == vector["expected"]


@vectors("signature", "functions", of_python)
def test_functions(vector):
    assert function_name(vector["function"]) == vector["expected"]


@vectors("signature", "messages")
def test_messages(vector):
    assert fold_message(vector["message"]) == vector["expected"]


@vectors("signature", "vectors", of_python)
def test_signatures(vector):
    assert canonical("python", vector["root"], vector["exceptions"]) == vector["canonical"]
    assert signature("python", vector["root"], vector["exceptions"]) == vector["signature"]


def test_same_as_means_the_same():
    by_name = {each["name"]: each for each in load("signature", "vectors")}
    for each in filter(of_python, by_name.values()):
        if "same_as" in each:
            assert signature("python", each["root"], each["exceptions"]) == by_name[each["same_as"]]["signature"]


def test_another_runtime_is_refused():
    with pytest.raises(ValueError, match="ruby"):
        canonical("ruby", "", [])


# --- what a thread holds ----------------------------------------------------------------------------------------------


def _code(path: str, function: str):
    namespace: dict = {}
    exec(compile(f"def {function}(): pass", path, "exec"), namespace)
    return namespace[function].__code__


def _raw(frame) -> RawFrame:
    code = compile("0", frame["path"], "eval").replace(co_name=frame["function"])
    return RawFrame(code, frame["line"], 0, frame["in_app"], None)


def _raised(exceptions) -> List[Raised]:
    return [
        Raised(
            each["type"],
            each.get("message", ""),
            each.get("relation") or "",
            -1 if each.get("parent") is None else each["parent"],
            tuple(_raw(frame) for frame in each.get("frames", ())),
        )
        for each in exceptions
    ]


def _lines(exceptions):
    """A `source_of` that knows what the frames say; the line number tells them apart."""
    known = {}
    numbered = []
    for each in exceptions:
        frames = []
        for frame in each.get("frames", ()):
            number = len(known) + 1
            known[number] = frame.get("source") or ""
            frames.append({"function": "", **frame, "line": number})
        numbered.append({**each, "frames": frames})
    return numbered, lambda _file, line, _code: known[line]


@vectors("signature", "vectors", of_python)
def test_a_thread_finds_the_same(vector):
    exceptions, source_of = _lines(vector["exceptions"])
    assert signature_of(_raised(exceptions), vector["root"], source_of) == vector["signature"]


TEXT = st.text(st.sampled_from("ab/\\. :#?<>\t\n\x0b\x1c\u2028é\ud800\U0001f60010x'@"), max_size=12)
PATH = st.one_of(
    st.lists(st.sampled_from(["app", "shop", "..", ".", "", "C:", "a b"]), max_size=5).map("/".join),
    st.lists(st.sampled_from(["/app", "/shop", "/..", "\\x", "file:///a", "http://h/p?q"]), max_size=4).map("".join),
    TEXT.filter(lambda text: "\x00" not in text),
)
FRAME = st.fixed_dictionaries(
    {
        "path": PATH,
        "function": st.one_of(st.sampled_from(["f", "A.f", "<lambda>", "f.<locals>.g"]), TEXT),
        "in_app": st.booleans(),
        "source": st.one_of(st.sampled_from(["raise X()", "raise", "raised = 1", "  f(\tx )"]), TEXT),
        "line": st.just(1),
    }
)
EXCEPTION = st.fixed_dictionaries(
    {
        "type": st.one_of(st.sampled_from(["MemoryError", "a.RecursionError", "a.WorkerLostError", "KeyError"]), TEXT),
        "message": st.one_of(st.sampled_from(["stack overflow", "user 12 at 10:20", "maximum recursion depth"]), TEXT),
        "relation": st.sampled_from(["cause", "context", "member"]),
        "parent": st.integers(0, 6),
        "frames": st.lists(FRAME, max_size=5),
    }
)


@settings(max_examples=300, deadline=None)
@given(st.lists(EXCEPTION, max_size=7), PATH)
def test_a_thread_and_a_report_agree(exceptions, root):
    exceptions, source_of = _lines(exceptions)
    assert signature_of(_raised(exceptions), root, source_of) == signature("python", root, exceptions)


@pytest.fixture(scope="module")
def engine():
    """The engine's own reading of the rules, from this repository."""
    sys.path.append(str(REPOSITORY))
    try:
        frames = pytest.importorskip(
            "healer.frames", reason="no engine beside, or one for newer Pythons", exc_type=ImportError
        )
        signatures = pytest.importorskip("healer.signature", exc_type=ImportError)
    finally:
        sys.path.remove(str(REPOSITORY))
    return frames, signatures


def _theirs(frames, frame):
    named = {name: frame[name] for name in ("path", "line", "function", "in_app", "source")}
    return frames.Frame(**named)


@settings(max_examples=300, deadline=None)
@given(st.lists(EXCEPTION, max_size=7), PATH)
@example([], "")
def test_the_engine_finds_the_same(engine, exceptions, root):
    frames, signatures = engine
    theirs = [
        frames.ExceptionInfo(
            type=each["type"],
            message=each["message"],
            frames=tuple(_theirs(frames, frame) for frame in each["frames"]),
            relation=each["relation"],
            parent=each["parent"],
        )
        for each in exceptions
    ]
    assert canonical("python", root, exceptions) == signatures.canonical("python", theirs, root)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_messages_fold_as_the_engine_folds_them(engine, text):
    assert fold_message(text) == engine[1].fold_message(text)


def test_a_source_that_cannot_be_read_is_unknown():
    def fails(*_):
        raise OSError("no such file")

    raised = [Raised("E", "", "", -1, (RawFrame(_code("/app/a.py", "f"), 1, 0, True, None),))]
    assert signature_of(raised, "/app", fails) == signature_of(raised, "/app", lambda *_: "")


def test_only_the_lines_that_count_are_asked_for():
    asked = []

    def source_of(file, line, code):
        asked.append((file, line, code.co_name))
        return "raise ValueError" if code.co_name == "helper" else "helper()"

    frames = [RawFrame(_code(f"/app/m{n}.py", name), n, 0, True, None) for n, name in enumerate(["a", "b", "helper"])]
    signature_of([Raised("ValueError", "", "", -1, tuple(frames))], "/app", source_of)
    assert asked == [("/app/m2.py", 2, "helper"), ("/app/m1.py", 1, "b")]


def test_the_digits_are_the_hash_of_the_text():
    text = canonical("python", "/app", [{"type": "E", "frames": [{"path": "/app/a.py", "in_app": True}]}])
    assert (
        signature("python", "/app", [{"type": "E", "frames": [{"path": "/app/a.py", "in_app": True}]}])
        == (hashlib.sha256(text.encode()).hexdigest()[:16])
    )


def test_a_signature_costs_little():
    """About 10 us for fifteen frames; held to what even a machine busy with other work keeps."""
    frames = tuple(RawFrame(_code(f"/app/shop/m{n}.py", "f"), n, 0, n % 3 == 0, None) for n in range(15))
    raised = (Raised("shop.errors.Oops", "unsupported operand", "", -1, frames),)
    once = min(timeit.repeat(lambda: signature_of(raised, "/app", lambda *_: "x = 1"), number=200, repeat=5)) / 200
    assert once < 400e-6


@pytest.mark.parametrize("text", ["", "a", "  a \t b\n", "\x1c a", "\ud800", "x" * 2000, "é" * 1001])
def test_fields(text):
    made = field(text)
    assert len(made) <= 1000
    assert made == made.strip(" ")
    assert not any("\ud800" <= char <= "\udfff" or char in "\t\n\x0b\x0c\r" for char in made)


def test_white_space_is_six_characters_and_no_other():
    assert field("a\tb\nc\x0bd\x0ce\rf g") == "a b c d e f g"
    assert field("a\x1cb\x85c\xa0d\u2028e") == "a\x1cb\x85c\xa0d\u2028e"


def test_types_lose_addresses():
    assert type_name("<class 'x' at 0x7f01>") == "<class 'x' at 0x>"
