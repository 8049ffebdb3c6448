"""The import lines of the files that a fix will most likely touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.context.piece import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healer.context.piece import Scene
    from healer.context.sources import Library

_LONGEST = 45
_SCENES = 3


def import_pieces(found: Sequence[Scene], library: Library) -> Iterator[Piece]:
    """The block of imports at the top of the file that crashed; of others only what their functions use."""
    seen: set[str] = set()
    for scene in found[:_SCENES]:
        module = library.module(scene.path)
        if module is None or scene.path in seen:
            continue
        seen.add(scene.path)
        top = min((one.first for one in module.definitions if one.kind in ("function", "class")), default=1 << 30)
        lines = [one.line for one in module.imports if one.line < top]
        if not scene.steps and lines and lines[-1] - lines[0] <= _LONGEST:
            yield Piece(scene.path, lines[0], min(lines[-1] + 1, top - 1), 62, "imports")
            continue
        uses = scene.definition.uses if scene.definition else frozenset()
        for one in module.imports:
            if one.line < top and uses & set(one.bound):
                yield Piece(scene.path, one.line, one.line, 60 - 8 * scene.steps, "imports")
