"""`splat`: one file a verb. A verb is imported when it is called: `splat --version` must not load the house."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from healer import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Each verb's module and one line of help, so that `splat --help` imports none of them.
VERBS = {
    "init": "Set a repository up: SDK, workflow, settings; labels and secrets on GitHub.",
    "heal": "Turn a crash into a proven fix on a branch.",
    "context": "Show what Claude would be sent for a crash; send nothing.",
    "report": "Print the parsed report of a crash as JSON.",
    "signature": "Print the signature of a crash.",
    "gate": "Decide whether a delivery of GitHub may start a run.",
    "publish": "Publish on GitHub what `heal --request` handed over.",
    "watch": "Look at the checks of a fix on GitHub, and do what comes next.",
    "command": "Do what a comment on GitHub asks for: stop, ignore, explain, merge.",
    "after": "Look whether merged fixes held, and say so on their issues.",
    "doctor": "Say whether healing will work here, and how to mend what keeps it from working.",
    "status": "Show open incidents, fixes, what they cost, and how many were accepted.",
    "config": "Show the settings, where each came from, and what is wrong with them.",
}


class _Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command = getattr(import_module(f"healer.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="splat", message="%(prog)s %(version)s")
def splat() -> None:
    """Turn a production error into a small, proven, reviewable pull request.

    Exit codes: 0 fixed, 10 declined with a reason, 20 no acceptable fix (the diagnosis is delivered), 2 bad usage or
    configuration, 1 broken.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    from healer.cli.run import run

    run(splat, arguments)
