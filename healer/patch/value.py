"""The values of the patch stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from healer.proposal import Proposal


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after; `before` is None for a new file. `is_test` by the runtime's own rules."""

    path: str
    before: bytes | None
    after: bytes
    is_test: bool


@dataclass(frozen=True, slots=True)
class Patch:
    """A proposal that obeys every rule.

    `diff` is the canonical unified diff of all changes; `lines` counts added plus removed lines outside tests;
    `capabilities` names what the patch can newly do ("process", "network", "environment", "eval",
    "deserialisation", "file-writing"): any of them makes the pull request wait for a person.
    """

    proposal: Proposal
    changes: tuple[FileChange, ...]
    diff: str
    lines: int
    capabilities: tuple[str, ...] = ()

    @property
    def fix(self) -> tuple[FileChange, ...]:
        """The changes outside tests."""
        return tuple(change for change in self.changes if not change.is_test)

    @property
    def tests(self) -> tuple[FileChange, ...]:
        """The changes to tests."""
        return tuple(change for change in self.changes if change.is_test)
