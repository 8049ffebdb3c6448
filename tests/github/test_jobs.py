"""A run's three jobs against an emulated GitHub: what is written, what is said, what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github.jobs import Jobs, shown
from tests.verdict.apps import crash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github.runs import Gate

pytestmark = pytest.mark.slow


@pytest.fixture
def jobs(gate: Gate, tmp_path: Path) -> Jobs:
    return Jobs(gate, crash("python", tmp_path / "app"), tmp_path)


def test_from_a_label_to_a_pull_request(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    issue = jobs.issue()
    assert jobs.labeled(issue).went
    healed = jobs.heal()
    assert healed.code == 0, healed.printed
    published = jobs.publish()
    assert published.error is None, published.error
    [pull] = jobs.pulls()
    assert len(jobs.gate.proxy.log) <= 25
