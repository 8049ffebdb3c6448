"""A map of what imports reach from the stack: the definitions that matter most to the crash, by PageRank."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from healer.context.names import function_names, spoken_of
from healer.context.piece import naming_line
from healer.context.tokens import CHARACTERS_PER_TOKEN, estimate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from healer.context.piece import Scene
    from healer.context.sources import Library
    from healer.report import Report
    from healer.runtimes.source import Definition, Module

#: Files beyond these are not parsed for the map's sake alone.
_MOST_FILES = 14
_MOST_ENTRIES = 90
_MOST_OF_ONE = 14
_DAMPING = 0.85
#: A name that so many files define tells none of them apart.
_COMMON = 5
_ROUNDS = 20
_WIDTH = 110
_TELLING = re.compile(r"_|[a-z][A-Z]")


class _Edge(NamedTuple):
    """`weight` of the reference from one file to the definitions of a name in another."""

    source: str
    target: str
    name: str
    weight: float


def repository_map(
    report: Report,
    found: Sequence[Scene],
    library: Library,
    shown: Mapping[str, Collection[int]],
    budget: int,
) -> str:
    """Paths, and under each the first lines of its best-ranked definitions; at most `budget` tokens, "" for nothing.

    Covers the files on the stack and those that imports reach from them, two deep; leaves out what is `shown` already.
    """
    modules = _reachable(found, library)
    if budget <= 0 or not modules:
        return ""
    ranked = _ranked(report, found, modules)
    lines: defaultdict[str, dict[int, str]] = defaultdict(dict)
    spent = 0.0
    for path, definition in ranked:
        text = library.lines(path)
        number = naming_line(definition, text)
        if number in shown.get(path, ()) or number in lines[path] or len(lines[path]) >= _MOST_OF_ONE:
            continue
        line = f"{number}: {text[number - 1].strip()[:_WIDTH]}"
        cost = (len(line) + 2 + (0 if lines[path] else len(path) + 2)) / CHARACTERS_PER_TOKEN + 0.3
        if spent + cost > budget or sum(map(len, lines.values())) >= _MOST_ENTRIES:
            break
        spent += cost
        lines[path][number] = line
    return _drawn(lines, budget)


def _drawn(lines: Mapping[str, Mapping[int, str]], budget: int) -> str:
    blocks = [
        "\n".join([path, *(f"  {entries[number]}" for number in sorted(entries))])
        for path, entries in lines.items()
        if entries
    ]
    while blocks and estimate("\n".join(blocks)) > budget:
        blocks.pop()
    return "\n".join(blocks)


def _reachable(found: Sequence[Scene], library: Library) -> dict[str, Module]:
    """The files on the stack, and the nearest that they import, parsed."""
    start = list(dict.fromkeys(scene.path for scene in found))
    paths = dict.fromkeys(start)
    layer = start
    for _ in range(2):
        layer = [target for path in layer for target in library.imported(path) if library.module(path)]
        paths.update(dict.fromkeys(layer))
        if len(paths) >= _MOST_FILES:
            break
    modules: dict[str, Module] = {}
    for path in list(paths)[: max(_MOST_FILES, len(start))]:
        module = library.module(path)
        if module is not None and not library.reader.is_test(path):
            modules[path] = module
    return modules


def _ranked(report: Report, found: Sequence[Scene], modules: Mapping[str, Module]) -> list[tuple[str, Definition]]:
    """Every definition of the files, the most relevant first."""
    mentioned = spoken_of(" ".join(one.message for one in report.exceptions[:3]))
    for exception in report.exceptions[:3]:
        for frame in exception.frames[-12:]:
            mentioned |= set(function_names(frame.function))
    stack = {scene.path for scene in found}
    definers = _definers(modules)
    edges = _edges(modules, definers, mentioned, stack)
    ranks = _page_rank(list(modules), edges, stack)
    out = Counter[str]()
    for edge in edges:
        out[edge.source] += edge.weight  # type: ignore[assignment]
    scores: defaultdict[tuple[str, str], float] = defaultdict(float)
    for edge in edges:
        scores[edge.target, edge.name] += ranks[edge.source] * edge.weight / out[edge.source]
    found_definitions = [
        (scores[path, one.name], path, one)
        for path, module in modules.items()
        for one in module.definitions
        if scores.get((path, one.name)) and len(definers[one.name]) <= _COMMON
    ]
    found_definitions.sort(key=lambda entry: (-entry[0], entry[1], entry[2].first))
    return [(path, definition) for _, path, definition in found_definitions]


def _definers(modules: Mapping[str, Module]) -> dict[str, set[str]]:
    """By name, the files that define it."""
    definers: defaultdict[str, set[str]] = defaultdict(set)
    for path, module in modules.items():
        for definition in module.definitions:
            definers[definition.name].add(path)
    return definers


def _edges(
    modules: Mapping[str, Module], definers: Mapping[str, set[str]], mentioned: Collection[str], stack: Collection[str]
) -> list[_Edge]:
    edges = []
    for path, module in modules.items():
        counts = Counter(name for names in module.names.values() for name in names if name in definers)
        for name, count in counts.items():
            weight = math.sqrt(count) * _weight(name, len(definers[name]), mentioned) * (50 if path in stack else 1)
            # A file's own references keep its definitions from having no rank at all.
            edges += [_Edge(path, to, name, weight * (0.1 if to == path else 1.0)) for to in definers[name]]
    return edges


def _weight(name: str, definers: int, mentioned: Collection[str]) -> float:
    weight = 10.0 if name in mentioned else 1.0
    if len(name) >= 8 and _TELLING.search(name):
        weight *= 10
    if name.startswith("_"):
        weight *= 0.1
    return weight * 0.1 if definers > _COMMON else weight


def _page_rank(nodes: Sequence[str], edges: Iterable[_Edge], stack: Collection[str]) -> dict[str, float]:
    """Personalised PageRank: the surfer starts, and starts again, at the files on the stack."""
    flows: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for edge in edges:
        flows[edge.source][edge.target] += edge.weight
    home = {node: (1.0 if node in stack else 0.0) for node in nodes}
    total = sum(home.values()) or 1.0
    home = {node: value / total for node, value in home.items()}
    ranks = dict(home)
    for _ in range(_ROUNDS):
        following = {node: (1 - _DAMPING) * home[node] for node in nodes}
        for node in nodes:
            out = sum(flows[node].values())
            targets = flows[node] if out else home
            for target, weight in targets.items():
                following[target] += _DAMPING * ranks[node] * weight / (out or 1.0)
        ranks = following
    return ranks
