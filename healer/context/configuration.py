"""Tracked configuration files that the code on the stack names in a string."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.context.piece import Piece
from healer.runtimes.layout import folder_of, layout, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healer.context.piece import Scene
    from healer.context.sources import Library

_ENDINGS = (
    ".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".xml", ".json5", ".csv", ".env.example",
)  # fmt: skip
_STRING = re.compile(r"""["'`]([^"'`\n]{3,120})["'`]""")
_SHOWN = 60
_MOST = 3
_SCENES = 4
#: What a repository holds for its tools, not for its code.
_TOOLING = frozenset({"package.json", "package-lock.json", "composer.json", "composer.lock", "tsconfig.json"})


def configuration_pieces(found: Sequence[Scene], library: Library) -> Iterator[Piece]:
    """The first lines of each configuration file that a function on the stack, or its file's constants, name."""
    known = layout(library.files)
    seen: set[str] = set()
    for scene in found[:_SCENES]:
        for text in _strings(scene, library):
            tail = text.strip("./").replace("\\", "/")
            if not tail.endswith(_ENDINGS) or tail in _TOOLING or ".." in tail:
                continue
            for path in nearest(scene.path, known.ending(tail))[:1]:
                if path not in seen and len(seen) < _MOST and library.content(path) is not None:
                    seen.add(path)
                    last = min(_SHOWN, len(library.lines(path)))
                    if last:
                        yield Piece(path, 1, last, 56 - 8 * scene.steps, f"read by {scene.name or folder_of(path)}")


def _strings(scene: Scene, library: Library) -> Iterator[str]:
    lines = library.lines(scene.path)
    spans = [(min(scene.lines) - 15, max(scene.lines) + 15)]
    if scene.definition is not None:
        spans = [(scene.definition.first, scene.definition.last)]
        module = library.module(scene.path)
        values = [one for one in (module.definitions if module else ()) if one.kind == "value"]
        spans += [(one.first, one.last) for one in values if one.name in scene.definition.uses]
    for first, last in spans:
        for line in lines[max(first, 1) - 1 : last]:
            yield from _STRING.findall(line[:1_000])
