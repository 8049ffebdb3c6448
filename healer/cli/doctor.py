"""`splat doctor`: will healing work here, and what is to be done where it will not."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from healer.cli.console import ascii_only, foreign, one_line, say, say_json
from healer.outcome import SplatError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.text import Text

    from healer.cli.doctor_look import Look
    from healer.doctor import Check, Task

#: Every check, in the order of the table; what it needs, and the seconds that it may take.
CHECKS = {
    "repository": ("", 30),
    "configuration": ("", 30),
    "price": ("", 30),
    "workflow": ("", 30),
    "access": ("network", 60),
    "rights": ("network", 90),
    "secrets": ("network", 60),
    "pull-requests": ("network", 60),
    "labels": ("network", 60),
    "ci": ("", 60),
    "claude": ("network", 60),
    "sandbox": ("", 60),
    "tests": ("", 3_600),
    "trace": ("", 120),
}
_MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red"), "unknown": ("?", "magenta")}
#: Columns; below that a table's words would stand in a strip.
_NARROW = 60
_ENDS = {
    0: "healing will work here",
    10: "nothing is known to keep healing from working, but not everything could be found out",
    20: "healing will not work before this is mended",
}


@click.command()
@click.option("--repo", default=".", show_default=True, metavar="DIR", help="The repository.")
@click.option("--base", default="HEAD", show_default=True, metavar="REV", help="The commit to set up and test.")
@click.option("--trace", "trace_file", metavar="FILE", help="A stack trace of your app: where do its frames lead?")
@click.option("--only", multiple=True, type=click.Choice(list(CHECKS)), help="Only these checks; may be repeated.")
@click.option("--skip", multiple=True, type=click.Choice(list(CHECKS)), help="All checks but these.")
@click.option("--offline", is_flag=True, help="Leave out what needs the network.")
@click.option(
    "--as-splat", is_flag=True, help="The token is the one that Splat writes with: it has to have every right."
)
@click.option("--fix", is_flag=True, help="Mend what is safe: make missing labels.")
@click.option("--allow-pull-requests", is_flag=True, help="With --fix, also let GitHub Actions open pull requests.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def doctor(
    repo: str,
    base: str,
    trace_file: str | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    as_json: bool,
    **how: bool,
) -> int:
    """Say whether healing will work here, and how to mend what keeps it from working.

    Nothing is changed without --fix: rights are seen by requests that GitHub refuses in any case. Exit codes: 0 healing
    will work, 20 it will not, 10 nothing is known to keep it from working, but something could not be found out.
    """
    from healer.cli.doctor_look import Look
    from healer.cli.inputs import read_event
    from healer.doctor import exit_code

    if how["allow_pull_requests"] and not how["fix"]:
        raise UsageError("--allow-pull-requests is something to mend", next_step="Give --fix too.")
    if how["fix"] and how["offline"]:
        raise UsageError("What --fix mends is on GitHub", next_step="Leave out --offline.")
    if not Path(repo).is_dir():
        raise UsageError("There is no such folder", where=repo, next_step="Give a clone of your code as `--repo DIR`.")
    trace = read_event(trace_file, None).text if trace_file is not None else None
    look = Look(Path(repo), base, trace, splats=how["as_splat"], offline=how["offline"])
    try:
        checks = _run(look, _chosen(only, skip), offline=how["offline"], quiet=as_json)
        mended = None
        if how["fix"]:
            checks, mended = _fix(look, checks, allow=how["allow_pull_requests"])
    finally:
        look.close()
    code = exit_code(checks)
    _tell(checks, mended, code, as_json=as_json)
    return code


def _chosen(only: Sequence[str], skip: Sequence[str]) -> tuple[str, ...]:
    found = tuple(name for name in CHECKS if (not only or name in only) and name not in skip)
    if not found:
        raise UsageError("No check is left", next_step="Leave out --only, or --skip.")
    return found


def _run(look: Look, names: Sequence[str], *, offline: bool, quiet: bool) -> tuple[Check, ...]:
    from healer.doctor import Check, Task, run_all

    def task(name: str) -> Task:
        needs, seconds = CHECKS[name]
        if offline and needs == "network":
            return Task(name, lambda: (Check(name, "skipped", "It needs the network"),))
        return Task(name, getattr(look, name.replace("-", "_")), seconds, look.leaving.set)

    with _progress(names, quiet=quiet) as done:
        return run_all([task(name) for name in names], done)


@contextmanager
def _progress(names: Sequence[str], *, quiet: bool) -> Iterator[Callable[[str], object]]:
    """On a terminal, one line that names what is still at work."""
    if quiet or not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console

    waiting = list(names)
    with Console(stderr=True).status(", ".join(waiting)) as status:

        def done(name: str) -> None:
            waiting.remove(name)
            status.update(", ".join(waiting))

        yield done


@dataclass(frozen=True, slots=True)
class _Mended:
    """What `--fix` did, and what it could not do and why, in sentences."""

    done: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()


def _fix(look: Look, checks: tuple[Check, ...], *, allow: bool) -> tuple[tuple[Check, ...], _Mended]:
    """Mends what is safe, and looks again at what was mended; the rows as they are then."""
    from healer.doctor.hub import FIX_LABELS, FIX_PULLS

    wanted = {check.fix for check in checks if check.fix}
    done: list[str] = []
    undone: list[str] = []
    for fix, mend in ((FIX_LABELS, _labels), (FIX_PULLS, _allow)):
        if fix not in wanted or (fix == FIX_PULLS and not (allow or _agreed())):
            continue
        try:
            did, why = mend(look)
        except SplatError as error:
            did, why = "", str(error)
        done += [f"{fix}: {did}"] if did else []
        undone += [f"{fix}: {why}"] if why else []
    mended = _Mended(tuple(done), tuple(undone))
    if not done:
        return checks, mended
    names = tuple(name for name in CHECKS if name in {check.name for check in checks if check.fix})
    again = _run(look, names, offline=False, quiet=True)
    kept = [check for check in checks if check.name not in names]
    order = list(CHECKS)
    return tuple(sorted((*kept, *again), key=lambda check: order.index(check.name))), mended


def _labels(look: Look) -> tuple[str, str]:
    made, why = look.probe().make_labels(look.wanted_labels)
    return ", ".join(made), why


def _agreed() -> bool:
    """A person's explicit yes; without one to ask it is no."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return click.confirm("Let GitHub Actions create and approve pull requests here?", default=False, err=True)


