"""What the steps behind a decision of the gate share: the request, the delivery read again, GitHub as of now."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from healer.outcome import Skipped, SplatError, UsageError

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
    # A fix that was closed meanwhile leads to no issue any more, or to itself; what is left is to end the run.
    is_gone = ask == "ci-finished" and case.number in (0, trigger.pull) and case.fix is None
    if (ask, case.number) != (request.ask, request.issue) and (ask != request.ask or (case.number and not is_gone)):
        raise UsageError(
            f"The request is to {request.ask} issue {request.issue}, and the event is to {trigger.ask} "
            f"issue {case.number}",
            next_step="Give the folder that `splat gate` wrote for this very event.",
        )
    return case, hub, actions, request


def let_go(folder: str) -> None:
    """Where a look at checks could not even begin, nothing stays reserved for it: no job after it would end the run."""
    from healer.cli.request_files import read_files
    from healer.edge.github import GitHub
    from healer.gate.case import tracked
    from healer.gate.ledger import stamp, write_ledger
    from healer.settings import Actions

    with suppress(SplatError):  # what broke first is what is told
        actions, request = Actions.read(os.environ), read_files(Path(folder))
        if request.ask != "ci-finished" or not request.issue:
            return
        hub = GitHub(actions, os.environ)
        for comment, ledger in tracked(hub.comments(request.issue) or (), hub.whoami()):
            for run in ledger.runs:
                if run.id == actions.run and run.attempt <= actions.attempt and run.state == "running":
                    ended = ledger.with_end(run.id, run.attempt, "declined", 0.0, stamp(datetime.now(UTC)))
                    rest = comment.body.partition("\n")[2]
                    hub.rewrite(comment.id, f"{write_ledger(ended)}\n{rest}")
