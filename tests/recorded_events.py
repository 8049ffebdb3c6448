"""The recorded deliveries of GitHub in tests/cases/events/, and changed copies of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

FOLDER = Path(__file__).parent / "cases" / "events"
#: GitHub's name of the event, by how the file's name begins.
NAMES = (
    "issues",
    "issue_comment",
    "pull_request_review_comment",
    "workflow_run",
    "workflow_dispatch",
    "check_suite",
    "status",
    "repository_dispatch",
    "deployment_status",
    "schedule",
)
MONA, STRANGER, REPORTER, ACTIONS_BOT = 2001, 2002, 2003, 41898282
SIGNATURE, HEAD = "0123456789abcdef", "6dcb09b5b57875f334f61aebed695e2e4193db5e"


@cache
def _text(case: str) -> str:
    return (FOLDER / f"{case}.json").read_text()


def name_of(case: str) -> str:
    """The event that a recorded delivery belongs to."""
    return next(name for name in NAMES if case.startswith(f"{name}_") or case == name)


def delivery(case: str, **changes: Any) -> Any:
    """A recorded payload; `changes` maps dotted paths, their dots written as `__`, to other values."""
    payload = json.loads(_text(case))
    for path, value in changes.items():
        put(payload, path.replace("__", "."), value)
    return payload


def put(payload: Any, path: str, value: Any) -> None:
    """Set the field at a dotted path."""
    *way, last = path.split(".")
    for step in way:
        payload = payload[step]
    payload[last] = value


def damaged(case: str, data: st.DataObject) -> Any:
    """A recorded payload in which one value, at most three levels down, is another one."""
    payload = place = delivery(case)
    for _ in range(3):
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or not place[key]:
            break
        place = place[key]
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(
        st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2) | st.just({})
    )
    return payload


def every_case() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))
