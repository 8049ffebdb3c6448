"""The values of the judge, and the sandbox it runs commands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from healer.patch import FileChange, Patch


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

    def run(  # noqa: PLR0913 - one verb with its conditions is the whole seam
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
class Verdict:
    """All checks of one patch. `accepted` is False when any check failed; `proven` when the regression test was
    red on the base with the reported exception and green on the patch; `suite` says how the project's own tests ended.
    """

    patch: Patch
    checks: tuple[Check, ...]
    accepted: bool
    proven: bool
    suite: Literal["green", "broken", "unavailable"]
    feedback: str = ""
