"""A finished diff that nobody is trusted for meets the same rules."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.outcome import Rejected
from healer.patch import FileChange, Patch, check_diff, make_patch
from healer.settings import PolicySettings
from tests.patch.made import load, proposal, tree_of

TREE = tree_of(load("trees")["python"])
FIX = ["shop/cart.py", "    if amount < discount.minimum:\n", "    if discount is None or amount < discount.minimum:\n"]


def good() -> str:
    patch = make_patch(proposal([FIX], admitted=["shop/cart.py"]), TREE, PolicySettings())
    assert isinstance(patch, Patch)
    return patch.diff


def checked(diff: str, **more: object) -> tuple[FileChange, ...] | Rejected:
    return check_diff(diff, TREE.read, PolicySettings(), runtime="python", tracked=TREE.paths(), **more)  # type: ignore[arg-type]


def test_its_own_diff_comes_back_as_changes() -> None:
    changes = checked(good(), admitted=frozenset({"shop/cart.py"}))
    assert isinstance(changes, tuple)
    assert [(change.path, change.is_test) for change in changes] == [("shop/cart.py", False)]
    assert changes[0].before == TREE.files["shop/cart.py"]
    assert b"discount is None or" in changes[0].after


@pytest.mark.parametrize(
    ("find", "replace"),
    [
        ("--- a/shop/cart.py\n", "diff --git a/shop/cart.py b/shop/cart.py\n--- a/shop/cart.py\n"),
        ("--- a/shop/cart.py\n", "old mode 100644\nnew mode 100755\n--- a/shop/cart.py\n"),
        ("--- a/shop/cart.py\n", "diff --git a/x b/x\nnew file mode 120000\n--- a/shop/cart.py\n"),
        ("--- a/shop/cart.py\n", "--- a/shop/util.py\n"),
        ("+++ b/shop/cart.py\n", "+++ /dev/null\n"),
        ("+++ b/shop/cart.py\n", "+++ b/shop/cart.py\t2020-01-01\n"),
        ("--- a/shop/cart.py\n", "--- /dev/null\n"),
        ("@@ -5", "@@ -6"),
        ("     amount", "     amoumt"),
        ("@@\n", "@@ def total\n"),
        ("-    if amount < discount.minimum:\n", "-    if amount <= discount.minimum:\n"),
        ("+    if", "+    \r\n+    if"),
    ],
)
def test_a_diff_that_was_tampered_with_is_refused(find: str, replace: str) -> None:
    diff = good()
    assert find in diff
    refusal = checked(diff.replace(find, replace, 1))
    assert isinstance(refusal, Rejected)
    assert refusal.rule == "not-canonical"


@pytest.mark.parametrize(
    ("path", "rule"),
    [("../x.py", "unsafe-path"), (".git/config", "unsafe-path"), ("/x.py", "unsafe-path"), ("a/../../x", "unsafe-path"),
     (".github/workflows/x.yml", "ci-config"), ("setup.cfg", "dependency-file"), ("Shop/cart.py", "path-collision"),
     ("tests/helpers2.py", "test-support"), ("link/x.py", "new-folder")],
)  # fmt: skip
def test_a_forged_diff_meets_the_rules(path: str, rule: str) -> None:
    made = f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x = 1\n"
    parts = sorted([made, good()], key=lambda part: part.partition("+++ b/")[2])
    refusal = checked("".join(parts))
    assert isinstance(refusal, Rejected)
    assert refusal.rule == rule


def test_a_forged_diff_may_not_touch_what_no_frame_leads_to() -> None:
    refusal = checked(good(), admitted=frozenset({"shop/util.py"}))
    assert isinstance(refusal, Rejected)
    assert refusal.rule == "not-in-trace"


def test_an_empty_or_huge_diff_is_refused() -> None:
    for diff in ("", "\n", "hello\n", "+" * 2_000_000, "Binary files a and b differ\n", "\ud800"):
        refusal = checked(diff)
        assert isinstance(refusal, Rejected)
        assert refusal.rule == "not-canonical"


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(["\n", " ", "+", "-", "@", "\\", "x", "\r", "\0", "\ud800", "--- a/x\n"]),
    st.booleans(),
)
def test_no_change_to_a_diff_slips_through(at: int, letter: str, replaces: bool) -> None:
    diff = good()
    at %= len(diff)
    changed = diff[:at] + letter + diff[at + replaces :]
    answer = checked(changed)
    if isinstance(answer, Rejected) or changed == diff:
        return
    # Only text that is added may differ, and then the change says so.
    assert len(answer) == 1
    assert answer[0].path == "shop/cart.py"
    assert answer[0].after != TREE.files["shop/cart.py"]
