"""The values of the judge, and the sandbox it runs commands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    """A sandbox that holds its own copy of the base commit's tree."""

    def run(  # noqa: PLR0913 - one verb with its conditions is the whole seam
        self,
        command: Sequence[str],
        *,
        seconds: float,
        network: bool = False,
        workdir: str = "",
        env: Mapping[str, str] | None = None,
        artefacts: Sequence[str] = (),
    ) -> Ran:
        """Run one command in the copy. The network is refused once model-written code was put into the tree."""

    def put(self, changes: Sequence[FileChange], *, side: Literal["before", "after"]) -> None:
        """Write the changes' `after` (or put back their `before`) into the copy."""


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
