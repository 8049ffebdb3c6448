"""The handover, made again from the issue's own text: nothing of it counts that can be derived here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from healer.handover import rebuild
from healer.outcome import Rejected, Skipped
from healer.report import read_report
from healer.triage import triage

if TYPE_CHECKING:
    from healer.confidence import Confidence
    from healer.context import Context, Tree
    from healer.event import Event
    from healer.handover import Handover
    from healer.patch import Patch
    from healer.settings import Settings


@dataclass(frozen=True, slots=True)
class Examined:
    """What this side itself found: the context that the issue leads to, and the confidence in the fix, None where the
    handover brings none; then `attempted` is what it shows instead.
    """

    context: Context
    confidence: Confidence | None
    attempted: Patch | Rejected | None = None

    def draft(self, *reasons: str) -> Examined:
        """With more reasons why a person must look first."""
        if self.confidence is None or not reasons:
            return self
        return replace(self, confidence=replace(self.confidence, draft=(*self.confidence.draft, *reasons)))


def examine(event: Event, handover: Handover, tree: Tree, settings: Settings) -> Examined | Skipped | Rejected:
    """`event` holds what the issue says to its reader, or the log of a check that failed; `tree` is the commit that the
    handover is for.

    Skipped where that leads to no fix, whatever the handover says; Rejected where the handover does not follow from it,
    or does not obey the policy.
    """
    report = read_report(event)
    if isinstance(report, Skipped):
        return report
    if isinstance(declined := triage(report, settings.triage, settings.ignore), Skipped):
        return declined
    rebuilt = rebuild(handover, report, tree, settings)
    if isinstance(rebuilt, (Skipped, Rejected)):
        return rebuilt
    # Only now is the app's root known, and with it the signature that `ignore` may name.
    declined = triage(rebuilt.context.report, settings.triage, settings.ignore)
    return (
        declined if isinstance(declined, Skipped) else Examined(rebuilt.context, rebuilt.confidence, rebuilt.attempted)
    )
