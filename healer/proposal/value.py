"""What Claude answered, still untrusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from healer.context import Context
    from healer.outcome import Rejected, Skipped
    from healer.proposal.model import Reply, Request
    from healer.proposal.spend import Spend


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `find`, which must stand exactly once in `path`, by `replace`. An empty `find` makes a new file."""

    path: str
    find: str
    replace: str


@dataclass(frozen=True, slots=True)
class RegressionTest:
    """The test that must fail on the base and pass on the patch: its edits, and its name as the runner prints it."""

    edits: tuple[Edit, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """One attempt's answer. `confidence` is the model's own word, 0 to 100; `spend` is this attempt's alone;
    `files_read` are the paths that the model asked to read beyond the context.
    """

    context: Context
    attempt: int
    title: str
    root_cause: str
    fix: str
    edits: tuple[Edit, ...]
    test: RegressionTest | None
    unverified: tuple[str, ...]
    confidence: int
    spend: Spend
    files_read: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call to Claude: what was sent, and what came back."""

    request: Request
    reply: Reply


@dataclass(frozen=True, slots=True)
class Attempt:
    """One turn on the ladder of models, whatever came of it.

    `outcome` is Rejected when the answer was unusable (ask again), Skipped when no more may be asked. `said` is
    Claude's diagnosis as far as it could be read, also where it offers no fix. `refusal` is filled in later, when the
    patch was refused or the verdict failed; the next attempt is shown it. `nonce` marks the data of the first message,
    and stays the same over a healing so that the prompt cache holds.
    """

    number: int
    model: str
    outcome: Proposal | Rejected | Skipped
    spend: Spend
    exchanges: tuple[Exchange, ...] = ()
    refusal: Rejected | None = None
    said: Proposal | None = None
    nonce: str = ""
