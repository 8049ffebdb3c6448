"""`splat config`: what is set, to what, by whom, and what is wrong with it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from healer.cli.console import foreign, one_line, say, say_json
from healer.outcome import EXIT_USAGE, ConfigError, UsageError
from healer.settings import CONFIG_PATH

if TYPE_CHECKING:
    from healer.settings import Mistake
    from healer.settings.origin import Explained

#: Columns; below that a table would cut the names.
_NARROW = 60


@click.command()
@click.argument("do", required=False, type=click.Choice(["explain", "check"]))
@click.argument("key", required=False)
@click.option("--repo", default=".", show_default=True, metavar="DIR", help="The repository.")
@click.option("--base", default="", metavar="REV", help="Read the file of that commit. Default: as it lies there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def config(do: str | None, key: str | None, repo: str, base: str, as_json: bool) -> int:
    """Show every setting that is not its default, and where it came from.

    `explain KEY` says what a setting (or a group) does, its default, its value and who set it; `check` names every
    mistake in .github/splat.yml by line and column. Exit codes: 0, and 2 where something is wrong.
    """
    from healer.settings.origin import explained, meant

    if (do == "explain") != (key is not None):
        raise UsageError(
            "`explain` wants one setting's name, and nothing else does",
            next_step="For example: `splat config explain limits.dollars`.",
        )
    text = config_text(Path(repo), base)
    if do == "check":
        return _check(text, as_json=as_json)
    settings = explained(text, os.environ)
    if key is not None:
        return _explain(meant(key, settings), as_json=as_json)
    _warn()
    return _list(tuple(each for each in settings if each.changed), as_json=as_json)


def config_text(repo: Path, base: str = "") -> bytes | None:
    """The bytes of `.github/splat.yml`: of a commit, or as it lies in the working tree; None where there is none.

    Raises UsageError for what is no regular file, as a commit's link or a folder, and for one that is too large.
    """
    from healer.edge.worktree import read_file, top_of

    if not repo.is_dir():
        raise UsageError("There is no such folder", where=str(repo), next_step="Give the repository as `--repo DIR`.")
    if base:
        from healer.edge.git import GitTree

        with GitTree(repo, base) as tree:
            return tree.read(CONFIG_PATH)
    return read_file(top_of(repo) or repo, CONFIG_PATH)


def _check(text: bytes | None, *, as_json: bool) -> int:
    from healer.settings import mistakes_in
    from healer.settings.variables import unknown

    try:
        found = mistakes_in(text) if text is not None else ()
        trouble = None if found else _environment(text)
    except ConfigError as error:
        found, trouble = (), error
    warnings = unknown(os.environ)
    wrong = bool(found) or trouble is not None
    if as_json:
        say_json(
            {
                "file": CONFIG_PATH if text is not None else None,
                "valid": not wrong,
                "mistakes": [
                    *({"key": each.key, "what": each.what, "line": each.line, "column": each.column} for each in found),
                    *([{"key": "", "what": trouble.what, "where": trouble.where}] if trouble else []),
                ],
                "warnings": list(warnings),
            }
        )
        return EXIT_USAGE if wrong else 0
    _tell_check(text, found, trouble)
    _warn()
    return EXIT_USAGE if wrong else 0


def _warn() -> None:
    """Of variables that look like settings and are none."""
    from healer.settings.variables import unknown

    for warning in unknown(os.environ):
        say(f"splat: warning: {one_line(warning)}", err=True)


def _environment(text: bytes | None) -> ConfigError | None:
    """What is wrong beside the file: a variable's value, a price that nobody knows."""
    from healer.pipeline import check_settings
    from healer.settings import load_settings

    try:
        check_settings(load_settings(text, environ=os.environ))
    except ConfigError as error:
        return error
    return None


def _tell_check(text: bytes | None, found: tuple[Mistake, ...], trouble: ConfigError | None) -> None:
    for each in found:
        say(f"{CONFIG_PATH}:{each.line}:{each.column}: {one_line(each.key)}: {one_line(each.what)}")
    if trouble is not None:
        say(f"{one_line(trouble.where) or CONFIG_PATH}: {one_line(trouble.what)}. {one_line(trouble.next_step)}")
    if not found and trouble is None:
        say(f"splat: {CONFIG_PATH} is valid" if text is not None else f"splat: no {CONFIG_PATH}: all is as by default")


def _as_wire(each: Explained) -> dict[str, Any]:
    from healer.settings.origin import plain_value

    return {
        "key": each.key,
        "about": each.about,
        "shape": each.shape,
        "default": plain_value(each.default),
        "value": plain_value(each.value),
        "origin": each.origin,
        "variable": each.variable or None,
        "input": each.input or None,
    }


def _shown(value: Any, most: int = 300) -> str:
    from healer.settings.origin import plain_value

    text = one_line(json.dumps(plain_value(value), ensure_ascii=False))
    return text if len(text) <= most else f"{text[:most]}…"


def _explain(found: tuple[Explained, ...], *, as_json: bool) -> int:
    if as_json:
        say_json({"settings": [_as_wire(each) for each in found]})
        return 0
    for number, each in enumerate(found):
        say(("\n" if number else "") + each.key)
        say(f"  {each.about} ({each.shape})")
        say(f"  default  {_shown(each.default)}")
        say(f"  value    {_shown(each.value)}")
        say(f"  from     {one_line(each.origin)}")
        ways = [f"`{each.key}` in {CONFIG_PATH}"]
        ways += [each.variable] if each.variable else []
        ways += [f"the action's input `{each.input}`"] if each.input else []
        say(f"  set by   {', '.join(ways)}")
    return 0


def _list(changed: tuple[Explained, ...], *, as_json: bool) -> int:
    if as_json:
        say_json({"settings": [_as_wire(each) for each in changed]})
        return 0
    if not changed:
        say("splat: every setting is its default (`splat config explain KEY` says what one does)")
        return 0
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if console.width < _NARROW:
        for each in changed:
            say(f"{each.key} = {_shown(each.value)}\n  default {_shown(each.default)}\n  from {one_line(each.origin)}")
        return 0
    table = Table()
    for name in ("setting", "value", "default", "from"):
        table.add_column(name, overflow="fold")
    for each in changed:
        cells = (each.key, _shown(each.value), _shown(each.default), one_line(each.origin))
        table.add_row(*map(Text, cells))
    with foreign(err=False):
        console.print(table)
    return 0
