"""What the rules look at: the changes of a patch that is not accepted yet, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from healer.patch.ops import joined
from healer.patch.text import without_ending
from healer.patch.value import FileChange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.frames import RuntimeName
    from healer.patch.ops import Op
    from healer.policy import Role


@dataclass(frozen=True)
class Change:
    """One file's change. `lines` are those before, with their endings; `ops` lead from there to those after."""

    path: str
    role: Role
    before: bytes | None
    after: bytes
    lines: Sequence[str]
    ops: Sequence[Op]

    @cached_property
    def added(self) -> list[tuple[int, str]]:
        """Each added line: its number in the file after, and its text without an ending."""
        found: list[tuple[int, str]] = []
        shift = 0
        for op in joined(self.ops):
            first = op.start + shift + 1
            found += [(first + offset, without_ending(line)) for offset, line in enumerate(op.lines)]
            shift += len(op.lines) - (op.end - op.start)
        return found

    @cached_property
    def removed(self) -> list[tuple[int, str]]:
        """Each removed line: its number in the file before, and its text without an ending."""
        return [
            (number + 1, without_ending(self.lines[number])) for op in self.ops for number in range(op.start, op.end)
        ]

    @cached_property
    def text_before(self) -> str:
        """The file before as text; "" for a new one."""
        return (self.before or b"").decode("utf-8", "replace")

    @cached_property
    def text_after(self) -> str:
        """The file after as text."""
        return self.after.decode("utf-8", "replace")

    @property
    def is_test(self) -> bool:
        """Whether the file belongs to the tests."""
        return self.role != "code"

    @property
    def value(self) -> FileChange:
        """The change as later stages see it."""
        return FileChange(self.path, self.before, self.after, self.is_test)


@dataclass(frozen=True)
class Candidate:
    """All changes of one patch, in the order of their paths.

    `admitted` are the paths that the trace and its imports lead to, None where that is unknown and so not asked;
    `tracked` every path of the repository; `reported` the types of the reported exceptions.
    """

    changes: tuple[Change, ...]
    runtime: RuntimeName
    admitted: frozenset[str] | None
    tracked: frozenset[str]
    reported: tuple[str, ...] = ()

    @property
    def fix(self) -> tuple[Change, ...]:
        """The changes outside tests."""
        return tuple(change for change in self.changes if not change.is_test)

    @property
    def tests(self) -> tuple[Change, ...]:
        """The changes to tests."""
        return tuple(change for change in self.changes if change.is_test)

    @property
    def lines(self) -> int:
        """Lines added plus removed outside tests."""
        return sum(len(change.added) + len(change.removed) for change in self.fix)
