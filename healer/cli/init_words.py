"""How `splat init` speaks: the diff in colour, what to paste, what to know, what to do next; or all of it as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healer.cli.console import foreign, one_line, say
from healer.markdown import plain
from healer.setup.record import RECORD_PATH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.cli.init_github import Step
    from healer.setup.plan import Change, Part


def show(part: Part) -> None:
    """The proposal: one diff, then what is not in it."""
    from rich.console import Console
    from rich.text import Text

    from healer.setup.diff import unified

    console = Console(highlight=False, soft_wrap=True)
    with foreign(err=False):
        for line in plain_lines(unified([each for each in _ordered(part.changes) if each.path != RECORD_PATH])):
            console.print(Text(line, style=_style(line)))
        if part.changes:
            about = "what was put where, for `splat init --remove` (left out here; --json has it)"
            console.print(Text(f"and {RECORD_PATH}: {about}", style="bold"))
        for paste in part.pastes:
            console.print(
                Text(
                    f"\nYours to do in {one_line(paste.path) or 'this repository'}: {one_line(paste.why)}", style="bold"
                )
            )
            for line in paste.lines:
                console.print(Text(f"    {plain(line)}"))
        if part.words:
            console.print()
        for word in part.words:
            place = f"{one_line(word.where)}: " if word.where else ""
            console.print(Text(f"- {place}{one_line(word.what)}"))
            if word.next_step:
                console.print(Text(f"    next: {one_line(word.next_step)}", style="dim"))


def plain_lines(diff: str) -> list[str]:
    """The lines of a diff, without what could steer a terminal; a carriage return at an end is seen."""
    return [plain(line.replace("\r", "␍")) for line in diff.split("\n")[:-1]]


def _ordered(changes: Sequence[Change]) -> list[Change]:
    """Code first, the record last: it is for machines."""
    return sorted(changes, key=lambda change: (change.path == RECORD_PATH, change.path.startswith(".github/")))


def _style(line: str) -> str:
    if line.startswith(("diff ", "--- ", "+++ ", "new file", "deleted file")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan", "\\": "dim"}.get(line[:1], "")


def told(outcome: str, commit: str, branch: str, part: Part) -> None:
    """What was done, and what comes next."""
    lines = {
        "nothing": ["Nothing to write: all of it is there."],
        "proposed": [
            "Nothing was written. Write it: `splat init --yes`, or `splat init --branch --yes` on a new branch."
        ],
        "kept": ["Nothing was written."],
        "written": _written(commit, branch, part),
        "removed": _removed(commit, branch),
    }[outcome]
    say("\n" + "\n".join(lines))


def _written(commit: str, branch: str, part: Part) -> list[str]:
    count = len(part.changes)
    if commit:
        done = [f"Committed {count} files as {commit[:10]} on the branch {branch}; your checkout is as it was."]
        then = f"git push -u origin {branch}, and open a pull request."
    else:
        done = [f"Wrote {count} files."]
        then = "commit and push it."
    then += " The workflow works once it is on the default branch."
    if any(change.why == "Splat's SDK" for change in part.changes):
        then += " Give the app SPLAT_TOKEN, a token with Issues: read and write on this repository."
    return [*done, f"next: {then}"]


def _removed(commit: str, branch: str) -> list[str]:
    if commit:
        return [f"Taken out, as {commit[:10]} on the branch {branch}.", f"next: git push -u origin {branch}"]
    return ["Taken out.", "next: commit, push."]


def as_wire(outcome: str, commit: str, branch: str, part: Part, steps: Sequence[Step], code: int) -> dict[str, Any]:
    """The documented JSON."""
    from healer.setup.diff import unified

    return {
        "outcome": outcome,
        "exit_code": code,
        "branch": branch,
        "commit": commit,
        "files": [{"path": change.path, "action": _action(change), "why": change.why} for change in part.changes],
        "paste": [{"path": each.path, "lines": list(each.lines), "why": each.why} for each in part.pastes],
        "notes": [
            {"code": each.code, "what": each.what, "where": each.where, "next_step": each.next_step}
            for each in part.words
        ],
        "github": [
            {"step": each.name, "state": each.state, "what": each.what, "next_step": each.next_step} for each in steps
        ],
        "diff": unified(_ordered(part.changes)),
    }


def _action(change: Change) -> str:
    if change.after is None:
        return "delete"
    return "create" if change.before is None else "change"
