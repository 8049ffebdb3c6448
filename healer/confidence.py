"""Stage 8: a number, and the evidence it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from healer.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Point:
    """One piece of evidence: how many points it gave or took, and why."""

    value: int
    reason: str


@dataclass(frozen=True, slots=True)
class Confidence:
    """0 to 100. `points` add up to `score` before it is clamped; `draft` lists why a person must look first."""

    verdict: Verdict
    score: int
    points: tuple[Point, ...]
    draft: tuple[str, ...]
