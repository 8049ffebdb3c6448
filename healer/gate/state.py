"""What GitHub says now, and who is asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from healer.event import Actor


@dataclass(frozen=True, slots=True)
class Permission:
    """What the collaborator API answers: `admin`, `write`, `read` or `none`, and the numeric id it answers for."""

    value: str
    user: int


@dataclass(frozen=True, slots=True)
class IssueNow:
    """An issue, or the side of a pull request that is one, as it is now. `reason` is GitHub's word for why it is
    closed ("completed", "not_planned", …), "" for none.
    """

    number: int
    open: bool
    locked: bool
    labels: tuple[str, ...]
    assignees: tuple[Actor, ...]
    author: Actor
    body: str
    is_pull: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PullNow:
    """An open pull request. `author`, `repository` (of its head, 0 when that is gone) and `home` (the one that it was
    opened in) are numeric ids.
    """

    number: int
    author: int
    repository: int
    branch: str
    head: str
    body: str
    labels: tuple[str, ...] = ()
    home: int = 0


@dataclass(frozen=True, slots=True)
class Merged:
    """A pull request that was merged. `author` and `repository` are as above, `base` is the branch that it went to,
    `head` its own last commit and `commit` what it became on `base`; `at` is when (ISO).
    """

    number: int
    author: int
    repository: int
    branch: str
    base: str
    head: str
    commit: str
    at: str
    title: str = ""
    body: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A comment on an issue: its id, its author's numeric id, the issue's number, when it was written (ISO)."""

    id: int
    author: int
    issue: int
    body: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Here:
    """The run that decides: its numbers (0 outside of one), its web address, its workflow's file; `own` is the numeric
    id that Splat's token writes as, `repository` the repository's.
    """

    own: int
    run: int = 0
    attempt: int = 1
    url: str = ""
    workflow: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """All that a decision needs besides the delivery.

    None where nothing was asked, or where there is no such thing (`permission`, `issue`), or where there is more than
    can be read (`comments` of the issue, `recent` ones of the repository, open `pulls`): what cannot be counted is
    never taken for little. `filed` is the open issue that tells of a red default branch, 0 for none. `labelled` is True
    where somebody with write permission put the trigger label on the pull request whose run failed.
    """

    now: datetime
    here: Here
    permission: Permission | None = None
    issue: IssueNow | None = None
    pulls: tuple[PullNow, ...] | None = ()
    comments: tuple[Said, ...] | None = ()
    recent: tuple[Said, ...] | None = ()
    filed: int = 0
    merged: tuple[Merged, ...] = ()
    labelled: bool = False


CI_LABEL = "splat:ci"
"""On the issues that tell of a red default branch."""


class Hub(Protocol):
    """GitHub, as the gate needs it. Every verb is one request, or one a page."""

    def permission(self, login: str) -> Permission | None:
        """What an account may do; None when it is no collaborator, or no account at all."""

    def issue(self, number: int) -> IssueNow | None:
        """An issue; None when there is none."""

    def pulls(self) -> tuple[PullNow, ...] | None:
        """All open pull requests."""

    def comments(self, issue: int) -> tuple[Said, ...] | None:
        """All comments on an issue."""

    def recent(self, since: datetime) -> tuple[Said, ...] | None:
        """All comments of the repository that were written or edited since."""

    def merged(self, since: datetime) -> tuple[Merged, ...]:
        """Splat's own pull requests that were merged since, the last changed first."""

    def say(self, issue: int, body: str) -> Said:
        """Write a comment."""

    def rewrite(self, comment: int, body: str) -> None:
        """Replace a comment's text."""

    def remove(self, comment: int) -> None:
        """Delete a comment."""

    def react(self, comment: int, reaction: str, *, review: bool) -> None:
        """Put a reaction on a comment; one that stands in a diff when `review`."""

    def ci_issue(self, mark: str) -> int:
        """The lowest number of an open issue with the label `CI_LABEL` that Splat filed and that begins so; else that
        of one that a person closed as not planned, or told Splat to ignore; else 0.
        """

    def open_issue(self, title: str, body: str, label: str) -> int:
        """File an issue; its number."""

    def withdraw(self, issue: int) -> None:
        """Close an issue that was filed for nothing."""

    def label(self, issue: int, name: str) -> None:
        """Put a label on an issue."""

    def labeller(self, issue: int, names: frozenset[str]) -> Actor | None:
        """Who last put one of these labels, in lower case, on an issue or pull request; None where nobody can tell."""
