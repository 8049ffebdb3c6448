"""Frames that lie in what this repository only points to: a submodule, a file in Git LFS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.context.paths import parts_of
from healer.context.value import Parent
from healer.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from healer.context.value import Tree
    from healer.report import Report

_MOST = 200


def elsewhere(report: Report, tree: Tree) -> Skipped | None:
    """Why none of the frames can be looked at, where they lie in something that the tree knows of; else None."""
    if found := next(_in_submodules(report, tree), ""):
        return Skipped(
            "in-submodule",
            f"The trace leads into the submodule {found}, which is a repository of its own.",
            "Report the error there; here Splat sees the submodule's place alone, and checks none out.",
        )
    if found := next(_unreadable(report, tree), ""):
        return Skipped(
            "unreadable",
            f"The trace leads to {found}, which Splat cannot read: git holds only a pointer of Git LFS there, or over "
            "2 MiB.",
            "Keep source files in git itself: take their pattern out of .gitattributes.",
        )
    return None


def told_of(report: Report, tree: Tree) -> str:
    """For Claude: which frames lie in a submodule, whose files it can neither see nor change."""
    found = dict.fromkeys(_in_submodules(report, tree))
    return "\n".join(f"{path} is a submodule: its files are not here, and no edit can change them." for path in found)


def _in_submodules(report: Report, tree: Tree) -> Iterator[str]:
    """The submodules that frames lie in, the crash first. A frame of a library, which may well lie in some `lib`, needs
    more than one folder to be taken for one.
    """
    if isinstance(tree, Parent) and (known := {tuple(path.split("/")): path for path in tree.submodules()}):
        longest = max(map(len, known))
        for parts, in_app in _paths(report):
            found = (each for each in _stretches(parts, longest) if each in known)
            yield from (known[each] for each in found if in_app or len(each) > 1)


def _unreadable(report: Report, tree: Tree) -> Iterator[str]:
    """Tracked files that frames name, and that cannot be read."""
    paths = tree.paths()
    for parts, _ in _paths(report):
        ends = ("/".join(parts[start:]) for start in range(max(0, len(parts) - 40), len(parts)))
        yield from (path for path in ends if path in paths and tree.read(path) is None)


def _paths(report: Report) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The parts of each path that frames name, and whether it is the app's own; the crash first."""
    frames = (frame for exception in report.exceptions[:30] for frame in reversed(exception.frames[-_MOST:]))
    for path, in_app in dict.fromkeys((frame.path, frame.in_app) for frame in frames):
        if len(parts := parts_of(path)) > 1:
            yield parts, in_app


def _stretches(parts: tuple[str, ...], longest: int) -> Iterable[tuple[str, ...]]:
    """Every run of folders of a path, the file itself left out, up to `longest` of them."""
    folders = parts[:-1][-40:]
    for start in range(len(folders)):
        for end in range(start + 1, min(len(folders), start + longest) + 1):
            yield folders[start:end]
