"""Stage 7: a number, and the evidence it came from."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from healer.runtimes import source_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.context import Suspect
    from healer.patch import FileChange, Patch
    from healer.settings import ConfidenceSettings
    from healer.verdict import Verdict

#: What each piece of evidence is worth. All good together is 100; the proof weighs most, Claude's own word least.
POINTS = {
    "proof": 40,
    "suite": 20,
    "suite, few tests": 12,
    "suite unavailable": -10,
    "compile": 5,
    "linters": 5,
    "small": 10,
    "medium": 5,
    "large": -10,
    "one file": 5,
    "on the stack": 5,
    "deepest frame": 5,
    "sure": 5,
    "unsure": -5,
    "another attempt": -5,
    "unverified claim": -3,
    "flaky": -5,
    "capability": -15,
}
FEW_TESTS = 5
SMALL_LINES, LARGE_LINES = 8, 30  # half of all real crash fixes change at most 8 lines; more than 30 is rare
SURE, UNSURE = 80, 50
MOST_ATTEMPTS, MOST_CLAIMS = 2, 3  # so many are counted against a patch


@dataclass(frozen=True, slots=True)
class Point:
    """One piece of evidence: how many points it gave or took, and why."""

    value: int
    reason: str


@dataclass(frozen=True, slots=True)
class Confidence:
    """0 to 100. `points` add up to `score` before it is clamped; `draft` lists why a person must look first."""

    verdict: Verdict
    score: int
    points: tuple[Point, ...]
    draft: tuple[str, ...]


def score(verdict: Verdict, settings: ConfidenceSettings) -> Confidence:
    """The confidence in a patch that was accepted; one that was refused scores 0, with the refusal as the reason."""
    if not verdict.accepted:
        why = verdict.failed.detail if verdict.failed else "a check refused the patch"
        return Confidence(verdict, 0, (Point(0, f"Refused: {why}"),), (f"The patch was refused: {why}",))
    points = (*_tested(verdict), *_shape(verdict.patch), *_told(verdict))
    total = max(0, min(100, sum(point.value for point in points)))
    return Confidence(verdict, total, points, tuple(_draft(verdict, total, settings)))


def _point(name: str, reason: str, times: int = 1) -> Point:
    return Point(POINTS[name] * times, reason)


def _tested(verdict: Verdict) -> Iterator[Point]:
    passed = {check.name for check in verdict.checks if check.status == "passed"}
    if verdict.proven:
        yield _point(
            "proof", "The regression test fails on the base with the reported exception, and passes with the fix."
        )
    if verdict.suite == "green" and not verdict.tests:
        yield _point("suite, few tests", "The project's own test command still ends well; what it tests is unknown.")
    elif verdict.suite == "green" and verdict.tests < FEW_TESTS:
        yield _point(
            "suite, few tests", f"The project's own tests still pass, but there are few of them ({verdict.tests})."
        )
    elif verdict.suite == "green":
        yield _point("suite", f"The project's own tests still pass ({verdict.tests} of them).")
    else:
        yield _point("suite unavailable", "The project's own tests could not be run.")
    if "compile" in passed:
        yield _point("compile", "The runtime itself accepts every changed file.")
    if passed & {"lint", "types"}:
        yield _point("linters", "The project's linters and type checkers have nothing new to say.")
    if verdict.flaky:
        yield _point("flaky", f"Tests failed once and passed when run again: {', '.join(verdict.flaky[:3])}.")


def _shape(patch: Patch) -> Iterator[Point]:
    size = "small" if patch.lines <= SMALL_LINES else "large" if patch.lines > LARGE_LINES else "medium"
    yield _point(size, f"The fix changes {patch.lines} line{'' if patch.lines == 1 else 's'}.")
    if len(patch.fix) == 1:
        yield _point("one file", f"The fix stays in one file, {patch.fix[0].path}.")
    context = patch.proposal.context
    crash = context.report.crash
    touched = [suspect for suspect in context.suspects if _touches(patch, suspect)]
    if touched:
        yield _point("on the stack", f"It changes {touched[-1].function or touched[-1].path}, which is on the stack.")
    if any(suspect.frame == crash for suspect in touched):
        yield _point("deepest frame", "It changes the very function that crashed.")
    if patch.capabilities:
        yield _point("capability", f"The patch can do what the code could not before: {', '.join(patch.capabilities)}.")


def _told(verdict: Verdict) -> Iterator[Point]:
    proposal = verdict.patch.proposal
    if proposal.confidence >= SURE:
        yield _point("sure", f"Claude itself is {proposal.confidence} % sure.")
    elif proposal.confidence < UNSURE:
        yield _point("unsure", f"Claude itself is only {proposal.confidence} % sure.")
    if proposal.attempt > 1:
        times = min(proposal.attempt - 1, MOST_ATTEMPTS)
        yield _point("another attempt", f"It took {proposal.attempt} attempts.", times)
    if proposal.unverified:
        count = len(proposal.unverified)
        reason = f"Claude names {count} thing{'' if count == 1 else 's'} it could not verify."
        yield _point("unverified claim", reason, min(count, MOST_CLAIMS))


def _draft(verdict: Verdict, total: int, settings: ConfidenceSettings) -> Iterator[str]:
    patch = verdict.patch
    if not verdict.proven:
        has_test = patch.proposal.test is not None and patch.tests
        yield "The regression test could not be run." if has_test else "There is no regression test."
    if verdict.suite != "green":
        check = next((check for check in reversed(verdict.checks) if check.status == "unavailable"), None)
        yield f"The project's own tests are unavailable.{' ' + check.detail if check else ''}"
    if patch.capabilities:
        yield f"The patch adds a capability: {', '.join(patch.capabilities)}."
    if total < settings.draft_below:
        yield f"The confidence of {total} is below {settings.draft_below}."


def _touches(patch: Patch, suspect: Suspect) -> bool:
    """True when the fix changes the function around a suspect's line."""
    change = next((change for change in patch.fix if change.path == suspect.path and change.before is not None), None)
    if change is None or change.before is None:
        return False
    module = source_reader(patch.proposal.context.report.runtime).parse(change.before, change.path)
    around = module.around(suspect.line, "function")
    first, last = (around.first, around.last) if around else (suspect.line, suspect.line)
    return any(first <= line <= last for line in _changed_lines(change))


def _changed_lines(change: FileChange) -> set[int]:
    """The lines of `before`, from 1, that were changed, or before which something was put in."""
    before, after = (change.before or b"").splitlines(), change.after.splitlines()
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    # Only what lies between is compared, which is little: comparing whole files is quadratic.
    matcher = SequenceMatcher(None, before[start : len(before) - end], after[start : len(after) - end], autojunk=False)
    lines: set[int] = set()
    for tag, first, last, _, _ in matcher.get_opcodes():
        if tag != "equal":
            lines.update(range(start + first + 1, start + max(last, first + 1) + 1))
    return lines
