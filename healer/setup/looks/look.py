"""All that `splat init` and `splat doctor` begin with: what git says, services, workflows, what is there already."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from healer.runtimes import RUNTIMES
from healer.setup.looks.files import Files, join
from healer.setup.looks.products import existing, product_notes
from healer.setup.looks.tests import tests
from healer.setup.looks.workflows import workflows
from healer.setup.value import Found, Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.setup.looks.draft import Draft
    from healer.setup.value import Checkout, Repository, Service

MOST_SERVICES = 200


def look(repository: Repository) -> Found:
    """What is found. Nothing is written, nothing of the repository is run, and no file's content makes it raise."""
    state = repository.checkout()
    files = Files(repository)
    drafts = [draft for name in RUNTIMES for draft in import_module(f"healer.setup.looks.{name}").drafts(files)]
    drafts.sort(key=lambda draft: (draft.service.path, RUNTIMES.index(draft.service.runtime)))
    flows = workflows(files)
    splat, others = existing(files, drafts, flows)
    services = tuple(_named(draft.service, state, files) for draft in drafts[:MOST_SERVICES])
    notes = [
        *state.notes,
        *_about_git(state, files),
        *_about_services(drafts, files),
        *product_notes(splat, flows),
        *files.notes(),
    ]
    return Found(
        root=state.root,
        remote=next((remote for remote in state.remotes[:1] if remote.owner and remote.forge != "other"), None),
        branch=state.branch,
        default_branch=state.default_branch,
        dirty=state.dirty,
        services=services,
        workflows=flows,
        splat=splat,
        others=others,
        notes=tuple(sorted(notes, key=lambda note: not note.stops)),
        remotes=state.remotes,
    )


def _named(service: Service, state: Checkout, files: Files) -> Service:
    return replace(service, name=service.name or state.root.name, tests=tests(files, service))


def _about_git(state: Checkout, files: Files) -> list[Note]:
    if any(note.stops for note in state.notes):
        return []
    notes = []
    if not files.tracked:
        what, then = "git tracks no file here", "`git add` and commit your code first."
        notes.append(Note("no-files", what, str(state.root), then, stops=True))
    notes += _about_remotes(state)
    if state.branch is None:
        what = "No branch is checked out (a detached head)"
        notes.append(Note("detached", what, "", "`git switch <branch>`, or let Splat make one: `--branch`."))
    if state.dirty:
        what = "There are changes that are not committed"
        notes.append(Note("dirty", what, "", "Splat leaves them as they are; commit first to keep its changes apart."))
    if not state.default_branch:
        then = "`git remote set-head <remote> --auto` asks for it; so does Splat where it is online."
        notes.append(Note("no-default-branch", "Nothing here says which branch is the default one", "", then))
    return notes


def _about_remotes(state: Checkout) -> list[Note]:
    usable = [remote for remote in state.remotes if remote.owner and remote.forge != "other"]
    places = {(remote.host, remote.full_name.lower()) for remote in usable}
    if not state.remotes:
        then = "`gh repo create --source . --push`, or `git remote add origin <address>`."
        return [Note("no-remote", "This repository has no remote", "", then)]
    first = state.remotes[0]
    if not usable:
        alias = bool(first.host) and "." not in first.host
        what = f"`{first.name}` leads to {first.host or 'a folder of this machine'}, which is not GitHub"
        code = "ssh-alias" if alias else "not-github"
        if alias:
            what = f"`{first.host}` of the remote `{first.name}` is a name that only ssh can tell"
        then = "`--github OWNER/NAME` says where it is; an Enterprise server is known by a remote that leads to it."
        return [Note(code, what, first.name, then)]
    if len(places) > 1:
        listed = ", ".join(f"`{remote.name}` is {remote.full_name}" for remote in usable[:6])
        then = f"`{first.name}` is taken; `--github OWNER/NAME` names another."
        return [Note("several-remotes", f"There are several remotes: {listed}", first.name, then)]
    return []


def _about_services(drafts: Sequence[Draft], files: Files) -> list[Note]:
    notes = []
    if len(drafts) > MOST_SERVICES:
        what = f"{len(drafts)} projects are here; the first {MOST_SERVICES} were kept"
        notes.append(Note("too-many", what, "", "Name the folder of the one that you mean."))
    if files.tracked and all(draft.service.library for draft in drafts):
        what = "Nothing was found here that runs by itself"
        what = what if drafts else "No project in Python, JavaScript, Go, Ruby or PHP was found"
        then = "Splat can still heal what CI or a pasted trace shows; the SDK is put in by hand."
        notes.append(Note("no-service", what, "", then))
    notes += _shadowing(drafts, files)
    if files.vendored:
        many = "1 tracked file lies" if files.vendored == 1 else f"{files.vendored} tracked files lie"
        what = f"{many} in folders of others' code ({', '.join(files.vendored_in)}): passed over"
        notes.append(Note("vendored", what))
    return notes


def _shadowing(drafts: Sequence[Draft], files: Files) -> list[Note]:
    """Modules of the project's own that Python would import in place of the SDK."""
    folders = [draft.service.path for draft in drafts if draft.service.runtime == "python"]
    starts = [join(folder, inner) for folder in folders for inner in ("splat", "src/splat")]
    paths = [path for start in starts for path in (f"{start}.py", f"{start}/__init__.py") if path in files.all]
    then = "Rename it: the SDK is imported by that name too."
    return [Note("shadowed", "The project has a module of its own called `splat`", path, then) for path in paths[:5]]
