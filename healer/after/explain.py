"""What is known of an issue, from what Splat left on GitHub: the issue, the ledger, the pull request. No call to
Claude, and no word of it that was not said before.
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

from healer import markdown as md
from healer.event import Event, visible
from healer.outcome import Skipped, SplatError
from healer.redact import redact
from healer.report import read_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.ci import Pull
    from healer.gate import Ledger
    from healer.gate.case import Case

_STATE = re.compile(r"<!-- splat:state (\{[^\n]{2,2000}\}) -->")
_MOST_RUNS, _SECTION = 8, 3_000
_SECTIONS = ("Root cause", "The fix")


def explanation(case: Case, pull: Pull | None, tracking: int) -> str:
    """Markdown. `pull` is the last pull request about the issue, None for none; `tracking` the id of Splat's comment,
    0 for none.
    """
    parts = [_crash(case), *_diagnosis(case, pull), _elsewhere(case, pull, tracking), _runs(case.ledger)]
    return "\n\n".join(filter(None, parts))


def _crash(case: Case) -> str:
    issue = case.state.issue
    try:
        report = read_report(Event("trace", visible(issue.body))) if issue else None
    except SplatError:
        report = None
    if report is None or isinstance(report, Skipped):
        return "The issue holds no stack trace that Splat can read."
    raised, crash = report.surfaced, report.crash
    line = f":{crash.line}" if crash is not None and crash.line else ""
    where = f" at {md.code(crash.path + line, 200)}" if crash is not None else ""
    message = f": {md.line(redact(raised.message), 300)}" if raised.message.strip() else ""
    return f"**{md.code(raised.type or 'Error', 100)}**{where}{message}"


def _diagnosis(case: Case, pull: Pull | None) -> Iterator[str]:
    """What the pull request says of cause and fix, where Splat's own account opened it."""
    if pull is None or pull.author != case.state.here.own:
        return
    state = "" if pull.open else ", which is closed"
    yield f"[Pull request {pull.number}]({pull.url}){state}: {md.line(pull.title, 150)}{_numbers(pull.body)}"
    for name in _SECTIONS:
        if text := _section(pull.body, name):
            yield f"**{name}.** {text}"


def _section(body: str, name: str) -> str:
    """One section's words, made plain and inert again: whoever may write could have edited them."""
    _, found, rest = body.replace("\r\n", "\n").partition(f"## {name}\n")
    text = visible(rest.partition("\n## ")[0][: _SECTION * 2]) if found else ""
    return md.prose(redact(re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", unescape(text))).strip(), _SECTION)


def _numbers(body: str) -> str:
    told = _state(body)
    facts = [
        (told.get("confidence"), "confidence {} of 100"),
        (told.get("attempt"), "attempt {}"),
        (told.get("dollars"), "${:.4f}"),
    ]
    shown = [form.format(value) for value, form in facts if _is_amount(value)]
    return f" ({', '.join(shown)})" if shown else ""


def _is_amount(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 100_000


def _state(body: str) -> dict[str, Any]:
    """The state marker's facts: the last one, at the body's end."""
    found = _STATE.findall(body)
    try:
        told = json.loads(found[-1]) if found else {}
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _elsewhere(case: Case, pull: Pull | None, tracking: int) -> str:
    if pull is not None or not tracking:
        return "" if pull is not None or case.ledger.runs else "Splat has not worked on it yet."
    place, _, _ = case.state.here.url.partition("/actions/")
    return f"What the last run found stands in [Splat's comment]({place}/issues/{case.number}#issuecomment-{tracking})."


def _runs(ledger: Ledger) -> str:
    rows = [
        f"| {run.at[:16].replace('T', ' ')} | {run.ask} | {run.state} | ${run.dollars:.4f} |"
        for run in ledger.runs[-_MOST_RUNS:]
    ]
    if not rows:
        return ""
    head = ["| began (UTC) | asked | ended | cost |", "| --- | --- | --- | ---: |"]
    return "\n".join([*head, *rows, f"| | | in all | ${ledger.spent:.4f} |"])
