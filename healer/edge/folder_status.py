"""What `splat status` reads of a forge in a folder: `.splat/` and the branches. Anyone can write into it: nothing that
stands there is believed beyond its shape, nothing is followed, and every list has an end.
"""

from __future__ import annotations

import json
import os
import re
import stat
from contextlib import suppress
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from healer.edge.branches import contains, head_of
from healer.gate.ledger import Ledger, Run, stamp
from healer.outcome import SplatError
from healer.status.read import read_state
from healer.status.value import Fix, Gathered, Incident

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from healer.gate.ledger import Outcome

#: Records of a kind, and runs, that are read, the newest; and branches that git is asked about.
MOST_RECORDS, MOST_RUNS, MOST_BRANCHES = 5_000, 5_000, 100
_MOST_BYTES = 1_000_000
_NUMBERED = re.compile(r"([1-9]\d{0,8})\.json")
_RUN = re.compile(r"(20\d{6}T\d{6})-[0-9a-f]{4}")
_BRANCH = re.compile(r"splat/[0-9a-f]{16}(?:-[1-9][0-9]{0,4})?")


class FolderStatus:
    """Reads `<top>/.splat/`. `left_out` says what was not read."""

    def __init__(self, top: Path, head: str) -> None:
        self._top, self._head, self._root = top, head, top / ".splat"
        self.left_out: list[str] = []

    def read(self, since: datetime, now: datetime) -> Gathered:
        """Runs are no part of an issue here: they are counted as if they were about none. Writes nothing."""
        fixes = tuple(self._fixes())
        fixed = {fix.issue for fix in fixes if fix.state == "merged"}
        issues = [record for _, record in self._records("issues") if record.get("state") == "open"]
        incidents = tuple(
            Incident(record["number"], str(record.get("title") or ""))
            for record in issues
            if record["number"] not in fixed
        )
        runs = tuple(sorted(self._runs(now), key=lambda run: run.at))
        return Gathered(str(self._root), now, since, incidents, fixes, {0: Ledger(runs)}, tuple(self.left_out))

    def _fixes(self) -> Iterator[Fix]:
        for asked, (path, record) in enumerate(self._records("pulls")):
            branch, head = str(record.get("branch")), str(record.get("head"))
            merged = asked < MOST_BRANCHES and self._merged(head)
            gone = not merged and asked < MOST_BRANCHES and _BRANCH.fullmatch(branch) and not self._points(branch)
            state = read_state(str(record.get("marker") or ""))
            issue = record.get("issue")
            yield Fix(
                record["number"],
                str(record.get("title") or ""),
                "merged" if merged else "closed" if gone or record.get("state") != "open" else "open",
                draft=record.get("draft") is True,
                opened=_modified(path),
                # When a branch was merged, or taken away, nobody wrote down.
                ended=_modified(path) if merged or gone else None,
                merged="unmodified" if merged else None,
                confidence=state.confidence,
                dollars=state.dollars,
                issue=issue if type(issue) is int else 0,
            )
            if asked == MOST_BRANCHES:
                self.left_out.append(f"Only of the newest {MOST_BRANCHES} fixes git was asked what became of them.")

    def _merged(self, head: str) -> bool:
        with suppress(SplatError):
            return bool(re.fullmatch(r"[0-9a-f]{40,64}", head)) and contains(self._top, self._head, head)
        return False

    def _points(self, branch: str) -> bool:
        with suppress(SplatError):
            return bool(head_of(self._top, branch))
        return False

    def _records(self, kind: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        """The newest first."""
        folder = self._root / kind
        numbers = sorted(
            (int(match[1]) for name in _names(folder) if (match := _NUMBERED.fullmatch(name))), reverse=True
        )
        if len(numbers) > MOST_RECORDS:
            self.left_out.append(f"Of {len(numbers):,} {kind} the newest {MOST_RECORDS:,} were read.")
        for number in numbers[:MOST_RECORDS]:
            path = folder / f"{number}.json"
            record = _json(path)
            if isinstance(record, dict) and record.get("number") == number:
                yield path, record

    def _runs(self, now: datetime) -> Iterator[Run]:
        names = sorted((name for name in _names(self._root / "runs") if _RUN.fullmatch(name)), reverse=True)
        if len(names) > MOST_RUNS:
            self.left_out.append(f"Of {len(names):,} runs the newest {MOST_RUNS:,} were read.")
        for number, name in enumerate(names[:MOST_RUNS]):
            with suppress(ValueError):
                began = datetime.strptime(name[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
                folder = self._root / "runs" / name
                yield Run(number, 1, name, stamp(began), "heal", 0, _cost(folder), _outcome(folder), "")


def _names(folder: Path) -> list[str]:
    """What stands in a folder, which must be none that leads elsewhere."""
    if folder.is_symlink() or folder.parent.is_symlink():
        return []
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _json(path: Path) -> Any:
    """None for what is no regular file, too large, or no JSON."""
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > _MOST_BYTES:
            return None
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _modified(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return None


def _cost(folder: Path) -> float:
    """Dollars of all attempts of a run."""
    spends = _json(folder / "cost.json")
    told = [each.get("dollars") for each in spends if isinstance(each, dict)] if isinstance(spends, list) else []
    return sum(float(each) for each in told if isinstance(each, (int, float)) and isfinite(each) and each > 0)


def _outcome(folder: Path) -> Outcome:
    """By what a run left behind: its summary is the last thing that it writes."""
    if not (folder / "summary.md").is_file():
        return "running"
    if not (folder / "cost.json").is_file():
        return "declined"
    return "fixed" if (folder / "confidence.json").is_file() else "unfixed"
