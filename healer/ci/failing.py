"""What is to be healed because checks failed: asked by who watches, and once more, from nothing, by who writes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from healer import markdown as md
from healer.ci.decide import Next, decide_next
from healer.ci.evidence import repair_event, trace_of
from healer.ci.look import blames_of_run, look_at, look_at_run
from healer.ci.value import WorkflowRun
from healer.event import Event, visible
from healer.gate.caps import repairs
from healer.markdown import code
from healer.outcome import Skipped, SplatError
from healer.report import read_report, to_wire

if TYPE_CHECKING:
    from healer.ci.evidence import Evidence
    from healer.ci.value import CiSite, Pull
    from healer.gate.case import Case
    from healer.report import Report

#: On a line of its own in the issue of a red default branch; what stands below is what the last failed run said.
TRACE = "<!-- splat:trace -->"
_MOST_TRACE = 40_000


def next_of(case: Case, site: CiSite, pull: Pull) -> Next:
    """What comes next for a pull request: Splat's own fix, or a person's that carries the label."""
    here, settings, done = case.state.here, case.settings.ci, repairs(case)
    if case.fix is not None:
        return decide_next(look_at(site, pull, here.own, here.workflow, settings, done))
    seen = look_at_run(site, pull, case.trigger.run, here.workflow, settings, done)
    if not seen.checks:
        return Next("nothing", "none", "The run is no longer the newest one of its workflow.")
    return decide_next(seen)


def next_of_branch(case: Case, site: CiSite) -> Next:
    """What comes next for the red default branch. The event of a repair is the text that the issue shall have."""
    trigger = case.trigger
    run = WorkflowRun(trigger.run, trigger.workflow, trigger.workflow, "", 2, "failed", 0)
    blames = blames_of_run(site, run)
    told = tuple(replace(each, cause="unknown", reason=_says(each.evidence)) for each in blames)
    then = Next("tell", "failed", f"The run on {code(trigger.branch, 100)} failed.", _BY_HAND, blames=told)
    event = repair_event([each.evidence for each in blames if each.evidence], ())
    found = next((each.evidence for each in blames if each.evidence and each.evidence.text == _text(event)), None)
    if isinstance(event, Skipped) or found is None:
        return then
    if _is_green_again(case, site):
        return replace(then, act="nothing", reason=f"{then.reason} A later one passed.", next_step="")
    body = with_trace(case.state.issue.body if case.state.issue else "", found)
    return replace(then, act="repair", next_step="", event=replace(event, text=body)) if body else then


_BY_HAND = "Read its log, and repair it by hand."


def _text(event: Event | Skipped) -> str:
    return "" if isinstance(event, Skipped) else event.text


def _is_green_again(case: Case, site: CiSite) -> bool:
    """True where the branch has gone on, and the same workflow passed there."""
    trigger = case.trigger
    newest = site.head(trigger.branch)
    if newest == trigger.head:
        return False
    ran = [run for run in site.runs(newest) if not run.foreign and run.path == trigger.workflow.partition("@")[0]]
    return bool(ran) and max(ran, key=lambda run: run.id).phase == "passed"


def with_trace(body: str, evidence: Evidence) -> str:
    """The issue's text with the trace in place of an earlier one; "" where that would not be read as it was. Whoever
    reads the issue later, people too, finds in it what any other report has.
    """
    assert evidence.report is not None
    kept = f"\n{body.replace(chr(13), '')}".partition(f"\n{TRACE}\n")[0].strip()
    wire = to_wire(replace(evidence.report, details={}))
    for shown in (md.fence(trace_of(evidence), "text", _MOST_TRACE), md.fence(_json(wire), "json", _MOST_TRACE)):
        new = f"{kept}\n\n{TRACE}\n\nWhat it says:\n\n{shown}\n"
        if _same(new, evidence.report):
            return new
    return ""


def _json(wire: object) -> str:
    import json

    return json.dumps(wire, indent=1)


def _same(body: str, report: Report) -> bool:
    try:
        found = read_report(Event("trace", visible(body)))
    except SplatError:
        return False
    return not isinstance(found, Skipped) and found.exceptions == report.exceptions


def _says(evidence: Evidence | None) -> str:
    """What a failed job's trace names, in code."""
    if evidence is None or evidence.report is None:
        return "Its log holds no stack trace that Splat can read."
    raised, crash = evidence.report.surfaced, evidence.report.crash
    where = f" at {code(f'{crash.path}:{crash.line}', 200)}" if crash is not None else ""
    return f"{code(raised.type or 'Error', 100)}{where}."
