"""From the step that watches to the job that repairs: what is to be repaired, read typed and capped."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from healer.ci.evidence import MOST_LOG
from healer.event import BRANCH, Event
from healer.outcome import Skipped, UsageError
from healer.report import read_report, to_wire

if TYPE_CHECKING:
    from collections.abc import Mapping

REPAIR = "repair.json"
MAX_BYTES = 4_000_000
_FACTS, _FACT = 10, 20_000
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Repair:
    """A fix whose checks failed because of it: its pull request, branch and newest commit, which is what a repair
    starts from, the failed jobs' `text` with the trace, and titled texts beside it. Words of others, the last two.
    """

    pull: int
    branch: str
    head: str
    text: str
    facts: Mapping[str, str]

    def event(self) -> Event:
        """What the walk starts from, on a tree of `head`: the failure's report, under the signature of the bug that the
        branch fixes, so that it leads to the same branch and the same pull request.
        """
        report = read_report(Event("trace", self.text, "ci"))
        if isinstance(report, Skipped):
            return Event("trace", self.text, "ci", facts=dict(self.facts))
        wire = to_wire(replace(report, signature=self.signature))
        return Event("report", json.dumps(wire), "ci", facts=dict(self.facts))

    @property
    def signature(self) -> str:
        """Of the bug that the branch fixes."""
        return self.branch.removeprefix("splat/")[:16]


def pack_repair(repair: Repair) -> bytes:
    """As JSON."""
    told = {
        "v": 1,
        "pull": repair.pull,
        "branch": repair.branch,
        "head": repair.head,
        "text": repair.text,
        "facts": dict(repair.facts),
    }
    return json.dumps(told).encode()


def read_repair(data: bytes) -> Repair:
    """From the file's bytes. Raises UsageError for what is too large, or not of the shape."""
    try:
        told = json.loads(data) if len(data) <= MAX_BYTES else None
        if not isinstance(told, dict) or told.get("v") != 1:
            raise ValueError("it has another shape")
        pull, texts = told["pull"], [told[name] for name in ("branch", "head", "text")]
        if type(pull) is not int or pull < 1 or not all(type(text) is str for text in texts):
            raise ValueError("it has other fields")
        branch, head, text = texts
        if not BRANCH.fullmatch(branch) or not _COMMIT.fullmatch(head) or len(text) > 2 * MOST_LOG:
            raise ValueError("it names no branch, no commit or too long a text")
        return Repair(pull, branch, head, text, _facts(told["facts"]))
    except (ValueError, KeyError, RecursionError) as error:
        what = f"There is nothing to repair in the file: {str(error)[:100]}"
        raise UsageError(what, where=REPAIR, next_step="`splat watch --can-repair` writes it.") from None


def _facts(told: object) -> dict[str, str]:
    if not isinstance(told, dict) or len(told) > _FACTS:
        raise ValueError("it has no facts")
    if not all(type(value) is str and len(key) + len(value) <= _FACT for key, value in told.items()):
        raise ValueError("its facts are no texts, or too long")
    return told
