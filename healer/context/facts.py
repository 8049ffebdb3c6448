"""Short texts beside the code: who touched the lines last, which versions run, what the variables held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from healer.context.piece import Scene
    from healer.context.sources import Library
    from healer.context.value import Suspect, Tree
    from healer.report import Report

_AROUND = 3
_VALUE = 300
_MOST_LOCALS = 30
_MOST_REQUEST = 20
_DEEPEST = 4


def last_commits(scene: Scene, tree: Tree) -> str:
    """The commits that last touched the lines around the crash, one a line."""
    first, last = scene.lines[0] - _AROUND, scene.lines[0] + _AROUND
    if scene.definition is not None:
        first, last = max(first, scene.definition.first), min(last, scene.definition.last)
    return "\n".join(tree.history(scene.path, max(first, 1), max(last, first, 1)))


def named_locals(suspects: Sequence[Suspect], library: Library) -> str:
    """The variables of each frame that its own source names, nearest to the crash first."""
    found: dict[str, None] = {}
    for suspect in reversed(suspects):
        names = _names_in_function(suspect, library)
        where = suspect.function or suspect.path
        for name, value in suspect.frame.locals.items():
            if name in names and len(found) < _MOST_LOCALS:
                found[f"{where}: {name} = {_short(value)}"] = None
    return "\n".join(found)


def named_request(report: Report, suspects: Sequence[Suspect], library: Library) -> str:
    """The parts of the request that the frames' sources name, as dotted keys and values."""
    request = report.details.get("request")
    if not isinstance(request, dict):
        return ""
    text = "\n".join(line for suspect in suspects[-6:] for line in _source_of(suspect, library))
    found: list[str] = []
    for key, value in _flat(request, "", 0):
        last = key.rpartition(".")[2]
        if len(last) > 1 and last in text and len(found) < _MOST_REQUEST:
            found.append(f"{key} = {_short(value)}")
    return "\n".join(found)


def _names_in_function(suspect: Suspect, library: Library) -> frozenset[str]:
    module = library.module(suspect.path, always=True)
    if module is None:
        return frozenset()
    definition = module.around(suspect.line, "function")
    return definition.uses if definition else module.uses_in(suspect.line - 5, suspect.line + 5)


def _source_of(suspect: Suspect, library: Library) -> list[str]:
    lines = library.lines(suspect.path)
    module = library.module(suspect.path, always=True)
    definition = module.around(suspect.line, "function") if module else None
    if definition is None:
        return lines[max(suspect.line - 6, 0) : suspect.line + 5]
    return lines[definition.first - 1 : definition.last]


def _flat(value: Mapping[str, Any], start: str, depth: int) -> Iterator[tuple[str, str]]:
    for key, inner in list(value.items())[:100]:
        name = f"{start}{str(key)[:100]}"
        if isinstance(inner, dict) and depth < _DEEPEST:
            yield from _flat(inner, f"{name}.", depth + 1)
        elif inner is not None:
            yield name, str(inner)


def _short(value: str) -> str:
    value = " ".join(str(value).split())
    return value if len(value) <= _VALUE else value[:_VALUE] + "…"
