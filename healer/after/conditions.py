"""Every condition of a merge: a named check with its reason. Pure, over what the writing job itself saw on GitHub.

Nothing that another job handed over counts: the confidence is the one in the commit that Splat signed, the checks are
those of that very commit, and the paths and what the change can newly do are read from its files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from healer.ci import RED, state_of, stranger_in
from healer.event import BRANCH
from healer.frames import RuntimeName
from healer.markdown import code
from healer.patch.candidate import Change
from healer.patch.capabilities import CAPABILITIES, new_capabilities
from healer.patch.ops import minimal
from healer.patch.text import take_apart
from healer.policy import path_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.ci import Check, Commit, Pull
    from healer.settings import PolicySettings

_CONFIDENCE = re.compile(r"^Splat-Confidence: ([0-9]{1,3})$", re.MULTILINE)
_AGAINST, _DECIDES = "CHANGES_REQUESTED", frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})


@dataclass(frozen=True, slots=True)
class Condition:
    """`name` is stable for machines; `reason` is a sentence, Markdown that is ready to be shown."""

    name: str
    met: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    """A review: its author's numeric id, and GitHub's word for it ("APPROVED", "CHANGES_REQUESTED", …)."""

    author: int
    state: str


@dataclass(frozen=True, slots=True)
class File:
    """A changed file's content on both sides; None where it is not there, or cannot be read."""

    path: str
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class MergeCase:
    """All that the conditions look at. None stands for what could not be seen, and is never taken for good.

    `own` and `repository` are numeric ids; `filed` says whether a reporter or somebody with write permission filed the
    report. `base` are the checks of the base branch's newest commit, `required` the names of those that its rules ask
    for. `threshold` is the least confidence, None where a person decides. `odd` are paths that were not just written
    to, as a renamed one.
    """

    pull: Pull
    own: int
    repository: int
    filed: bool
    commits: tuple[Commit, ...] | None
    checks: tuple[Check, ...]
    base: tuple[Check, ...]
    required: tuple[str, ...] | None
    reviews: tuple[Review, ...] | None
    files: tuple[File, ...] | None
    threshold: int | None
    policy: PolicySettings
    odd: tuple[str, ...] = ()


def conditions(case: MergeCase) -> tuple[Condition, ...]:
    """Every condition, whether it is met or not, always in the same order. Only where all are met may be merged."""
    return (
        _ready(case),
        _ours(case),
        _filed(case),
        *([] if case.threshold is None else [_confidence(case, case.threshold)]),
        _green(case),
        _base(case),
        _paths(case),
        _powers(case),
        _reviews(case),
    )


def _ready(case: MergeCase) -> Condition:
    if not case.pull.open:
        return Condition("ready", False, "The pull request is closed.")
    # Where a plan knows no drafts, the title says it.
    if case.pull.draft or case.pull.title.casefold().startswith("[draft]"):
        return Condition("ready", False, "It is a draft: a person has to mark it as ready for review first.")
    return Condition("ready", True, "It is open, and no draft.")


def _ours(case: MergeCase) -> Condition:
    pull = case.pull
    if not case.own or pull.author != case.own or pull.repository != case.repository:
        return Condition("ours", False, "Splat's own account did not open it from a branch of this repository.")
    if pull.default and pull.base != pull.default:
        reason = f"It goes to {code(pull.base, 100)}, and Splat merges into the default branch alone."
        return Condition("ours", False, reason)
    if not BRANCH.fullmatch(pull.branch):
        return Condition("ours", False, f"{code(pull.branch, 100)} is no branch of Splat's.")
    if not case.commits:
        return Condition("ours", False, "Its commits cannot be read.")
    if case.commits[-1].sha != pull.head:
        return Condition("ours", False, "Somebody pushed to the branch at this very moment.")
    stranger = stranger_in(case.commits, case.own)
    reason = f"It is Splat's no more: {stranger}." if stranger else "Every commit on the branch is Splat's."
    return Condition("ours", not stranger, reason)


