"""A base commit with what an open pull request has made of some of its files: what a `retry` goes on from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.context.value import Archive, Parent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from healer.context.value import Tree


@dataclass(frozen=True, slots=True)
class Branch:
    """What stands on the branch of a fix. `files` are the contents of those that it changes, None where they cannot be
    had whole; `theirs` says whose commits are on it, "" where all are Splat's.
    """

    name: str
    files: Mapping[str, bytes] | None
    theirs: str = ""


class Ahead:
    """Implements `Tree`: the base, and over it the files of a branch. `base` is still the commit that all is proven
    against.
    """

    def __init__(self, tree: Tree, files: Mapping[str, bytes]) -> None:
        self._tree = tree
        self._files = files
        self.base = tree.base

    def paths(self) -> frozenset[str]:
        """Those of the base, and the branch's new ones."""
        return self._tree.paths() | self._files.keys()

    def read(self, path: str) -> bytes | None:
        """As the branch has it."""
        return self._files[path] if path in self._files else self._tree.read(path)

    def history(self, path: str, first: int, last: int) -> Sequence[str]:
        """None for a file of the branch: its lines are not the base's."""
        return () if path in self._files else self._tree.history(path, first, last)

    def read_at(self, release: str, path: str) -> bytes | None:
        """As the base knows it."""
        return self._tree.read_at(release, path) if isinstance(self._tree, Archive) else None

    def submodules(self) -> frozenset[str]:
        """The base's."""
        return self._tree.submodules() if isinstance(self._tree, Parent) else frozenset()
