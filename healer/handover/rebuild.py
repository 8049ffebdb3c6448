"""The writing side's own view of a handover: what can be derived again is, and every rule is asked again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.confidence import score
from healer.context import Context, gather
from healer.context.claim import claimed
from healer.outcome import Rejected, Skipped
from healer.patch import remake_patch
from healer.proposal import Proposal, RegressionTest, Spend
from healer.pull_request.value import Diagnosis, PullRequest
from healer.report import read_report
from healer.signature import signature
from healer.verdict import Check, Verdict

if TYPE_CHECKING:
    from healer.confidence import Confidence
    from healer.context import Tree
    from healer.event import Event
    from healer.handover.record import Handover
    from healer.patch import Patch
    from healer.report import Report
    from healer.settings import Settings


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The context that the report itself leads to, and the confidence in the patch, None where there is none.

    `attempted` is what was tried and failed: a patch that obeys every rule, or the rule that refused it here.
    """

    context: Context
    confidence: Confidence | None
    attempted: Patch | Rejected | None = None


def rebuild(handover: Handover, report: Report, tree: Tree, settings: Settings) -> Rebuilt | Rejected | Skipped:
    """Report and tree are the writer's own, the tree at the handover's base.

    Rejected when the handover is about another crash or commit, or its diff does not obey the policy; Skipped where
    the report itself leads nowhere. What is left to believe is the prose and what the sandbox saw: both are shown to
    people as Splat's claim, and nothing is merged on them alone.
    """
    if handover.base != tree.base:
        return Rejected("handover", f"The handover is for commit {handover.base[:12]}, not {tree.base[:12]}.")
    gathered = gather(report, tree, settings)
    if isinstance(gathered, Skipped):
        return gathered
    mark = _mark(gathered.report)
    if mark != handover.signature:
        return Rejected("handover", f"The handover is about {handover.signature}, and the issue about {mark}.")
    context = claimed(gathered)
    if handover.outcome != "fixed":
        return Rebuilt(context, None, _attempted(handover, context, tree, settings))
    patch = remake_patch(_proposal(handover, context), handover.fixed["diff"], tree, settings.policy)
    if isinstance(patch, Rejected):
        return patch
    told = handover.fixed["verdict"]
    checks = tuple(Check(**check) for check in told["checks"])
    verdict = Verdict(
        patch=patch,
        checks=checks,
        accepted=all(check.status != "failed" for check in checks),
        # What the checks themselves do not bear out is not so, whatever was said: nor is a proof without a test.
        proven=told["proven"] and bool(patch.tests) and _passed(checks, "red") and _passed(checks, "green"),
        suite="unavailable" if told["suite"] == "green" and not _passed(checks, "suite") else told["suite"],
        flaky=tuple(told["flaky"]),
        tests=told["tests"],
    )
    if not verdict.accepted:
        return Rejected("handover", "The handover offers a patch that a check refused.")
    return Rebuilt(context, score(verdict, settings.confidence))


def _attempted(handover: Handover, context: Context, tree: Tree, settings: Settings) -> Patch | Rejected | None:
    wanted = handover.outcome == "unfixed" and settings.pull_request.attempted_branch
    if not wanted or not {"proposal", "diff"} <= handover.fixed.keys():
        return None
    return remake_patch(_proposal(handover, context), handover.fixed["diff"], tree, settings.policy)


def _passed(checks: tuple[Check, ...], name: str) -> bool:
    return any(check.name == name and check.status == "passed" for check in checks)


def mark_of(ended: PullRequest | Diagnosis | Skipped, event: Event, tree: Tree, settings: Settings) -> str:
    """The signature of what was healed; of the crash as far as it can be read where healing declined, else zeros."""
    if isinstance(ended, PullRequest):
        return _mark(ended.confidence.verdict.patch.proposal.context.report)
    if isinstance(ended, Diagnosis):
        return _mark(ended.context.report)
    report = read_report(event)
    if isinstance(report, Skipped):
        return "0" * 16
    gathered = gather(report, tree, settings)
    return _mark(report if isinstance(gathered, Skipped) else gathered.report)


def _mark(report: Report) -> str:
    return report.signature or signature(report.runtime, report.exceptions, report.root)


def _proposal(handover: Handover, context: Context) -> Proposal:
    told = handover.fixed["proposal"]
    return Proposal(
        context=context,
        attempt=told["attempt"],
        title=told["title"],
        root_cause=told["root_cause"],
        fix=told["fix"],
        edits=(),
        test=RegressionTest((), told["test"]) if told["test"] is not None else None,
        unverified=tuple(told["unverified"]),
        confidence=told["confidence"],
        spend=Spend(told["model"]),
        files_read=tuple(told["files_read"]),
    )
