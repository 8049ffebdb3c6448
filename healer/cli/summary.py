"""How a run ended: as one object for machines, as `summary.md` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healer import markdown as md
from healer.outcome import EXIT_DECLINED, EXIT_FIXED, EXIT_UNFIXED, Skipped
from healer.pull_request import Diagnosis, PullRequest
from healer.redact import redact

if TYPE_CHECKING:
    from healer.edge.journal import Journal
    from healer.edge.stopwatch import Stopwatch

    Ended = PullRequest | Diagnosis | Skipped | None


def result(ended: PullRequest | Diagnosis | Skipped, journal: Journal, stopwatch: Stopwatch) -> dict[str, Any]:
    """The one machine-readable result; its keys are documented in docs/cli.md."""
    totals = {name: round(seconds, 3) for name, seconds in stopwatch.totals().items()}
    told: dict[str, Any] = {"run": str(journal.folder), "seconds": totals}
    if isinstance(ended, Skipped):
        return told | {
            "outcome": "declined",
            "exit_code": EXIT_DECLINED,
            "code": ended.code,
            "reason": redact(ended.reason),
            "next_step": ended.next_step,
        }
    told |= {
        "cost_usd": round(ended.tally.dollars, 6),
        "cost": f"${ended.tally.dollars:.4f}, {totals['wall']:.1f} s ({totals['claude']:.1f} s of them Claude's)",
        "tokens": {"input": ended.tally.input_tokens, "output": ended.tally.output_tokens},
        "attempts": len(ended.tally.refusals) + isinstance(ended, PullRequest),
    }
    if isinstance(ended, Diagnosis):
        return told | {
            "outcome": "unfixed",
            "exit_code": EXIT_UNFIXED,
            "reason": redact(ended.reason),
            "diagnosis": ended.url,
        }
    return told | {
        "outcome": "fixed",
        "exit_code": EXIT_FIXED,
        "title": ended.title,
        "branch": ended.branch,
        "base": ended.base,
        "head": ended.head,
        "pull_request": ended.url,
        "number": ended.number,
        "updated": ended.updated,
        "draft": ended.draft,
        "draft_because": list(ended.confidence.draft),
        "confidence": ended.confidence.score,
    }


def summary(ended: Ended, stopwatch: Stopwatch) -> str:
    """`summary.md`: the ending in words, then the stage table."""
    return f"{ending(ended)}\n\n{stage_table(stopwatch)}\n"


def ending(ended: Ended) -> str:
    """How it ended, in words."""
    if ended is None:
        return "# Broken off\n\nThe run did not reach an end: it was interrupted, or something is broken."
    if isinstance(ended, Skipped):
        return f"# Declined ({ended.code})\n\n{md.prose(redact(ended.reason))}\n\n{md.prose(ended.next_step)}"
    if isinstance(ended, Diagnosis):
        return f"# No fix good enough\n\n{ended.body}"
    where = f", {md.code(ended.url)}" if ended.url else ""
    return f"# {md.line(ended.title)}\n\nBranch {md.code(ended.branch)}{where}\n\n{ended.body}"


def stage_table(stopwatch: Stopwatch) -> str:
    """Where the time went, as a Markdown table: a row a stage, the part that was Splat's own, and the totals."""
    rows = [f"| {row['stage']} | {row['seconds']:.2f} | {row['own']:.2f} |" for row in stopwatch.table()]
    totals = stopwatch.totals()
    foot = (
        f"{totals['wall']:.2f} s in all: {totals['own']:.2f} s Splat's own, {totals['claude']:.2f} s Claude's, "
        f"{totals['commands']:.2f} s the project's own commands (the last two may overlap)."
    )
    return "\n".join(["| stage | seconds | own |", "| --- | ---: | ---: |", *rows, "", foot])
