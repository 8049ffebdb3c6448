"""Merging: the conditions looked at on GitHub, then its own auto-merge, or the merge itself in "clean status"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from healer.after.conditions import File, MergeCase
from healer.ci import checks_of
from healer.markdown import line

if TYPE_CHECKING:
    from collections.abc import Callable

    from healer.after.conditions import Review
    from healer.ci import Check, CiSite, Pull
    from healer.gate.case import Case

_MOST_FILES, _MOST_LOOKS = 10, 3
#: The account behind every `GITHUB_TOKEN`.
_ACTIONS = 41898282
_SILENT = (
    " A merge by `GITHUB_TOKEN` starts no `push` workflow: start the deploy by hand, or give Splat an App's token."
)
_BLOCKED = {
    "blocked": "the branch's rules ask for more, as a review",
    "behind": "the branch has to be brought up to date first",
    "dirty": "it conflicts with the base branch",
    "draft": "it is a draft",
    "unstable": "a check that is not required has not passed",
    "has_hooks": "a hook has to agree",
}


class MergeSite(Protocol):
    """GitHub, as who merges needs it. Every verb is one request, or one a page."""

    def reviews(self, number: int) -> tuple[Review, ...] | None:
        """The reviews of a pull request, oldest first; None when there are more than are read."""

    def required(self, branch: str) -> tuple[str, ...] | None:
        """The checks that a branch's rules ask for; None where nobody may know."""

    def file(self, path: str, commit: str) -> bytes | None:
        """A file of a commit; None where it is none, or cannot be read."""

    def allows_automatic(self) -> bool:
        """True where the repository has auto-merge switched on."""

    def automatic(self, pull: Pull, method: str) -> str:
        """Let GitHub merge that very commit once its rules are met; "" when it will, else its own words."""

    def not_automatic(self, pull: Pull) -> bool:
        """Take a pull request's auto-merge back; False where that may not be."""

    def merge(self, pull: Pull, method: str) -> str:
        """Merge that very commit now; "" when it is, else GitHub's own words."""


@dataclass(frozen=True, slots=True)
class Merged:
    """`how` it ended, and why, a sentence that is ready to be shown."""

    how: Literal["merged", "automatic", "refused"]
    reason: str


def merge_case(
    case: Case,
    pull: Pull,
    checks: tuple[Check, ...],
    ci: CiSite,
    site: MergeSite,
    *,
    filed: bool,
    threshold: int | None,
) -> MergeCase:
    """What the conditions look at, asked for; `checks` are those of the pull request's newest commit."""
    compared = ci.compared(pull.base, pull.head)
    here = case.state.here
    files: tuple[File, ...] | None = None
    if compared is not None and compared.met and 0 < len(compared.paths) <= _MOST_FILES:
        files = tuple(File(path, site.file(path, compared.met), site.file(path, pull.head)) for path in compared.paths)
    return MergeCase(
        pull,
        here.own,
        case.trigger.repository,
        filed,
        compared.commits if compared else None,
        checks,
        checks_of(ci, ci.head(pull.base), here.workflow),
        site.required(pull.base),
        site.reviews(pull.number),
        files,
        threshold,
        case.settings.policy,
        compared.odd if compared else (),
    )


def settled(ci: CiSite, pull: Pull, pause: Callable[[], None]) -> Pull:
    """The pull request once GitHub knows whether it can be merged, which it works out when it is first asked."""
    for _ in range(_MOST_LOOKS):
        if pull.mergeable not in ("", "unknown"):
            break
        pause()
        pull = ci.pull(pull.number) or pull
    return pull


def merge_now(site: MergeSite, pull: Pull, method: str, own: int) -> Merged:
    """Merge a pull request that met every condition. GitHub's own auto-merge where the repository has it; where there
    is nothing to wait for, and that is what "clean" means, directly. `own` is the numeric id that Splat writes as.
    """
    if pull.automatic:
        return Merged("automatic", "GitHub merges it once the branch's rules are met.")
    if site.allows_automatic():
        said = site.automatic(pull, method)
        if not said:
            return Merged("automatic", "GitHub merges it once the branch's rules are met.")
        if "clean status" not in said.lower():
            return Merged("refused", f"GitHub does not merge it: {line(said, 300)}.")
    elif pull.mergeable != "clean":
        why = _BLOCKED.get(pull.mergeable, "GitHub does not know yet whether it can be merged")
        return Merged("refused", f"It cannot be merged: {why}.")
    said = site.merge(pull, method)
    if said:
        return Merged("refused", f"GitHub does not merge it: {line(said, 300)}.")
    return Merged("merged", "Merged." + (_SILENT if own == _ACTIONS else ""))
