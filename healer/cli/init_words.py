"""How `splat init` speaks: the diff in colour, what to paste, what to know, what to do next; or all of it as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healer.cli.console import fitted, foreign, one_line, say
from healer.markdown import plain
from healer.setup.diff import unified
from healer.setup.record import RECORD_PATH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.cli.init_github import Step
    from healer.setup.plan import Change, Part


def show(part: Part) -> None:
    """The proposal: one diff, then what is not in it."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    with foreign(err=False):
        for line in plain_lines(unified([each for each in _ordered(part.changes) if each.path != RECORD_PATH])):
            console.print(Text(line, style=_style(line)))
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
            console.print(Text(fitted(f"- {place}{one_line(word.what)}", 2)))
            if word.next_step:
                console.print(Text(fitted(f"    next: {one_line(word.next_step)}", 10), style="dim"))
        for line in _files(_ordered(part.changes)):
            console.print(Text(line))


def _files(changes: Sequence[Change]) -> list[str]:
    """A line for each file, below the diff of all: what one wants to have seen of it."""
    width = max((len(plain(change.path)) for change in changes), default=0)
    lines = [f"  {plain(change.path):{width}}  {_size(change):>6}  {one_line(change.why)}" for change in changes]
    return ["", f"{_count(changes)}:", *lines] if lines else []


def _size(change: Change) -> str:
    if change.before is None or change.after is None:
        return "new" if change.before is None else "goes"
    lines = unified([change], context=0).splitlines()[3:]
    added, gone = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    return " ".join(([f"+{added}"] if added else []) + ([f"-{gone}"] if gone else []))


def _count(changes: Sequence[Change]) -> str:
    return f"{len(changes)} {'file' if len(changes) == 1 else 'files'}"


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


def told(outcome: str, commit: str, branch: str, part: Part, steps: Sequence[Step], app_page: str = "") -> None:
    """What was done, and what is left to do, by number. `app_page` is where the app's token is made."""
    then: list[str] = []
    if outcome == "written":
        said, then = _wrote(commit, branch, part), _left(commit, branch, part)
    elif outcome == "removed":
        said = f"Taken out{_where(commit, branch)}."
        then = [*_by_hand(part, "Take out"), *_locks(part), _publish(commit, branch)]
    else:
        said = _NOTHING[outcome]
    then += [_step(step) for step in steps if not step.fine]
    if outcome == "written":
        then += [] if steps else [_OFFLINE]
        then += (
            [f"{_APP}: {app_page}" if app_page else f"{_APP}."]
            if any(change.why == "Splat's SDK" for change in part.changes)
            else []
        )
        then.append("See whether all of it works: splat doctor")
    numbered = [fitted(f"  {number}. {one_line(step)}", 5) for number, step in enumerate(then, 1)]
    say("\n".join(["", said, *(["Next:"] if numbered else []), *numbered]))


_NOTHING = {
    "nothing": "Nothing to write: all of it is there.",
    "proposed": "Nothing was written. Write it: `splat init --yes`, or `splat init --branch --yes` on a new branch.",
    "kept": "Nothing was written.",
}
_OFFLINE = "Labels, the secret ANTHROPIC_API_KEY, what Actions may: run `splat init` again without --offline."
#: Until they are published; an installation by name would bring whatever somebody put there under it.
_PACKAGE = (
    "No registry has the SDK yet. How it comes into your repository: "
    "https://github.com/splat-heal/splat/blob/v1/docs/sdk.md#the-package"
)
_DEPENDENCY = "the SDK as a dependency"
_APP = "Where the app runs, set SPLAT_TOKEN, a token with `Issues: read and write` on this repository alone"


def _step(step: Step) -> str:
    return f"{step.what.rstrip('.:')}: {step.next_step}" if step.next_step else step.what


def _wrote(commit: str, branch: str, part: Part) -> str:
    count = _count(part.changes)
    return f"Committed {count}{_where(commit, branch)}; your checkout is as it was." if commit else f"Wrote {count}."


def _where(commit: str, branch: str) -> str:
    return f", as {commit[:10]} on the branch {branch}" if commit else ""


def _left(commit: str, branch: str, part: Part) -> list[str]:
    return [
        *_by_hand(part, "Put in"),
        *([_PACKAGE] if any(change.why == _DEPENDENCY for change in part.changes) else []),
        *_locks(part),
        f"{_publish(commit, branch)} The workflow works once it is on the default branch.",
    ]


def _locks(part: Part) -> list[str]:
    return [f"{word.where} {word.what}: {word.next_step}" for word in part.words if word.code == "lock"]


def _by_hand(part: Part, what: str) -> list[str]:
    places = dict.fromkeys(one_line(paste.path) or "this repository" for paste in part.pastes)
    return [f"{what} by hand what is shown above: {', '.join(places)}."] if places else []


def _publish(commit: str, branch: str) -> str:
    return f"git push -u origin {branch}, and open a pull request." if commit else "Commit, and push."


def as_wire(outcome: str, commit: str, branch: str, part: Part, steps: Sequence[Step], code: int) -> dict[str, Any]:
    """The documented JSON."""
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
