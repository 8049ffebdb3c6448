"""How much is enough: attempts, days, dollars, pull requests, and a pause after failures.

Money is counted before it is spent: a run that has not ended counts with all it may spend.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from healer.gate.ledger import moment
from healer.gate.standing import WORK
from healer.outcome import Skipped

if TYPE_CHECKING:
    from healer.gate.case import Case

FAILED = frozenset({"error", "unfixed"})
_COUNTED = frozenset({"fixed", *FAILED})


def spends(case: Case) -> bool:
    """True for what may ask Claude."""
    ask = case.trigger.ask
    return ask in WORK or (ask == "ci-finished" and case.trigger.conclusion != "success")


def capped(case: Case) -> Skipped | None:
    """The first cap that is reached, None when none is."""
    if not spends(case):
        return None
    for rule in (_countable, _attempts, _lifetime, _money, _pulls, _repairs, _cool_down, _breaker):
        if skipped := rule(case):
            return skipped
    return None


def _countable(case: Case) -> Skipped | None:
    names = {"comments": "comments on this issue", "recent": "comments of the last 24 hours", "pulls": "pull requests"}
    for name, what in names.items():
        if getattr(case.state, name) is None:
            reason = f"There are more {what} than Splat reads, so what was spent cannot be counted."
            return Skipped("uncountable", reason, "Run `splat heal` on your own machine, or wait a day.")
    return None


def _attempts(case: Case) -> Skipped | None:
    most = case.settings.gate.attempts
    if case.trigger.ask not in WORK or case.ledger.tries < most:
        return None
    return Skipped("attempts", f"Splat has tried {case.ledger.tries} times, and may try {most}.", _raise("attempts"))


def _lifetime(case: Case) -> Skipped | None:
    days, began = case.settings.gate.lifetime_days, moment(case.ledger.began)
    if case.trigger.ask not in WORK or began is None or case.state.now - began < timedelta(days=days):
        return None
    return Skipped("lifetime", f"Splat first tried over {days:g} days ago, and gives up.", _raise("lifetime_days"))


def _money(case: Case) -> Skipped | None:
    gate, next_run = case.settings.gate, case.settings.limits.dollars
    issue = case.ledger.spent
    if issue + next_run > gate.dollars_issue:
        reason = (
            f"${issue:.2f} were spent on this issue; one more run may take ${next_run:.2f}, "
            f"and the cap is ${gate.dollars_issue:.2f}."
        )
        return Skipped("dollars-issue", reason, _raise("dollars_issue"))
    day = sum(run.dollars for run in case.today)
    if day + next_run > gate.dollars_day:
        reason = (
            f"${day:.2f} were spent or reserved in the last 24 hours; one more run may take ${next_run:.2f}, "
            f"and the cap is ${gate.dollars_day:.2f}."
        )
        return Skipped("dollars-day", reason, f"Ask again tomorrow. {_raise('dollars_day')}")
    return None


def _pulls(case: Case) -> Skipped | None:
    most = case.settings.gate.open_pulls
    opens = case.trigger.ask in WORK or case.trigger.default_branch
    if not opens or case.fix is not None or len(case.ours) < most:
        return None
    reason = f"{len(case.ours)} pull requests of Splat's wait for a review, and at most {most} may."
    return Skipped("open-pulls", reason, f"Merge or close one. {_raise('open_pulls')}")


def repairs(case: Case) -> int:
    """How often the fix was repaired since a person last asked for anything. A look at the checks that cost nothing is
    no repair, and a run that is at work may come to be one: whoever looks meanwhile leaves it to that.
    """
    done = 0
    for run in case.ledger.runs:
        if run.id == case.state.here.run:
            continue
        if run.ask != "ci-finished":
            done = 0
        elif run.state != "running" and (run.state != "declined" or run.dollars):
            done += 1
    return done


def _repairs(case: Case) -> Skipped | None:
    if case.trigger.ask != "ci-finished":
        return None
    done, most = repairs(case), case.settings.ci.attempts
    if done < most:
        return None
    reason = f"Splat has repaired this pull request {done} times, and may {most} times."
    return Skipped("ci-attempts", reason, "Repair it by hand, or raise `ci.attempts` in .github/splat.yml.")


def _cool_down(case: Case) -> Skipped | None:
    """For what comes by itself; a person who asks has looked at what the last run said."""
    minutes, runs = case.settings.gate.cooldown_minutes, case.ledger.runs
    if case.trigger.ask != "heal" or not runs or case.again or case.ledger.again:
        return None
    last = moment(runs[-1].ended or runs[-1].at)
    if last is None or case.state.now - last >= timedelta(minutes=minutes):
        return None
    retry = f"`{case.settings.gate.mention} retry`"
    return Skipped("cool-down", f"The last run ended less than {minutes:g} minutes ago.", f"Wait, or comment {retry}.")


def _breaker(case: Case) -> Skipped | None:
    """A key that expired or a broken runner fails every run: after some, one waits instead of paying."""
    gate = case.settings.gate
    if case.trigger.is_command:
        return None
    ended = sorted((run for run in case.today if run.state in _COUNTED), key=lambda run: run.ended)
    last = ended[-gate.breaker_failures :]
    if len(last) < gate.breaker_failures or any(run.state not in FAILED for run in last):
        return None
    when = moment(last[-1].ended or last[-1].at)
    if when is None or case.state.now - when >= timedelta(minutes=gate.breaker_minutes):
        return None
    reason = (
        f"The last {len(last)} runs in this repository failed, so Splat pauses for {gate.breaker_minutes:g} minutes."
    )
    retry = f"`{gate.mention} retry`"
    return Skipped("breaker", reason, f"Look at their logs; a comment {retry} tries at once.")


def _raise(key: str) -> str:
    return f"`gate.{key}` in .github/splat.yml raises the cap."
