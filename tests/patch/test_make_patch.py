"""Proposals as data: each hostile one meets its own rule, each good one passes and is what it says."""

from __future__ import annotations

import subprocess
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from unidiff.patch import PatchSet

from healer.outcome import Rejected
from healer.patch import RULE_NAMES, Patch, check_branch, check_diff, make_patch
from healer.settings import PolicySettings
from tests.patch.made import MemoryTree, load, proposal, tree_of

if TYPE_CHECKING:
    from pathlib import Path

TREES = {runtime: tree_of(files) for runtime, files in load("trees").items()}
#: What the imaginary trace leads to.
ADMITTED = {
    "python": ["shop/cart.py", "shop/util.py", "shop/windows.py", "shop/marked.py", "shop/bare.py", "shop/twice.py",
               "shop/héllo wörld.py"],
    "javascript": ["src/cart.js", "src/app.ts"],
    "go": ["cart.go"],
    "ruby": ["lib/cart.rb"],
    "php": ["src/Cart.php"],
}  # fmt: skip


def attempt(case: dict[str, Any]) -> Patch | Rejected:
    runtime = case["runtime"]
    admitted = [*ADMITTED[runtime], *case.get("admit", ())]
    settings = PolicySettings(**{key: tuple(value) for key, value in case.get("settings", {}).items()})
    return make_patch(
        proposal(case["edits"], case["test"], runtime=runtime, admitted=admitted), TREES[runtime], settings
    )


def ids(case: dict[str, Any]) -> str:
    return f"{case['runtime']}-{case['name']}"


@pytest.mark.parametrize("case", load("hostile"), ids=ids)
def test_a_hostile_proposal_meets_its_rule(case: dict[str, Any]) -> None:
    refusal = attempt(case)
    assert isinstance(refusal, Rejected), refusal.diff
    assert refusal.rule == case["rule"], refusal.reason
    assert case.get("reason", "") in refusal.reason
    assert case.get("evidence", "") in refusal.evidence
    assert refusal.reason.endswith(".")
    assert len(refusal.evidence) < 20_000


def test_every_rule_has_a_hostile_proposal() -> None:
    assert {case["rule"] for case in load("hostile")} >= RULE_NAMES


@pytest.mark.parametrize("case", [case for case in load("hostile") if case["rule"] in RULE_NAMES], ids=ids)
def test_every_rule_is_switched_off_by_its_name(case: dict[str, Any]) -> None:
    settings = case.get("settings", {})
    answer = attempt({**case, "settings": {**settings, "allow": [*settings.get("allow", ()), case["rule"]]}})
    assert isinstance(answer, Patch) or answer.rule != case["rule"]


@pytest.mark.parametrize("case", load("good"), ids=ids)
def test_a_good_proposal_passes(case: dict[str, Any], tmp_path: Path) -> None:
    patch = attempt(case)
    assert isinstance(patch, Patch), f"{patch.rule}: {patch.reason} {patch.evidence}"
    for path, expected in case.get("after", {}).items():
        assert {change.path: change.after for change in patch.changes}[path].decode() == expected
    assert list(patch.capabilities) == case.get("capabilities", [])
    sizes = {file.path: file.added + file.removed for file in PatchSet(StringIO(patch.diff))}
    assert patch.lines == sum(sizes[change.path] for change in patch.fix)
    applied = git_applies(patch, TREES[case["runtime"]], tmp_path)
    assert applied == {change.path: change.after for change in patch.changes}
    again = check_diff(
        patch.diff,
        TREES[case["runtime"]].read,
        PolicySettings(**{key: tuple(value) for key, value in case.get("settings", {}).items()}),
        runtime=case["runtime"],
        tracked=TREES[case["runtime"]].paths(),
    )
    assert again == patch.changes


def git_applies(patch: Patch, tree: MemoryTree, folder: Path) -> dict[str, bytes]:
    """What git makes of the diff, in a folder with the tree's files."""
    for path, content in tree.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    for options in (["--check"], []):
        command = ["git", "apply", "--whitespace=nowarn", *options, "-"]
        subprocess.run(command, cwd=folder, input=patch.diff.encode(), check=True)
    return {change.path: (folder / change.path).read_bytes() for change in patch.changes}


def test_edits_on_top_of_a_branch_are_one_patch_from_the_base_on() -> None:
    base = b"def pay(sum):\n    return sum.total\n\n\ndef tax():\n    return 1\n"
    there = {"shop/cart.py": base.replace(b"sum.total", b"sum and sum.total") + b"# a person's\n"}
    tree = MemoryTree({"shop/cart.py": base})
    edit = ["shop/cart.py", "    return sum and sum.total\n", "    return sum.total if sum else 0\n"]
    made = proposal([edit], admitted=["shop/cart.py"])
    patch = make_patch(made, tree, PolicySettings(), there)
    assert isinstance(patch, Patch), patch
    [change] = patch.changes
    assert change.before == base
    assert change.after == base.replace(b"return sum.total", b"return sum.total if sum else 0") + b"# a person's\n"
    assert "+# a person's" in patch.diff
    assert isinstance(make_patch(made, tree, PolicySettings()), Rejected), "it fits the branch, not the base"
    assert check_branch(there, made.context, tree, PolicySettings()) is None
    assert isinstance(check_branch({"notes.txt": b"x\n"} | there, made.context, tree, PolicySettings()), Rejected)
