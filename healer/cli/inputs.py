"""What the verbs share: where the crash comes from, and the repository it is about."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from healer.cli.console import one_line, say
from healer.event import Event
from healer.outcome import UsageError
from healer.settings import CONFIG_PATH, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from healer.context import Tree
    from healer.report import Report
    from healer.settings import Settings

    Reader = Callable[[str], bytes | None]

HERE, HEAD = ".", "HEAD"
MAX_BYTES = 10 * 1024 * 1024
_Command = TypeVar("_Command", bound="Callable[..., Any]")


def crash_options(command: _Command) -> _Command:
    """`--trace FILE|-` or `--report FILE|-`: exactly one of them."""
    command = click.option(
        "--report", "report_file", metavar="FILE", help="A report in the SDKs' JSON format, - for stdin."
    )(command)
    return click.option("--trace", "trace_file", metavar="FILE", help="A stack trace, alone or in a log; - for stdin.")(
        command
    )


def repository_options(command: _Command) -> _Command:
    """`--repo DIR` and `--base REV`."""
    command = click.option("--base", default=HEAD, show_default=True, metavar="REV", help="The commit to read.")(
        command
    )
    return click.option(
        "--repo", default=HERE, show_default=True, metavar="DIR", help="The repository the crash belongs to."
    )(command)


def read_event(trace_file: str | None, report_file: str | None, hint: str = "") -> Event:
    """The event that the options describe. Raises UsageError for none, both, or an unreadable file."""
    if (trace_file is None) == (report_file is None):
        raise UsageError(
            "Give a crash: either --trace FILE or --report FILE",
            next_step="`-` reads from standard input, for example: `myapp 2>&1 | splat heal --trace -`.",
        )
    if trace_file is not None:
        return Event("trace", _read(trace_file), hint=hint)
    return Event("report", _read(report_file or "-"), hint=hint)


def _read(name: str) -> str:
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin else b""
        else:
            with Path(name).open("rb") as source:
                data = source.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"Cannot read the crash: {reason}", where=name, next_step="Give a readable file, or -."
        ) from None
    if len(data) > MAX_BYTES:
        raise UsageError("The crash is over 10 MB", where=name, next_step="Cut the log around the stack trace.")
    if not data.strip():
        raise UsageError("The crash is empty", where=name, next_step="Give a file that holds a stack trace.")
    # UTF-16 logs come from PowerShell redirections; everything else is UTF-8 as far as it goes.
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return data.decode(encoding, "replace")


def settings_of(tree: Tree, options: Mapping[str, Any] | None = None, read: Reader | None = None) -> Settings:
    """Settings from the base commit's file, or what `read` finds in its place, the environment and the options. What
    looks like a mistake is said.
    """
    settings = load_settings((read or tree.read)(CONFIG_PATH), environ=os.environ, options=options)
    warnings = settings.warnings
    if settings.paths:
        from healer.context.paths import stray

        warnings += stray(settings.paths, tree.paths())
    for warning in warnings:
        say(f"splat: warning: {one_line(warning)}", err=True)
    return settings


def settings_to_heal(tree: Tree, options: Mapping[str, Any], read: Reader | None = None) -> Settings:
    """The same for who will ask Claude: of several sign-ins it is said which one is not used."""
    from healer.edge.sign_in import unused

    settings = settings_of(tree, options, read)
    for warning in unused(os.environ, settings.backend):
        say(f"splat: warning: {warning}", err=True)
    return settings


def mapped(report: Report, repo: str, base: str) -> Report:
    """The report, its frames seen from the app's root; as it is where no repository was named and none is here."""
    from healer.context import locate_root
    from healer.edge.git import GitTree

    try:
        tree = GitTree(Path(repo), base)
    except UsageError:
        if (repo, base) != (HERE, HEAD):
            raise
        return report
    with tree:
        return locate_root(report, tree, settings_of(tree))
