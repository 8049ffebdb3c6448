"""Code of the same file that is like the code which crashed: where one place forgets a check, the others often do."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from healer.context.piece import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healer.context.piece import Scene
    from healer.context.sources import Library
    from healer.runtimes.source import Definition, Module

_SCENES = 3
_LONGEST = 160
_MOST = 14
#: A file this short is shown whole when there is room: reading it beats guessing about it.
_SHORT_FILE = 350


def kin_pieces(found: Sequence[Scene], library: Library) -> Iterator[Piece]:
    """Functions of a suspect's file, ranked by the rare names that they share with it; short files whole."""
    seen: set[tuple[str, int]] = set()
    for scene in found[:_SCENES]:
        module = library.module(scene.path)
        if module is None:
            continue
        length = len(library.lines(scene.path))
        if length <= _SHORT_FILE:
            yield Piece(scene.path, 1, length, 32 - 6 * scene.steps, "the rest of the file")
        if scene.definition is None:
            continue
        for score, definition in _ranked(scene, scene.definition, module)[:_MOST]:
            if (scene.path, definition.first) not in seen:
                seen.add((scene.path, definition.first))
                why = f"{definition.qualified}: like {scene.name}"
                yield Piece(scene.path, definition.first, definition.last, score - 12 * scene.steps, why)


def _ranked(scene: Scene, crashed: Definition, module: Module) -> list[tuple[float, Definition]]:
    functions = [one for one in module.definitions if one.kind == "function"]
    counts = Counter(name for one in functions for name in one.uses)
    rarity = {name: math.log(1 + len(functions) / counts[name]) for name in counts}
    on_line = frozenset(name for line in scene.lines[:4] for name in module.uses_in(line, line))
    whole = _weight(crashed.uses, rarity) or 1.0
    line = _weight(on_line, rarity) or 1.0
    owner = crashed.qualified.rpartition(".")[0]
    ranked = []
    for one in functions:
        apart = one.last < crashed.first or one.first > crashed.last
        if not apart or one.last - one.first > _LONGEST:
            continue
        likeness = _weight(one.uses & crashed.uses, rarity) / whole
        on_the_line = _weight(one.uses & on_line, rarity) / line
        related = 6 if owner and one.qualified.rpartition(".")[0] == owner else 0
        score = 17 + 22 * likeness + 14 * on_the_line + related - (one.last - one.first) / 16
        ranked.append((min(score, 60), one))
    ranked.sort(key=lambda pair: -pair[0])
    return ranked


def _weight(names: frozenset[str], rarity: dict[str, float]) -> float:
    return sum(rarity.get(name, 0.0) for name in names)
