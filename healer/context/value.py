"""The values of the context stage, and the tree it reads from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from healer.frames import Frame
    from healer.report import Report


class Tree(Protocol):
    """A repository at one commit, read through git objects; the working tree is never looked at."""

    base: str
    """The commit's full id."""

    def paths(self) -> frozenset[str]:
        """Every tracked regular file, as "/"-separated paths from the root."""

    def read(self, path: str) -> bytes | None:
        """The file's content, None when it is not tracked, not a regular file, larger than 2 MiB, or in Git LFS."""

    def history(self, path: str, first: int, last: int) -> Sequence[str]:
        """The last commits that touched these lines, newest first, one line each: id, date, subject."""


@runtime_checkable
class Archive(Protocol):
    """A tree that can also look up what was released: how a frame without text is found again after HEAD has moved."""

    def read_at(self, release: str, path: str) -> bytes | None:
        """The file as it was in `release` (a commit id or a tag), None where that is unknown."""


@runtime_checkable
class Parent(Protocol):
    """A tree that knows which of its places are repositories of their own."""

    def submodules(self) -> frozenset[str]:
        """Their "/"-separated paths from the root."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A frame found again in the tree: where it is *now*, whatever its line number said."""

    frame: Frame
    path: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Chosen lines of one file. `lines` are inclusive ranges from 1; `text` is what Claude is shown: the lines with
    their numbers, gaps as "...", the suspect line marked; `reason` says why, for a person.
    """

    path: str
    lines: tuple[tuple[int, int], ...]
    text: str
    tokens: int
    reason: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was ranked but did not fit the budget."""

    path: str
    lines: tuple[tuple[int, int], ...]
    tokens: int
    reason: str


@dataclass(frozen=True, slots=True)
class Context:
    """All that Claude will be shown of the repository and the report.

    `suspects` run from the outermost call to the crash, the surfaced exception's after its causes'; `facts` are short
    titled texts (history of the lines, versions, named locals); `admitted` holds every path a patch may touch by the
    rule "in the trace or what it imports"; `tokens` is the estimated sum, never above `budget`.
    """

    report: Report
    base: str
    suspects: tuple[Suspect, ...]
    excerpts: tuple[Excerpt, ...]
    repository_map: str
    facts: Mapping[str, str] = field(default_factory=dict)
    admitted: frozenset[str] = frozenset()
    dropped: tuple[Dropped, ...] = ()
    tokens: int = 0
    budget: int = 24_000
