"""Go: two lines in `func main` of each program, and a framework's line behind what makes its router."""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code import chosen
from healer.setup.code.go_lines import IMPORT, SDK, USES, start_lines, use_line
from healer.setup.code.go_place import import_splice, router_splice, server_splice, start_splice
from healer.setup.code.tree import read_tree
from healer.setup.dependency import add_dependency, by_hand
from healer.setup.plan import Part, Paste, Word, inserted, together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.setup.choices import Choices
    from healer.setup.code.tree import Tree
    from healer.setup.plan import Change, Files, Splice
    from healer.setup.value import Entry, Service

_MOST_PASTES = 4
_TAKEN = re.compile(r"\bsplat\b")
#: By this a whole package has the name: an import of that name would not compile.
_DECLARED = re.compile(rb"(?m)^(?:func|var|const|type)[ \t]{1,9}splat\b")
#: What Go says of files that a program writes, and will write again.
_GENERATED = re.compile(r"(?m)^// Code generated .{0,300} DO NOT EDIT\.\r?$")


@dataclass(frozen=True, slots=True)
class _Site:
    """What all files of a service share. `start` are the lines that begin and end it."""

    service: Service
    files: Files
    choices: Choices
    start: list[str]

    def entries(self, path: str = "") -> list[Entry]:
        """The programs and routers that are written to, of one file or of all."""
        named = self.choices.entries
        sure = [
            each
            for each in self.service.entries
            if each.certainty == "sure" or (each.certainty == "likely" and each.path in named)
        ]
        return [each for each in sure if (each.kind == "main" or is_app(each)) and path in ("", each.path)]


def is_app(entry: Entry) -> bool:
    """Whether a line of a framework's goes there."""
    return entry.framework in USES and entry.kind in ("app", "factory")


def propose(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    """The dependency, and the lines. Nothing for a module that has no program."""
    site = _Site(service, files, choices, start_lines(service, choices, named=named))
    dependency = add_dependency(service, files, SDK)
    paths = list(dict.fromkeys(entry.path for entry in site.entries()))
    if dependency.pastes:  # with lines that import what is not there, nothing would build any more
        why = "once the SDK is a dependency"
        return dependency + Part(pastes=tuple(_paste(path, site.entries(path), site, why) for path in paths))
    parts = [_file(path, site) for path in paths]
    if not any(word.code == "has-splat" for part in parts for word in part.words):
        parts.append(_to_paste(site))
        if not any(part.changes for part in parts):  # what nothing imports, `go mod tidy` takes out again
            dependency = by_hand(dependency, service, SDK)
    return together([dependency, *parts])


def _file(path: str, site: _Site) -> Part:
    made = _change(path, site)
    if isinstance(made, Rejected):
        return Part(pastes=(_paste(path, site.entries(path), site, made.reason),))
    return made if isinstance(made, Part) else Part(changes=(made,))


def _change(path: str, site: _Site) -> Change | Part | Rejected:
    if why := site.files.blocked(path):
        return Rejected("blocked", f"it {why}")
    data = site.files.read(path)
    tree = read_tree(path, data)
    if isinstance(tree, Rejected) or data is None:
        return tree if isinstance(tree, Rejected) else Rejected("unreadable", "it cannot be read")
    if SDK in tree.source.text:
        return Part(words=(Word("has-splat", "has Splat's SDK already: left as it is", path),))
    if _TAKEN.search(tree.source.text) or _is_declared(path, site.files):
        return Rejected("name", "it uses the name `splat` for something else")
    if _GENERATED.search(tree.source.text):
        return Rejected("generated", "it is generated: what writes it would take the lines out again")
    splices = _splices(tree, site.entries(path), site)
    if isinstance(splices, Rejected):
        return splices
    change = inserted(path, data, splices, "Splat's SDK")
    after = read_tree(path, change.after)
    return Rejected("place", "with the lines it would not be read any more") if isinstance(after, Rejected) else change


def _is_declared(path: str, files: Files) -> bool:
    folder = posixpath.dirname(path)
    beside = [each for each in files.paths() if posixpath.dirname(each) == folder and each.endswith(".go")]
    return any(_DECLARED.search(files.read(each) or b"") for each in beside)


def _splices(tree: Tree, entries: Sequence[Entry], site: _Site) -> list[Splice] | Rejected:
    splices = [import_splice(tree)]
    for entry in entries:
        made = start_splice(tree, site.start) if entry.kind == "main" else router_splice(tree, entry)
        if isinstance(made, Rejected):
            return made
        splices.append(made)
    server = server_splice(tree) if site.service.frameworks[:1] == ("net/http",) else None
    return splices if server is None else [*splices, server]


def _to_paste(site: _Site) -> Part:
    """Routers that nobody is sure of; and where no program is sure, those that may be one."""
    likely = chosen.likely_entries(site.service, site.choices, is_app)
    has_main = any(entry.kind == "main" for entry in site.entries())
    mains = [each for each in site.service.entries if each.kind == "main" and each.certainty == "likely"]
    places = [each for each in likely if is_app(each)] + ([] if has_main else mains)
    pastes = [_paste(path, [each for each in places if each.path == path], site) for path in _paths(places)]
    if not pastes and not has_main:
        why = f"where {site.service.name} begins could not be found"
        pastes = [_paste(site.service.path, (), site, why)]
    return Part(pastes=tuple(pastes[:_MOST_PASTES]))


def _paths(entries: Sequence[Entry]) -> list[str]:
    return list(dict.fromkeys(entry.path for entry in entries))


def _paste(path: str, entries: Sequence[Entry], site: _Site, why: str = "") -> Paste:
    """The lines of these places of one file, as a person would write them."""
    if not why:
        flag = f"splat init --entry {shlex.quote(path)}"
        why = f"{site.service.name} may begin there: {entries[0].why}. If it does: {flag}"
    starts = not entries or any(entry.kind == "main" for entry in entries)
    lines = [f"import {IMPORT}", *(["// first in main():", *site.start] if starts else [])]
    for entry in entries:
        if is_app(entry):
            lines += [f"// behind what makes {entry.name or 'the router'}:", use_line(entry)]
    return Paste(path, tuple(lines), why)
