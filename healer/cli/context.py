"""`splat context`: what Claude would be sent; sends nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from healer.cli.console import foreign, one_line, say_json
from healer.cli.inputs import crash_options, read_event, repository_options, settings_of
from healer.cli.report import declined
from healer.markdown import plain
from healer.outcome import Skipped

if TYPE_CHECKING:
    from healer.context import Context, Dropped, Excerpt


@click.command()
@crash_options
@repository_options
@click.option("--max-tokens", type=click.IntRange(1000, 500_000), help="The budget, in estimated tokens.")
@click.option("--show", is_flag=True, help="Print the text itself too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def context(
    trace_file: str | None,
    report_file: str | None,
    repo: str,
    base: str,
    max_tokens: int | None,
    show: bool,
    as_json: bool,
) -> int:
    """Show what Claude would be sent for a crash: files, line ranges, tokens, and why. Sends nothing, costs nothing."""
    from healer.context import gather
    from healer.edge.git import GitTree
    from healer.report import read_report

    found = read_report(read_event(trace_file, report_file))
    if isinstance(found, Skipped):
        return declined(found, as_json=as_json)
    with GitTree(Path(repo), base) as tree:
        gathered = gather(found, tree, settings_of(tree, {"context.max_tokens": max_tokens}))
    if isinstance(gathered, Skipped):
        return declined(gathered, as_json=as_json)
    if as_json:
        say_json(as_wire(gathered), indent=2)
    else:
        with foreign(err=False):
            _print_table(gathered, show=show)
    return 0


def as_wire(gathered: Context) -> dict[str, Any]:
    """The documented JSON: files with their line ranges, tokens and reasons; the budget; what was dropped."""
    return {
        "files": [_row(excerpt) for excerpt in gathered.excerpts],
        "tokens": gathered.tokens,
        "budget": gathered.budget,
        "dropped": [_row(dropped) for dropped in gathered.dropped],
        "base": gathered.base,
        "suspects": [
            {"path": suspect.path, "line": suspect.line, "function": suspect.function} for suspect in gathered.suspects
        ],
    }


def _row(part: Excerpt | Dropped) -> dict[str, Any]:
    return {
        "path": part.path,
        "lines": [list(span) for span in part.lines],
        "tokens": part.tokens,
        "reason": part.reason,
    }


def _print_table(gathered: Context, *, show: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("file", "lines", "tokens", "why", title=f"{gathered.tokens} of {gathered.budget} tokens")
    parts: list[Excerpt | Dropped] = [*gathered.excerpts, *gathered.dropped]
    for part in parts:
        spans = ", ".join(f"{first}-{last}" for first, last in part.lines)
        cut = ("", "") if hasattr(part, "text") else (" (cut)", "yellow")
        name = Text.assemble(one_line(part.path), cut)
        table.add_row(name, spans, str(part.tokens), Text(one_line(part.reason)))
    console = Console()
    console.print(table)
    if show:
        texts = {excerpt.path: excerpt.text for excerpt in gathered.excerpts}
        for title, text in (texts | dict(gathered.facts) | {"repository map": gathered.repository_map}).items():
            console.print(Text(f"\n{one_line(title)}", style="bold"))
            console.print(Text(plain(text)))
