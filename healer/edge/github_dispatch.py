"""Starts a workflow once, also where GitHub's answer gets lost: a run of it that began meanwhile is the one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.outcome import SplatError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.edge.github_api import Api

#: Two clocks are compared.
_SKEW = timedelta(seconds=5)


def dispatch(api: Api, workflow: str, branch: str, inputs: Mapping[str, str] | None = None) -> bool:
    """Start the workflow (a path or a file's name) on a branch; False where the token may not, or it has no such
    trigger.
    """
    path = f"/actions/workflows/{quote(workflow.rpartition('/')[2])}"
    began = (datetime.now(UTC) - _SKEW).strftime("%Y-%m-%dT%H:%M:%SZ")

    def there() -> dict[str, Any] | None:
        wanted = {"event": "workflow_dispatch", "branch": branch, "per_page": "20"}
        found = (api.ask("GET", f"{path}/runs", parameters=wanted, but=(403, 404)) or {}).get("workflow_runs") or ()
        return next((run for run in found if str(run.get("created_at")) >= began), None)

    told = {"ref": branch} | ({"inputs": dict(inputs)} if inputs else {})
    try:
        api.ask("POST", f"{path}/dispatches", told, there=there)
    except SplatError:
        return False
    return True
