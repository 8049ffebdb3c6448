"""Proposals and trees made for the tests of the patch."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from healer.context import Context
from healer.event import Event
from healer.frames import ExceptionInfo, RuntimeName
from healer.proposal import Edit, Proposal, RegressionTest, Spend
from healer.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CASES = Path(__file__).parents[1] / "cases" / "patches"
REPORTED = {
    "python": "AttributeError",
    "javascript": "TypeError",
    "go": "panic",
    "ruby": "NoMethodError",
    "php": "Error",
}


@dataclass(frozen=True)
class MemoryTree:
    """A commit held in memory."""

    files: dict[str, bytes]
    base: str = field(default="0" * 40)

    def paths(self) -> frozenset[str]:
        return frozenset(self.files)

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def history(self, path: str, first: int, last: int) -> Sequence[str]:
        return ()


def load(name: str) -> Any:
    return json.loads((CASES / f"{name}.json").read_text("utf-8"))


def tree_of(files: dict[str, str]) -> MemoryTree:
    return MemoryTree({path: text.encode() for path, text in files.items()})


def proposal(
    edits: Iterable[Sequence[str]],
    test: Iterable[Sequence[str]] = (),
    *,
    runtime: RuntimeName = "python",
    admitted: Iterable[str] = (),
) -> Proposal:
    fix, added = tuple(Edit(*edit) for edit in edits), tuple(Edit(*edit) for edit in test)
    report = Report(Event("trace", ""), runtime, (ExceptionInfo(REPORTED[runtime], "boom"),))
    context = Context(report, "0" * 40, (), (), "", admitted=frozenset(admitted))
    regression = RegressionTest(added, "test_a") if added else None
    return Proposal(context, 1, "title", "cause", "fix", fix, regression, (), 50, Spend("claude-sonnet-5-5"))
