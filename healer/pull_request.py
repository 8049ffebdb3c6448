"""Stage 9: branch, pull request, comment, in whatever forge there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from healer.confidence import Confidence


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A published fix. `url` is where a person reads it (a web address, or a path in a folder forge)."""

    confidence: Confidence
    number: int
    branch: str
    base: str
    head: str
    title: str
    body: str
    draft: bool
    url: str
    updated: bool = False