def _allow(look: Look) -> tuple[str, str]:
    from healer.setup.github_rights import Held

    setup = look.probe().setup
    policy = setup.pull_policy()
    held = policy if isinstance(policy, Held) else setup.allow_pulls(policy)
    return ("", held.mend) if held is not None else ("GitHub Actions may open them now", "")


def _tell(checks: Sequence[Check], mended: _Mended | None, code: int, *, as_json: bool) -> None:
    if as_json:
        rows = [{"name": each.name, "state": each.state, "found": each.found, "mend": each.mend} for each in checks]
        did = mended or _Mended()
        ends = {"works": {0: True, 10: None, 20: False}[code], "exit_code": code}
        say_json({**ends, "checks": rows, "fixed": list(did.done), "unfixed": list(did.undone)})
        return
    with foreign(err=False):
        _print(checks)
    if mended is not None:
        for each in mended.done:
            say(f"splat: mended {one_line(each)}")
        for each in mended.undone:
            say(f"splat: not mended {one_line(each)}")
        if not mended.done and not mended.undone:
            say("splat: nothing was mended: there is nothing that --fix may mend")
    say(f"splat: {_ends(checks, code)}")


def _ends(checks: Sequence[Check], code: int) -> str:
    named = {20: "fail", 10: "unknown"}.get(code)
    names = ", ".join(dict.fromkeys(check.name for check in checks if check.state == named))
    if code == 0 and len({check.name for check in checks}) < len(CHECKS):
        return "nothing that was looked at keeps healing from working"
    return f"{_ENDS[code]}{f': {names}' if names else ''}"


def _print(checks: Sequence[Check]) -> None:
    """As a table; on a narrow screen, whose column would cut the places, as lines."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table

    console = Console()
    table = Table("check", "")
    table.add_column("what was found, and how to mend it", overflow="fold")
    name = ""
    for check in checks:
        mark, words = _row(check)
        if console.width < _NARROW:
            console.print(mark, check.name, style=mark.style)
            console.print(Padding(words, (0, 0, 0, 2)), overflow="fold")
        table.add_row("" if check.name == name else check.name, mark, words)
        name = check.name
    if console.width >= _NARROW:
        console.print(table)


def _row(check: Check) -> tuple[Text, Text]:
    """Its mark, and its words."""
    from rich.text import Text

    plain = ascii_only()
    mark, style = _MARKS.get(check.state, ("-", "dim"))
    words = Text(one_line(check.found))
    if check.mend and check.state != "ok":
        arrow = "->" if plain else "→"
        words.append(f"\n{arrow} {one_line(check.mend)}", "dim" if check.state == "skipped" else "cyan")
    return Text(check.state if plain else mark, style), words
