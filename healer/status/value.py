"""What a forge tells, before anything is counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from healer.gate.ledger import Ledger

Merged = Literal["unmodified", "modified", "unknown"]
"""Whether people changed a fix before it was merged; `unknown` where its commits were not looked at."""


@dataclass(frozen=True, slots=True)
class Incident:
    """An open issue that Splat was asked to heal, or filed. `title` are words of others; `opened` None where nobody
    says.
    """

    number: int
    title: str
    url: str = ""
    opened: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """A pull request of Splat's. `merged` is None unless it was; `ended` is when it was merged or closed. `confidence`
    (0 to 100) and `dollars` are its marker's, None where it has none. `issue` is what it closes, 0 for none.
    """

    number: int
    title: str
    state: Literal["open", "merged", "closed"]
    url: str = ""
    draft: bool = False
    opened: datetime | None = None
    ended: datetime | None = None
    merged: Merged | None = None
    confidence: int | None = None
    dollars: float | None = None
    issue: int = 0


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that was read. `where` names the forge, `since` is where reading began; `ledgers` go by their issue's number.
    `left_out` says in sentences what was not read, so that no figure looks whole that is not; `requests` how many it
    took. `taken_back` are the numbers of the fixes whose revert was merged.
    """

    where: str
    now: datetime
    since: datetime
    incidents: tuple[Incident, ...] = ()
    fixes: tuple[Fix, ...] = ()
    ledgers: Mapping[int, Ledger] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    requests: int = 0
    taken_back: frozenset[int] = frozenset()
