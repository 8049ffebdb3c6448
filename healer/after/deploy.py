"""After the merge: did the error come back. Pure, over the block that the SDKs keep in the issue (sdk/SPEC.md, D3).

Whether a release holds the fix is asked of the compare API, by the name the SDK gave it: a commit or a tag. A release
of another kind says nothing, and nothing is concluded from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from healer.gate.ledger import moment
from healer.markdown import code

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from healer.settings import MergeSettings

_BLOCK = re.compile(
    r"<!-- splat:seen count=([0-9]{1,15}) first=([0-9TZ:.-]{20,30}) last=([0-9TZ:.-]{20,30})"
    r" releases=([0-9A-Za-z._+%,]*) -->"
)
_MOST_RELEASES = 20
#: What runs before a deploy may go on for so long beside what runs after it.
_ROLLING = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Block:
    """How often, from when to when, and in which of the last releases an error was seen."""

    count: int
    first: datetime
    last: datetime
    releases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """A fix that was merged: the commit it became on the base branch, and when. `deployed` is when a release that
    holds it went live, None as long as nobody said so.
    """

    commit: str
    at: datetime
    deployed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deployed:
    """`verified`: live, and quiet since. `failed`: seen again although the fix was there. `waiting`: neither yet.

    `reopen` is True where the failure came soon enough after the merge to be its own; `reason` is a sentence that is
    ready to be shown.
    """

    outcome: Literal["waiting", "verified", "failed"]
    reason: str
    reopen: bool = False


def read_block(body: str) -> Block | None:
    """The block of an issue's body; None for none, and for one that is damaged. Only a reporter's issue has one."""
    found = _BLOCK.search(body)
    if found is None:
        return None
    first, last = moment(found[2]), moment(found[3])
    if first is None or last is None:
        return None
    releases = tuple(unquote(each) for each in found[4].split(",") if each)
    return Block(int(found[1]), first, last, releases[-_MOST_RELEASES:])


def after_deploy(
    block: Block, merge: Merge, contains: Callable[[str], bool | None], settings: MergeSettings, now: datetime
) -> Deployed:
    """`contains` says of a release whether it holds the fix, None where nobody knows."""
    window = merge.at + timedelta(days=settings.window_days)
    if block.last > merge.at:
        holds = next((release for release in reversed(block.releases) if contains(release)), None)
        if holds is not None:
            reason = f"The error was seen in the release {code(holds, 60)}, which holds the fix."
            return Deployed("failed", reason, reopen=block.last <= window)
        if merge.deployed is not None and block.last > merge.deployed + _ROLLING and not block.releases:
            reason = "The error was seen after the fix went live."
            return Deployed("failed", reason, reopen=block.last <= window)
    if merge.deployed is None:
        return Deployed("waiting", "The fix is merged; nothing says yet that it is live.")
    if block.releases and block.last > merge.deployed + _ROLLING and contains(block.releases[-1]) is None:
        reason = f"The error was seen after that in {code(block.releases[-1], 60)}, and nobody knows what that holds."
        return Deployed("waiting", f"The fix is live. {reason}")
    quiet = timedelta(hours=settings.quiet_hours)
    since = max(merge.deployed, block.last) if block.last > merge.deployed else merge.deployed
    if now - since < quiet:
        return Deployed("waiting", f"The fix is live; {settings.quiet_hours:g} quiet hours would verify it.")
    return Deployed("verified", f"The fix is live, and the error was not seen for {settings.quiet_hours:g} hours.")
