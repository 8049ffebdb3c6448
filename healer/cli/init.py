"""`splat init`: looks, proposes one diff, and after a yes writes it; then the half that is on GitHub."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from healer.cli.github_options import choices as github_choices
from healer.cli.github_options import github_options
from healer.cli.init_github import Step
from healer.cli.init_words import as_wire, show, told
from healer.outcome import EXIT_BROKEN, EXIT_FIXED, ConfigError, SplatError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.cli.ask import Ask
    from healer.cli.github_options import Choices as GitHubChoices
    from healer.setup import Found
    from healer.setup.choices import Choices
    from healer.setup.github import Place
    from healer.setup.plan import Change, Files, Part

_HOST = "github.com"
_ANSWERS = ("github", "mention", "services", "entries", "workflow", "no_code", "migrate")
_MESSAGE = "Set up Splat\n\nWritten by `splat init`; `splat init --remove` takes it out again.\n"
_REMOVED = "Remove Splat\n\nWhat `splat init` wrote is taken out again.\n"


@dataclass(frozen=True, slots=True)
class Way:
    """How it is done. `branch` is "" to write in place; `terminal` is True where a person can be asked."""

    branch: str
    yes: bool
    dry_run: bool
    offline: bool
    as_json: bool
    force: bool
    terminal: bool


@click.command()
@click.option("--repo", default=".", show_default=True, metavar="DIR", help="The clone to set up.")
@click.option("--yes", is_flag=True, help="Ask nothing, and write.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--branch", is_flag=False, flag_value="splat-init", default="", metavar="[NAME]",
              help="Commit to a new branch (splat-init), and leave the checkout as it is.")  # fmt: skip
@click.option("--offline", is_flag=True, help="Files only: nothing is asked of GitHub.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--remove", is_flag=True, help="Take out what `splat init` put in.")
@click.option("--force", is_flag=True, help="With --remove: delete Splat's own files even where they were edited.")
@click.option("--github", default="", metavar="OWNER/NAME", help="The repository on GitHub. Default: the remote's.")
@click.option("--label", "label", multiple=True, metavar="NAME", help="A label that starts a fix. Can be repeated.")
@click.option("--mention", default="", metavar="WORD", help="What a command in a comment begins with.")
@click.option("--service", "services", multiple=True, metavar="DIR", help="Only these get the SDK. Can be repeated.")
@click.option("--entry", "entries", multiple=True, metavar="FILE", help="A service begins there for sure.")
@click.option("--migrate", is_flag=True, help="Let py-splat give way to Splat's own SDK.")
@click.option("--no-code", is_flag=True, help="No SDK: only the workflow and the settings.")
@click.option("--workflow", default="", metavar="FILE", help="Where the workflow goes.")
@click.option(
    "--try", "try_it", is_flag=True, help="Nothing but a try: from a seeded crash to a pull request, and gone."
)
@github_options
def init(**told: Any) -> int:
    """Set a repository up for Splat: SDK, workflow and settings; then labels and secrets on GitHub.

    Shows all of it as one diff before anything is written. Run again, it brings up to date and never repeats itself.
    """
    on_github = github_choices(told)
    unasked = told["yes"] or told["as_json"]
    terminal = not unasked and sys.stdin.isatty() and sys.stdout.isatty()
    way = Way(
        **{name: told[name] for name in ("branch", "yes", "dry_run", "offline", "as_json", "force")}, terminal=terminal
    )
    if told["remove"]:
        return _remove(Path(told["repo"]), way)
    if told["try_it"]:
        return _try(Path(told["repo"]), way, named=told["github"])
    found, files = _look(Path(told["repo"]), way, named=told["github"])
    from healer.cli.init_ask import Flags, choose

    flags = Flags(**{name: told[name] for name in _ANSWERS}, labels=told["label"])
    chosen = choose(found, files, flags, _asking(way))
    from healer.edge.setup_branch import merge_texts
    from healer.setup.propose import propose

    part = propose(found, files, chosen, merge_texts)
    done = _carry_out(found.root, part, way, _MESSAGE)
    steps = _on_github(found, chosen, way, on_github) if done.written or not part.changes else ()
    return _end(done, part, steps, way, _app_page(found, chosen))


@dataclass(frozen=True, slots=True)
class Done:
    """How the writing ended. `outcome`: written, proposed, nothing, removed, kept (by a no)."""

    outcome: str
    commit: str = ""

    @property
    def written(self) -> bool:
        """True where something was."""
        return self.outcome in ("written", "removed")


def _look(folder: Path, way: Way, *, named: str) -> tuple[Found, Files]:
    """What is there, in the checkout or, for a branch, in the commit that it begins with."""
    from healer.edge.checkout import WorkingTree
    from healer.edge.setup_branch import CommitFiles, CommitTree, start_of
    from healer.edge.setup_files import TreeFiles
    from healer.setup.looks import look

    tree = WorkingTree(folder)
    if not way.branch:
        found = look(tree)
        files: Files = TreeFiles(found.root, tree.paths())
    else:
        where = tree.checkout()
        _stop_at(next((note for note in where.notes if note.stops), None), named)
        commit = CommitFiles(where.root, start_of(where.root, way.branch)[0])
        found, files = look(CommitTree(where, commit)), commit
    for note in found.notes:
        _stop_at(note if note.stops else None, named)
    return found, files


def _stop_at(note: Any, named: str) -> None:
    if note is None or (named and note.code in ("no-remote", "not-github")):
        return
    then = note.next_step
    if note.code in ("no-remote", "not-github"):
        then = f"{then} Or say which repository it is: --github OWNER/NAME".strip()
    raise UsageError(note.what, where=note.where, next_step=then)


def _asking(way: Way) -> Ask:
    from healer.cli.ask import Nobody, Person

    return Person() if way.terminal else Nobody()


def _carry_out(root: Path, part: Part, way: Way, message: str, folders: Sequence[str] = ()) -> Done:
    """Shows the proposal and, after a yes, writes it."""
    if not way.as_json:
        show(part)
    if not part.changes:
        return Done("nothing")
    if way.dry_run or not _agreed(part, way):
        return Done("proposed" if way.dry_run or not way.terminal else "kept")
    return Done("written", _write(root, part.changes, way, message, folders))


def _agreed(part: Part, way: Way) -> bool:
    where = f"on the new branch {way.branch}" if way.branch else "in this checkout"
    number = f"{len(part.changes)} {'file' if len(part.changes) == 1 else 'files'}"
    return way.yes or (way.terminal and _asking(way).yes(f"Write this ({number}) {where}?", default=True))


def _write(root: Path, changes: Sequence[Change], way: Way, message: str, folders: Sequence[str]) -> str:
    """The commit's id on a branch, "" in place."""
    if way.branch:
        from healer.edge.setup_branch import commit_changes, start_of

        return commit_changes(root, start_of(root, way.branch), way.branch, changes, message)
    from healer.edge.setup_files import write_changes

    write_changes(root, changes, folders)
    return ""


