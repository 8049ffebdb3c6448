"""The same mistake elsewhere: copies of the code that crashed, in files that stand beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.context.piece import Piece
from healer.runtimes.layout import folder_of, layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healer.context.piece import Scene
    from healer.context.sources import Library
    from healer.runtimes.source import Definition

_MOST_FILES = 80
_MOST_TWINS = 4
#: A crash line must be this long for the same text to mean the same code.
_TELLING = 16
_SCENES = 2


def twin_pieces(found: Sequence[Scene], library: Library) -> Iterator[Piece]:
    """Functions of the same name that hold the very line that crashed; the same function in another module format."""
    for scene in found[:_SCENES]:
        if scene.definition is None or len(scene.name) < 3:
            continue
        text = library.lines(scene.path)[scene.lines[0] - 1].strip()
        count = 0
        for path in _beside(scene.path, library):
            same_stem = _stem(path) == _stem(scene.path)
            for twin in _same_name(path, scene.name, library):
                same_line = len(text) >= _TELLING and _holds(path, twin, text, library)
                if same_stem or same_line:
                    why = f"{twin.qualified}: the same code as in {scene.path}"
                    yield Piece(path, twin.first, twin.last, 68 - 14 * scene.steps - 2 * count, why)
                    count += 1
            if count >= _MOST_TWINS:
                break
        yield from _here(scene, text, library)


def _beside(path: str, library: Library) -> list[str]:
    """Files of the same language in the same folder, those of the same name first."""
    beside = layout(library.files).in_folder.get(folder_of(path), ())
    found = [one for one in beside if one != path and one.endswith(library.reader.SUFFIXES)]
    found.sort(key=lambda one: (_stem(one) != _stem(path), one))
    return found[:_MOST_FILES]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def _same_name(path: str, name: str, library: Library) -> list[Definition]:
    if not library.mentioning([path], [name]):
        return []
    module = library.module(path)
    return [one for one in (module.definitions if module else ()) if one.name == name and one.kind == "function"]


def _holds(path: str, definition: Definition, text: str, library: Library) -> bool:
    lines = library.lines(path)[definition.first - 1 : definition.last]
    return any(line.strip() == text for line in lines)


def _here(scene: Scene, text: str, library: Library) -> Iterator[Piece]:
    """Other functions of the same file with the very same line, and other classes' methods of the same name."""
    module = library.module(scene.path)
    if module is None or scene.definition is None:
        return
    count = 0
    for other in module.definitions:
        apart = other.last < scene.definition.first or other.first > scene.definition.last
        if other.kind == "function" and apart and count < _MOST_TWINS and other.last - other.first < 80:
            if len(text) >= _TELLING and _holds(scene.path, other, text, library):
                yield Piece(scene.path, other.first, other.last, 44 - 14 * scene.steps, f"{other.qualified}: same line")
                count += 1
            elif other.name == scene.name:
                yield Piece(scene.path, other.first, other.last, 34 - 14 * scene.steps, f"{other.qualified}: same name")
                count += 1
