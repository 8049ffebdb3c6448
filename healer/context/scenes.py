"""The functions on the stack, from the crash outwards, and the pieces that show them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from healer.context.flow import mentioning_lines, on_suspect_lines
from healer.context.piece import Piece, Scene

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from healer.context.sources import Library
    from healer.context.value import Suspect
    from healer.report import Report
    from healer.runtimes.source import Definition, Module

#: What is shown of top-level code around a suspect line, and of a function that is too long to show whole.
_AROUND = 15
_WINDOW = 30
_HEAD = 12
#: A function beyond this many lines costs more than it tells, unless it is the one that crashed and fits.
_LONG = 220
_CLASS_HEAD = 45
#: A function on the stack so often is part of a circle; where the stack ran out, less is enough: printers abridge.
_CIRCLE, _CIRCLE_OF_A_FULL_STACK = 6, 3
_FULL_STACK = re.compile(
    r"RecursionError|SystemStackError|stack (?:level too deep|size exceeded|overflow)|nesting level"
)
_CONSTRUCTOR = 90
_SLICE = 4
_MOST_SLICES = 25
_RARE = 20
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__", "constructor", "initialize", "__construct"})


def scenes(report: Report, suspects: Sequence[Suspect], library: Library) -> list[Scene]:
    """Each function once, the crash first: the root cause's, then the surfaced exception's, then all others'.

    Where functions call each other over and over, the crash is wherever the stack ran out: the circle comes first.
    """
    found: dict[tuple[str, int], tuple[Definition | None, dict[int, None]]] = {}
    visits: Counter[tuple[str, int]] = Counter()
    around: dict[tuple[str, int], Definition | None] = {}
    for suspect in _from_the_crash(report, suspects):
        place = (suspect.path, suspect.line)
        if place not in around:
            module = library.module(suspect.path, always=True)
            around[place] = module.around(suspect.line, "function") if module else None
        definition = around[place]
        key = (suspect.path, definition.first if definition else -suspect.line)
        visits[key] += 1
        found.setdefault(key, (definition, {}))[1][suspect.line] = None
    often = _CIRCLE_OF_A_FULL_STACK if _FULL_STACK.search(_said(report)) else _CIRCLE
    # The sort is stable: without a circle the order stays.
    ordered = sorted(found, key=lambda key: visits[key] < often)
    return [
        Scene(key[0], tuple(found[key][1]), found[key][0], steps, visits[key] >= often)
        for steps, key in enumerate(ordered)
    ]


def _said(report: Report) -> str:
    return f"{report.root_cause.type} {report.root_cause.message[:200]}"


def _from_the_crash(report: Report, suspects: Sequence[Suspect]) -> Iterator[Suspect]:
    by_frame = {id(suspect.frame): suspect for suspect in suspects}
    exceptions = {id(one): one for one in (report.root_cause, report.surfaced, *report.exceptions)}
    for exception in exceptions.values():
        for frame in reversed(exception.frames):
            if id(frame) in by_frame:
                yield by_frame[id(frame)]


def scene_pieces(scene: Scene, library: Library) -> Iterator[Piece]:
    """The scene's function, what it stands in, and the head of its class."""
    score = max(100 - 3 * scene.steps, 58) if scene.steps else 100
    why = "in endless recursion" if scene.circle else "on the stack" if scene.steps else "where it crashed"
    module = library.module(scene.path, always=True)
    definition = scene.definition
    if definition is None or module is None:
        yield from _windows(scene.path, scene.lines, len(library.lines(scene.path)), _AROUND, score, why)
        return
    why = f"{definition.qualified}: {why}"
    length = definition.last - definition.first + 1
    if length > _LONG:
        yield Piece(scene.path, definition.first, min(definition.first + _HEAD, definition.last), score, why)
        for piece in _windows(scene.path, scene.lines, definition.last, _WINDOW, score, why):
            yield Piece(piece.path, max(piece.first, definition.first), piece.last, score, why)
        yield from _slices(scene, definition, module, library, score - 16)
    whole = score - 24 if scene.steps and length > _LONG else score
    yield Piece(scene.path, definition.first, definition.last, whole, why)
    yield from _surroundings(scene, definition, module, score)


def _windows(path: str, lines: Iterable[int], length: int, reach: int, score: float, why: str) -> Iterator[Piece]:
    for line in lines:
        yield Piece(path, max(1, line - reach), min(length, line + reach), score, why)


def _slices(scene: Scene, definition: Definition, module: Module, library: Library, score: float) -> Iterator[Piece]:
    """Of a long function the places that name what the suspect lines name: rare names only."""
    names = on_suspect_lines(scene, module, library.lines(scene.path))
    spoken = frozenset(name for name in names if len(mentioning_lines(scene, module, frozenset({name}))) <= _RARE)
    for line in mentioning_lines(scene, module, spoken)[:_MOST_SLICES]:
        first, last = max(definition.first, line - _SLICE), min(definition.last, line + _SLICE)
        yield Piece(scene.path, first, last, score, f"{definition.qualified}: names what the crash line names")


def _surroundings(scene: Scene, definition: Definition, module: Module, score: float) -> Iterator[Piece]:
    """The function that a closure stands in; the head and the constructor of a method's class."""
    around = [one for one in module.definitions if one.first <= definition.first and definition.last <= one.last]
    classes = [one for one in around if one.kind == "class"]
    for outer in around:
        if outer is definition or outer.qualified == definition.qualified:
            continue
        if outer.kind == "function":
            short = outer.last - outer.first <= _LONG
            last = outer.last if short else min(outer.first + _HEAD, outer.last)
            worth = max(44 - 6 * scene.steps, 12) if scene.steps else score - 14
            yield Piece(scene.path, outer.first, last, worth, f"{outer.qualified}: around {definition.name}")
        elif outer in classes[-1:]:
            worth = max(42 - 6 * scene.steps, 12) if scene.steps else 66
            yield from class_pieces(scene.path, outer, module, worth)


def class_pieces(path: str, owner: Definition, module: Module, score: float) -> Iterator[Piece]:
    """The head of a class, down to its first method, and its constructor."""
    inside = [one for one in module.definitions if owner.first <= one.first and one.last <= owner.last]
    methods = [one for one in inside if one.kind == "function" and one is not owner]
    end = min((one.first - 1 for one in methods), default=owner.last)
    yield Piece(
        path, owner.first, max(owner.first, min(end, owner.first + _CLASS_HEAD)), score, f"{owner.qualified}: its class"
    )
    for method in methods:
        if method.name in _CONSTRUCTORS and method.qualified.startswith(owner.qualified + "."):
            length = min(method.last - method.first, _CONSTRUCTOR)
            worth = score - max(length - 12, 0) / 5
            yield Piece(path, method.first, method.first + length, worth, f"{method.qualified}: constructor")
