"""The tests that exercise the functions on the stack, found by how test files are named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.context.piece import Piece
from healer.runtimes.layout import folder_of, layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healer.context.piece import Scene
    from healer.context.sources import Library

_MOST_FILES = 8
_MOST_TESTS = 2
_LONGEST = 40
_AFFIXES = ("test_{}", "{}_test", "{}.test", "{}.spec", "{}_spec", "{}Test", "{}Tests", "{}UnitTest", "Test{}", "{}")
_SUFFIXES = (".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".mts", ".go", ".rb", ".php")
_CALLED = re.compile(r"\b(?:it|test|describe)\(")


def test_files(path: str, library: Library) -> list[str]:
    """Test files that by their names belong to the source file `path`, the most likely first."""
    known = layout(library.files)
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    stems = [stem, stem.lstrip("_")]
    if stem in ("__init__", "index", "main", "mod"):
        stems = [folder.rpartition("/")[2]]
    parent = folder_of(path).rpartition("/")[2]
    stems += [f"{parent}_{stem}", stem.replace("_", "-")]
    found: dict[str, None] = {}
    for one in dict.fromkeys(stems):
        for affix in _AFFIXES if one else ():
            for suffix in _SUFFIXES:
                paths = known.named(affix.format(one) + suffix)
                found.update(dict.fromkeys(p for p in paths if p != path and library.reader.is_test(p)))
    ranked = sorted(found, key=lambda one: (-_shared(one, path), one.count("/"), one))
    return ranked[:_MOST_FILES]


def test_pieces(found: Sequence[Scene], library: Library) -> Iterator[Piece]:
    """The shortest tests that name a function on the stack, or the class it belongs to; the head of their file."""
    scenes = [scene for scene in found[:4] if scene.definition is not None]
    count = 0
    for scene in scenes[:2]:
        assert scene.definition is not None
        owner = scene.definition.qualified.replace("::", ".").replace("\\", ".").split(".")[-2:-1]
        for names in ([scene.name], owner):
            for path in test_files(scene.path, library):
                if count < _MOST_TESTS and library.mentioning([path], names):
                    for piece in _naming(path, frozenset(names), library):
                        yield piece
                        count += 1
            if count:
                return


def _naming(path: str, names: frozenset[str], library: Library) -> Iterator[Piece]:
    module = library.module(path)
    tests = [
        one
        for one in (module.definitions if module else ())
        if one.kind == "function" and names & one.uses and one.last - one.first <= _LONGEST
    ]
    if tests:
        test = min(tests, key=lambda one: abs(one.last - one.first - 10))
        yield Piece(path, test.first, test.last, 40, f"{test.qualified}: a test of {', '.join(names)}")
        return
    lines = library.lines(path)
    at = next((n for n, line in enumerate(lines, 1) if any(name in line for name in names) and n > 12), None)
    if at is not None:
        start = next((n for n in range(at, max(at - 25, 0), -1) if _CALLED.search(lines[n - 1])), at)
        yield Piece(path, start, min(start + 20, len(lines)), 34, f"a test of {', '.join(names)}")


def _shared(left: str, right: str) -> int:
    return len(set(left.split("/")[:-1]) & set(right.split("/")[:-1]))
