"""After the merge: whether the error came back, by the block that the SDKs keep in the issue."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from healer.after import Merge, after_deploy, read_block
from healer.settings import MergeSettings

VECTORS = Path(__file__).parents[2] / "sdk" / "vectors" / "issue.json"
MERGED = datetime(2026, 11, 20, 12, tzinfo=UTC)
LIVE = MERGED + timedelta(hours=1)
FIX = Merge("f" * 40, MERGED, LIVE)
#: What the compare API says: these hold the fix, these do not, and of any other nobody knows.
HOLDS = {"v2": True, "2.1+build": True, "v1": False}


def body(last: str, releases: str = "v1", count: int = 3) -> str:
    seen = f"<!-- splat:seen count={count} first=2026-11-01T00:00:00.000Z last={last} releases={releases} -->"
    return f"<!-- splat:1 signature=0123456789abcdef -->\n{seen}\nSeen **3 times**.\n<!-- splat:end -->\n"


def outcome(text: str, hours: float = 48, merge: Merge = FIX, **changes: Any) -> tuple[str, bool]:
    block = read_block(text)
    assert block
    now = MERGED + timedelta(hours=hours)
    found = after_deploy(block, merge, HOLDS.get, replace(MergeSettings(), **changes), now)
    return found.outcome, found.reopen


BEFORE, AFTER, LATE = "2026-11-20T11:00:00.000Z", "2026-11-20T15:00:00.000Z", "2026-12-20T15:00:00.000Z"


@pytest.mark.parametrize(
    ("text", "hours", "merge", "expected"),
    [
        (body(BEFORE), 48, FIX, ("verified", False)),
        (body(BEFORE), 20, FIX, ("waiting", False)),
        (body(BEFORE), 500, replace(FIX, deployed=None), ("waiting", False)),
        (body(AFTER, "v1,v2"), 5, FIX, ("failed", True)),
        (body(AFTER, "v1,2.1+build"), 5, FIX, ("failed", True)),
        (body(AFTER, "v1,v2"), 5, replace(FIX, deployed=None), ("failed", True)),
        (body(LATE, "v1,v2"), 24 * 40, FIX, ("failed", False)),
        # An old release that still runs somewhere says nothing about the fix, and starts the quiet hours anew.
        (body(AFTER, "v1"), 5, FIX, ("waiting", False)),
        (body(AFTER, "v1"), 20, FIX, ("waiting", False)),
        (body(AFTER, "v1"), 28, FIX, ("verified", False)),
        # A release of which nobody knows what it holds.
        (body(AFTER, "unknown"), 5, FIX, ("waiting", False)),
        (body(AFTER, "v1,unknown"), 48, FIX, ("waiting", False)),
        (body(BEFORE, "v1,unknown"), 48, FIX, ("verified", False)),
        # Without releases, the clock is all there is.
        (body(AFTER, ""), 5, FIX, ("failed", True)),
        (body("2026-11-20T12:30:00.000Z", ""), 5, FIX, ("waiting", False)),
        # A deploy takes its time, and what ran before goes on meanwhile.
        (body("2026-11-20T13:10:00.000Z", ""), 5, FIX, ("waiting", False)),
    ],
)
def test_did_it_come_back(text: str, hours: float, merge: Merge, expected: tuple[str, bool]) -> None:
    assert outcome(text, hours, merge) == expected


def test_the_window_and_the_quiet_hours_are_settings() -> None:
    assert outcome(body(AFTER, "v2"), 5, window_days=0.1) == ("failed", False)
    assert outcome(body(BEFORE), 3, quiet_hours=1.0) == ("verified", False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        body("yesterday-at-ten-past-noon"),
        body("2026-99-99T00:00:00.000Z"),
        body(AFTER).replace("count=3", "count=x"),
        body(AFTER).replace("splat:seen", "splat:saw"),
        "<!-- splat:seen count=" * 50_000,
    ],
)
def test_a_damaged_block_is_none(text: str) -> None:
    assert read_block(text) is None


def test_the_sdks_own_blocks_are_read() -> None:
    updates = {case["name"]: case["expected"] for case in json.loads(VECTORS.read_text())["updates"]}
    bodies = [text for text in updates.values() if text]
    assert len(bodies) >= 10
    for text in bodies:
        found = read_block(text)
        assert found
        assert found.count >= 2
        assert found.first <= found.last
    odd = read_block(updates["odd-release"])
    assert odd
    assert odd.releases == ("4f3a2b1c", "v1 --> <b>,é")
