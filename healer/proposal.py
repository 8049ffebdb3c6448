"""Stage 5: Claude's typed answer, still untrusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from healer.context import Context


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
class Spend:
    """What an answer cost: model, tokens by kind, dollars, and seconds spent waiting for Claude."""

    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    dollars: float = 0.0
    seconds: float = 0.0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """One attempt's answer. `confidence` is the model's own word, 0 to 100; `spend` is this attempt's alone."""

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
