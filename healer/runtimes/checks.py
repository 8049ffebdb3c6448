"""How a repository is set up and tested, and what a test run said, in any runtime."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from healer.frames import Frame, RuntimeName

TestStatus = Literal["passed", "failed", "error", "skipped"]
#: Exceptions that an observer wrote down, one JSON object a line; every runtime's observer writes the same shape.
RAISED = "raised.jsonl"


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """The commands of one repository, each a list of arguments run in `workdir`, a folder relative to the tree's root.

    `runner` names the test runner ("pytest", "go test"); `setup` runs once with the network on; `suite` runs
    every test and writes the files named in `artefacts` (relative to the run's own result folder, which commands
    reach as $SPLAT_RESULTS); `lint` and `types` complain about code, only where the repository configures them.
    `tools` are files of ours that commands find in $SPLAT_TOOLS: result writers and observers. `boot` is shell text,
    ours alone, that runs before each command and makes the runtime load them. `single` runs the test file
    whose path is appended to it, () where the runner cannot; files that end in one of `built` it cannot run as they
    are, only `suite` can. `runtime` is None for a command that the user configured where nothing was detected.
    """

    runner: str
    setup: tuple[tuple[str, ...], ...] = ()
    suite: tuple[str, ...] = ()
    lint: tuple[tuple[str, ...], ...] = ()
    artefacts: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    workdir: str = ""
    types: tuple[tuple[str, ...], ...] = ()
    tools: Mapping[str, bytes] = field(default_factory=dict)
    boot: str = ""
    single: tuple[str, ...] = ()
    built: tuple[str, ...] = ()
    runtime: RuntimeName | None = None

    def inside(self, path: str) -> str | None:
        """`path` as seen from `workdir`; None when it lies elsewhere."""
        if not self.workdir:
            return path
        return path.removeprefix(self.workdir + "/") if path.startswith(self.workdir + "/") else None

    def command(self, arguments: Sequence[str]) -> tuple[str, ...]:
        """`arguments` with `boot` before them."""
        if not self.boot:
            return tuple(arguments)
        return ("sh", "-c", self.boot + '\nexec "$@"', "sh", *arguments)


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test that was seen to run: its stable id, its status, and the trace it failed with, "" if none."""

    __test__ = False  # pytest collects classes by this name otherwise

    id: str
    status: TestStatus
    trace: str = ""


@dataclass(frozen=True, slots=True)
class TestRun:
    """All results of one run. `complete` is False when the runner died before it could finish its report; `running`
    names the tests that had begun and not ended.
    """

    __test__ = False

    results: tuple[TestResult, ...]
    complete: bool = True
    running: tuple[str, ...] = ()

    def by_id(self) -> dict[str, TestResult]:
        """The results by their ids."""
        return {result.id: result for result in self.results}

    @property
    def failures(self) -> tuple[TestResult, ...]:
        """What failed or could not run."""
        return tuple(result for result in self.results if result.status in ("failed", "error"))

    @property
    def passed(self) -> int:
        """How many passed."""
        return sum(result.status == "passed" for result in self.results)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One exception that a runtime's own machinery saw being raised.

    `types` holds its type and then that type's bases; `frames` run from the outermost call to the place of the raise,
    paths relative to the tree's root where they lie in it. `escaped` is False when it was caught in the
    very function that holds the innermost frame of the tree, None when that is not known.
    """

    types: tuple[str, ...]
    message: str
    frames: tuple[Frame, ...]
    escaped: bool | None = None


def nearest(files: Collection[str], hint: str, manifests: Sequence[str]) -> str | None:
    """The folder of the nearest of `manifests` at or above the file `hint` ("" is the root); None where there is none.

    Without a hint, or with none above it, the manifest nearest to the root counts.
    """
    folder = posixpath.dirname(hint)
    while hint:
        if any(posixpath.join(folder, name) in files for name in manifests):
            return folder
        if not folder:
            break
        folder = posixpath.dirname(folder)
    names = set(manifests)
    found = [path for path in files if path.rpartition("/")[2] in names]
    return min((posixpath.dirname(path) for path in found), key=lambda path: (path.count("/"), path), default=None)


def below(files: Collection[str], folder: str) -> frozenset[str]:
    """The files under `folder`, relative to it."""
    if not folder:
        return frozenset(files)
    start = folder + "/"
    return frozenset(path[len(start) :] for path in files if path.startswith(start))
