"""The values of the last stage, and the forge they are written to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from healer.outcome import SplatError

if TYPE_CHECKING:
    from healer.confidence import Confidence
    from healer.context import Context
    from healer.outcome import Rejected
    from healer.patch import FileChange, Patch
    from healer.report import Report


@dataclass(frozen=True, slots=True)
class Refusal:
    """One attempt that led nowhere: what Claude thought (as far as it said), and why it was refused."""

    attempt: int
    model: str
    root_cause: str
    fix: str
    why: Rejected


@dataclass(frozen=True, slots=True)
class Tally:
    """What a healing cost so far: dollars, seconds of wall time, of these seconds waiting for Claude, calls to Claude,
    tokens in and out; and the attempts that were refused on the way.
    """

    dollars: float = 0.0
    seconds: float = 0.0
    waiting: float = 0.0
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What the forge already holds for a signature.

    `issue` and `pull` are numbers, 0 where there is none; `branch` is the one to write; `head` is the commit Splat last
    put there, "" for a new branch; `taken_over` says why a person's work must not be overwritten, "" if nothing stands
    in the way.
    """

    issue: int
    pull: int
    branch: str
    head: str
    taken_over: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A pull request before it has a number; everything in it is already inert text."""

    signature: str
    standing: Standing
    base: str
    title: str
    body: str
    draft: bool
    changes: tuple[FileChange, ...]
    commit_message: str
    state: str


class Overtaken(SplatError):
    """The branch was made or moved by somebody else in this very moment; nothing of ours is left on it."""


class Forge(Protocol):
    """Where issues and pull requests live: a folder, or GitHub."""

    def standing(self, report: Report, signature: str, base: str) -> Standing:
        """What is there for this signature; files the issue when there is none."""

    def publish(self, offer: Offer) -> tuple[int, str, str]:
        """Write branch and pull request, or update the one that stands: its number, head commit and address.

        May raise Overtaken.
        """

    def comment(self, issue: int, body: str) -> str:
        """Say something on an issue, replacing what Splat said there before; the address of it."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A published fix. `url` is where a person reads it: a web address, or a path in a folder forge."""

    confidence: Confidence
    tally: Tally
    number: int
    branch: str
    base: str
    head: str
    title: str
    body: str
    draft: bool
    url: str
    updated: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """No acceptable fix: what is known, what was tried, and why each attempt was refused.

    `reason` says why no more was tried; `url` is where it was delivered. `attempted` is the last patch that obeyed
    every rule and that a check refused; None for none, and where nobody wants to see it.
    """

    context: Context
    tally: Tally
    reason: str
    body: str = ""
    url: str = ""
    attempted: Patch | None = None
