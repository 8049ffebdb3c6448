"""From the path a runtime printed to the tracked files it may mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.context.installed import installed, own_files, own_folders
from healer.runtimes.layout import layout, under

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from healer.context.installed import Installed

_LONGEST = 4_096
_DEEPEST = 40
#: More equally good answers than this, and the path says too little.
_MOST = 12
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}:/{1,3}")
_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")
_DRIVE = re.compile(r"[A-Za-z]:(?=/)")
#: Schemes that put a name (a host, a bundle) before the path.
_NAMED = ("webpack:", "turbopack:", "http:", "https:", "rsc:", "app:")
#: Folders that a build writes; a source of the same name stands in a folder named otherwise, or in none.
_BUILT = frozenset(
    {"dist", "build", "out", "lib", "es", "esm", "cjs", "compiled", "output", "server", ".next", "target"}
)
_SOURCES = frozenset({"src", "source", "app", "lib", "ts"})
_ORIGINALS = (".ts", ".tsx", ".mts", ".cts", ".jsx", ".vue", ".svelte", ".coffee")
_TRANSPILED = (".js", ".mjs", ".cjs", ".jsx")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A tracked file that a runtime path may mean. `depth` counts the parts they end with in common; `whole` when all
    of the tracked path is among them; `exact` is False where lines do not carry over (a source behind built output).
    """

    path: str
    depth: int
    whole: bool
    exact: bool = True


def parts_of(path: str) -> tuple[str, ...]:
    """The parts of a runtime path without scheme, drive, query, "." and ".."; () for what is no path."""
    path = path[-_LONGEST:].strip().replace("\\", "/")
    if _CONTROL.search(path):
        return ()
    scheme = _SCHEME.match(path)
    if scheme:
        rest = _unquoted(path[scheme.end() :].partition("?")[0])
        named = scheme[0].startswith(_NAMED) and not scheme[0].endswith("///")
        path = rest.partition("/")[2] if named and "/" in rest else rest
    path = _DRIVE.sub("", path, count=1) if _DRIVE.match(path) else path
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return tuple(parts[-_DEEPEST:])


def stray(mapping: Mapping[str, str], files: frozenset[str]) -> tuple[str, ...]:
    """A warning for each entry of the user's `paths` that leads to nothing in the repository."""
    return tuple(
        f"paths: {start!r} leads to {place!r}, and this commit has no such folder or file"
        for start, place in mapping.items()
        if (inside := "/".join(parts_of(place)))
        and inside not in files
        and not any(path.startswith(f"{inside}/") for path in files)
    )


def _unquoted(text: str) -> str:
    """Percent signs undone, as URLs have them."""
    if "%" not in text:
        return text
    raw = _ESCAPED.sub(lambda found: bytes((int(found[1], 16),)), text.encode("utf-8", "replace"))
    return raw.decode("utf-8", "replace")


class Finder:
    """Answers which tracked files a runtime path may mean; `mapping` is the user's `paths`, asked first.

    `read` gives a tracked file's bytes: manifests are asked which package they declare.
    """

    def __init__(self, files: frozenset[str], mapping: Mapping[str, str], read: Callable[[str], bytes | None]) -> None:
        self._layout = layout(files)
        self._read = read
        self._mapping = sorted(
            ((parts_of(start), parts_of(place)) for start, place in mapping.items()), key=lambda pair: -len(pair[0])
        )

    def find(self, path: str, *, in_app: bool = True) -> tuple[Candidate, ...]:
        """The best candidates, all equally good by the path alone; () when it is not of this repository.

        A frame outside the app counts only when it is an installed copy of a package that the repository itself holds.
        """
        parts = parts_of(path)
        if not parts or len(path) > 1_000_000:
            return ()
        mapped = self._mapped(parts)
        if mapped:
            return mapped
        copy = installed(parts)
        if copy:
            return self._own_package(copy)
        if not in_app:
            return ()
        return self._by_suffix(parts) or self._original_of(parts)

    def _mapped(self, parts: tuple[str, ...]) -> tuple[Candidate, ...]:
        for start, place in self._mapping:
            if parts[: len(start)] == start:
                path = "/".join((*place, *parts[len(start) :]))
                if path in self._layout.files:
                    return (Candidate(path, len(parts), whole=True),)
        return ()

    def _by_suffix(self, parts: tuple[str, ...]) -> tuple[Candidate, ...]:
        found = list(_compared(parts, self._layout.named(parts[-1])))
        if not found:
            return ()
        deepest = max(candidate.depth for candidate in found)
        best = [candidate for candidate in found if candidate.depth == deepest]
        if deepest == 1 and len(parts) > 1 and len(best) > _MOST:
            return ()
        best.sort(key=lambda candidate: (not candidate.whole, candidate.path.count("/"), candidate.path))
        return tuple(best[:_MOST])

    def _own_package(self, copy: Installed) -> tuple[Candidate, ...]:
        """An installed file that the repository holds itself, or the source that it was built of."""
        files = self._layout.files
        found = [Candidate(path, len(copy.rest), whole=True) for path in own_files(copy, files, self._read)]
        if not found and copy.manifest:
            for folder in own_folders(copy, files, self._read):
                start = under(folder, "")
                found += [made for made in self._original_of(copy.rest) if made.path.startswith(start)]
        return tuple(found[:_MOST])

    def _original_of(self, parts: tuple[str, ...]) -> tuple[Candidate, ...]:
        """The source that an untracked built file was made of, by its name and the folders that builds keep."""
        stem, dot, ending = parts[-1].rpartition(".")
        if dot + ending not in _TRANSPILED or not stem:
            return ()
        folders = [part for part in parts[:-1] if part not in _BUILT | _SOURCES]
        found = []
        for suffix in _ORIGINALS:
            for path in self._layout.named(stem + suffix):
                theirs = [part for part in path.split("/")[:-1] if part not in _BUILT | _SOURCES]
                common = _common_end(folders, theirs)
                if common == len(theirs):
                    found.append(Candidate(path, common + 1, whole=False, exact=False))
        deepest = max((candidate.depth for candidate in found), default=0)
        return tuple(candidate for candidate in found if candidate.depth == deepest)[:_MOST]


def _compared(parts: tuple[str, ...], paths: Sequence[str]) -> Iterator[Candidate]:
    for path in paths:
        theirs = path.split("/")
        depth = _common_end(parts, theirs)
        if depth:
            yield Candidate(path, depth, whole=depth == len(theirs))


def _common_end(left: Sequence[str], right: Sequence[str]) -> int:
    count = 0
    for one, other in zip(reversed(left), reversed(right), strict=False):
        if one != other:
            break
        count += 1
    return count
