"""`splat report`: the parsed report as JSON."""

from __future__ import annotations

import click

from healer.cli.console import one_line, say, say_json
from healer.cli.inputs import crash_options, read_event
from healer.outcome import EXIT_DECLINED, Skipped


@click.command()
@crash_options
def report(trace_file: str | None, report_file: str | None) -> int:
    """Print the parsed report of a crash as JSON, in the format the SDKs send (sdk/report.schema.json)."""
    from healer.report import read_report, to_wire

    found = read_report(read_event(trace_file, report_file))
    if isinstance(found, Skipped):
        return declined(found)
    say_json(to_wire(found), indent=2, ascii_only=False)
    return 0


def declined(skipped: Skipped, *, as_json: bool = False) -> int:
    """Say why Splat declines: as JSON on stdout where asked for, else in words on stderr; the exit code for it."""
    if as_json:
        told = {"outcome": "declined", "exit_code": EXIT_DECLINED, "code": skipped.code, "reason": skipped.reason}
        say_json(told | {"next_step": skipped.next_step})
    else:
        then = f"\n  next:  {one_line(skipped.next_step)}" if skipped.next_step else ""
        say(f"splat: declined ({skipped.code}): {one_line(skipped.reason)}{then}", err=True)
    return EXIT_DECLINED
