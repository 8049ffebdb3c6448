"""The five states of a commit, from check runs, statuses and workflow runs of any provider."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.ci import RED, Check, WorkflowRun, on_commit, state_of

if TYPE_CHECKING:
    from healer.ci.value import Phase


OWN = ".github/workflows/splat.yml"
PHASES: tuple[Phase, ...] = ("running", "awaiting", "passed", "failed", "broken", "cancelled", "skipped")


def run(number: int = 1, phase: Phase = "passed", event: str = "pull_request", path: str = "ci.yml") -> WorkflowRun:
    return WorkflowRun(number, path, "CI", event, 1, phase, 900 + number)


def job(of: WorkflowRun, name: str = "test", phase: Phase = "passed") -> Check:
    return Check(name, phase, 7, 15368, of.suite)


def status(phase: Phase, name: str = "ci/circleci") -> Check:
    return Check(name, phase, status=True)


@pytest.mark.parametrize(
    ("checks", "state"),
    [
        ([], "none"),
        ([Check("a", "skipped")], "none"),
        ([Check("a", "passed"), Check("b", "skipped")], "passed"),
        ([Check("a", "passed"), Check("b", "failed")], "failed"),
        ([Check("a", "passed"), Check("b", "broken")], "failed"),
        ([Check("a", "passed"), Check("b", "cancelled")], "failed"),
        ([Check("a", "running"), Check("b", "failed")], "running"),
        ([status("running"), Check("b", "failed")], "failed"),
        ([status("running"), Check("b", "passed")], "running"),
        ([Check("a", "awaiting"), Check("b", "passed")], "awaiting"),
        ([Check("a", "awaiting"), Check("b", "failed")], "failed"),
        ([status("passed")], "passed"),
        ([status("broken")], "failed"),
    ],
)
def test_the_state_of_a_commit(checks: list[Check], state: str) -> None:
    for order in permutations(checks):
        assert state_of(order) == state


def test_splat_s_own_workflow_is_no_check() -> None:
    own = run(path=OWN)
    assert on_commit([own], [job(own)], [], OWN) == ()
    assert [check.name for check in on_commit([own], [job(own), Check("codecov", "passed", 3, 5)], [], OWN)] == [
        "codecov"
    ]


def test_the_last_run_of_a_workflow_counts() -> None:
    old, new = run(1, "failed"), run(2)
    found = on_commit([new, old], [job(old, phase="failed"), job(new)], [], OWN)
    assert [(check.name, check.phase) for check in found] == [("test", "passed")]
    assert found[0].run == new


def test_a_run_that_was_started_by_hand_stands_for_one_that_waits() -> None:
    waits, started = run(1, "awaiting"), run(2, event="workflow_dispatch")
    assert state_of(on_commit([waits], [], [], OWN)) == "awaiting"
    assert state_of(on_commit([waits, started], [job(started)], [], OWN)) == "passed"
    other = run(3, "awaiting", path="lint.yml")
    assert state_of(on_commit([waits, started, other], [job(started)], [], OWN)) == "awaiting"


def test_what_a_fork_sets_off_for_the_same_commit_never_counts() -> None:
    """A stranger opens a pull request from the very commit, against a base whose workflow of that name does nothing."""
    real, theirs = run(1, "failed"), replace(run(2), foreign=True)
    found = on_commit([real, theirs], [job(real, phase="failed"), job(theirs)], [], OWN)
    assert [(check.run, check.phase) for check in found] == [(real, "failed")]
    waits = replace(theirs, phase="awaiting")
    assert state_of(on_commit([run(1), waits], [job(run(1))], [], OWN)) == "passed"
    assert state_of(on_commit([theirs], [job(theirs)], [], OWN)) == "none"


def test_a_run_without_jobs_counts_itself() -> None:
    broken = run(1, "broken")
    [check] = on_commit([broken], [], [], OWN)
    assert (check.name, check.phase, check.id) == ("CI", "broken", 0)


def test_a_run_that_failed_beside_green_jobs_is_no_success() -> None:
    failed = run(1, "failed")
    assert state_of(on_commit([failed], [job(failed)], [], OWN)) == "failed"


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(PHASES), st.booleans()), max_size=8))
def test_nothing_red_or_unfinished_is_ever_passed(found: list[tuple[Phase, bool]]) -> None:
    checks = [Check(f"c{number}", phase, status=is_status) for number, (phase, is_status) in enumerate(found)]
    phases = {phase for phase, _ in found}
    if state_of(checks) == "passed":
        assert not phases & (RED | {"running", "awaiting"})
        assert "passed" in phases
