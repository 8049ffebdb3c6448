"""`splat watch`: what the checks of a fix say, and what comes next. Runs nothing, never talks to Claude."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from healer.cli.console import say, say_json
from healer.cli.runner import add_summary, broken, write_outputs
from healer.outcome import SplatError

if TYPE_CHECKING:
    from collections.abc import Callable

    from healer.after import Watched
    from healer.settings import Actions

ASKS = frozenset({"heal", "retry", "ci-finished"})
_PAUSE = 5.0


@click.command()
@click.option("--request", metavar="DIR", required=True, help="What `splat gate` wrote there.")
@click.option("--wait", default=0, metavar="SECONDS", type=click.IntRange(0, 300), help="For a first check to begin.")
@click.option("--can-repair", is_flag=True, help="A job follows that heals what is to be repaired.")
@click.option("--event-name", default="", metavar="NAME", help="GitHub's name of the event.")
@click.option("--event-path", default="", metavar="FILE", help="The event's payload.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def watch(request: str, wait: int, event_name: str, event_path: str, can_repair: bool, as_json: bool) -> int:
    """Look at the checks of a fix, do what comes next, and say so in Splat's comment.

    Failed checks are run again once, or repaired; checks that nobody started are started, where a workflow allows it;
    a fix is merged where `merge.auto` is on and every condition is met. Needs a token that may read checks, statuses
    and contents and write actions, issues and pull requests, in GITHUB_TOKEN; to merge, contents too.
    """
    from healer.after import Watch
    from healer.cli.errand import begin, let_go
    from healer.edge.github_after import GitHubMerging
    from healer.edge.github_checks import GitHubChecks

    try:
        case, hub, actions, asked = begin(request, event_name, event_path, ASKS)
    except SplatError:
        let_go(request)
        raise
    look = Watch(
        case,
        hub,
        GitHubChecks(hub),
        GitHubMerging(hub.api),
        lambda: datetime.now(UTC),
        can_repair,
        asked.issue,
        _waiting(wait),
        _pause,
    )
    try:
        seen = look.look()
    except SplatError as error:
        look.broken(error)
        write_outputs(actions.output, {"state": "", "next": "tell"})
        add_summary(actions.summary, broken(error, "Splat cannot look at the checks"))
        raise
    return _tell(seen, actions, Path(request), hub.requests, as_json=as_json)


def _pause() -> None:
    time.sleep(2)


def _waiting(seconds: int) -> Callable[[], bool]:
    """Checks begin some seconds after a push."""
    until = time.monotonic() + seconds

    def again() -> bool:
        left = until - time.monotonic()
        if left > 0:
            time.sleep(min(_PAUSE, left))
        return left > 0

    return again


def _tell(seen: Watched, actions: Actions, folder: Path, requests: int, *, as_json: bool) -> int:
    from healer.ci import section

    then = seen.next
    outputs = {"state": then.state, "next": then.act, "pull-request": str(seen.pull or ""), "head": seen.head}
    if then.act == "repair":
        outputs |= {"repair-file": _handed_on(seen, folder), "base": seen.head if seen.pull else ""}
    write_outputs(actions.output, outputs)
    unmet = [f"- {condition.reason}" for condition in seen.conditions if not condition.met]
    add_summary(actions.summary, section(seen.head, then, ["\n".join(unmet)]))
    if as_json:
        found = {condition.name: condition.met for condition in seen.conditions}
        causes = {each.check.name: each.cause for each in then.blames}
        say_json(outputs | {"requests": requests, "failed": causes, "conditions": found})
    else:
        say(f"splat: checks {then.state}; {then.act}: {then.reason} {then.next_step}".rstrip())
    return 0


def _handed_on(seen: Watched, folder: Path) -> str:
    """What a repair starts from, in a file: words of others belong into no output."""
    from healer.ci import REPAIR, Repair, pack_repair

    event = seen.next.event
    assert event is not None
    place = folder / REPAIR
    head = seen.head if seen.pull else ""
    place.write_bytes(pack_repair(Repair(seen.pull, seen.branch, head, event.text, event.facts)))
    return str(place)
