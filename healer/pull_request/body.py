"""What a reviewer reads: the pull request's title and body, and the diagnosis where there is none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from healer import markdown as md
from healer.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from healer.confidence import Confidence
    from healer.context import Context
    from healer.pull_request.value import Refusal, Tally
    from healer.report import Report
    from healer.verdict import Check

MARKS = {"passed": "✅", "failed": "❌", "unavailable": "⚠️"}
BODY_LIMIT = 60_000
"""Characters; GitHub takes 65,536, and a forge adds a few lines of its own."""


def pull_request_title(confidence: Confidence) -> str:
    """A conventional title from Claude's words: one line, nothing in it refers or pings."""
    words = md.title(redact(confidence.verdict.patch.proposal.title), 72).removeprefix("fix: ").strip(" .")
    return f"fix: {words or 'keep the reported error from happening again'}"


def pull_request_body(confidence: Confidence, tally: Tally, issue: int, state: str, notes: Sequence[str] = ()) -> str:
    """The whole body: what, why, how it was proven, how sure, what it cost. Never over `BODY_LIMIT` characters. `notes`
    are sections of the forge's own, Markdown that is ready to be shown.
    """
    verdict = confidence.verdict
    proposal = verdict.patch.proposal
    sections = [
        headline(proposal.context.report, proposal.context),
        f"## Root cause\n\n{md.prose(redact(proposal.root_cause))}",
        f"## The fix\n\n{md.prose(redact(proposal.fix))}",
        f"## Proof\n\n{_checks_table(verdict.checks)}",
        _confidence_section(confidence),
        _list("Not verified", proposal.unverified),
        *notes,
        _folds(verdict.checks),
        _cost_fold(proposal.context, proposal.files_read, tally),
    ]
    foot = [f"Fixes #{issue}" if issue else "", f"<!-- splat:state {state} -->"]
    return _join(sections, foot)


def repaired_body(there: str, confidence: Confidence, tally: Tally, issue: int, state: str) -> str:
    """The body of a pull request that stands, and what a commit repaired; what it said of cause and fix stays. Written
    twice, it is the same.
    """
    verdict, proposal = confidence.verdict, confidence.verdict.patch.proposal
    mark = f"<!-- splat:repair {proposal.context.base[:12]} -->"
    kept = f"\n{there.replace(chr(13), '')}".rpartition("\n<!-- splat:state ")[0] or there
    kept = kept.partition(f"\n{mark}\n")[0].strip().removesuffix(f"Fixes #{issue}")
    sections = [
        kept.strip(),
        f"{mark}\n## Repaired after its checks failed\n\n{headline(proposal.context.report, proposal.context)}",
        f"**Why.** {md.prose(redact(proposal.root_cause))}\n\n**The change.** {md.prose(redact(proposal.fix))}",
        _checks_table(verdict.checks),
        _confidence_section(confidence).replace("## Confidence", "### Confidence", 1),
        _folds(verdict.checks),
        _cost_fold(proposal.context, proposal.files_read, tally),
    ]
    return _join(sections, [f"Fixes #{issue}" if issue else "", f"<!-- splat:state {state} -->"])


LOCALLY = (
    "A hint often helps: say what the right behaviour is, and run Splat again with it "
    '(`splat heal … --hint "an unknown code means no discount"`).'
)


def diagnosis_body(context: Context, tally: Tally, reason: str, again: str = LOCALLY, limit: int = BODY_LIMIT) -> str:
    """What is known where no fix was good enough: the crash, what was tried, why it was refused, what to do next.

    `again` says how to ask once more, in words that are ready to be shown; `limit` is the most characters.
    """
    sections = [
        headline(context.report, context),
        f"## No fix good enough\n\n{md.prose(redact(reason))}",
        *(_refusal(refusal) for refusal in tally.refusals),
        f"## What now\n\nThe crash is real and still open. {again}",
        _cost_fold(context, (), tally),
    ]
    return _join(sections, [], limit)


