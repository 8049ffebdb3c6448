"""`splat heal`: from a crash to a pull request, on one machine."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from healer.cli.console import one_line, say, say_json
from healer.cli.inputs import crash_options, read_event, repository_options, settings_to_heal
from healer.outcome import UsageError

if TYPE_CHECKING:
    from healer.edge.journal import Journal
    from healer.edge.stopwatch import Stopwatch
    from healer.outcome import Skipped
    from healer.pull_request import Diagnosis, PullRequest


@click.command()
@crash_options
@repository_options
@click.option("--hint", default="", help="Your words for Claude: what the right behaviour is.")
@click.option("--max-dollars", type=float, metavar="USD", help="The most to spend on Claude. Default: 1.00.")
@click.option("--attempts", type=int, metavar="N", help="The most answers to ask for. Default: 3.")
@click.option("--sandbox", type=click.Choice(["bubblewrap", "none"]), help="`none` runs the project's code as you.")
@click.option("--request", metavar="DIR", help="In GitHub Actions: heal what `splat gate` let through and wrote there.")
@click.option("--handover", metavar="FILE", help="Also write there what another job needs to publish the result.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def heal(
    trace_file: str | None,
    report_file: str | None,
    repo: str,
    base: str,
    hint: str,
    request: str | None,
    handover: str | None,
    *,
    as_json: bool,
    **limits: Any,
) -> int:
    """Turn a crash into a proven fix: a branch `splat/...` and a pull request under `.splat/`.

    Your working tree, index and current branch are not touched. Exit codes: 0 fixed, 10 declined, 20 no acceptable
    fix, 2 bad usage, 1 broken. With --request, all of the first three are 0, and nothing is written but the handover.
    """
    options = {
        "limits.dollars": limits["max_dollars"],
        "limits.attempts": limits["attempts"],
        "sandbox": limits["sandbox"],
    }
    if request is not None:
        if trace_file or report_file or hint:
            what = "--request brings its own crash and hint"
            raise UsageError(what, next_step="Leave out --trace, --report and --hint.")
        from healer.cli.heal_request import heal_request

        return heal_request(request, repo, base, options, handover, as_json=as_json)
    event = read_event(trace_file, report_file, hint)
    return _heal(event, repo, base, options, handover, as_json=as_json)


def _heal(event: Any, repo: str, base: str, options: dict[str, Any], handover: str | None, *, as_json: bool) -> int:
    from healer.cli.progress import Progress
    from healer.edge.assemble import assembled
    from healer.edge.folder import FolderForge
    from healer.edge.git import GitTree
    from healer.edge.journal import Journal
    from healer.edge.stopwatch import Stopwatch

    stopwatch = Stopwatch()
    with GitTree(Path(repo), base) as tree:
        settings = settings_to_heal(tree, options)
        forge = FolderForge(tree.top)
        forge.prepare()
        journal = Journal(forge.root / "runs")
        progress = Progress(journal, stopwatch, quiet=as_json, in_actions=settings.in_actions)
        ended: PullRequest | Diagnosis | Skipped | None = None
        try:
            with assembled(tree, forge, settings, progress, stopwatch) as house:
                from healer.pipeline import heal as walk

                ended = walk(event, house)
        finally:
            _close(journal, stopwatch, ended)
        if handover:
            _hand_over(handover, ended, event, tree, settings)
    return _tell(ended, journal, stopwatch, as_json=as_json)


def _hand_over(file: str, ended: PullRequest | Diagnosis | Skipped, event: Any, tree: Any, settings: Any) -> None:
    from healer.edge.folder import write_atomically
    from healer.handover import mark_of, pack

    write_atomically(Path(file), pack(ended, mark_of(ended, event, tree, settings), tree.base))


def _close(journal: Journal, stopwatch: Stopwatch, ended: PullRequest | Diagnosis | Skipped | None) -> None:
    """Whatever happened, the run's folder says where the time went, and how it ended."""
    from healer.cli.summary import summary

    with suppress(OSError):  # a full disk must not hide how the run ended
        journal.keep("timings.json", {"totals": stopwatch.totals(), "stages": stopwatch.table()})
        journal.keep("summary.md", summary(ended, stopwatch))


def _tell(ended: PullRequest | Diagnosis | Skipped, journal: Journal, stopwatch: Stopwatch, *, as_json: bool) -> int:
    """The result, for a machine or a person; the exit code."""
    from healer.cli.summary import result

    told = result(ended, journal, stopwatch)
    if as_json:
        say_json(told)
    else:
        _print(told)
    return int(told["exit_code"])


def _print(told: dict[str, Any]) -> None:
    lines = {
        "fixed": ["fixed", "title", "branch", "pull_request", "confidence", "draft_because"],
        "unfixed": ["no fix good enough", "reason", "diagnosis"],
        "declined": ["declined", "reason"],
    }[told["outcome"]]
    shown = told | {"next_step": _next_step(told)}
    if "confidence" in told:
        shown["confidence"] = f"{told['confidence']} of 100"
    told_lines = [f"\nsplat: {lines[0]}{', as a draft' if told.get('draft') else ''}"]
    for key in (*lines[1:], "cost", "run", "next_step"):
        if shown.get(key) not in (None, "", []):
            value = "; ".join(shown[key]) if isinstance(shown[key], list) else shown[key]
            told_lines.append(f"  {key.replace('_', ' ') + ':':<14} {one_line(str(value))}")
    say("\n".join(told_lines))


def _next_step(told: dict[str, Any]) -> str:
    if told["outcome"] == "fixed":
        return f"git show {told['branch']}, then git merge {told['branch']}"
    if told["outcome"] == "unfixed":
        return "read the diagnosis; --hint TEXT tells Claude what the right behaviour is"
    return str(told["next_step"])
