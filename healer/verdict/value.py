"""The values of the judge, and the sandbox it runs commands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from healer.outcome import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from healer.patch import FileChange, Patch
    from healer.runtimes.checks import CheckPlan, TestRun


@dataclass(frozen=True, slots=True)
class Ran:
    """One command's end. `output` is stdout and stderr together, capped, decoded with replacement; `artefacts` maps the
    asked-for files of the result folder to their capped content; `timed_out` means the whole process tree was killed.
    """

    exit_code: int
    output: str
    seconds: float
    timed_out: bool = False
    artefacts: Mapping[str, bytes] = field(default_factory=dict)


class Checks(Protocol):
    """A sandbox that holds its own copy of the base commit's tree.

    There is one *prepared* state: the tree and a HOME, as the set-up runs left them. Every other run starts from
    exactly that state plus the changes that were `put`, and what it writes is thrown away with it: no run sees
    another's leftovers.
    """

    @property
    def root(self) -> str:
        """The tree's folder as commands, and so stack traces, see it. The same in every run."""

    @property
    def lacks(self) -> str:
        """What a checkout may have and this copy has not, as a phrase ("nothing of 1 submodule (lib)"); "" for
        nothing.
        """

    def run(
        self,
        command: Sequence[str],
        *,
        seconds: float,
        network: bool = False,
        keep: bool = False,
        workdir: str = "",
        env: Mapping[str, str] | None = None,
        artefacts: Sequence[str] = (),
        files: Mapping[str, bytes] | None = None,
    ) -> Ran:
        """Run one command in the tree's `workdir`, for at most `seconds`; then its whole process tree is killed.

        `keep` makes it a set-up run, whose writes to the tree and HOME become the prepared state; `network` implies it.
        Both are refused with SandboxError once anything was `put`. Commands find these variables: SPLAT_TREE (`root`),
        HOME, SPLAT_RESULTS (an empty folder of this run, from which `artefacts`, relative paths, are read) and
        SPLAT_TOOLS (a read-only folder with `files`, by plain names). A command that does not exist ends with 127.
        """

    def put(self, changes: Sequence[FileChange], *, side: Literal["before", "after"]) -> None:
        """From now on runs see the changes' `after`, or again what the base has there (`before`)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One question that was asked of the patch, its answer, and what it was read from."""

    name: str
    status: Literal["passed", "failed", "unavailable"]
    detail: str
    output: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Complaints:
    """What one linter or type checker said of the base: its command, how it ended, and its output."""

    command: tuple[str, ...]
    exit_code: int
    output: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """The sandbox before any model-written code: set up, the project's own tests run once, its linters too.

    `plan` is None when nothing says how the project is tested. `ready` is False when the set-up failed, so that no test
    can be trusted to run. `unavailable` says why the project's own tests tell nothing, "" when they do. `suite` is
    their run on the base. `checks` are the set-up's and the suite's lines for the verdict. `lacks` is the sandbox's.
    """

    plan: CheckPlan | None
    ready: bool
    unavailable: str
    suite: TestRun
    complaints: tuple[Complaints, ...] = ()
    checks: tuple[Check, ...] = ()
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks of one patch. `accepted` is False when any check failed; `proven` when the regression test was
    red on the base with the reported exception and green on the patch; `suite` says how the project's own tests ended.

    `feedback` is for the next attempt: which check failed, why, and the end of its output. `flaky` names tests that
    failed once on the patch and passed when run again; `tests` counts those of the suite seen to pass on the patch.
    """

    patch: Patch
    checks: tuple[Check, ...]
    accepted: bool
    proven: bool
    suite: Literal["green", "broken", "unavailable"]
    feedback: str = ""
    flaky: tuple[str, ...] = ()
    tests: int = 0

    @property
    def failed(self) -> Check | None:
        """The check that refused the patch."""
        return next((check for check in self.checks if check.status == "failed"), None)

    def refusal(self) -> Rejected:
        """The verdict as the next attempt is told of it."""
        failed = self.failed
        if failed is None:
            return Rejected("verdict", "No check refused this patch.")
        return Rejected(failed.name, failed.detail, failed.output)
