"""Python: two lines in the file where each service begins, and its framework's one."""

from __future__ import annotations

import io
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code.apps import app_splice
from healer.setup.code.entries import imports_of, is_app, paste_of, sure_entries, to_paste
from healer.setup.code.kinds import imported_roots
from healer.setup.code.lines import INTEGRATIONS, start_lines
from healer.setup.code.place import begin_of, head_of, start_splices
from healer.setup.code.source import read_source
from healer.setup.code.syntax import fault_of, read_syntax
from healer.setup.dependency import add_dependency
from healer.setup.plan import Part, Word, inserted, together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from healer.setup.choices import Choices
    from healer.setup.code.source import Source
    from healer.setup.code.syntax import Syntax
    from healer.setup.plan import Change, Files, Splice
    from healer.setup.value import Entry, Service

__all__ = ["is_app", "propose"]

SDK = "splat-sdk"


@dataclass(frozen=True, slots=True)
class _Site:
    """What all files of a service share. `start` are the lines of `splat.init`."""

    service: Service
    files: Files
    choices: Choices
    start: list[str]

    def is_own(self, root: str) -> bool:
        """True for a module of the repository: beside the service, in its `src`, or at the top."""
        folders = {self.service.path, f"{self.service.path}/src".lstrip("/"), "", "src"}
        known = self.files.paths()
        places = (f"{folder}/{root}".lstrip("/") for folder in folders)
        return any(f"{place}.py" in known or f"{place}/__init__.py" in known for place in places)


def propose(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    """The dependency, and the lines. Nothing for a service that has none to begin with."""
    site = _Site(service, files, choices, start_lines(service, choices, named=named))
    dependency = add_dependency(service, files, SDK)
    if service.manifest and dependency.pastes:
        return dependency + _all_to_paste(site)
    paths = list(dict.fromkeys(entry.path for entry in sure_entries(service, choices)))
    made = {path: _file(path, site) for path in paths}
    parts = [_waits(path, site) if _starts_nowhere(path, made, site) else made[path] for path in paths]
    # Where somebody has set it up already, what else there may be is theirs to know.
    if not any(word.code == "has-splat" for part in parts for word in part.words):
        parts.append(to_paste(service, choices, site.start))
    return together([dependency, *parts])


def _all_to_paste(site: _Site) -> Part:
    """Without the dependency the app would not start any more with lines that import it."""
    why = "once the SDK is a dependency, whose place is not certain"
    sure = sure_entries(site.service, site.choices)
    paths = dict.fromkeys(entry.path for entry in sure)
    pastes = [paste_of([each for each in sure if each.path == path], site.start, why) for path in paths]
    return Part(pastes=tuple(pastes)) + to_paste(site.service, site.choices, site.start)


def _starts_nowhere(path: str, made: Mapping[str, Part], site: _Site) -> bool:
    """True for a file that counts on Django's settings to start Splat, which could not be written to."""
    settings = {entry.path for entry in sure_entries(site.service, site.choices) if entry.kind == "settings"}
    left = any(made[each].pastes for each in settings)
    return left and bool(made[path].changes) and not _start(path, _entries_of(path, site), site)


def _waits(path: str, site: _Site) -> Part:
    return Part(pastes=(paste_of(_entries_of(path, site), (), "once the settings start Splat"),))


def _entries_of(path: str, site: _Site) -> list[Entry]:
    return [entry for entry in sure_entries(site.service, site.choices) if entry.path == path]


def _file(path: str, site: _Site) -> Part:
    entries = _entries_of(path, site)
    start = _start(path, entries, site)
    made = _change(path, entries, start, site)
    if isinstance(made, Rejected):
        return Part(pastes=(paste_of(entries, start, made.reason),))
    return made if isinstance(made, Part) else Part(changes=(made,))


def _start(path: str, entries: Sequence[Entry], site: _Site) -> list[str]:
    """Django's settings are loaded by all of its processes: started there, it is started once."""
    settings = any(entry.kind == "settings" for entry in sure_entries(site.service, site.choices))
    here = any(entry.kind == "settings" for entry in entries)
    data = site.files.read(path) or b""
    elsewhere = settings and not here and (b"DJANGO_SETTINGS_MODULE" in data or b"django.conf" in data)
    return [] if elsewhere else site.start


def _change(path: str, entries: Sequence[Entry], start: list[str], site: _Site) -> Change | Part | Rejected:
    if why := site.files.blocked(path):
        return Rejected("blocked", f"it {why}")
    data = site.files.read(path)
    source = Rejected("unreadable", "it cannot be read") if data is None else read_source(data)
    if isinstance(source, Rejected):
        return source
    syntax = read_syntax(source)
    if isinstance(syntax, Rejected):
        return syntax
    if taken := _taken(source, syntax, site, path):
        return taken
    splices = _splices(source, syntax, entries, start, site)
    if isinstance(splices, Rejected):
        return splices
    change = inserted(path, source.data, splices, "Splat's SDK")
    return change if _still_python(change) else Rejected("place", "with the lines it would be no Python any more")


def _still_python(change: Change) -> bool:
    source = read_source(change.after or b"")
    return not isinstance(source, Rejected) and fault_of(source) is None


def _splices(
    source: Source, syntax: Syntax, entries: Sequence[Entry], start: list[str], site: _Site
) -> list[Splice] | Rejected:
    head = head_of(source, syntax)
    apps = [entry.line - 1 for entry in entries if entry.line and entry.kind not in ("main", "settings")]
    begin = begin_of(source, syntax, head, apps)
    splices = start_splices(source, head, begin, imports_of(entries), start, site.is_own)
    for entry in entries:
        if entry.kind == "main" or entry.framework not in INTEGRATIONS:
            continue
        splice = app_splice(source, syntax, entry)
        if isinstance(splice, Rejected):
            return splice
        if splice.at < source.starts[head.end]:
            return Rejected("place", "the app is made among the imports")
        splices.append(splice)
    return splices


def _taken(source: Source, syntax: Syntax, site: _Site, path: str) -> Part | Rejected | None:
    """What already has the name `splat` here: Splat itself, or something else."""
    if site.is_own("splat"):
        return Rejected("name", "the project has a module of its own that is called `splat`")
    names = set(_names(source))
    if "splat" not in names:
        return None
    if not any("splat" in imported_roots(each) for each in syntax.statements):
        return Rejected("name", "it uses the name `splat` for something else")
    return Part(words=(Word("has-splat", "imports splat already: left as it is", path),))


def _names(source: Source) -> Iterator[str]:
    """All names in the code; comments and texts do not count."""
    text = "".join(line.rstrip("\r\n") + "\n" for line in source.lines)  # `tokenize` knows no other end
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return (token.string for token in tokens if token.type == tokenize.NAME)
