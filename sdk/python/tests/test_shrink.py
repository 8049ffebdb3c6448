"""I8: a report that is too large gives up what is worth least, and says what."""

from __future__ import annotations

import copy

import pytest

from splat.canonical import canonical
from splat.shrink import MAX_NAMES, STEPS, shrink, steps_in
from tests.vectors import expand, load

TOO_BIG = next(each for each in load("issue", "bodies") if each["name"] == "everything-too-big")["report"]


def size_of(report):
    return len(canonical(report))


def test_what_fits_is_the_same():
    report = expand(TOO_BIG)
    assert shrink(report, size_of, size_of(report)) is report


@pytest.mark.parametrize("part", [1, 2, 3, 5, 10, 30, 100, 300])
def test_it_fits_with_as_few_steps_as_that_takes(part):
    report = expand(TOO_BIG)
    before = copy.deepcopy(report)
    limit = size_of(report) // part - 1
    made = shrink(report, size_of, limit)
    assert report == before
    assert size_of(made) <= limit
    taken = steps_in(made)
    assert taken == sorted(taken, key=STEPS.index)
    reached = []  # what each step before the last left: still too large
    shrink(report, lambda each: reached.append(size_of(each)) or reached[-1], limit)
    assert len(reached) == len(taken) + 1
    assert all(size > limit for size in reached[:-1])
    assert made["signature"] == report["signature"]


def test_the_last_step_is_taken_even_when_that_is_not_enough():
    made = shrink(expand(TOO_BIG), size_of, 0)
    assert steps_in(made)[-1] == STEPS[-1]
    assert made["exceptions"][0]["type"]


def test_names_of_what_was_cut_before_stay():
    report = {**expand(TOO_BIG), "truncated": ["long texts", "contexts", "logs"]}
    made = shrink(report, size_of, size_of(report) - 1)
    assert made["truncated"] == ["long texts", "contexts", "logs", "dependencies"]
    many = {**report, "truncated": [str(number) for number in range(MAX_NAMES)]}
    assert len(shrink(many, size_of, size_of(report) - 1)["truncated"]) == MAX_NAMES


def test_of_a_deep_trace_both_ends_stay():
    frames = [{"path": f"{number}.py", "source": "x" * 300} for number in range(100)]
    report = {"signature": "0" * 16, "exceptions": [{"type": "E", "frames": frames}]}
    made = shrink(report, size_of, size_of(report) // 2)
    assert made["truncated"] == ["frames"]
    kept = made["exceptions"][0]["frames"]
    assert [each["path"] for each in kept] == [f"{number}.py" for number in (*range(5), *range(80, 100))]
    assert {len(each["source"]) for each in kept} == {200}
