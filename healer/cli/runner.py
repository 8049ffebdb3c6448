"""What a step of GitHub Actions leaves behind: outputs, its part of the summary, an annotation."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from healer.cli.console import in_actions, one_line
from healer.markdown import cut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.outcome import SplatError

#: A step's summary may have 1 MiB.
_MOST_SUMMARY = 900_000
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}


def write_outputs(path: str, outputs: Mapping[str, str]) -> None:
    """Append to the file behind GITHUB_OUTPUT, "" for none; each value ends where no value can say."""
    _append(path, "".join(_output(name, value) for name, value in outputs.items()))


def add_summary(path: str, text: str) -> None:
    """Append Markdown to the file behind GITHUB_STEP_SUMMARY, "" for none."""
    _append(path, cut(text, _MOST_SUMMARY) + "\n")


def broken(error: SplatError, what: str) -> str:
    """A summary of a step that could not end; `what` is our own heading."""
    from healer import markdown as md

    where = f" ({md.code(error.where)})" if error.where else ""
    return f"### {what}\n\n{md.prose(error.what)}{where}. {md.prose(error.next_step)}\n"


def annotate(path: str, line: int, title: str, message: str) -> None:
    """A warning on a line of the repository; on a runner only. A workflow command, in which nothing else can begin."""
    if in_actions():
        place = f"file={_escaped(path, _PROPERTY)},line={line},title={_escaped(title, _PROPERTY)}"
        # A runner reads both streams, and a program reads JSON from the other one.
        click.echo(f"::warning {place}::{_escaped(cut(message, 500), _DATA)}", err=True)


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return one_line(text).translate(str.maketrans(dict[str, str | int | None](table)))


def _output(name: str, value: str) -> str:
    end = f"splat_{secrets.token_hex(16)}"
    return f"{name}<<{end}\n{value}\n{end}\n"


def _append(path: str, text: str) -> None:
    if path:
        with Path(path).open("a", encoding="utf-8") as target:
            target.write(text)
