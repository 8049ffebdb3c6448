"""Go: two lines in `func main` of each program, and a framework's line behind what makes its router."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code import chosen
from healer.setup.code.go_lines import IMPORT, SDK, USES, start_lines, use_line
from healer.setup.code.go_place import import_splice, router_splice, server_splice, start_splice
from healer.setup.code.site import likely_part, shown, there, with_dependency, written
from healer.setup.code.tree import read_tree
from healer.setup.dependency import add_dependency
from healer.setup.plan import Paste

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.setup.choices import Choices
    from healer.setup.code.tree import Tree
    from healer.setup.plan import Files, Part, Splice, Word
    from healer.setup.value import Entry, Service

_TAKEN = re.compile(r"\bsplat\b")
#: By this a whole package has the name: an import of that name would not compile.
_DECLARED = re.compile(rb"(?m)^(?:func|var|const|type)[ \t]{1,9}splat\b")
#: What Go says of files that a program writes, and will write again.
_GENERATED = re.compile(r"(?m)^// Code generated .{0,300} DO NOT EDIT\.\r?$")
_AGAIN = "it is generated: what writes it would take the lines out again"


@dataclass(frozen=True, slots=True)
class _Site:
    """A module. `start` are the lines that begin and end it."""

    service: Service
    files: Files
    choices: Choices
    start: list[str]

    def entries(self) -> list[Entry]:
        """The programs and routers that are written to."""
        sure = [each for each in self.service.entries if chosen.is_sure(each, self.choices)]
        return [each for each in sure if each.kind == "main" or is_app(each)]

    def read(self, path: str, data: bytes | None) -> Tree | Rejected:
        return read_tree(path, data)

    def held(self, path: str, tree: Tree) -> Word | Rejected | None:
        if SDK in tree.source.text:
            return there(path)
        if _TAKEN.search(tree.source.text) or _is_declared(path, self.files):
            return Rejected("name", "it uses the name `splat` for something else")
        generated = _GENERATED.search(tree.source.text)
        return Rejected("generated", _AGAIN) if generated else None

    def splices(self, path: str, tree: Tree, entries: Sequence[Entry]) -> list[Splice] | Rejected:
        splices = [import_splice(tree)]
        for entry in entries:
            made = start_splice(tree, self.start) if entry.kind == "main" else router_splice(tree, entry)
            if isinstance(made, Rejected):
                return made
            splices.append(made)
        server = server_splice(tree) if self.service.frameworks[:1] == ("net/http",) else None
        return splices if server is None else [*splices, server]

    def paste(self, path: str, entries: Sequence[Entry], why: str) -> Paste:
        starts = not entries or any(entry.kind == "main" for entry in entries)
        lines = [f"import {IMPORT}", *(["// first in main():", *self.start] if starts else [])]
        for entry in entries:
            if is_app(entry):
                lines += [f"// behind what makes {entry.name or 'the router'}:", use_line(entry)]
        return Paste(path, tuple(lines), why)


def is_app(entry: Entry) -> bool:
    """Whether a line of a framework's goes there."""
    return entry.framework in USES and entry.kind in ("app", "factory")


def propose(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    """The dependency, and the lines. Nothing for a module that has no program."""
    site = _Site(service, files, choices, start_lines(service, choices, named=named))
    dependency = add_dependency(service, files, SDK)
    if dependency.pastes:
        return dependency + shown(site)
    return with_dependency(dependency, written(site), _to_paste(site), service, SDK)


def _is_declared(path: str, files: Files) -> bool:
    folder = posixpath.dirname(path)
    beside = [each for each in files.paths() if posixpath.dirname(each) == folder and each.endswith(".go")]
    return any(_DECLARED.search(files.read(each) or b"") for each in beside)


def _to_paste(site: _Site) -> Part:
    """Routers that nobody is sure of; and where no program is sure, those that may be one."""
    likely = chosen.likely_entries(site.service, site.choices, is_app)
    begun = any(entry.kind == "main" for entry in site.entries())
    mains = [each for each in site.service.entries if each.kind == "main" and each.certainty == "likely"]
    places = [each for each in likely if is_app(each)] + ([] if begun else mains)
    return likely_part(site, chosen.by_path(places).values(), begun=begun)
