"""What earlier runs did, kept in a hidden line at the top of Splat's one comment on an issue.

The line is `<!-- splat:ledger {json} -->`, the JSON on one line, with its version. It counts only in a comment that
Splat's own account wrote, by its numeric id, and that begins with it. Accounts can be shared by workflows: where there
is more than one such comment all of them count, so that a forged one can use a cap up, and can never widen it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Outcome = Literal["running", "fixed", "unfixed", "declined", "error", "stopped", "cancelled"]

Ended = Literal["", "verified", "failed"]

_BEGINS = "<!-- splat:ledger "
_ENDS = " -->"
_VERSION = 1
_KEY = re.compile(r"[0-9A-Za-z:._-]{0,100}")
_SIGNATURE = re.compile(r"[0-9a-f]{16}|")
_TIME = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_WORD = re.compile(r"[a-z-]{1,20}")
#: Runs that are kept one by one; older ones are only counted.
_MOST_RUNS = 30
_MOST_FATES = 20
_MOST_CHARS = 20_000
_MOST_DOLLARS = 100_000.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the workflow about an issue.

    `id` and `attempt` are the workflow run's; `key` names the delivery it serves, `actor` is the numeric id of who
    asked. `dollars` were spent, and are reserved while it is `running`; `at` and `ended` are ISO times in UTC.
    """

    id: int
    attempt: int
    key: str
    at: str
    ask: str
    actor: int
    dollars: float
    state: Outcome = "running"
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a fix that was merged: the pull request `pull`. `live` is since when a release that holds it is
    known to be live, `at` when `outcome` was found; ISO times in UTC, "" for never. `revert` is the pull request that
    takes it back, 0 for none.
    """

    pull: int
    live: str = ""
    outcome: Ended = ""
    at: str = ""
    revert: int = 0


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is known of an issue's runs. `runs` are the last ones, oldest first; `attempts`, `dollars` and `first` sum
    up those before them. `text` is the digest of what the issue said when the last run began; `pull` the last pull
    request, 0 for none; `again` is True while Splat itself asked for one more run. `fates` are those of merged fixes.
    """

    runs: tuple[Run, ...] = ()
    signature: str = ""
    text: str = ""
    pull: int = 0
    attempts: int = 0
    dollars: float = 0.0
    first: str = ""
    again: bool = False
    fates: tuple[Fate, ...] = ()

    @property
    def tries(self) -> int:
        """Runs that tried to fix the issue, in all."""
        return self.attempts + sum(run.ask in ("heal", "retry") for run in self.runs)

    @property
    def spent(self) -> float:
        """Dollars spent or reserved, in all."""
        return self.dollars + sum(run.dollars for run in self.runs)

    @property
    def began(self) -> str:
        """When the first run began, "" before any."""
        return min(filter(None, [self.first, *(run.at for run in self.runs)]), default="")

    def fate(self, pull: int) -> Fate:
        """What is known of a merged pull request."""
        return next((fate for fate in self.fates if fate.pull == pull), Fate(pull))

    def with_fate(self, fate: Fate) -> Ledger:
        """The ledger with that in place of what was known before."""
        others = [each for each in self.fates if each.pull != fate.pull]
        return replace(self, fates=(*others, fate)[-_MOST_FATES:])

    def with_run(self, run: Run, *, signature: str = "", text: str = "") -> Ledger:
        """The ledger once a run has begun. An attempt of the same workflow run before it that never ended has ended
        now: what was reserved for it counts, for nobody knows what it spent.
        """
        kept = [
            replace(each, state="error", ended=run.at) if each.id == run.id and each.state == "running" else each
            for each in self.runs
            if (each.id, each.attempt) != (run.id, run.attempt)
        ]
        while len(kept) >= _MOST_RUNS and (look := next(filter(_is_look, kept), None)):
            kept.remove(look)  # many checks end, and push no repair out of what is counted
        old, runs = kept[: -_MOST_RUNS + 1], kept[-_MOST_RUNS + 1 :]
        return replace(
            self,
            runs=(*runs, run),
            signature=signature or self.signature,
            text=text or self.text,
            attempts=self.attempts + sum(each.ask in ("heal", "retry") for each in old),
            dollars=self.dollars + sum(each.dollars for each in old),
            first=self.began if old else self.first,
            again=False,
        )

    def with_end(
        self, run: int, attempt: int, state: Outcome, dollars: float, at: str, *, signature: str = "", pull: int = 0
    ) -> Ledger:
        """The ledger once that run has ended: what it really spent takes the place of what was reserved."""
        runs = tuple(
            replace(each, state=state, dollars=dollars, ended=at) if (each.id, each.attempt) == (run, attempt) else each
            for each in self.runs
        )
        return replace(self, runs=runs, signature=signature or self.signature, pull=pull or self.pull)


