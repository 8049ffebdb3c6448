"""`splat signature`: one line."""

from __future__ import annotations

import click

from healer.cli.inputs import crash_options, mapped, read_event, repository_options
from healer.cli.report import declined
from healer.outcome import Skipped


@click.command()
@crash_options
@repository_options
@click.option("--root", default="", metavar="DIR", help="The app's root as the trace sees it, such as /app.")
def signature(trace_file: str | None, report_file: str | None, repo: str, base: str, root: str) -> int:
    """Print the signature of a crash: the same for the same bug on any host, release or line.

    Paths count from the app's root. It is found by comparing the trace with the repository, unless --root gives it.
    """
    from dataclasses import replace

    from healer.report import read_report
    from healer.signature import signature as sign

    found = read_report(read_event(trace_file, report_file))
    if isinstance(found, Skipped):
        return declined(found)
    if not found.signature:
        found = replace(found, root=root) if root else mapped(found, repo, base)
    click.echo(found.signature or sign(found.runtime, found.exceptions, found.root))
    return 0
