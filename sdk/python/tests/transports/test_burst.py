"""The whole SDK and one bug at full speed: a handful of requests, and the right count."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import clocks

if TYPE_CHECKING:
    from tests.transports.desk import Desk

pytestmark = pytest.mark.slow
TOP = Path(__file__).parents[2]


def run(desk: Desk, seconds: float) -> tuple[int, float]:
    """How often the app met the bug, and how long its end took, in seconds."""
    command = [sys.executable, "-m", "tests.transports.burst", desk.proxy.url, desk.repo, str(desk.spool), str(seconds)]
    done = clocks.run(command, cwd=TOP)
    ended = time.monotonic()
    done.check_returncode()
    assert done.stderr == ""
    number, moment = done.stdout.split()
    return int(number), ended - float(moment)


def test_ten_seconds_of_identical_errors_take_six_requests_and_count_right(desk: Desk) -> None:
    number, end = run(desk, 10)
    assert len(desk.proxy.log) <= 6, desk.asked()
    assert f"seen count={number} " in desk.only()["body"]
    assert end < 2.5
    assert number > 1_000
    assert not [each for each in desk.spool.rglob("*") if each.suffix == ".json"]


def test_a_process_that_is_over_at_once_delivers_all_the_same(desk: Desk) -> None:
    number, end = run(desk, 0.05)
    assert f"seen count={number} " in desk.only()["body"]
    assert desk.emulator.labelled(desk.repo, "auto-fix") == 1
    assert end < 2.5
