"""Whose failure it is, against the base branch's own checks: the fix's, an older one, chance, or a machine's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from healer.markdown import code

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from healer.ci.evidence import Evidence
    from healer.ci.value import Check

Cause = Literal["ours", "already-red", "flaky", "infrastructure", "cancelled", "unknown"]


@dataclass(frozen=True, slots=True)
class Blame:
    """A failed check, whose failure it is, and the sentence that says why. `evidence` is None where none was read."""

    check: Check
    cause: Cause
    reason: str
    evidence: Evidence | None = None

    @property
    def rerunnable(self) -> bool:
        """True where one rerun may help, and was not tried: by the run's own count of attempts, whoever asked."""
        run = self.check.run
        return self.cause in ("flaky", "infrastructure") and run is not None and run.attempt == 1


def blame(check: Check, base: Iterable[Check], evidence: Evidence | None, changed: Sequence[str]) -> Blame:
    """`base` are the checks of the commit that the branch stands on, `changed` the paths that the fix touches."""
    there = {each.key: each for each in base}.get(check.key)
    if check.phase == "cancelled":
        return Blame(check, "cancelled", "Somebody cancelled it.", evidence)
    if there is not None and there.phase in ("failed", "broken"):  # cancelled, as a newer push does, says nothing
        return Blame(check, "already-red", "It fails on the base branch too, without the fix.", evidence)
    if check.phase == "broken":
        return Blame(check, "infrastructure", "It ended without a verdict: out of time, or never begun.", evidence)
    if evidence is not None and (path := evidence.touches(changed)):
        return Blame(check, "ours", f"It names {code(path, 150)}, which the fix changes.", evidence)
    if evidence is not None and evidence.outage:
        return Blame(check, "infrastructure", f"Not a verdict on the code: {evidence.outage}.", evidence)
    if check.run is not None and check.run.attempt == 1:
        return Blame(check, "flaky", "Nothing in it points at the fix, so it may be chance.", evidence)
    green = ", and it passes on the base branch" if there is not None and there.phase == "passed" else ""
    twice = "It failed twice" if check.run is not None else "It failed"
    return Blame(check, "ours", f"{twice}{green}.", evidence)
