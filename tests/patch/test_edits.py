"""The edit applier: exact, reversible, and the same as git's own reading of its diff."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from healer.outcome import Rejected
from healer.patch.diff import NotCanonicalError, parse, unified
from healer.patch.edits import Applied, apply_edits
from healer.patch.ops import joined, minimal, perform, undo
from healer.patch.text import put_together, split_lines, take_apart
from healer.proposal import Edit

WORD = st.sampled_from(
    [
        "a",
        "b",
        "x = 1",
        "  y",
        "\tz",
        "}",
        "é",
        "日本",
        "\f",
        "-- c",
        "++ d",
        "@@ -1 +1 @@",
        "\\ No",
        "\r",
        "\u2028",
        "",
    ]
)
ENDING = st.sampled_from(["\n", "\n", "\r\n"])


@st.composite
def files(draw: st.DrawFn) -> str:
    uniform = draw(st.booleans())
    ending = draw(ENDING)
    lines = [draw(WORD) + (ending if uniform else draw(ENDING)) for _ in range(draw(st.integers(1, 12)))]
    text = "".join(lines)
    if draw(st.booleans()):
        text = text.removesuffix("\n").removesuffix("\r")
    return ("\ufeff" if draw(st.booleans()) else "") + text


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    """A file and edits whose finds are cut from it, each where it matches once."""
    text = draw(files())
    plain = take_apart(text.encode()).plain
    assume(plain)
    edits, end = [], 0
    for _ in range(draw(st.integers(1, 3))):
        if end >= len(plain):
            break
        start = draw(st.integers(end, len(plain) - 1))
        end = draw(st.integers(start + 1, len(plain)))
        find = plain[start:end]
        # A lone CR before a line's LF would read as a CRLF.
        assume(plain.count(find) == 1 and "\r\n" not in find)
        edits.append(Edit("a.txt", find, "".join(draw(st.lists(WORD | st.just("\n"), max_size=4)))))
    return text, edits


def undone(before: bytes, applied: Applied) -> bytes:
    text = take_apart(before)
    return put_together(perform(undo(applied.ops, text.lines), perform(applied.ops, text.lines)))


@settings(max_examples=200, deadline=None)
@given(edited())
def test_applied_then_undone_is_the_same_bytes(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    before = text.encode()
    applied = apply_edits("a.txt", before, edits)
    if isinstance(applied, Rejected):
        assert applied.rule in {"already-applied", "ambiguous-find"}
        return
    assert put_together(perform(applied.ops, take_apart(before).lines)) == applied.after
    assert undone(before, applied) == before


@settings(max_examples=200, deadline=None)
@given(edited())
def test_only_what_an_edit_names_changes(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    applied = apply_edits("a.txt", text.encode(), edits)
    if isinstance(applied, Rejected):
        return
    after = applied.after.decode()
    if after.strip("\n"):
        assert after.startswith("\ufeff") == text.startswith("\ufeff")
    if "\r" not in text + "".join(edit.replace for edit in edits):
        plain, at, expected = take_apart(text.encode()).plain, 0, ""
        for edit in edits:
            start = plain.index(edit.find)
            expected += plain[at:start] + edit.replace
            at = start + len(edit.find)
        expected += plain[at:]
        assert after.removeprefix("\ufeff").rstrip("\n") == expected.rstrip("\n")


@settings(max_examples=60, deadline=None)
@given(edited())
def test_unidiff_and_git_read_the_diff_alike(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    before = text.encode()
    applied = apply_edits("a.txt", before, edits)
    assume(isinstance(applied, Applied))
    assert isinstance(applied, Applied)
    assume(applied.ops)
    assume(applied.after)
    lines = take_apart(before).lines
    diff = unified("a.txt", lines, applied.ops)
    (file,) = parse(diff)
    assert put_together(perform(file.ops, lines)) == applied.after
    assert unified("a.txt", lines, file.ops) == diff
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.txt").write_bytes(before)
        for options in (["--check"], []):
            command = ["git", "apply", "--whitespace=nowarn", *options, "-"]
            subprocess.run(command, cwd=folder, input=diff.encode(), check=True, capture_output=True)
        assert Path(folder, "a.txt").read_bytes() == applied.after


@settings(max_examples=200, deadline=None)
@given(st.lists(WORD, max_size=30), st.lists(WORD, max_size=30), st.integers(0, 3))
def test_minimal_changes_lead_there_and_back(old: list[str], new: list[str], depth: int) -> None:
    one, other = [line + "\n" for line in old], [line + "\n" for line in new]
    ops = joined(minimal(one, other, depth))
    assert perform(ops, one) == other
    assert perform(undo(ops, one), other) == one


def test_far_apart_changes_of_a_large_file_stay_small() -> None:
    old = [f"line {number}\n" if number % 3 else "\n" for number in range(20_000)]
    new = [*old[:10], "new\n", *old[10:19_000], *old[19_002:]]
    assert sum(op.end - op.start + len(op.lines) for op in minimal(old, new)) == 3


DIFF_LINE = st.sampled_from(
    """--- a/x|+++ b/x|@@ -1 +1 @@|@@ -0,0 +1 @@|-a|+b| c|\\ No newline at end of file|--- /dev/null|+++ /dev/null|
