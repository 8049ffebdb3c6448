"""Where the time went: overlapping waits are counted once."""

from __future__ import annotations

import threading

import pytest

from healer.edge.stopwatch import Interval, Stopwatch, _covered


def test_overlapping_intervals_count_once() -> None:
    waits = [Interval("claude", "a", 1.0, 4.0), Interval("commands", "b", 3.0, 6.0), Interval("claude", "c", 3.5, 3.6)]
    assert _covered(waits, 0.0, 10.0) == pytest.approx(5.0)
    assert _covered(waits, 2.0, 5.0) == pytest.approx(3.0)
    assert _covered([], 0.0, 1.0) == 0.0


def test_a_stage_that_waits_owns_only_the_rest() -> None:
    watch = Stopwatch()
    with watch.running("stage", "propose"):
        pause = threading.Event()
        with watch.running("claude", "model"):
            pause.wait(0.05)
    row = watch.table()[0]
    assert row["stage"] == "propose"
    assert row["seconds"] >= 0.05
    assert row["own"] < row["seconds"] - 0.04
    totals = watch.totals()
    assert totals["own"] == pytest.approx(totals["wall"] - totals["claude"], abs=0.01)


def test_an_interval_is_kept_when_what_it_times_fails() -> None:
    watch = Stopwatch()
    with pytest.raises(ValueError, match="x"), watch.running("stage", "report"):
        raise ValueError("x")
    assert [row["stage"] for row in watch.table()] == ["report"]