def _filed(case: MergeCase) -> Condition:
    if case.filed:
        return Condition("filed", True, "A reporter, or somebody with write permission, stands behind the report.")
    return Condition("filed", False, "Nobody with write permission filed the report.")


def _confidence(case: MergeCase, threshold: int) -> Condition:
    found = [_CONFIDENCE.findall(commit.message) for commit in case.commits or ()]
    # A later commit builds on the earlier ones, so the least sure of them counts.
    values = [int(each[-1]) if each else -1 for each in found]
    least = min(values, default=-1)
    if least < 0:
        return Condition("confidence", False, "Not every commit says how sure Splat was.")
    met = threshold <= least <= 100
    return Condition("confidence", met, f"The confidence is {least}, and at least {threshold} is asked for.")


def _green(case: MergeCase) -> Condition:
    state = state_of(case.checks)
    if state != "passed":
        words = {"none": "there are none", "awaiting": "they await approval"}.get(state, f"they are {state}")
        return Condition("checks", False, f"The checks of {code(case.pull.head[:7])} have not passed: {words}.")
    if case.required is None:
        return Condition("checks", False, "Which checks are required cannot be read.")
    good = {check.name for check in case.checks if check.phase in ("passed", "skipped")}
    missing = [name for name in case.required if name not in good]
    if missing:
        return Condition("checks", False, f"The required check {code(missing[0], 100)} has not passed.")
    count = sum(check.phase == "passed" for check in case.checks)
    return Condition("checks", True, f"All checks of {code(case.pull.head[:7])} passed ({count} of them).")


def _base(case: MergeCase) -> Condition:
    red = next((check for check in case.base if check.phase in RED), None)
    if red is not None:
        return Condition("base", False, f"{code(red.name, 100)} fails on the base branch.")
    return Condition("base", True, "Nothing fails on the base branch.")


def _paths(case: MergeCase) -> Condition:
    if not case.files:
        return Condition("paths", False, "The changed files cannot be read.")
    if case.odd:
        return Condition("paths", False, f"{code(case.odd[0], 150)} was renamed, or has another mode.")
    gone = next((file for file in case.files if file.after is None), None)
    if gone is not None:
        return Condition("paths", False, f"{code(gone.path, 150)} was deleted, or cannot be read.")
    for file in case.files:
        if rejected := path_rule(file.path, case.policy):
            return Condition("paths", False, f"{code(file.path, 150)} is protected ({code(rejected.rule)}).")
    return Condition("paths", True, "No protected path is touched.")


def _powers(case: MergeCase) -> Condition:
    changes = [_change(file, file.after) for file in case.files or () if file.after is not None]
    # A file whose language no suffix tells is read as each of them.
    gained = {power for runtime in get_args(RuntimeName) for power in new_capabilities(changes, runtime)}
    if not changes or gained:
        named = ", ".join(power for power in CAPABILITIES if power in gained) or "nobody knows what"
        return Condition("capability", False, f"The change can do what the code could not before: {named}.")
    return Condition("capability", True, "The change can do nothing that the code could not before.")


def _change(file: File, after: bytes) -> Change:
    old, new = take_apart(file.before or b"").lines, take_apart(after).lines
    return Change(file.path, "code", file.before, after, old, minimal(old, new))


def _reviews(case: MergeCase) -> Condition:
    if case.reviews is None:
        return Condition("reviews", False, "There are more reviews than Splat reads.")
    against = sorted(author for author, state in _last(case.reviews) if state == _AGAINST)
    if against:
        return Condition("reviews", False, f"A review asks for changes (account {against[0]}).")
    return Condition("reviews", True, "No review asks for changes.")


def _last(reviews: tuple[Review, ...]) -> Iterator[tuple[int, str]]:
    """Each reviewer's last word; a remark takes no earlier word back."""
    last = {review.author: review.state for review in reviews if review.state in _DECIDES}
    yield from last.items()