def _remove(folder: Path, way: Way) -> int:
    """What the record says, taken out again. Nothing on GitHub is touched."""
    from healer.edge.checkout import WorkingTree
    from healer.edge.setup_branch import CommitFiles, start_of
    from healer.edge.setup_files import TreeFiles
    from healer.setup.dependency.locks import still_naming
    from healer.setup.plan import Part, Word
    from healer.setup.propose import record_of
    from healer.setup.record import RECORD_PATH
    from healer.setup.undo import undo

    tree = WorkingTree(folder)
    where = tree.checkout()
    _stop_at(next((note for note in where.notes if note.stops and note.code in ("no-git", "bare")), None), "")
    files: Files = TreeFiles(where.root, tree.paths())
    if way.branch:
        files = CommitFiles(where.root, start_of(where.root, way.branch)[0])
    if files.read(RECORD_PATH) is None:
        raise UsageError(
            "There is no record of `splat init` here: nothing is taken out",
            where=RECORD_PATH,
            next_step="Where Splat was set up by hand, or the record was deleted, take its lines out yourself.",
        )
    undone = undo(record_of(files), files, force=way.force)
    words = (
        *still_naming((change.path for change in undone.changes), files),
        Word("github-stays", "Labels, secrets and an App on GitHub stay", "", "Delete them there if you want to."),
    )
    part = Part(undone.changes, undone.left, words)
    done = _carry_out(where.root, part, way, _REMOVED, undone.folders)
    return _end(replace(done, outcome="removed") if done.written else done, part, (), way)