def _is_look(run: Run) -> bool:
    """True for a look at checks that came to nothing and cost nothing."""
    return run.ask == "ci-finished" and run.state == "declined" and not run.dollars


def stamp(now: datetime) -> str:
    """A time as the ledger writes it."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime | None:
    """The time in an ISO text of GitHub's or the ledger's; None for none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def write_ledger(ledger: Ledger) -> str:
    """The hidden line. Nothing in it can end the comment it stands in."""
    runs = [
        [run.id, run.attempt, run.key, run.at, run.ask, run.actor, round(run.dollars, 6), run.state, run.ended]
        for run in ledger.runs
    ]
    facts = {
        "v": _VERSION,
        "runs": runs,
        "signature": ledger.signature,
        "text": ledger.text,
        "pull": ledger.pull,
        "attempts": ledger.attempts,
        "dollars": round(ledger.dollars, 6),
        "first": ledger.first,
        "again": ledger.again,
    }
    if ledger.fates:
        facts["fates"] = [[fate.pull, fate.live, fate.outcome, fate.at, fate.revert] for fate in ledger.fates]
    text = json.dumps(facts, separators=(",", ":"))
    return _BEGINS + text.replace("-", "\\u002d").replace(">", "\\u003e").replace("<", "\\u003c") + _ENDS


def read_ledger(body: str) -> Ledger | None:
    """The ledger that a comment of Splat's begins with; None for any other, and for one that is damaged."""
    line = body[: _MOST_CHARS + 1].partition("\n")[0].rstrip("\r")
    if not line.startswith(_BEGINS) or not line.endswith(_ENDS) or len(line) > _MOST_CHARS:
        return None
    try:
        facts = json.loads(line[len(_BEGINS) : -len(_ENDS)])
        return _ledger(facts) if isinstance(facts, dict) and facts.get("v") == _VERSION else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _ledger(facts: dict[str, Any]) -> Ledger:
    if type(facts["runs"]) is not list or len(facts["runs"]) > _MOST_RUNS or type(facts["again"]) is not bool:
        raise ValueError
    return Ledger(
        tuple(_run(*fields) for fields in facts["runs"]),
        _text(facts["signature"], _SIGNATURE),
        _text(facts["text"], _SIGNATURE),
        _whole(facts["pull"]),
        _whole(facts["attempts"]),
        _money(facts["dollars"]),
        _time(facts["first"]),
        facts["again"],
        tuple(_fate(*fields) for fields in facts.get("fates", [])[-_MOST_FATES:]),
    )


def _fate(pull: Any, live: Any, outcome: Any, at: Any, revert: Any) -> Fate:
    if outcome not in get_args(Ended):
        raise ValueError
    return Fate(_whole(pull), _time(live), cast("Ended", outcome), _time(at), _whole(revert))


def _run(*fields: Any) -> Run:
    run, attempt, key, at, ask, actor, dollars, state, ended = fields
    if state not in get_args(Outcome) or not at:
        raise ValueError
    return Run(
        _whole(run),
        _whole(attempt),
        _text(key, _KEY),
        _time(at),
        _text(ask, _WORD),
        _whole(actor),
        _money(dollars),
        cast("Outcome", state),
        _time(ended),
    )


def _text(value: Any, rule: re.Pattern[str]) -> str:
    if type(value) is not str or not rule.fullmatch(value):
        raise ValueError
    return value


def _time(value: Any) -> str:
    if value == "":
        return ""
    text = _text(value, _TIME)
    datetime.fromisoformat(text)
    return text


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 10**15:
        raise ValueError
    return value


def _money(value: Any) -> float:
    if type(value) not in (int, float) or not isfinite(value) or not 0 <= value <= _MOST_DOLLARS:
        raise ValueError
    return float(value)


def together(ledgers: Iterable[Ledger]) -> Ledger:
    """All ledgers of one issue as one, in which every run of any of them counts once, at its highest price."""
    each = list(ledgers)
    if len(each) == 1:
        return each[0]
    runs: dict[tuple[int, int, str], Run] = {}
    for run in (run for ledger in each for run in ledger.runs):
        name = (run.id, run.attempt, run.key)
        if name not in runs or run.dollars > runs[name].dollars:
            runs[name] = run
    return Ledger(
        tuple(sorted(runs.values(), key=lambda run: run.at)),
        next(_of(each, "signature"), ""),
        next(_of(each, "text"), ""),
        next(_of(each, "pull"), 0),
        sum(ledger.attempts for ledger in each),
        sum(ledger.dollars for ledger in each),
        min(_of(each, "first"), default=""),
        # One that asks for a run more needs to be the only one.
        again=False,
        fates=tuple({fate.pull: fate for ledger in each for fate in ledger.fates}.values())[-_MOST_FATES:],
    )


def _of(ledgers: list[Ledger], name: str) -> Iterator[Any]:
    return (value for ledger in ledgers if (value := getattr(ledger, name)))
