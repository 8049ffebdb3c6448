"""`splat heal --request` behind `splat watch`: what failed on a branch, as the job before has handed it on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from healer.outcome import Skipped

if TYPE_CHECKING:
    from pathlib import Path

    from healer.ci import Repair
    from healer.edge.github import GitHub
    from healer.edge.github_forge import Reading
    from healer.event import Event
    from healer.handover import Request

_MOST_WORDS = 6_000


def read_handed(folder: Path) -> Repair:
    """Raises UsageError where `splat watch` has left nothing that can be read."""
    from healer.ci import REPAIR, read_repair
    from healer.ci.handed import MAX_BYTES

    try:
        with (folder / REPAIR).open("rb") as source:
            return read_repair(source.read(MAX_BYTES + 1))
    except OSError:
        return read_repair(b"")


def to_repair(repair: Repair, request: Request, hub: GitHub) -> tuple[Event | Skipped, Reading | None]:
    """The event, with what the branch is about beside it, and the forge as far as it can be read. Skipped where the
    issue was closed since.
    """
    from healer.edge.github_forge import Reading
    from healer.edge.github_pull import PullReading
    from healer.edge.github_review import remarks
    from healer.event import visible
    from healer.markdown import cut
    from healer.redact import redact

    issue = hub.issue(request.issue)
    if issue is None or not issue.open:
        return Skipped("closed", "The issue was closed.", "Reopen it."), None
    event = repair.event()
    if not repair.pull:
        return event, Reading(hub.api, request.issue, hub.own)
    title = "The report that this branch fixes" if repair.branch else "What the pull request says it is for"
    facts = {**event.facts, title: redact(cut(visible(issue.body), _MOST_WORDS))}
    facts |= remarks(hub.api, repair.pull, "", hub.permission, own=bool(repair.branch))
    forge = PullReading(hub.api, request.issue, hub.own, repair.pull, repair.signature)
    return replace(event, facts=facts), forge
