"""Python: two lines in the file where each service begins, and its framework's one."""

from __future__ import annotations

import io
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code import chosen
from healer.setup.code.apps import app_splice
from healer.setup.code.entries import imports_of, is_app, paste_of, sure_entries, to_paste
from healer.setup.code.kinds import imported_roots
from healer.setup.code.lines import INTEGRATIONS, start_lines
from healer.setup.code.place import begin_of, head_of, start_splices
from healer.setup.code.site import WAITS, file_part, is_there, there
from healer.setup.code.source import read_source
from healer.setup.code.syntax import fault_of, read_syntax
from healer.setup.dependency import add_dependency
from healer.setup.plan import Part, together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from healer.setup.choices import Choices
    from healer.setup.code.source import Source
    from healer.setup.plan import Files, Paste, Splice, Word
    from healer.setup.value import Entry, Service

__all__ = ["is_app", "propose"]

SDK = "splat-sdk"


@dataclass(frozen=True, slots=True)
class _Site:
    """A project. `start` are the lines of `splat.init`."""

    service: Service
    files: Files
    choices: Choices
    start: list[str]

    def entries(self) -> list[Entry]:
        return sure_entries(self.service, self.choices)

    def read(self, path: str, data: bytes | None) -> Source | Rejected:
        source = Rejected("unreadable", "it cannot be read") if data is None else read_source(data)
        return source if isinstance(source, Rejected) else fault_of(source) or source

    def held(self, path: str, source: Source) -> Word | Rejected | None:
        if self.is_own("splat"):
            return Rejected("name", "the project has a module of its own that is called `splat`")
        if "splat" not in set(_names(source)):
            return None
        syntax = read_syntax(source)
        if isinstance(syntax, Rejected):
            return syntax
        if any("splat" in imported_roots(each) for each in syntax.statements):
            return there(path, "imports splat already: left as it is")
        return Rejected("name", "it uses the name `splat` for something else")

    def splices(self, path: str, source: Source, entries: Sequence[Entry]) -> list[Splice] | Rejected:
        syntax = read_syntax(source)
        if isinstance(syntax, Rejected):
            return syntax
        head = head_of(source, syntax)
        lines = [entry.line - 1 for entry in entries if entry.line and entry.kind not in ("main", "settings")]
        begin = begin_of(source, syntax, head, lines)
        splices = start_splices(source, head, begin, imports_of(entries), self.starts(path, entries), self.is_own)
        for entry in (each for each in entries if each.kind != "main" and each.framework in INTEGRATIONS):
            splice = app_splice(source, syntax, entry)
            if isinstance(splice, Rejected):
                return splice
            if splice.at < source.starts[head.end]:
                return Rejected("place", "the app is made among the imports")
            splices.append(splice)
        return splices

    def paste(self, path: str, entries: Sequence[Entry], why: str) -> Paste:
        return paste_of(entries, self.starts(path, entries), why)

    def starts(self, path: str, entries: Sequence[Entry]) -> list[str]:
        """Django's settings are loaded by all of its processes: started there, it is started once."""
        settings = any(entry.kind == "settings" for entry in self.entries())
        here = any(entry.kind == "settings" for entry in entries)
        data = self.files.read(path) or b""
        elsewhere = settings and not here and (b"DJANGO_SETTINGS_MODULE" in data or b"django.conf" in data)
        return [] if elsewhere else self.start

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
    told = to_paste(service, choices, site.start)
    if service.manifest and dependency.pastes:
        return dependency + _all_to_paste(site) + told
    files_of = chosen.by_path(site.entries())
    made = {path: file_part(path, entries, site) for path, entries in files_of.items()}
    lines = together([_waits(files_of[path]) if _starts_nowhere(path, made, site) else made[path] for path in made])
    return dependency + lines + (Part() if is_there(lines) else told)


def _all_to_paste(site: _Site) -> Part:
    why = f"{WAITS}, whose place is not certain"
    places = chosen.by_path(site.entries()).values()
    return Part(pastes=tuple(paste_of(entries, site.start, why) for entries in places))


def _starts_nowhere(path: str, made: Mapping[str, Part], site: _Site) -> bool:
    """True for a file that counts on Django's settings to start Splat, which could not be written to."""
    entries = site.entries()
    left = any(made[each.path].pastes for each in entries if each.kind == "settings")
    return left and bool(made[path].changes) and not site.starts(path, chosen.by_path(entries)[path])


def _waits(entries: Sequence[Entry]) -> Part:
    return Part(pastes=(paste_of(entries, (), "once the settings start Splat"),))


def _names(source: Source) -> Iterator[str]:
    """All names in the code; comments and texts do not count."""
    text = "".join(line.rstrip("\r\n") + "\n" for line in source.lines)  # `tokenize` knows no other end
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return (token.string for token in tokens if token.type == tokenize.NAME)
