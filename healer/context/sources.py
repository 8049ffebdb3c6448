"""The files of one tree as the context stage reads them: each read once, parsed once, within a limit of work."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from healer.context.value import Tree
    from healer.runtimes import SourceReader
    from healer.runtimes.source import Import, Module

#: A file beyond this is generated, or a data set: it is read for its lines but never parsed.
_MOST_PARSED = 600_000
#: What may be parsed and read beyond the files of the frames: own time must not grow with the repository.
_PARSE_BYTES = 700_000
_PARSE_FILES = 40
_READ_BYTES = 12_000_000
_READ_FILES = 500
_SNIFFED = 8_000
_DEFINING = re.compile(
    rb"(?:\b(?:def|function|func|class|type|interface|module|trait|enum|const|var|let)[ \t]{1,4}"
    rb"(?:\([^)\n]{0,80}\)[ \t])?(?:self\.)?[&*]?|^)([A-Za-z_$][\w$]{0,80})",
    re.MULTILINE,
)
#: JavaScript's methods and properties; whatever else is caught costs a parse at most.
_METHOD = re.compile(
    rb"^[ \t]{1,16}(?:(?:async|static|get|set)[ \t])?[#*]?([A-Za-z_$][\w$]{0,80})[ \t]?[(:=]", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Link:
    """One import and the tracked files it may name."""

    written: Import
    targets: tuple[str, ...]


class Library:
    """Reads, splits and parses files on demand. `files` is every tracked path.

    What is asked for with `always=True` (the files of the frames) is exempt from the limits; past them everything
    else looks as if it were not there.
    """

    def __init__(self, tree: Tree, reader: SourceReader) -> None:
        self.files = tree.paths()
        self._tree = tree
        self.reader = reader
        self._contents: dict[str, bytes | None] = {}
        self._lines: dict[str, list[str]] = {}
        self._places: dict[str, dict[str, list[int]]] = {}
        self._modules: dict[str, Module | None] = {}
        self._links: dict[str, tuple[Link, ...]] = {}
        self._rough: dict[str, frozenset[bytes]] = {}
        self._to_read, self._read_files = _READ_BYTES, _READ_FILES
        self._to_parse, self._parse_files = _PARSE_BYTES, _PARSE_FILES

    def content(self, path: str, *, always: bool = False) -> bytes | None:
        """The file's bytes, without a byte order mark; None for what is untracked, binary or too large."""
        if path not in self._contents:
            if path not in self.files:
                return None
            if not always and (self._to_read <= 0 or self._read_files <= 0):
                return None
            content = self._tree.read(path)
            if content is not None and b"\x00" in content[:_SNIFFED]:
                content = None
            content = None if content is None else content.removeprefix(b"\xef\xbb\xbf")
            self._contents[path] = content
            if not always:
                self._to_read -= len(content or b"")
                self._read_files -= 1
        return self._contents[path]

    def lines(self, path: str) -> list[str]:
        """The file's lines without their ends, [] where there is no text."""
        if path not in self._lines:
            content = self.content(path)
            if content is None:
                return []
            # Not splitlines(): it also breaks at form feeds and the like, and then no number is an editor's number.
            text = content.decode("utf-8", "replace")
            if "\r" in text:
                text = text.replace("\r\n", "\n") if "\n" in text else text.replace("\r", "\n")
            text = text.removesuffix("\n")
            self._lines[path] = text.split("\n") if text else []
        return self._lines[path]

    def where(self, path: str, text: str) -> Sequence[int]:
        """The lines, from 1, whose folded text this is; () for no text."""
        if not text:
            return ()
        if path not in self._places:
            places: defaultdict[str, list[int]] = defaultdict(list)
            for number, line in enumerate(self.lines(path), 1):
                places[folded(line)].append(number)
            self._places[path] = dict(places)
        return self._places[path].get(text, ())

    def module(self, path: str, *, always: bool = False) -> Module | None:
        """The parsed file, None for what is no source of this runtime, unreadable, too large or past the limit."""
        if path not in self._modules:
            if not path.endswith(self.reader.SUFFIXES):
                return None
            content = self.content(path, always=always)
            if content is None or len(content) > _MOST_PARSED:
                return None
            if not always:
                if len(content) > self._to_parse or self._parse_files <= 0:
                    return None
                self._to_parse -= len(content)
                self._parse_files -= 1
            self._modules[path] = self.reader.parse(content, path)
        return self._modules[path]

    def links(self, path: str) -> tuple[Link, ...]:
        """What a parsed file imports from this repository, in the order written."""
        if path not in self._links:
            module = self.module(path)
            found = []
            for written in module.imports if module else ():
                targets = self.reader.resolve(written, path, self.files)
                if targets:
                    found.append(Link(written, targets))
            self._links[path] = tuple(found)
        return self._links[path]

    def imported(self, path: str) -> tuple[str, ...]:
        """The files that `path` imports, each once, and those that its language makes visible without an import."""
        found = dict.fromkeys(target for link in self.links(path) for target in link.targets)
        found.update(dict.fromkeys(self.siblings(path)))
        found.pop(path, None)
        return tuple(found)

    def siblings(self, path: str) -> tuple[str, ...]:
        """The files that see each other without an import (a Go package)."""
        return tuple(self.reader.siblings(path, self.files))

    def defining(self, paths: Iterable[str], names: Iterable[str]) -> list[str]:
        """Those of `paths` that look as if they define one of `names`, without parsing them."""
        wanted = {name.encode("utf-8", "replace") for name in names}
        return [path for path in paths if wanted and not wanted.isdisjoint(self._rough_names(path))]

    def _rough_names(self, path: str) -> frozenset[bytes]:
        """What a glance at the text takes for defined names, in any of the languages."""
        if path not in self._rough:
            content = self.content(path) or b""
            self._rough[path] = frozenset(_DEFINING.findall(content)) | frozenset(_METHOD.findall(content))
        return self._rough[path]

    def members(self, path: str, space: str) -> frozenset[str]:
        """The names that `path` reads of `space`: "total" for `cart.total` of "cart"."""
        pattern = rb"(?<![\w$])" + re.escape(space.encode("utf-8", "replace")) + rb"(?:\.|::|->)([A-Za-z_$][\w$]{0,80})"
        found = re.findall(pattern, self.content(path) or b"")
        return frozenset(name.decode("ascii", "replace") for name in found)

    def mentioning(self, paths: Iterable[str], names: Iterable[str]) -> list[str]:
        """Those of `paths` whose bytes hold one of `names`: cheap enough to ask before parsing."""
        wanted = [name.encode("utf-8", "replace") for name in names]
        found = []
        for path in paths:
            content = self.content(path)
            if content is not None and any(name in content for name in wanted):
                found.append(path)
        return found


def folded(line: str) -> str:
    """A line without what reformatting changes: indentation and runs of blanks."""
    return " ".join(line[:2_000].split())
