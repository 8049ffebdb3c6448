"""What stands around the functions on the stack: what they use, who calls them, who assigns what they read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.context.flow import flowing_in, on_suspect_lines
from healer.context.names import spoken_of
from healer.context.piece import Piece, naming_line
from healer.context.scenes import class_pieces
from healer.context.uses import COMMON

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healer.context.piece import Scene
    from healer.context.sources import Library
    from healer.context.uses import Lexicon, Use
    from healer.report import Report
    from healer.runtimes.source import Definition, Module

#: How many functions from the crash outwards are looked around in.
_SCENES = 6
_SHOWN = 130
_LONGEST = 400
_NAMES = 80
_FOLLOWED, _NAMES_OF_USED = 2, 25
_OUTLINED = 4
_IMPORTED = 16
_ERROR = re.compile(r"(?:Error|Exception|Warning)$")
_ATTRIBUTE = re.compile(r"(?:\.|->|@|::)([A-Za-z_]\w*)")


def used_pieces(found: Sequence[Scene], lexicon: Lexicon, library: Library, report: Report) -> Iterator[Piece]:
    """Definitions that the functions on the stack use, worth more the nearer to the crash they are used."""
    spoken = spoken_of(" ".join(exception.message for exception in report.exceptions[:3]))
    on_stack = {(scene.path, scene.definition.first) for scene in found if scene.definition}
    for scene in found[:_SCENES]:
        module = library.module(scene.path)
        if module is None:
            continue
        lines = library.lines(scene.path)
        on_line = on_suspect_lines(scene, module, lines)
        flowing = flowing_in(scene, module, lines, on_line) - on_line
        in_body = scene.definition.uses if scene.definition else on_line
        names = sorted(in_body, key=lambda name: (name not in on_line, name not in flowing, name not in spoken, name))
        lexicon.look_up(scene.path, on_line | flowing, deep=True)
        for use in lexicon.look_up(scene.path, names[:_NAMES]):
            if (use.path, use.definition.first) in on_stack or _holds(use.definition, scene, use.path):
                continue
            near = use.name in on_line or use.name in flowing
            score = 72 - 4 * scene.steps if near else (46 if use.path == scene.path else 41) - 6 * scene.steps
            score += 14 * (use.name in spoken)
            yield from shown(use, score, library, in_body, scene.name, near=near)
            if near and scene.steps < _FOLLOWED:
                yield from _used_by(use, score - 18, lexicon, library)


def _used_by(user: Use, score: float, lexicon: Lexicon, library: Library) -> Iterator[Piece]:
    """What a definition that the crash line uses is made of in turn: its types and constants above all."""
    names = sorted(user.definition.uses - COMMON - {user.definition.name})
    for use in lexicon.look_up(user.path, names[:_NAMES_OF_USED]):
        one, around = use.definition, user.definition
        inside = use.path == user.path and one.first <= around.last and around.first <= one.last
        if not inside:
            worth = score if one.kind == "function" else score + 6
            yield from shown(use, worth, library, around.uses, around.name)


def outline_pieces(found: Sequence[Scene], lexicon: Lexicon, library: Library) -> Iterator[Piece]:
    """The first lines of what else the files on the stack take from their imports: where to look, for little."""
    for scene in found[:_OUTLINED]:
        module = library.module(scene.path)
        if module is None or scene.definition is None:
            continue
        around = [one for one in module.definitions if _holds(one, scene, scene.path) and one.kind == "function"]
        used = frozenset(name for one in around for name in one.uses)
        names = [bound for link in library.links(scene.path) for bound in link.written.bound if bound in used]
        for use in lexicon.look_up(scene.path, names[:_IMPORTED]):
            if use.hops:
                line = naming_line(use.definition, library.lines(use.path))
                last = min(line + 1, use.definition.last)
                yield Piece(use.path, line, last, 44 - 4 * scene.steps, f"{use.definition.qualified}: imported")


def _holds(definition: Definition, scene: Scene, path: str) -> bool:
    """True for what the scene stands in, or what stands in the scene: both are shown with it."""
    one = scene.definition
    if one is None or path != scene.path:
        return False
    return one.first <= definition.first <= one.last or definition.first <= one.first <= definition.last


def shown(
    use: Use, score: float, library: Library, names: frozenset[str], user: str, *, near: bool = False
) -> Iterator[Piece]:
    """The pieces of one used definition; `names` are those that `user` names, `near` when it is used at the crash."""
    definition, length = use.definition, use.definition.last - use.definition.first + 1
    score -= 5 * max(use.hops - 1, 0) + (12 if library.reader.is_test(use.path) else 0)
    why = f"{definition.qualified}: used by {user or 'the code that crashed'}"
    if definition.kind == "value":
        yield Piece(use.path, definition.first, min(definition.last, definition.first + 30), score + 2, why)
    elif definition.kind == "class" and _ERROR.search(definition.name):
        # What an error class holds seldom matters; that it is there, and what it extends, does.
        yield Piece(use.path, definition.first, min(definition.last, definition.first + 5), score - 8, why)
    elif definition.kind == "class" and length > 40:
        yield from _class(use, score, library, names, why)
    elif length > _SHOWN:
        yield Piece(use.path, definition.first, definition.first + 25, score - 4, why)
        whole = score - 10 if near and length <= _LONGEST else score - 22
        yield Piece(use.path, definition.first, definition.last, whole, why)
    else:
        yield Piece(use.path, definition.first, definition.last, score - length / 12, why)


def _class(use: Use, score: float, library: Library, names: frozenset[str], why: str) -> Iterator[Piece]:
    """Of a long class its head, its constructor and the methods that are named."""
    module = library.module(use.path)
    if module is None:
        return
    yield from class_pieces(use.path, use.definition, module, score - 6)
    for method in module.definitions:
        inside = use.definition.first < method.first and method.last <= use.definition.last
        if inside and method.kind == "function" and method.name in names and method.name not in COMMON:
            yield Piece(use.path, method.first, min(method.last, method.first + 60), score - 4, why)


def assigning_pieces(found: Sequence[Scene], library: Library, report: Report) -> Iterator[Piece]:
    """Functions of the same file that assign the attributes which the crash line reads, or the message speaks of."""
    for scene in found[:2]:
        module = library.module(scene.path)
        lines = library.lines(scene.path)
        if module is None:
            continue
        read = {name for line in scene.lines[:3] for name in _ATTRIBUTE.findall(lines[line - 1][:500])}
        names = (read | spoken_of(report.root_cause.message)) - COMMON
        if names:
            yield from _assigned(scene, module, lines, sorted(names)[:12], 48 - 14 * scene.steps)


def _assigned(
    scene: Scene, module: Module, lines: Sequence[str], names: Sequence[str], score: float
) -> Iterator[Piece]:
    pattern = re.compile(
        rf"(?:\.|->|@|\$|\b)({'|'.join(map(re.escape, names))})\s?(?::=|[|?&+*/-]{{0,2}}=(?![=>~])|:\s)"
    )
    for definition in module.definitions:
        if definition.kind != "function" or definition is scene.definition or not definition.uses & set(names):
            continue
        hits = [
            line
            for line in range(definition.first, min(definition.last, definition.first + 400, len(lines)) + 1)
            if pattern.search(lines[line - 1][:300])
        ]
        if hits:
            short = definition.last - definition.first < 60
            first, last = (definition.first, definition.last) if short else (max(1, hits[0] - 12), hits[0] + 12)
            yield Piece(scene.path, first, last, score, f"{definition.qualified}: assigns what {scene.name} reads")
