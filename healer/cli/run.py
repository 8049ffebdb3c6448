"""How every verb ends: one place turns errors into words and exit codes."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import click

from healer.cli.console import one_line, say, say_json, tolerate
from healer.outcome import EXIT_BROKEN, EXIT_USAGE, SplatError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
_TIDYING = 5.0


def run(command: click.Command, arguments: Sequence[str] | None) -> NoReturn:
    """Run a command; our own errors become a message and their exit code, a closed pipe ends quietly."""
    wants_json = "--json" in (sys.argv[1:] if arguments is None else arguments)
    tolerate()
    # A supervisor's TERM ends a run like Ctrl-C does: sandboxes are killed, nothing is left half-written.
    interrupt = _Interrupt()
    for number in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(number) != signal.SIG_IGN:  # a shell's `&` arranges that
            signal.signal(number, interrupt)
    try:
        code = command.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except SplatError as error:
        code = _say(error.exit_code, error.what, error.where, error.next_step, wants_json=wants_json)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        code = EXIT_USAGE
    except click.ClickException as error:
        code = _say(EXIT_USAGE, error.format_message(), "", "Run `splat --help`.", wants_json=wants_json)
    except (KeyboardInterrupt, click.Abort):
        # The interpreter's own end takes a moment, in which a signal would kill it and change the exit code.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        then = "Nothing was left half-written; run it again to go on."
        code = _say(INTERRUPTED, "Interrupted", "", then, wants_json=wants_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = EXIT_BROKEN
    except OSError as error:
        what = f"The system refused: {error.strerror or error}"
        then = "Free some space, or correct the permissions, and run again."
        code = _say(EXIT_BROKEN, what, str(error.filename or ""), then, wants_json=wants_json)
    except Exception as error:
        code = _say(EXIT_BROKEN, *_bug(error), wants_json=wants_json)
    sys.exit(code if isinstance(code, int) else 0)


def _bug(error: Exception) -> tuple[str, str, str]:
    """What nobody foresaw, in one line: the last place in Splat's own code, and what to do."""
    import traceback

    places = traceback.extract_tb(error.__traceback__)
    ours = [place for place in places if "healer" in place.filename] or places
    where = f"{os.path.basename(ours[-1].filename)}:{ours[-1].lineno} in {ours[-1].name}" if ours else ""
    what = f"Splat itself is broken: {type(error).__name__}: {str(error)[:300]}"
    return what, where, "Please report this with the version (`splat --version`) and, if you can, the crash."


class _Interrupt:
    """Raises KeyboardInterrupt, once in a while: an impatient second Ctrl-C must not break off the tidying up."""

    def __init__(self) -> None:
        self._quiet_until = 0.0

    def __call__(self, number: int, frame: object) -> None:
        now = time.monotonic()
        if now >= self._quiet_until:
            self._quiet_until = now + _TIDYING
            raise KeyboardInterrupt


def _say(code: int, what: str, where: str, next_step: str, *, wants_json: bool) -> int:
    if wants_json:
        told = {"outcome": "error", "exit_code": code, "error": what, "where": where, "next_step": next_step}
        with suppress(OSError):  # the stream may be what is broken
            say_json(told)
    place = f"\n  where: {one_line(where)}" if where else ""
    then = f"\n  next:  {one_line(next_step)}" if next_step else ""
    with suppress(OSError):
        say(f"splat: {one_line(what)}{place}{then}", err=True)
    return code
