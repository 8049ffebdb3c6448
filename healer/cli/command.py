"""`splat command`: what a person asked for in a comment, and the gate let through."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from healer.cli.console import one_line, say, say_json
from healer.cli.runner import add_summary, broken, write_outputs
from healer.outcome import Skipped, SplatError

if TYPE_CHECKING:
    from healer.after import Obeyed


@click.command()
@click.option("--request", metavar="DIR", required=True, help="What `splat gate` wrote there.")
@click.option("--event-name", default="", metavar="NAME", help="GitHub's name of the event.")
@click.option("--event-path", default="", metavar="FILE", help="The event's payload.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(request: str, event_name: str, event_path: str, as_json: bool) -> int:
    """Do what a comment asks for: stop, ignore, explain, merge, help. The answer stands where it was asked.

    Needs a token that may write issues and pull requests, in GITHUB_TOKEN; to stop a run actions too, to merge
    contents. Runs nothing, never talks to Claude.
    """
    from healer.after import obey
    from healer.after.commands import COMMANDS
    from healer.cli.errand import begin
    from healer.edge.github_after import GitHubCommands, GitHubMerging
    from healer.edge.github_checks import GitHubChecks

    case, hub, actions, _ = begin(request, event_name, event_path, COMMANDS)
    try:
        hands = (hub, GitHubChecks(hub), GitHubMerging(hub.api), GitHubCommands(hub.api))
        done = obey(case, *hands, datetime.now(UTC), lambda: time.sleep(2))
    except SplatError as error:
        write_outputs(actions.output, {"outcome": "error"})
        add_summary(actions.summary, broken(error, f"Splat cannot {case.trigger.ask}"))
        raise
    outcome, words = _ended(done)
    write_outputs(actions.output, {"outcome": outcome})
    add_summary(actions.summary, f"### Splat: {case.trigger.ask}, {outcome}\n\n{words}\n")
    if as_json:
        say_json({"outcome": outcome, "requests": hub.requests})
    else:
        say(f"splat: {case.trigger.ask}: {outcome}. {one_line(words)[:300]}")
    return 0


def _ended(done: Obeyed | Skipped) -> tuple[str, str]:
    from healer import markdown as md

    if isinstance(done, Skipped):
        return "nothing", f"{md.prose(done.reason)} {md.prose(done.next_step)}".strip()
    return done.outcome, done.words
