"""From the job that decides to the jobs after it: what `splat gate` wrote, read typed and capped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.event import visible
from healer.gate import Go, digest
from healer.handover.record import checked
from healer.outcome import Skipped, UsageError

if TYPE_CHECKING:
    from healer.gate import IssueNow

MAX_BYTES = 2_000_000
REQUEST, HINT = "request.json", "hint.txt"
_NEXT_STEP = "`splat gate` writes it; look at that job's log."


@dataclass(frozen=True, slots=True)
class Request(Go):
    """What the gate let through, and `tracking`, the id of Splat's comment (0 for none)."""

    tracking: int = 0


def read_request(data: bytes, hint: bytes) -> Request:
    """From the bytes of both files. Raises UsageError for what is too large, not of the shape, or does not agree."""
    told = checked(data, "request", MAX_BYTES, _NEXT_STEP)
    request = Request(**{key: value for key, value in told.items() if key != "v"})
    if hint.decode("utf-8", "replace") != request.hint:
        raise UsageError("The hint is not the request's", where=HINT, next_step=_NEXT_STEP)
    return request


def issue_text(issue: IssueNow | None, request: Request, reporters: tuple[int, ...]) -> str | Skipped:
    """What the issue says to its reader now; Skipped when that is no longer what the gate let through."""
    if issue is None or issue.is_pull:
        return Skipped("gone", f"There is no issue {request.issue}.")
    if not issue.open:
        return Skipped("closed", "The issue was closed.", "Reopen it.")
    text, from_reporter = visible(issue.body), issue.author.id in reporters
    if digest(text, from_reporter=from_reporter) != digest(request.text, from_reporter=from_reporter):
        return Skipped("edited", "The issue was edited while Splat was at work.", "Read it, and ask again.")
    return text