def _refusal(refusal: Refusal) -> str:
    said = {"Root cause, as Claude saw it": refusal.root_cause, "What it tried": refusal.fix}
    parts = [f"### Attempt {refusal.attempt} ({md.code(refusal.model)})"]
    parts += [f"**{title}:** {md.prose(redact(text))}" for title, text in said.items() if text.strip()]
    parts.append(f"**Refused by {md.code(refusal.why.rule)}:** {md.prose(redact(refusal.why.reason))}")
    if refusal.why.evidence.strip():
        parts.append(fold("The evidence", md.fence(redact(refusal.why.evidence), "text", 6_000)))
    return "\n\n".join(parts)


def state_marker(**facts: str | int | float) -> str:
    """The hidden state as JSON that cannot end the comment it stands in."""
    text = json.dumps({"v": 1, **facts}, sort_keys=True, separators=(",", ":"))
    return text.replace("-", "\\u002d").replace(">", "\\u003e").replace("<", "\\u003c")


def headline(report: Report, context: Context | None) -> str:
    """One line: which exception, where, with what message."""
    raised = report.surfaced
    where = ""
    if context is not None and context.suspects:
        suspect = context.suspects[-1]
        where = f" in {md.code(f'{suspect.path}:{suspect.line}')}"
        where += f" ({md.code(suspect.function)})" if suspect.function else ""
    message = f"\n\n> {md.line(redact(raised.message), 500)}" if raised.message.strip() else ""
    return f"**{md.code(raised.type)}**{where}{message}"


def fold(title: str, content: str) -> str:
    """A section that opens on a click; `title` is our own text."""
    return f"<details><summary>{title}</summary>\n\n{content}\n\n</details>"


def _checks_table(checks: Iterable[Check]) -> str:
    rows = [
        f"| {MARKS[check.status]} | {md.line(check.name, 80)} | {md.line(redact(check.detail), 400)} "
        f"| {check.seconds:.1f}\u00a0s |"
        for check in checks
    ]
    return "\n".join(["| | check | what was seen | time |", "| --- | --- | --- | ---: |", *rows])


def _confidence_section(confidence: Confidence) -> str:
    points = "\n".join(f"| {point.value:+d} | {md.line(point.reason, 300)} |" for point in confidence.points)
    waits = "".join(f"\n- {md.line(reason, 400)}" for reason in confidence.draft)
    return f"## Confidence: {confidence.score} of 100\n\n| points | evidence |\n| ---: | --- |\n{points}" + (
        f"\n\n**A draft, because:**\n{waits}" if waits else ""
    )


def _list(title: str, items: Iterable[str]) -> str:
    lines = "\n".join(f"- {md.line(redact(item), 500)}" for item in items)
    return f"## {title}\n\n{lines}" if lines else ""


def _folds(checks: Iterable[Check]) -> str:
    return "\n\n".join(
        fold(f"Output: {md.line(check.name, 80)}", md.fence(redact(check.output), "text", 6_000))
        for check in checks
        if check.output.strip()
    )


def _cost_fold(context: Context, files_read: Iterable[str], tally: Tally) -> str:
    shown = [f"{excerpt.path} ({_ranges(excerpt.lines)})" for excerpt in context.excerpts]
    asked = [f"{path} (asked for by Claude)" for path in files_read]
    files = "\n".join(f"- {md.code(path)}" for path in [*shown, *asked])
    facts = (
        f"{tally.calls} call{'s' if tally.calls != 1 else ''} to Claude, {tally.input_tokens:,} tokens in, "
        f"{tally.output_tokens:,} out, **${tally.dollars:.4f}**. "
        f"{tally.seconds:.1f} s in all, {tally.waiting:.1f} s of them waiting for Claude."
    )
    return fold(f"Cost: ${tally.dollars:.4f}, {tally.seconds:.0f} s, and the files read", f"{facts}\n\n{files}")


def _ranges(lines: Iterable[tuple[int, int]]) -> str:
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in lines)


def _join(sections: Iterable[str], foot: Iterable[str], limit: int = BODY_LIMIT) -> str:
    """Sections in order while there is room; the foot always fits."""
    ending = "\n\n".join(part for part in foot if part)
    room = limit - len(ending)
    kept: list[str] = []
    for section in sections:
        if section and len(section) + 2 <= room:
            kept.append(section)
            room -= len(section) + 2
    return "\n\n".join([*kept, ending]).strip() + "\n"
