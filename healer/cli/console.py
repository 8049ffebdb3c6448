"""All that is printed: words of others can neither steer a terminal nor give a workflow commands.

A runner of GitHub Actions obeys `::command::` where a line begins and `##[command]` anywhere in it, on both streams.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from healer.markdown import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What JSON may hold as it is, but no terminal should be sent: controls of 8 bits, bidirectional and invisible marks.
_UNSEEN = re.compile("[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def in_actions() -> bool:
    """True where what is printed is read by a runner of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def tolerate() -> None:
    """Let a stream that knows few characters (ASCII, Latin-1) spell the others instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        # Not every stand-in for a stream can be told.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def ascii_only() -> bool:
    """True where standard output cannot show what is beyond ASCII, as with LANG=C."""
    try:
        "✓→…".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def say(text: str, *, err: bool = False) -> None:
    """Print text that may hold words of others."""
    with foreign(err=err):
        click.echo(plain(text), err=err)


def say_json(value: Any, *, indent: int | None = None, ascii_only: bool = True) -> None:
    """Print a value as JSON. It needs no marks around it, which would keep a program from reading it."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only, allow_nan=False)
    text = _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    # Inside a string is the only place where JSON has a `#`; a line of JSON never begins with a colon.
    click.echo(text.replace("##[", "#\\u0023["))


def one_line(text: str) -> str:
    """Words of others for the middle of our own: no line of theirs can pass for one of ours."""
    return " ".join(plain(text).split())


def fitted(line: str, indent: int) -> str:
    """One line as a terminal of this width shows it without breaking words: what goes on is indented. Elsewhere as it
    is, so that programs find it by lines. What is longer than a line, as an address, stays whole to be copied.
    """
    if not sys.stdout.isatty():
        return line
    import shutil
    import textwrap

    width = max(40, shutil.get_terminal_size().columns)
    return textwrap.fill(
        line,
        width,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


@contextmanager
def foreign(*, err: bool) -> Iterator[None]:
    """What is printed inside is shown by a workflow's log, not obeyed."""
    if not in_actions():
        yield
        return
    import secrets  # only a runner needs it

    token = secrets.token_hex(16)
    click.echo(f"::stop-commands::{token}", err=err)
    try:
        yield
    finally:
        click.echo(f"::{token}::", err=err)
