"""Where a name may lead among the tracked paths: one index a set of files, then look-ups by the end of a path."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

MAX_TARGETS = 4
"""Beyond this many equally good answers a name says nothing."""
_MOST_CANDIDATES = 500


class Layout:
    """The tracked files by folder and by file name."""

    def __init__(self, files: frozenset[str]) -> None:
        self.files = files
        folders: defaultdict[str, list[str]] = defaultdict(list)
        named: defaultdict[str, list[str]] = defaultdict(list)
        for path in sorted(files):
            folder, _, name = path.rpartition("/")
            folders[folder].append(path)
            named[name.lower()].append(path)
        self.in_folder: Mapping[str, Sequence[str]] = dict(folders)
        self._named = dict(named)

    def named(self, name: str) -> Sequence[str]:
        """Every path whose last part is `name`, in any case of letters."""
        return self._named.get(name.lower(), ())

    def ending(self, tail: str) -> list[str]:
        """Every path that is `tail` or ends with "/" and `tail`."""
        return [path for path in self.named(tail.rpartition("/")[2]) if path == tail or path.endswith("/" + tail)]

    def first(self, candidates: Sequence[str]) -> tuple[str, ...]:
        """The first of the candidates that is tracked, () when none is."""
        return next(((path,) for path in candidates if path in self.files), ())


@lru_cache(maxsize=4)
def _layout(files: frozenset[str]) -> Layout:
    return Layout(files)


def layout(files: Collection[str]) -> Layout:
    """The index of `files`; made once for a frozenset, which keeps its hash, and again for every other collection."""
    return _layout(files if isinstance(files, frozenset) else frozenset(files))


def folder_of(path: str) -> str:
    """The folder a path is in, "" for the root."""
    return path.rpartition("/")[0]


def join(folder: str, relative: str) -> str | None:
    """`relative` seen from `folder`, without "." and ".."; None when it leads out of the tree."""
    parts = folder.split("/") if folder else []
    for part in relative.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def above(folder: str) -> list[str]:
    """The folder and all those around it, the innermost first, "" last."""
    folders = [folder] if folder else []
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        folders.append(folder)
    return [*folders, ""]


def under(folder: str, relative: str) -> str:
    """The path of `relative` in `folder`."""
    return f"{folder}/{relative}" if folder else relative


def nearest(path: str, candidates: Sequence[str]) -> tuple[str, ...]:
    """The candidates that share the most folders with `path`; () when too many do equally, or there are too many."""
    if not candidates or len(candidates) > _MOST_CANDIDATES:
        return ()
    shared = [_shared(path, candidate) for candidate in candidates]
    best = max(shared)
    chosen = tuple(candidate for candidate, count in zip(candidates, shared, strict=True) if count == best)
    return chosen if len(chosen) <= MAX_TARGETS else ()


def _shared(left: str, right: str) -> int:
    count = 0
    for one, other in zip(left.split("/")[:-1], right.split("/")[:-1], strict=False):
        if one != other:
            break
        count += 1
    return count
