"""A workflow's file: does it run on pull requests, and may it be started by hand. Its text is data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_MOST_BYTES = 256 * 1024
_BY_HAND = "workflow_dispatch"


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow of the default branch: does it check pull requests, can it be started on a branch, and if it
    cannot, why.
    """

    path: str
    checks: bool
    startable: bool
    why_not: str = ""


def read_workflow(path: str, content: bytes | None) -> Workflow:
    """What a workflow's triggers allow. A file that cannot be read checks nothing. Never raises."""
    triggers = _triggers(content)
    if triggers is None:
        return Workflow(path, checks=False, startable=False, why_not="its file cannot be read")
    checks = "pull_request" in triggers
    if _BY_HAND not in triggers:
        return Workflow(path, checks, startable=False, why_not="it has no `workflow_dispatch:` trigger")
    inputs = triggers[_BY_HAND].get("inputs") if isinstance(triggers[_BY_HAND], dict) else None
    needed = [
        str(name)
        for name, rule in (inputs.items() if isinstance(inputs, dict) else ())
        if isinstance(rule, dict) and rule.get("required") is True and rule.get("default") is None
    ]
    if needed:
        return Workflow(path, checks, startable=False, why_not=f"it asks for the input {needed[0][:60]!r}")
    return Workflow(path, checks, startable=True)


def _triggers(content: bytes | None) -> dict[str, Any] | None:
    if content is None or len(content) > _MOST_BYTES:
        return None
    from healer.outcome import SplatError
    from healer.settings.document import read_yaml

    try:
        document = read_yaml(content, "workflow")
    except SplatError:
        return None
    if not isinstance(document, dict):
        return None
    # YAML 1.1 takes the key `on` for a truth.
    told = document.get("on", document.get(True))
    if isinstance(told, str):
        return {told: None}
    if isinstance(told, list):
        return {str(name): None for name in told}
    return {str(name): rule for name, rule in told.items()} if isinstance(told, dict) else None
