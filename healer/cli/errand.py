"""What the steps behind a decision of the gate share: the request, the delivery read again, GitHub as of now."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from healer.outcome import Skipped, UsageError

if TYPE_CHECKING:
    from healer.edge.github import GitHub
    from healer.gate.case import Case
    from healer.handover import Request
    from healer.settings import Actions


def of_this_repository(event: str, payload: Any, actions: Actions) -> None:
    """Raises UsageError for a delivery about another repository; a schedule's has not always told of any."""
    repository = payload.get("repository")
    if repository is None and event == "schedule":
        return
    if str(repository.get("full_name")).casefold() != actions.repository.casefold():
        raise UsageError(
            "The event is about another repository", where="repository.full_name", next_step="Set GITHUB_REPOSITORY."
        )


def begin(folder: str, name: str, path: str, allowed: frozenset[str]) -> tuple[Case, GitHub, Actions, Request]:
    """The delivery as its own payload tells it, and GitHub's state: nothing but which of both was let through is taken
    from the request. Raises UsageError for a request to do something else than is `allowed`, or about another event.
    """
    from healer.cli.request_files import read_files, read_payload
    from healer.delivery import look_again
    from healer.edge.github import GitHub
    from healer.event import read_event
    from healer.gate import Here
    from healer.gate.case import Case
    from healer.settings import CONFIG_PATH, Actions, load_settings

    actions = Actions.read(os.environ)
    request = read_files(Path(folder))
    if request.ask not in allowed:
        raise UsageError(
            f"The request is to {request.ask}, which this step does not do",
            where=folder,
            next_step=f"Run it where the gate's output `ask` is one of {', '.join(sorted(allowed))}.",
        )
    payload = read_payload(path or actions.event_path)
    event = name or actions.event_name
    hub = GitHub(actions, os.environ)
    settings = load_settings(hub.content(CONFIG_PATH), environ=os.environ)
    trigger = read_event(event, payload, settings)
    if isinstance(trigger, Skipped):
        raise UsageError(f"The event asks for nothing: {trigger.reason}", next_step="Use the event of this run.")
    of_this_repository(event, payload, actions)
    here = Here(hub.whoami(), actions.run, actions.attempt, actions.run_url, actions.workflow)
    state = look_again(trigger, hub, settings, here, datetime.now(UTC))
    case = Case(trigger, state, settings)
    ask = "after" if trigger.returned and request.ask == "after" else trigger.ask
    if (ask, case.number) not in ((request.ask, request.issue), (request.ask, 0)):
        raise UsageError(
            f"The request is to {request.ask} issue {request.issue}, and the event is to {trigger.ask} "
            f"issue {case.number}",
            next_step="Give the folder that `splat gate` wrote for this very event.",
        )
    return case, hub, actions, request