Binary files a and b differ|diff --git a/x b/y|rename to y||GIT binary patch|@@ -9999999999 +1 @@|new file mode 120000|
--- "a/x"|+++ b/../x|@@ -1,0 +0,0 @@""".replace("\n", "").split("|")
)


@settings(max_examples=200, deadline=None)
@given(st.lists(DIFF_LINE | st.text(max_size=8), max_size=12).map("\n".join))
def test_any_text_is_a_diff_or_refused(text: str) -> None:
    try:
        files = parse(text)
    except NotCanonicalError:
        return
    assert files


@pytest.mark.parametrize(
    ("line", "find"),
    [
        ("x = value\n", "x = valeu_of_it(1)\n"),
        ("    }\n", "    }\n}\nend\n"),
        ("a" * 200 + "\n", "a" * 199 + "b\n"),
        ("\n", "never there\n"),
        ("ab " * 40 + "\n", "ab " * 39 + "ba\n"),
        ("x", "y" * 400_000),
        ("a\n", "a\n" * 400_000 + "b\n"),
    ],
)
def test_a_miss_in_a_large_file_is_explained_quickly(line: str, find: str) -> None:
    before = (line * (2 * 1024 * 1024 // len(line))).encode()
    began = time.process_time()
    refusal = apply_edits("a.txt", before, [Edit("a.txt", find, "z")])
    assert isinstance(refusal, Rejected)
    assert refusal.rule == "find-not-found"
    assert time.process_time() - began < 3


def test_a_miss_shows_the_lines_that_are_there() -> None:
    before = "".join(f"def f{number}(x):\n    return x + {number}\n\n" for number in range(3000)).encode()
    refusal = apply_edits("a.py", before, [Edit("a.py", "def f1500(x):\n    return x - 1500\n", "z")])
    assert isinstance(refusal, Rejected)
    assert refusal.evidence == "a.py, lines 4501 to 4502:\ndef f1500(x):\n    return x + 1500"


def test_bytes_that_are_no_text_survive_beside_an_edit() -> None:
    before = b"# caf\xe9\n" + b"x = 1\n" * 3 + b"a\nb\nc\nd\ny = 2\n"
    applied = apply_edits("a.py", before, [Edit("a.py", "y = 2", "y = 3")])
    assert isinstance(applied, Applied)
    assert applied.after == before.replace(b"y = 2", b"y = 3")


def test_many_matches_are_counted_no_further_than_shown() -> None:
    began = time.process_time()
    refusal = apply_edits("a.txt", b"a" * 2_000_000, [Edit("a.txt", "a" * 1_000_000, "b")])
    assert isinstance(refusal, Rejected)
    assert refusal.rule == "ambiguous-find"
    assert time.process_time() - began < 2


@given(st.text(alphabet="ab\r\n\ufeff", max_size=20))
def test_taking_apart_loses_nothing(text: str) -> None:
    parts = take_apart(text.encode())
    assert put_together(list(parts.lines)) == text.encode()
    assert "".join(split_lines(text)) == text
