"""The flags of `splat init`'s half that is on GitHub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from healer.cli.secret_source import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from healer.setup.github_roads import Road

_Command = TypeVar("_Command", bound="Callable[..., Any]")


@dataclass(frozen=True, slots=True)
class Choices:
    """The flags. `road` is None where it was not said; `claude_key` and `token` name where a secret's value comes from
    ("env", "env:NAME", "-", a file's path), "" for nowhere.
    """

    road: Road | None = None
    claude_key: str = ""
    token: str = ""
    labels: bool = True
    allow_pulls: bool | None = None
    port: int = 0
    minutes: int = 10
    browser: bool = True


def github_options(command: _Command) -> _Command:
    """The flags of this half. `choices` reads them back."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option("--road", type=click.Choice(["app", "token", "plain"]), help="What Splat writes as on GitHub."),
    click.option("--claude-key", default="", metavar="SOURCE", help=f"Where the key for Claude is: {SOURCE}."),
    click.option("--token-from", default="", metavar="SOURCE", help="Where Splat's own token is, for --road token."),
    click.option("--labels/--no-labels", default=True, help="Make Splat's labels."),
    click.option(
        "--allow-pull-requests/--no-allow-pull-requests", default=None, help="Let GitHub Actions open pull requests."
    ),
    click.option(
        "--app-port", default=0, metavar="PORT", help="Of the App's page on this machine. Default: a free one."
    ),
    click.option(
        "--app-minutes", default=10, type=click.IntRange(1, 55), show_default=True, help="How long the page is there."
    ),
    click.option("--browser/--no-browser", default=True, help="Open the App's page in a browser."),
)


def choices(options: dict[str, Any]) -> Choices:
    """The values of `github_options`, taken out of a command's options."""
    return Choices(
        options.pop("road"),
        options.pop("claude_key"),
        options.pop("token_from"),
        options.pop("labels"),
        options.pop("allow_pull_requests"),
        options.pop("app_port"),
        options.pop("app_minutes"),
        options.pop("browser"),
    )
