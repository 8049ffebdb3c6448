"""Printed traces kept as data: what a program printed, and beside it what a reader must make of it.

`<name>.txt` is the output, `<name>.json` the expected traces; a program of the same name is what was run. Names that
begin `by_hand` follow formats of engines and tools that were not at hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from healer.frames import Frame, Trace

CASES = Path(__file__).parent.parent / "cases" / "traces"


def names(runtime: str) -> list[str]:
    return sorted(path.stem for path in (CASES / runtime).glob("*.txt"))


def lines(runtime: str, name: str) -> list[str]:
    return (CASES / runtime / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def expected(runtime: str, name: str) -> Any:
    return json.loads((CASES / runtime / f"{name}.json").read_text(encoding="utf-8"))


def told(traces: list[Trace]) -> list[dict[str, Any]]:
    """The traces in the expected files' own words."""
    return [
        {
            "first": trace.first,
            "last": trace.last,
            "others": trace.others,
            "exceptions": [
                {
                    "type": exception.type,
                    "message": exception.message,
                    "relation": exception.relation,
                    "parent": exception.parent,
                    "frames": [frame_text(frame) for frame in exception.frames],
                }
                for exception in trace.exceptions
            ],
        }
        for trace in traces
    ]


def frame_text(frame: Frame) -> str:
    place = ":".join(str(part) for part in (frame.path, frame.line, frame.column) if part is not None)
    source = f"  | {frame.source}" if frame.source else ""
    return f"{'app' if frame.in_app else 'lib'} {place} in {frame.function or '-'}{source}"
