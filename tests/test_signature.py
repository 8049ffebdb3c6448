from __future__ import annotations

import hashlib
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.frames import ExceptionInfo, Frame
from healer.runtimes import RUNTIMES
from healer.signature import canonical, clean_function, fold_message, root_relative, signature

VECTORS = json.loads((Path(__file__).parent.parent / "sdk" / "vectors" / "signature.json").read_text(encoding="utf-8"))
SAME = {vector["name"]: vector for vector in VECTORS["vectors"]}


def exceptions(vector) -> tuple[ExceptionInfo, ...]:
    return tuple(
        ExceptionInfo(
            e["type"],
            e["message"],
            tuple(
                Frame(f["path"], f["line"], None, f["function"], f["in_app"], f.get("source", "")) for f in e["frames"]
            ),
            e.get("relation", "surfaced"),
            e.get("parent"),
        )
        for e in vector["exceptions"]
    )


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_vectors(vector):
    given_exceptions = exceptions(vector)
    text = canonical(vector["runtime"], given_exceptions, vector["root"])
    assert text == vector["canonical"]
    assert signature(vector["runtime"], given_exceptions, vector["root"]) == vector["signature"]
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == vector["signature"]


def test_vectors_differ_unless_they_say_so():
    assert len(VECTORS["vectors"]) >= 40
    seen: dict[str, str] = {}
    for vector in VECTORS["vectors"]:
        if "same_as" in vector:
            assert vector["signature"] == SAME[vector["same_as"]]["signature"]
        else:
            assert vector["signature"] not in seen, seen.get(vector["signature"])
            seen[vector["signature"]] = vector["name"]


@pytest.mark.parametrize("vector", VECTORS["paths"], ids=lambda v: f"{v['runtime']} {v['path']!r} {v['root']!r}")
def test_path_vectors(vector):
    assert root_relative(vector["path"], vector["root"], vector["runtime"]) == vector["expected"]


@pytest.mark.parametrize("vector", VECTORS["functions"], ids=lambda v: f"{v['runtime']} {v['function']!r}")
def test_function_vectors(vector):
    assert clean_function(vector["runtime"], vector["function"]) == vector["expected"]


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda v: repr(v["message"][:40]))
def test_message_vectors(vector):
    assert fold_message(vector["message"]) == vector["expected"]


_TEXT = st.text(max_size=40)
_FRAME = st.builds(
    Frame,
    path=st.one_of(_TEXT, st.sampled_from(["/app/a.py", "file:///app/a.js", "C:\\app\\a.php", "../a.rb"])),
    line=st.one_of(st.none(), st.integers(1, 999)),
    function=st.one_of(_TEXT, st.sampled_from(["main.(*T[...]).F.func1", "async A.b [as c]", "block in A#b"])),
    in_app=st.booleans(),
    source=st.one_of(_TEXT, st.just("raise X")),
)
_CHAIN = st.lists(
    st.builds(
        ExceptionInfo,
        type=_TEXT,
        message=_TEXT,
        frames=st.lists(_FRAME, max_size=6).map(tuple),
        relation=st.sampled_from(["cause", "context", "member"]),
        parent=st.one_of(st.none(), st.integers(-3, 8)),
    ),
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(RUNTIMES), _CHAIN, _TEXT)
def test_any_chain_has_a_canonical_text_of_known_lines(runtime, chain, root):
    lines = canonical(runtime, chain, root).split("\n")
    assert lines[:2] == ["signature=1", f"runtime={runtime}"]
    assert all("=" in line for line in lines)
    assert len(signature(runtime, chain, root)) == 16


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(RUNTIMES), _CHAIN, st.integers(1, 500))
def test_lines_and_messages_of_app_errors_do_not_count(runtime, chain, shift):
    moved = [
        replace(e, frames=tuple(replace(f, line=(f.line or 0) + shift, column=shift) for f in e.frames)) for e in chain
    ]
    assert canonical(runtime, moved) == canonical(runtime, chain)
    if "rule=frame" in canonical(runtime, chain):
        assert canonical(runtime, [replace(e, message=f"other {e.message}") for e in chain]).count("message=") == 0


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["shop", "lib", "a.py", "b c", "ü"]), min_size=1, max_size=5), st.sampled_from(RUNTIMES)
)
def test_a_deploy_path_does_not_count(segments, runtime):
    below = "/".join(segments)
    expected = root_relative(below, "", runtime)
    for root in ("/app", "/srv/releases/20261121073000/", "C:\\inetpub\\shop", "file:///var/task"):
        separator = "\\" if "\\" in root else "/"
        assert root_relative(root.rstrip("/") + separator + below.replace("/", separator), root, runtime) == expected


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_a_folded_message_is_short_one_line_and_has_no_numbers_left(text):
    folded = fold_message(text)
    assert len(folded) <= 200
    assert not set(folded) & set("\n\r\t0123456789")


@settings(max_examples=100, deadline=None)
@given(st.integers(), st.integers(0, 2**128 - 1), st.text("abcdefg ", max_size=20), st.ip_addresses(v=4))
def test_messages_that_differ_in_their_values_fold_alike(number, long, quoted, address):
    folded = fold_message(f"row {number} of '{quoted}' ({long:032x}a1) from {address} at 0x{long:x}")
    assert folded == "row <n> of <str> (<id>) from <ip> at <hex>"


@pytest.mark.parametrize(
    "piece",
    [
        "'",
        "`",
        '"',
        "a",
        "a.",
        "1",
        "1.",
        "1:",
        "a:",
        "[:",
        "::",
        "a@",
        "@",
        "://",
        "a-",
        "0x",
        "Mon, ",
        "<n>",
        "<n> ",
        " ",
    ],
)
def test_folding_takes_linear_time(piece):
    def seconds(size):
        text = (piece * size)[:size]
        started = time.process_time()
        for _ in range(5):
            fold_message(text)
        return time.process_time() - started

    assert seconds(5_000) < max(20 * seconds(500), 0.1)
    assert seconds(5_000_000) < 0.5


def test_a_huge_report_takes_no_longer_than_its_limits():
    frames = tuple(Frame("/app/" + "a/../" * 2_000 + "x.py", 1, function="f." * 4_000) for _ in range(50))
    chain = [ExceptionInfo("E" * 100_000, "m", frames)]
    chain += [ExceptionInfo("E", "m", frames, "member", index) for index in range(5_000)]
    started = time.process_time()
    signature("python", chain)
    assert time.process_time() - started < 2


def test_nesting_is_bounded_by_the_fifth_group():
    def nested(depth):
        chain = [ExceptionInfo("G", "", ())]
        chain += [ExceptionInfo("G", "", (), "member", index) for index in range(depth)]
        return signature("python", [*chain, ExceptionInfo("E", "", (Frame("/a.py", 1),), "member", depth)])

    assert nested(3) != nested(4)
    assert nested(8) == nested(9)
