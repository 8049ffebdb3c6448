"""`splat gate`: may this delivery of GitHub start a run. The first thing a workflow does; decides, and says so."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from healer.cli.console import one_line, say, say_json
from healer.cli.request_files import read_payload
from healer.cli.runner import add_summary, broken, write_outputs
from healer.outcome import Skipped, SplatError

if TYPE_CHECKING:
    from healer.gate import Admission
    from healer.settings import Actions


@click.command()
@click.option(
    "--event-name", default="", metavar="NAME", help="GitHub's name of the event. Default: GITHUB_EVENT_NAME."
)
@click.option("--event-path", default="", metavar="FILE", help="The event's payload. Default: GITHUB_EVENT_PATH.")
@click.option("--out", "folder", default="", metavar="DIR", help="Where the request is written. Default: RUNNER_TEMP.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def gate(event_name: str, event_path: str, folder: str, as_json: bool) -> int:
    """Decide whether a delivery of GitHub may start a run, and acknowledge it on the issue.

    A yes and a no both exit with 0: the output `go` of the step tells them apart. Needs a token that may read the
    repository and write issues, in GITHUB_TOKEN; it runs no code of the repository and never talks to Claude.
    """
    from healer.settings import Actions

    actions = Actions.read(os.environ)
    payload = read_payload(event_path or actions.event_path)
    try:
        admission, requests = _decide(event_name or actions.event_name, payload, actions)
    except SplatError as error:
        add_summary(actions.summary, broken(error, "Splat cannot decide"))
        raise
    outputs = _outputs(admission) | _request_files(admission, Path(folder or actions.folder or "."))
    write_outputs(actions.output, outputs)
    add_summary(actions.summary, _summary(admission))
    if as_json:
        say_json(outputs | {"requests": requests})
    else:
        say(_line(admission))
    return 0


def _decide(name: str, payload: Any, actions: Actions) -> tuple[Admission, int]:
    """The decision, acted upon, and how many requests it took."""
    from healer.cli.errand import of_this_repository
    from healer.edge.github import GitHub
    from healer.event import read_event
    from healer.gate import Admission, Here, admit
    from healer.settings import CONFIG_PATH, load_settings

    hub = GitHub(actions, os.environ)
    settings = load_settings(hub.content(CONFIG_PATH), environ=os.environ)
    trigger = read_event(name, payload, settings)
    if isinstance(trigger, Skipped):
        return Admission(trigger), hub.requests
    of_this_repository(name, payload, actions)
    here = Here(hub.whoami(), actions.run, actions.attempt, actions.run_url, actions.workflow)
    return admit(trigger, hub, settings, here, datetime.now(UTC)), hub.requests


def _outputs(admission: Admission) -> dict[str, str]:
    """The step's outputs: numbers, and words of our own; no text of others."""
    decision = admission.decision
    found = {"go": "false", "issue": str(admission.issue or ""), "tracking": str(admission.tracking or "")}
    if isinstance(decision, Skipped):
        return found | {"code": decision.code}
    return found | {
        "go": "true",
        "code": "go",
        "ask": decision.ask,
        "pull": str(decision.pull or ""),
        "signature": decision.signature,
        "approved": "true" if decision.approved else "false",
        "running": str(decision.running or ""),
        "branch": f"refs/heads/{decision.base}" if decision.base else "",
    }


def _request_files(admission: Admission, folder: Path) -> dict[str, str]:
    """What others wrote, in files: outputs and environment are read by shells."""
    from dataclasses import asdict

    decision = admission.decision
    if isinstance(decision, Skipped):
        return {}
    place = folder / "splat-request"
    place.mkdir(parents=True, exist_ok=True)
    request, hint = place / "request.json", place / "hint.txt"
    request.write_text(json.dumps({"v": 1, **asdict(decision), "tracking": admission.tracking}), "utf-8")
    hint.write_text(decision.hint, "utf-8")
    return {"request-file": str(request), "hint-file": str(hint)}


def _summary(admission: Admission) -> str:
    from healer import markdown as md

    decision = admission.decision
    about = f" issue {admission.issue}" if admission.issue else ""
    if isinstance(decision, Skipped):
        why = f"{md.prose(decision.reason)} {md.prose(decision.next_step)}".strip()
        return f"### Splat: not now ({md.line(decision.code)})\n\n{why}\n"
    return f"### Splat: {decision.ask}{about}\n\nAsked for by {md.code(decision.actor, 50)}.\n"


def _line(admission: Admission) -> str:
    decision = admission.decision
    if isinstance(decision, Skipped):
        return f"splat: not now ({decision.code}): {one_line(decision.reason)} {one_line(decision.next_step)}".rstrip()
    return f"splat: go: {decision.ask}, issue {admission.issue or '-'}, pull request {decision.pull or '-'}"
