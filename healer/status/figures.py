"""From what a forge tells to figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Literal

from healer.gate.ledger import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from healer.gate.ledger import Run
    from healer.status.value import Fix, Gathered

#: A job ends after six hours at the latest: what still says that it runs was killed.
_LONGEST_RUN = timedelta(hours=6)
How = Literal["verified", "failed", "taken back"]
_WORK = frozenset({"heal", "retry", "ci-finished"})


@dataclass(frozen=True, slots=True)
class Running:
    """A run that is at work on an issue, and the dollars that it may spend."""

    issue: int
    ask: str
    began: datetime
    reserved: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Days and months are UTC's, dollars are Claude's, seconds are wall time. None where there is nothing to count.

    `spent` is all of the time that was looked at, `undated` the part of it that belongs to runs so old that only their
    sum is kept; `reserved` is set aside for runs at work, and in no other sum. `days` holds what was spent on each day,
    the first to the last. `accepted` is the part of the decided fixes (merged or closed) that was merged,
    `untouched` the part of the merged ones, as far as they were looked at, that nobody changed. `to_pull` are the
    seconds from the first time that Splat was asked about an issue to its pull request. `cost_merged` is all that was
    spent, on whatever it was, for one merged fix. `fates` are those of the merged fixes, by their number, as far as one
    is known: verified, failed, or taken back after it failed.
    """

    incidents: int
    running: tuple[Running, ...]
    open: tuple[Fix, ...]
    decided: tuple[Fix, ...]
    today: float
    month: float
    spent: float
    undated: float
    reserved: float
    days: Mapping[date, float]
    runs: Mapping[str, int]
    merged: Mapping[str, int]
    closed: int
    accepted: float | None
    untouched: float | None
    to_pull: tuple[float, ...]
    median_to_pull: float | None
    median_confidence: float | None
    cost_merged: float | None
    fates: Mapping[int, How]

    def fated(self, how: How) -> int:
        """How many fixes have that fate."""
        return sum(each == how for each in self.fates.values())


def figures_of(told: Gathered) -> Figures:
    """All figures, from `told` alone."""
    dated = list(_runs(told))
    ended = [(at, run) for _, at, run in dated if run.state != "running"]
    running = tuple(
        Running(issue, run.ask, at, run.dollars)
        for issue, at, run in dated
        if run.state == "running" and told.now - at < _LONGEST_RUN
    )
    lost = [
        (at, run) for _, at, run in dated if run.state == "running" and told.now - at >= _LONGEST_RUN
    ]  # killed before it could say what it spent: all that was reserved counts
    days = _by_day([*ended, *lost], told)
    undated = sum(ledger.dollars for ledger in told.ledgers.values() if _recent(moment(ledger.first), told))
    open_fixes = tuple(fix for fix in told.fixes if fix.state == "open")
    decided = tuple(fix for fix in told.fixes if fix.state != "open" and _recent(fix.ended, told))
    merged: Counter[str] = Counter(fix.merged or "unknown" for fix in decided if fix.state == "merged")
    closed = sum(fix.state == "closed" for fix in decided)
    seen = merged["unmodified"] + merged["modified"]
    spent = sum(days.values()) + undated
    to_pull = tuple(sorted(_to_pull(told)))
    sure = [fix.confidence for fix in (*open_fixes, *decided) if fix.confidence is not None]
    today = told.now.astimezone(UTC).date()
    return Figures(
        incidents=len(told.incidents),
        running=running,
        open=open_fixes,
        decided=decided,
        today=days.get(today, 0.0),
        month=sum(spent for day, spent in days.items() if (day.year, day.month) == (today.year, today.month)),
        spent=spent,
        undated=undated,
        reserved=sum(run.reserved for run in running),
        days=days,
        runs=Counter(run.state for _, _, run in dated if run.ask in _WORK),
        merged=merged,
        closed=closed,
        accepted=_part(merged.total(), merged.total() + closed),
        untouched=_part(merged["unmodified"], seen),
        to_pull=to_pull,
        median_to_pull=median(to_pull) if to_pull else None,
        median_confidence=median(sure) if sure else None,
        cost_merged=_part(spent, merged.total()),
        fates=dict(_fates(told, {fix.number for fix in decided if fix.state == "merged"})),
    )


def _fates(told: Gathered, merged: set[int]) -> Iterator[tuple[int, How]]:
    for fate in (fate for ledger in told.ledgers.values() for fate in ledger.fates if fate.pull in merged):
        if fate.outcome:
            yield fate.pull, fate.outcome
    yield from ((number, "taken back") for number in told.taken_back & merged)


def _part(of: float, whole: float) -> float | None:
    return of / whole if whole else None


def _recent(at: datetime | None, told: Gathered) -> bool:
    return at is not None and told.since <= at


def _runs(told: Gathered) -> Iterator[tuple[int, datetime, Run]]:
    """Issue, time and run of each that began in the time looked at. A clock that runs ahead is brought back to now."""
    for issue, ledger in told.ledgers.items():
        for run in ledger.runs:
            at = moment(run.at)
            if at is not None and _recent(at, told):
                yield issue, min(at, told.now), run


def _by_day(runs: Iterable[tuple[datetime, Run]], told: Gathered) -> dict[date, float]:
    """Every day of the time looked at, those without spending too."""
    first, last = told.since.astimezone(UTC).date(), told.now.astimezone(UTC).date()
    days = {first + timedelta(days=number): 0.0 for number in range((last - first).days + 1)}
    for at, run in runs:
        days[at.astimezone(UTC).date()] += run.dollars
    return days


def _to_pull(told: Gathered) -> Iterator[float]:
    """Of each fix in the time looked at, where its issue's ledger says when Splat was first asked for it. An issue can
    have a second fix, long after the first: then only what was asked since counts.
    """
    for fix in told.fixes:
        ledger = told.ledgers.get(fix.issue)
        if ledger is None or fix.opened is None or not _recent(fix.opened, told):
            continue
        before = [other.opened for other in told.fixes if other.issue == fix.issue and other.opened]
        previous = max((at for at in before if at < fix.opened), default=None)
        times = filter(None, [moment(ledger.first), *(moment(run.at) for run in ledger.runs)])
        asked = [at for at in times if at <= fix.opened and (previous is None or previous < at)]
        if asked:
            yield (fix.opened - min(asked)).total_seconds()
