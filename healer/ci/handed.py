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
    """What is to be healed because checks failed: the pull request and its newest commit, which is what a repair starts
    from; 0 and "" where the default branch itself is red. `branch` is that of Splat's own fix, "" for anybody else's.
    `text` holds the trace, `facts` are titled texts beside it: words of others, both.
    """

    pull: int
    branch: str
    head: str
    text: str
    facts: Mapping[str, str]

    def event(self) -> Event:
        """What the walk starts from, on a tree of `head`. Where the branch is Splat's, it is the failure's report under
        the signature of the bug that the branch fixes, so that it leads to the same branch and the same pull request.
        """
        found = Event("trace", self.text, "ci", facts=dict(self.facts))
        return under(self.signature, found) if self.signature else found

    @property
    def signature(self) -> str:
        """Of the bug that the branch fixes, "" where it is none of Splat's."""
        return self.branch.removeprefix("splat/")[:16]


def under(signature: str, event: Event) -> Event:
    """The event with its trace as a report of this signature; as it is where it holds none."""
    report = read_report(event)
    if isinstance(report, Skipped):
        return event
    return replace(event, kind="report", text=json.dumps(to_wire(replace(report, signature=signature))))


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
        if type(pull) is not int or pull < 0 or not all(type(text) is str for text in texts):
            raise ValueError("it has other fields")
        branch, head, text = texts
        if len(text) > 2 * MOST_LOG or not _agree(pull, branch, head):
            raise ValueError("it names no branch, no commit or too long a text")
        return Repair(pull, branch, head, text, _facts(told["facts"]))
    except (ValueError, KeyError, RecursionError) as error:
        what = f"There is nothing to repair in the file: {str(error)[:100]}"
        raise UsageError(what, where=REPAIR, next_step="`splat watch --can-repair` writes it.") from None


def _agree(pull: int, branch: str, head: str) -> bool:
    if not pull:
        return not branch and not head
    return bool(_COMMIT.fullmatch(head)) and (not branch or bool(BRANCH.fullmatch(branch)))


def _facts(told: object) -> dict[str, str]:
    if not isinstance(told, dict) or len(told) > _FACTS:
        raise ValueError("it has no facts")
    if not all(type(value) is str and len(key) + len(value) <= _FACT for key, value in told.items()):
        raise ValueError("its facts are no texts, or too long")
    return told
