"""Whose failure it is, and what comes next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from healer.ci import (
    Check,
    Commit,
    Job,
    Seen,
    WorkflowRun,
    blame,
    decide_next,
    read_evidence,
    read_workflow,
    stranger_in,
)

if TYPE_CHECKING:
    from healer.ci.value import Phase


RUN = WorkflowRun(1, ".github/workflows/ci.yml", "CI", "pull_request", 1, "failed", 900)
TWICE = replace(RUN, attempt=2)
TRACE = 'Traceback (most recent call last):\n  File "/r/shop/cart.py", line 2, in f\n    x\nValueError: x\n'
JOB = Job(7, "test", "Run tests")


def failed(run: WorkflowRun | None = RUN, name: str = "test", phase: Phase = "failed") -> Check:
    return Check(name, phase, 7, run=run)


def cause(check: Check, log: str = "", base: tuple[Check, ...] = (), job: Job = JOB) -> str:
    return blame(check, base, read_evidence(check, job, (), log), ["shop/cart.py"]).cause


@pytest.mark.parametrize(
    ("check", "log", "base", "expected"),
    [
        (failed(), TRACE, (), "ours"),
        (failed(), TRACE, (failed(phase="passed"),), "ours"),
        (failed(), TRACE, (failed(),), "already-red"),
        (failed(), TRACE, (failed(phase="broken"),), "already-red"),
        (failed(), TRACE, (failed(phase="cancelled"),), "ours"),
        (failed(), TRACE, (failed(name="lint"),), "ours"),
        (failed(), TRACE, (failed(replace(RUN, path="other.yml")),), "ours"),
        (failed(), "FAILED tests/test_clock.py", (), "flaky"),
        (failed(TWICE), "FAILED tests/test_clock.py", (), "ours"),
        (failed(), "ECONNRESET", (), "infrastructure"),
        (failed(TWICE), "ECONNRESET", (), "infrastructure"),
        (failed(phase="broken"), TRACE, (), "infrastructure"),
        (failed(phase="cancelled"), TRACE, (), "cancelled"),
        (failed(None), "", (), "ours"),
    ],
)
def test_whose_failure_it_is(check: Check, log: str, base: tuple[Check, ...], expected: str) -> None:
    assert cause(check, log, base) == expected


def seen(*failures: tuple[Check, str], **changes: object) -> Seen:
    blames = tuple(blame(check, (), read_evidence(check, JOB, (), log), ["shop/cart.py"]) for check, log in failures)
    checks = tuple(check for check, _ in failures)
    usual = Seen("a" * 40, checks, blames=blames, changed=("shop/cart.py",), most=2)
    return replace(usual, **changes)  # type: ignore[arg-type]


def test_only_what_is_ours_is_repaired_and_not_without_end() -> None:
    assert decide_next(seen((failed(), TRACE))).act == "repair"
    assert decide_next(seen((failed(), TRACE), repairs=1)).act == "repair"
    third = decide_next(seen((failed(), TRACE), repairs=2))
    assert third.act == "tell"
    assert "repaired it 2 times" in third.reason
    assert decide_next(seen((failed(), TRACE), most=0)).act == "tell"


def test_chance_and_machines_get_one_rerun() -> None:
    then = decide_next(seen((failed(), "timeout"), (failed(replace(RUN, id=5), "e2e"), "ECONNRESET")))
    assert (then.act, then.runs) == ("rerun", (1, 5))
    assert decide_next(seen((failed(TWICE), "ECONNRESET"))).act == "tell"
    assert decide_next(seen((failed(phase="cancelled"), ""))).act == "tell"


def test_a_person_on_the_branch_ends_all_of_it() -> None:
    stranger = "the commit `abc` on the branch is not Splat's"
    for found in (seen((failed(), TRACE)), seen((failed(), "timeout")), seen()):
        workflow = read_workflow("ci.yml", b"on: {pull_request: , workflow_dispatch: }")
        then = decide_next(replace(found, stranger=stranger, workflows=(workflow,)))
        assert then.act == "tell"


@pytest.mark.parametrize(
    ("yaml", "checks", "startable"),
    [
        (b"on: [push, pull_request, workflow_dispatch]", True, True),
        (b"on: pull_request", True, False),
        (b'"on": {pull_request: {branches: [main]}, workflow_dispatch: {}}', True, True),
        (b"on: {push: {branches: [main]}, workflow_dispatch: {}}", False, True),
        (b"on:\n  pull_request:\n  workflow_dispatch:\n    inputs: {where: {required: true}}", True, False),
        (b"on:\n  pull_request:\n  workflow_dispatch:\n    inputs: {where: {required: true, default: x}}", True, True),
        (b"on: {pull_request_target: , workflow_dispatch: }", False, True),
        (b"a: &a [*a]", False, False),
        (b"{", False, False),
        (b"\xff\xfe", False, False),
        (b"on: 3", False, False),
        (b"- on: pull_request", False, False),
        (b"on: !!python/object/apply:os.system [id]", False, False),
        (b"x" * 300_000, False, False),
        (None, False, False),
    ],
)
def test_what_a_workflow_allows(yaml: bytes | None, checks: bool, startable: bool) -> None:
    found = read_workflow("ci.yml", yaml)
    assert (found.checks, found.startable) == (checks, startable)
    assert startable or found.why_not


def test_a_workflow_that_also_deploys_is_started_only_where_it_is_named() -> None:
    deploy = read_workflow(".github/workflows/deploy.yml", b"on: {push: , workflow_dispatch: }")
    assert decide_next(Seen("a" * 40, workflows=(deploy,))).act == "tell"
    named = decide_next(Seen("a" * 40, workflows=(deploy,), wanted=("deploy.yml",)))
    assert (named.act, named.workflows) == ("dispatch", (deploy.path,))


def test_a_branch_with_conflicts_has_no_button_that_helps() -> None:
    workflow = read_workflow("ci.yml", b"on: {pull_request: , workflow_dispatch: }")
    then = decide_next(Seen("a" * 40, workflows=(workflow,), conflicts=True))
    assert (then.act, then.workflows) == ("tell", ())
    assert "conflicts with its base" in then.reason
    assert decide_next(Seen("a" * 40, (Check("x", "passed"),), conflicts=True)).state == "passed"


def test_of_those_that_wait_only_they_are_started() -> None:
    lint = replace(RUN, path="lint.yml", phase="awaiting")
    workflows = tuple(
        read_workflow(path, b"on: {pull_request: , workflow_dispatch: }") for path in ("ci.yml", "lint.yml")
    )
    then = decide_next(Seen("a" * 40, (Check("lint", "awaiting", run=lint),), workflows=workflows))
    assert then.workflows == ("lint.yml",)


def test_every_commit_has_to_be_splat_s() -> None:
    mine = Commit("a" * 40, 5, 5, "fix: it\n\nSplat-Signature: 0123456789abcdef\n")
    assert not stranger_in([mine, mine], 5)
    assert "`bbbbbbb`" in stranger_in([mine, replace(mine, sha="b" * 40, author=6)], 5)
    assert stranger_in([replace(mine, message="style: format")], 5)  # another workflow of the same account
    assert stranger_in([replace(mine, author=0)], 5)
    assert stranger_in([replace(mine, by_api=False)], 5)  # amended or rebased by a person: the author stays
    assert stranger_in([], 5)
    assert stranger_in(None, 5)


def test_an_author_is_only_said_where_github_signs_what_splat_commits() -> None:
    """Whoever may push can write any author into a commit, and the trailers too."""
    mine = Commit("a" * 40, 5, 5, "fix: it\n\nSplat-Signature: 0123456789abcdef\n", signed=True)
    forged = replace(mine, sha="b" * 40, signed=False)
    assert not stranger_in([mine], 5)
    assert "`bbbbbbb`" in stranger_in([mine, forged], 5)
    assert not stranger_in([forged], 5)  # a token whose commits GitHub never signs
