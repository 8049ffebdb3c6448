"""The judge: asks the cheap questions first, and stops at the first that refuses the patch."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from healer.runtimes.checks import CheckPlan
from healer.verdict.bench import Bench
from healer.verdict.proof import Proof
from healer.verdict.suite import Suite, new_complaints
from healer.verdict.syntax import compiles, new_faults, reaches_for_results
from healer.verdict.value import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.patch import Patch
    from healer.settings import CheckSettings
    from healer.verdict.value import Baseline, Check, Checks


def judge(patch: Patch, checks: Checks, baseline: Baseline, settings: CheckSettings) -> Verdict:
    """Every check of one patch, up to the first that refuses it.

    The sandbox is left as the baseline found it, so that it can judge the next attempt. Raises SandboxError when the
    sandbox itself breaks; whatever the project's commands do is part of the verdict.
    """
    plan = baseline.plan or CheckPlan("none", runtime=patch.proposal.context.report.runtime)
    bench = Bench(checks, plan, settings)
    proof, suite = Proof(bench, patch, baseline), Suite(bench, baseline, patch)
    asked: list[Check] = []
    try:
        questions = chain(
            reaches_for_results(patch), new_faults(patch), compiles(patch, bench), _from_the_base(patch, checks, proof),
            new_complaints(bench, baseline), suite.checks(),
        )  # fmt: skip
        for check in questions:
            asked.append(check)
            if check.status == "failed":
                break
    finally:
        checks.put(patch.changes, side="before")
    accepted = all(check.status != "failed" for check in asked)
    return Verdict(
        patch=patch,
        checks=(*baseline.checks, *asked),
        accepted=accepted,
        proven=accepted and proof.proven,
        suite=suite.state,
        feedback="" if accepted else _feedback(asked[-1]),
        flaky=suite.flaky,
        tests=suite.tests,
    )


def _from_the_base(patch: Patch, checks: Checks, proof: Proof) -> Iterator[Check]:
    checks.put(patch.changes, side="before")
    yield from proof.checks()


def _feedback(check: Check) -> str:
    output = f"\n\n{check.output}" if check.output else ""
    return f"The check {check.name!r} refused this patch. {check.detail}{output}"
