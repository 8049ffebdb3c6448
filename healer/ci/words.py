"""What Splat says of the checks: a section at the end of its one comment. Words of others stand in code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer import markdown as md
from healer.redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from healer.ci.blame import Blame
    from healer.ci.decide import Next

MARK = "<!-- splat:checks -->"
_MOST_ROWS = 12
#: With the ledger before it, below the 65,536 characters that GitHub takes.
_MOST_COMMENT = 44_000
_CAUSES = {
    "ours": "the fix",
    "already-red": "not the fix",
    "flaky": "perhaps chance",
    "infrastructure": "not the code",
    "cancelled": "cancelled",
    "unknown": "",
}


def section(head: str, then: Next, more: Iterable[str] = ()) -> str:
    """The section. `more` are paragraphs of our own."""
    next_step = [f"**Next:** {then.next_step}"] if then.next_step else []
    said = [f"**Checks of {md.code(head[:7])}: {_STATES[then.state]}.** {then.reason}", _table(then.blames)]
    return "\n\n".join([MARK, *filter(None, [*said, *more, *next_step])])


def trouble(what: str, where: str, next_step: str) -> str:
    """The section where the checks could not be looked at."""
    place = f" ({md.code(redact(where), 200)})" if where else ""
    then = f"\n\n**Next:** {md.prose(redact(next_step))}" if next_step else ""
    return f"{MARK}\n\n**Splat could not look at the checks.** {md.prose(redact(what)).rstrip('.')}{place}.{then}"


_STATES = {
    "none": "none",
    "awaiting": "awaiting approval",
    "running": "running",
    "failed": "failed",
    "passed": "passed",
}


def _table(blames: Iterable[Blame]) -> str:
    every = list(blames)
    rows = [f"| {_name(each)} | {_CAUSES[each.cause]} | {each.reason} |" for each in every[:_MOST_ROWS]]
    if len(every) > _MOST_ROWS:
        rows.append(f"| {len(every) - _MOST_ROWS} more | | |")
    return "\n".join(["| failed | whose | why |", "| --- | --- | --- |", *rows]) if rows else ""


def _name(each: Blame) -> str:
    step = each.evidence.step if each.evidence else ""
    return md.code(each.check.name, 80) + (f", {md.code(step, 60)}" if step else "")


def beside(said: str) -> Callable[[str], str]:
    """Makes a comment's new text of what stands there and is still true: `said` in place of the section."""

    def compose(there: str) -> str:
        whole = with_section(there, f"{MARK}\n\n{said}")
        return whole if len(whole) <= _MOST_COMMENT else said

    return compose


def with_section(body: str, new: str) -> str:
    """A body with the section at its end, in place of an earlier one; without any where `new` is ""."""
    # On a line of its own, and the last one: words of others can hold the mark too.
    kept, found, _ = f"\n{body}".rpartition(f"\n{MARK}\n")
    return f"{(kept if found else body).strip()}\n\n{new}".rstrip()
