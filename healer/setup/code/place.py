"""Where `import splat` and `splat.init(…)` go in a Python file: among its imports, and behind them.

An import in the order that isort would give it, and no code between imports: both are what a project's linter asks for.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.setup.code.kinds import (
    ENVIRONMENT,
    PATCHES,
    brings_imports,
    calls,
    imported_roots,
    is_future,
    is_text,
    kind_of,
    loads_environment,
    may_stand_between,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from healer.setup.code.source import Source
    from healer.setup.code.syntax import Statement, Syntax
    from healer.setup.plan import Splice


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a file. `imports` are its leading imports, `floor` the line before which ours may not stand
    (docstring, `__future__`, a monkey patch), `end` the line behind all of it.
    """

    imports: tuple[Statement, ...]
    floor: int
    end: int


def head_of(source: Source, syntax: Syntax) -> Head:
    """Docstring and leading imports. Code between two imports, such as `sys.path.insert(…)`, belongs to them."""
    imports: list[Statement] = []
    floor = end = source.first
    for number, statement in enumerate(syntax.top):
        if (number == 0 and is_text(statement)) or is_future(statement):
            floor = end = statement.end
        elif statement.small and all(kind_of(small) == "import" for small in statement.small):
            imports.append(statement)
            end = statement.end
        elif calls(statement, PATCHES):
            floor = end = statement.end
        elif calls(statement, ENVIRONMENT) or brings_imports(statement):
            end = statement.end
        elif not may_stand_between(statement):
            break
    return Head(tuple(each for each in imports if each.first >= floor), floor, end)


def begin_of(source: Source, syntax: Syntax, head: Head, apps: Sequence[int]) -> tuple[int, str]:
    """The line before which `splat.init` goes, and its indentation: behind the imports and, where the file brings
    SPLAT_TOKEN into the environment (`load_dotenv`), behind that. `apps` are the lines on which apps are made, from 0.
    """
    before = min(apps, default=len(source.lines))
    loading = [
        each.end for each in syntax.top if head.end <= each.first < each.end <= before and loads_environment(each.node)
    ]
    if loading:
        return loading[-1], ""
    inside = _loaded_inside(source, syntax, before) if len(apps) == 1 else 0
    return (inside, source.indent(before)) if inside else (head.end, "")


def _loaded_inside(source: Source, syntax: Syntax, app: int) -> int:
    """The line behind what loads the environment in the very function that makes the app; 0 where nothing does."""
    around = next((each for each in syntax.top if each.first < app < each.end), None)
    if around is None:
        return 0
    inner = (each for each in syntax.statements if around.first < each.first < each.end <= app)
    beside = (each for each in inner if source.indent(each.first) == source.indent(app))
    return max((each.end for each in beside if loads_environment(each.node)), default=0)


def start_splices(
    source: Source,
    head: Head,
    begin: tuple[int, str],
    imports: Sequence[str],
    start: Sequence[str],
    own: Callable[[str], bool],
) -> list[Splice]:
    """The imports and, at `begin`, the start. `own` tells the project's own modules from others'."""
    group, fresh = _group(source, head, own)
    line, indent = begin
    behind = [source.insert(line, _spaced(source, line, [indent + each for each in start]))] if start else []
    if group:
        return [source.insert(_sorted_place(source, _from_others(group, own)), imports), *behind]
    if fresh and fresh < head.end:  # between the standard library's and the project's own
        return [source.insert(fresh, ["", *imports]), *behind]
    if head.imports and not fresh:  # only the project's own
        return [source.insert(source.above(head.imports[0].first), [*imports, ""]), *behind]
    place = _behind_comment(source, head.end)
    if line > head.end:
        return [source.insert(place, _spaced(source, place, imports)), *behind]
    lines = [*imports, "", *start] if start else [*imports]
    return [source.insert(place, _spaced(source, place, lines))]


def _spaced(source: Source, place: int, lines: Sequence[str]) -> list[str]:
    """With empty lines around, where there is something to keep apart from."""
    above = [] if place <= source.first or source.blank(place - 1) else [""]
    below = [] if source.blank(place) else [""]
    return [*above, *lines, *below]


def _behind_comment(source: Source, place: int) -> int:
    """Behind the comment that a file begins with, when an empty line parts it from the code."""
    if place != source.first:
        return place
    line = place
    while not source.blank(line) and source.lines[line].startswith("#"):
        line += 1
    return line if line < len(source.lines) and source.blank(line) else place


def _group(source: Source, head: Head, own: Callable[[str], bool]) -> tuple[list[Statement], int]:
    """The first group of imports with other people's packages; else the line behind the standard library's."""
    fresh = 0
    for group in _groups(source, head.imports):
        roots = {root for statement in group for root in imported_roots(statement)}
        if any(_is_other(root, own) for root in roots):
            return group, 0
        if not any(root == "" or own(root) for root in roots):
            fresh = group[-1].end
        else:
            break
    return [], fresh


def _groups(source: Source, imports: Sequence[Statement]) -> Iterator[list[Statement]]:
    """Imports that no empty line and no other statement parts."""
    group: list[Statement] = []
    for statement in imports:
        if group and any(source.blank(line) for line in range(group[-1].end, statement.first)):
            yield group
            group = []
        group.append(statement)
    if group:
        yield group


def _from_others(group: list[Statement], own: Callable[[str], bool]) -> list[Statement]:
    """What is left of a group behind the standard library's imports, where one that is not sorted begins with them."""
    others = (n for n, each in enumerate(group) if any(_is_other(root, own) for root in imported_roots(each)))
    return group[next(others, 0) :]


def _is_other(root: str, own: Callable[[str], bool]) -> bool:
    return bool(root) and root not in sys.stdlib_module_names and not own(root)


def _sorted_place(source: Source, group: Sequence[Statement]) -> int:
    """Before the first `from … import`, or the first module whose name comes later."""
    for number, statement in enumerate(group):
        first = statement.small[0]
        if type(first).__name__ == "ImportFrom" or min(imported_roots(statement)).lower() > "splat":
            # A comment that an empty line parts from what is above is the title of the group.
            above = source.above(statement.first)
            return statement.first if number == 0 and _is_titled(source, above, statement.first) else above
    return group[-1].end


def _is_titled(source: Source, above: int, first: int) -> bool:
    return first - above == 1 and above > source.first and source.blank(above - 1)
