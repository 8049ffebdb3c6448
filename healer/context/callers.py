"""Who calls the outermost function on the stack: the trace does not say, the code does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.context.around import shown
from healer.context.flow import mentioning_lines, statement
from healer.context.piece import Piece, Scene
from healer.context.uses import COMMON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from healer.context.sources import Library
    from healer.context.uses import Lexicon
    from healer.runtimes.source import Definition

#: With more functions than this on the stack, their callers say little about the crash.
_MOST_SCENES = 4
_HERE, _ELSEWHERE = 3, 4
_SHORT = 60
#: A variable on more lines than this is everywhere.
_EVERYWHERE = 15


def calling_pieces(found: Sequence[Scene], lexicon: Lexicon, library: Library, near: Iterable[str]) -> Iterator[Piece]:
    """The callers, and what else they do with the variables that they pass. `near` are files to ask beyond its own."""
    outermost = next((scene for scene in reversed(found) if scene.definition is not None), None)
    if outermost is None or len(found) > _MOST_SCENES:
        return
    name = outermost.name
    if name.startswith("__") and name.endswith("__"):
        return
    known = {scene.definition for scene in found}
    assert outermost.definition is not None
    owner = outermost.definition.qualified.replace("::", ".").replace("\\", ".").split(".")[-2:-1]
    # A name like "parse" is called everywhere: elsewhere only together with its class.
    plain = name.islower() and "_" not in name and len(name) < 9
    callers = [(outermost.path, one) for one in _callers(outermost.path, name, library, known)[:_HERE]]
    if name not in COMMON and len(name) > 3:
        for path in library.mentioning(near, [f"{name}("]):
            fitting = _callers(path, name, library, known)
            callers += [(path, one) for one in fitting if not plain or one.uses.issuperset(owner)][:1]
            if len(callers) >= _HERE + _ELSEWHERE:
                break
    for rank, (path, definition) in enumerate(callers):
        yield from _call(path, definition, name, 46 - 3 * rank - 3 * len(found), library)
        if rank < 2:
            yield from _passed(path, definition, name, 42 - 3 * rank - 3 * len(found), lexicon, library)


def _callers(path: str, name: str, library: Library, known: set[Definition | None]) -> list[Definition]:
    module = library.module(path)
    found = [
        definition
        for definition in (module.definitions if module else ())
        if definition.kind == "function" and name in definition.uses and definition.name != name
    ]
    innermost = [one for one in found if not any(_inside(other, one) for other in found)]
    return sorted((one for one in innermost if one not in known), key=lambda one: one.last - one.first)


def _inside(inner: Definition, outer: Definition) -> bool:
    return inner is not outer and outer.first <= inner.first and inner.last <= outer.last


def _calling_line(path: str, definition: Definition, name: str, library: Library) -> int:
    lines = library.lines(path)
    numbers = range(definition.first, min(definition.last, len(lines)) + 1)
    return next((number for number in numbers if name in lines[number - 1]), definition.first)


def _call(path: str, definition: Definition, name: str, score: float, library: Library) -> Iterator[Piece]:
    why = f"{definition.qualified}: calls {name}"
    if definition.last - definition.first > _SHORT:
        at = _calling_line(path, definition, name, library)
        yield Piece(path, max(definition.first, at - 15), min(definition.last, at + 15), score, why)
        score -= 14
    yield Piece(path, definition.first, definition.last, score, why)


def _passed(
    path: str, caller: Definition, name: str, score: float, lexicon: Lexicon, library: Library
) -> Iterator[Piece]:
    """What the caller calls with the variables that it passes to the function which crashed."""
    module = library.module(path)
    if module is None:
        return
    at = _calling_line(path, caller, name, library)
    scene = Scene(path, (at,), caller, 0)
    variables = {
        variable
        for variable in module.uses_in(*statement(library.lines(path), at)) - {name}
        if len(mentioning_lines(scene, module, frozenset({variable}))) <= _EVERYWHERE
    }
    lines = mentioning_lines(scene, module, frozenset(variables))
    names = {used for line in lines for used in module.names.get(line, ())} - variables - {name}
    for use in lexicon.look_up(path, sorted(names - COMMON)[:40]):
        if use.definition.kind == "function" and use.definition is not caller:
            yield from shown(use, score, library, frozenset(names), caller.name)
