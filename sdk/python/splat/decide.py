"""D5, D8: what is done for an error, decided over the issues that were listed. Pure: no clock, no network.

Times are whole milliseconds since the epoch.
"""

from __future__ import annotations

import enum
from typing import Callable, Collection, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from splat.block import encoded

LABEL = "splat"
QUIET = 300_000  #: how long an issue is left alone after someone else wrote to it
FIXED_FOR = 86_400_000  #: without releases, how long a closed bug must have stayed away to be a regression
PROCESS_LIMIT = 10  #: issues an hour
REPOSITORY_LIMIT = 20
_MOST_HOPS = 3


class Sighting(NamedTuple):
    """An error to decide about: when it happened, and in which release ("" when unknown, not encoded)."""

    signature: str
    at: int
    release: str


class Listed(NamedTuple):
    """An issue as the index knows it (D1). Order and meaning follow GitHub's answer."""

    number: int
    author: int  #: numeric id
    signature: Optional[str]  #: of its marker (D2)
    open: bool
    updated_at: int
    reason: Optional[str] = None  #: state_reason: completed, not_planned, duplicate
    closed_at: Optional[int] = None
    releases: Tuple[str, ...] = ()  #: of its block, encoded
    labels: Tuple[str, ...] = ()
    duplicate_of: Optional[int] = None  #: of its block
    canonical: Optional[int] = None  #: of GitHub's own record of duplicates, where it was asked for


class Do(enum.Enum):
    """What to do for an error."""

    CREATE = "create"
    HOLD = "hold"  #: count it for the issue about too many (D9)
    COUNT = "count"
    WAIT = "wait"  #: someone just wrote there: count it later
    REGRESSION = "regression"
    SILENT = "silent"


class Decision(NamedTuple):
    """`number`: the issue to count in or to reopen; None where there is none."""

    do: Do
    number: Optional[int] = None


class Aftermath(NamedTuple):
    """What remains to be done once an issue was created (D7, D8)."""

    stop: bool  #: the token may not label: this process creates no more
    label: Optional[int]  #: this one gets the trigger label
    close: Tuple[int, ...]  #: these are closed as its duplicates


def decide(
    error: Sighting,
    issues: Sequence[Listed],
    *,
    reporters: Collection[int],
    now: int,
    own_writes: Mapping[int, int],
    created: Tuple[int, int],
    canonical_of: Callable[[Listed], Optional[int]] = lambda issue: issue.canonical,
) -> Decision:
    """D5: what is done for an error.

    `own_writes` maps the number of an issue to the `updated_at` this process was answered when it last wrote there;
    `created` are the issues made in the last hour by this process and by all reporters. `canonical_of` is asked only
    for a closed duplicate whose block names no other issue.
    """
    mine = [issue for issue in issues if issue.signature == error.signature and issue.author in reporters]
    issue = _chosen(mine)
    if issue is None:
        full = created[0] >= PROCESS_LIMIT or created[1] >= REPOSITORY_LIMIT
        return Decision(Do.HOLD if full else Do.CREATE)
    issue = _followed(issue, issues, reporters, canonical_of)
    if issue is None:
        return Decision(Do.SILENT)
    if issue.open:
        is_others = now - issue.updated_at < QUIET and own_writes.get(issue.number) != issue.updated_at
        return Decision(Do.WAIT if is_others else Do.COUNT, issue.number)
    if issue.reason != "not_planned" and _is_back(issue, error.at, encoded(error.release)):
        return Decision(Do.REGRESSION, issue.number)
    return Decision(Do.SILENT)


def _chosen(issues: Sequence[Listed]) -> Optional[Listed]:
    by_number = sorted(issues, key=lambda issue: issue.number)
    kept = [issue for issue in by_number if issue.open]
    closed = [issue for issue in by_number if not _is_duplicate(issue)]
    return next(iter(kept or closed[-1:] or by_number), None)


def _is_duplicate(issue: Listed) -> bool:
    return not issue.open and issue.reason == "duplicate"


def _followed(
    issue: Listed,
    issues: Sequence[Listed],
    reporters: Collection[int],
    canonical_of: Callable[[Listed], Optional[int]],
) -> Optional[Listed]:
    """The issue that a closed duplicate leads to; None where that ends nowhere we may write."""
    by_number = {each.number: each for each in issues}
    for _ in range(_MOST_HOPS):
        if not _is_duplicate(issue):
            return issue
        target = by_number.get(issue.duplicate_of or canonical_of(issue) or 0)
        if target is None or target.author not in reporters or target.signature is None:
            return None
        issue = target
    return None if _is_duplicate(issue) else issue


def _is_back(issue: Listed, at: int, release: str) -> bool:
    if release and issue.releases:
        return release not in issue.releases
    return issue.closed_at is not None and at - issue.closed_at >= FIXED_FOR


def after_create(
    signature: str, created: int, issues: Sequence[Listed], *, reporters: Collection[int], trigger: str
) -> Aftermath:
    """D7, D8: what follows once this process created issue `created` and read the index again."""
    own: List[Listed] = [issue for issue in issues if issue.number == created]
    if own and LABEL not in own[0].labels:
        return Aftermath(True, None, ())
    alike = sorted(
        (each for each in issues if each.open and each.signature == signature and each.author in reporters),
        key=lambda each: each.number,
    )
    if not alike:
        return Aftermath(False, None, ())
    kept = alike[0]
    return Aftermath(False, None if trigger in kept.labels else kept.number, tuple(each.number for each in alike[1:]))
