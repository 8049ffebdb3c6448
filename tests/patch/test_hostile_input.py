# ruff: noqa: E501 - tables of odd text are read as tables
"""Whatever a reply holds, the answer is a patch or a refusal, and comes in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.outcome import Rejected
from healer.patch import Patch, check_diff, make_patch
from healer.settings import PolicySettings
from tests.patch.made import MemoryTree, load, proposal, tree_of

TREES = {runtime: tree_of(files) for runtime, files in load("trees").items()}
FIRST = {
    "python": "shop/cart.py",
    "javascript": "src/cart.js",
    "go": "cart.go",
    "ruby": "lib/cart.rb",
    "php": "src/Cart.php",
}
TESTS = {
    "python": "tests/test_cart.py",
    "javascript": "test/cart.test.js",
    "go": "cart_test.go",
    "ruby": "spec/cart_spec.rb",
    "php": "tests/CartTest.php",
}
TEXT = st.text(max_size=30) | st.sampled_from(
    ["\n", "\r\n", "try {", "}", "except:", "def test_a():\n", "\ud800", "\0", "/*", '"""']
)


@st.composite
def replies(draw: st.DrawFn) -> tuple[str, list[list[str]]]:
    runtime = draw(st.sampled_from(sorted(TREES)))
    files = TREES[runtime].files
    edits = []
    for _ in range(draw(st.integers(0, 4))):
        path = draw(st.sampled_from([*files, FIRST[runtime], TESTS[runtime]]) | st.text(max_size=10))
        content = files.get(path, b"").decode()
        start = draw(st.integers(0, len(content)))
        find = draw(st.just(content[start : start + draw(st.integers(0, 60))]) | TEXT)
        edits.append([path, find, "".join(draw(st.lists(TEXT | st.just(find), max_size=5)))])
    return runtime, edits


@settings(max_examples=250, deadline=None)
@given(replies(), st.booleans())
def test_any_reply_is_answered(reply: tuple[str, list[list[str]]], as_test: bool) -> None:
    runtime, edits = reply
    tree = TREES[runtime]
    fix, test = ([], edits) if as_test else (edits, [])
    made = proposal(fix, test, runtime=runtime, admitted=tree.paths())  # type: ignore[arg-type]
    answer = make_patch(made, tree, PolicySettings(allow=("no-fix", "too-many-files")))
    if isinstance(answer, Rejected):
        assert answer.rule
        assert answer.reason.isprintable()
        return
    assert isinstance(answer, Patch)
    assert all(change.path in tree.paths() or change.before is None for change in answer.changes)
    answer.diff.encode()
    again = check_diff(
        answer.diff,
        tree.read,
        PolicySettings(allow=("no-fix", "too-many-files")),
        runtime=runtime,
        tracked=tree.paths(),
    )  # type: ignore[arg-type]
    assert again == answer.changes


@pytest.mark.parametrize("runtime", sorted(TREES))
@pytest.mark.parametrize(
    "unit",
    ["a", "(", "{", '"', "'", "`", "\\", "\t", "x = ", "except (", "catch (", "a, ", "import ", "raise ", "throw new ", "defer func() {",
     "rescue A, ", "it(", "/*", "// ", "# ", "return a.", "a.b", "a|", "\u200d", "try { ", ".catch(", " rescue ", "generated "],
)  # fmt: skip
def test_rules_take_linear_time_over_a_line(runtime: str, unit: str) -> None:
    def seconds(length: int) -> float:
        line = (unit * length)[:length]
        text = (line + "\n") * 30
        edits = [[FIRST[runtime], "", text]]
        test = [[TESTS[runtime], "", text]]
        made = proposal(edits, test, runtime=runtime, admitted=[FIRST[runtime]])  # type: ignore[arg-type]
        times = []
        for _ in range(2):
            began = time.process_time()
            make_patch(made, MemoryTree({"x": b""}), PolicySettings(allow=("new-folder",)))
            times.append(time.process_time() - began)
        return min(times)

    assert seconds(1_900) < 1.0


def test_a_large_file_costs_little() -> None:
    lines = [f"def f{number}(x):\n    return x.value + {number}\n\n\n" for number in range(40_000)]
    tree = MemoryTree({"big.py": "".join(lines).encode()[: 2 * 1024 * 1024 - 100]})
    edit = ["big.py", "    return x.value + 20000\n", "    return x.value + 20000 if x else 0\n"]
    began = time.process_time()
    patch = make_patch(proposal([edit], admitted=["big.py"]), tree, PolicySettings())
    assert isinstance(patch, Patch)
    assert patch.lines == 2
    assert time.process_time() - began < 2
