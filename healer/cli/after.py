"""`splat after`: whether merged fixes held, once they are live. Runs nothing, never talks to Claude."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from healer.cli.console import say, say_json
from healer.cli.runner import add_summary, broken, write_outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.after import Looked, Unheeded
    from healer.edge.github import GitHub

ASKS = frozenset({"after"})


@click.command()
@click.option("--request", metavar="DIR", required=True, help="What `splat gate` wrote there.")
@click.option("--event-name", default="", metavar="NAME", help="GitHub's name of the event.")
@click.option("--event-path", default="", metavar="FILE", help="The event's payload.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def after(request: str, event_name: str, event_path: str, as_json: bool) -> int:
    """Look at the fixes that were merged lately, and say on their issues whether the error came back.

    Labels an issue `splat:verified` or `splat:failed`, reopens it where the fix did not hold, asks for one more run,
    and with `merge.revert` opens a pull request that takes the fix back. By the clock, it also starts a run for open
    fixes whose checks ended without anybody telling Splat. Needs a token that may write contents, issues,
    pull requests and actions, in GITHUB_TOKEN.
    """
    from healer.after import Aftermath, Sweep
    from healer.cli.errand import begin
    from healer.cli.request_files import read_payload
    from healer.edge.github_checks import GitHubChecks
    from healer.edge.github_fate import GitHubFate
    from healer.edge.github_revert import GitHubReverts
    from healer.gate.admit import watched_since

    case, hub, actions, _ = begin(request, event_name, event_path, ASKS)
    branch = _default_branch(read_payload(event_path or actions.event_path), hub)
    since = watched_since(case.settings, case.state.now)
    site = GitHubFate(hub, branch)
    look = Aftermath(case, hub, site, GitHubReverts(hub), branch, since)
    found = look.look()
    sweep = Sweep(case, hub, GitHubChecks(hub), site, branch)
    unheard = sweep.look(look.troubles) if case.trigger.sweeps else ()
    outputs = _outputs(found, unheard)
    write_outputs(actions.output, outputs)
    add_summary(actions.summary, _summary(found, unheard))
    if as_json:
        say_json(outputs | {"requests": hub.requests, "looked": [_told(each) for each in found]})
    else:
        for each in found:
            say(f"splat: issue {each.issue}, pull request {each.pull}: {each.outcome}")
        for one in unheard:
            say(f"splat: pull request {one.pull}: {_said(one)}")
    if look.troubles:
        add_summary(actions.summary, broken(look.troubles[0], "Splat cannot look at a merged fix"))
        raise look.troubles[0]
    return 0


def _default_branch(payload: Any, hub: GitHub) -> str:
    repository = payload.get("repository") or hub.api.ask("GET", hub.api.repository)
    return str(repository.get("default_branch") or "")


def _outputs(found: Sequence[Looked], unheard: Sequence[Unheeded]) -> dict[str, str]:
    """The step's outputs: numbers of pull requests."""
    return {
        name: " ".join(str(each.pull) for each in found if each.outcome == name)
        for name in ("waiting", "verified", "failed")
    } | {
        "reverts": " ".join(str(each.revert) for each in found if each.revert),
        "unheard": " ".join(str(each.pull) for each in unheard if each.started),
    }


def _said(one: Unheeded) -> str:
    then = "a run looks at them" if one.started else "no run could be started (`workflow_dispatch` with `base`)"
    return f"its checks {one.state}, and nobody told Splat; {then}"


def _told(each: Looked) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(each)


def _summary(found: Sequence[Looked], unheard: Sequence[Unheeded]) -> str:
    rows = [f"| {each.issue} | {each.pull} | {each.outcome} | {each.reason} |" for each in found]
    table = "\n".join(["| issue | fix | | why |", "| ---: | ---: | --- | --- |", *rows])
    more = "".join(f"\n- Pull request {one.pull}: {_said(one)}." for one in unheard)
    return f"### Splat: what became of merged fixes\n\n{table if rows else 'There is none to look at.'}\n{more}\n"
