"""How a repository is set up and tested, and what a test run said, in any runtime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

TestStatus = Literal["passed", "failed", "error", "skipped"]


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """The commands of one repository, each a list of arguments run in the tree's root.

    `runner` names the test runner ("pytest", "go test"); `setup` runs once with the network on; `suite` runs
    every test and writes the files named in `artefacts` (relative to the run's own result folder, which commands
    reach as $SPLAT_RESULTS); `lint` and `types` only where the repository configures them. `workdir` is
    the folder the commands run in, relative to the tree's root.
    """

    runner: str
    setup: tuple[tuple[str, ...], ...] = ()
    suite: tuple[str, ...] = ()
    lint: tuple[tuple[str, ...], ...] = ()
    artefacts: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    workdir: str = ""


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test that was seen to run: its stable id, its status, and the trace it failed with, "" if none."""

    __test__ = False  # pytest collects classes by this name otherwise

    id: str
    status: TestStatus
    trace: str = ""


@dataclass(frozen=True, slots=True)
class TestRun:
    """All results of one run. `complete` is False when the runner died before it could finish its report."""

    __test__ = False

    results: tuple[TestResult, ...]
    complete: bool = True