def _try(folder: Path, way: Way, *, named: str) -> int:
    """What is on GitHub already is tried; no file is touched."""
    from healer.cli.init_try import run_try
    from healer.edge.checkout import WorkingTree
    from healer.setup.github import Place

    if way.offline:
        raise UsageError("A try happens on GitHub", next_step="Leave out --offline.")
    where = WorkingTree(folder).checkout()
    for note in where.notes:
        _stop_at(note if note.stops else None, named)
    remote = next((each for each in where.remotes[:1] if each.owner and each.forge != "other"), None)
    owner, _, name = (named or (remote.full_name if remote else "")).partition("/")
    if not name:
        raise UsageError(
            "Which repository on GitHub is to be tried is not known",
            where=str(where.root),
            next_step="Name it: `splat init --try --github OWNER/NAME`.",
        )
    place = Place.at(remote.host if remote else _HOST, owner, name, os.environ)
    return run_try(place, as_json=way.as_json)


def _on_github(found: Found, chosen: Choices, way: Way, told: GitHubChoices) -> tuple[Step, ...]:
    """Labels, secrets, rights. What cannot be done now is said, and a second run does it; the files stay."""
    if way.offline or way.dry_run:
        return ()
    from healer.cli.console import say
    from healer.cli.init_github import set_up
    from healer.edge.github_token import find_token

    # The address of the App's page, above all, has to be seen.
    tell = partial(say, err=True) if way.as_json else say
    try:
        place = _place(found, chosen)
        try:
            find_token(place, os.environ)
        except ConfigError as error:
            return _by_hand(place, error)
        return set_up(place, told, _asking(way), tell)
    except SplatError as error:
        return (Step("github", "failed", error.what, f"{error.where}: {error.next_step}".strip(": ")),)


def _place(found: Found, chosen: Choices) -> Place:
    from healer.setup.github import Place

    owner, _, name = chosen.repository.partition("/")
    return Place.at(found.remote.host if found.remote else "github.com", owner, name, os.environ)


def _app_page(found: Found, chosen: Choices) -> str:
    """Where the token is made that the app files its errors with; "" where nobody knows."""
    from healer.setup.github_rights import app_token_page

    try:
        return app_token_page(_place(found, chosen))
    except SplatError:
        return ""


def _by_hand(place: Place, error: ConfigError) -> tuple[Step, ...]:
    """Without a token: which page each thing is on."""
    box = "Allow GitHub Actions to create and approve pull requests"
    return (
        Step(
            "token",
            "missing",
            f"{error.what}, so what is on GitHub is left to you, or to a second run",
            error.next_step,
        ),
        Step("claude", "missing", "Add the secret ANTHROPIC_API_KEY", place.page("new-secret")),
        Step("pull-requests", "missing", f"Tick `{box}`", place.page("actions")),
        Step("labels", "missing", "Make the labels that start a fix", place.page("labels")),
    )


def _end(done: Done, part: Part, steps: Sequence[Step], way: Way, app_page: str = "") -> int:
    """The last words, and the exit code: 0 unless the half on GitHub broke."""
    code = EXIT_BROKEN if any(step.state == "failed" for step in steps) else EXIT_FIXED
    if way.as_json:
        from healer.cli.console import say_json

        say_json(as_wire(done.outcome, done.commit, way.branch, part, steps, code), indent=2)
    else:
        told(done.outcome, done.commit, way.branch, part, steps, app_page)
    return code
