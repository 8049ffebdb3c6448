"""Where `import splat` and `splat.init(…)` go in a Python file: among its imports, and behind them.

An import in the order that isort would give it, and no code between imports: both are what a project's linter asks for.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from healer.setup.code.syntax import dotted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import libcst as cst

    from healer.setup.code.source import Source
    from healer.setup.code.syntax import Statement, Syntax
    from healer.setup.plan import Splice

#: Calls that have to come before everything else is imported, and one that says what `splat.init` reads.
_PATCHES = ("patch_all", "monkey_patch", "patch_socket", "patch_ssl", "patch_thread")
_ENVIRONMENT = ("load_dotenv", "read_env", "read_dotenv")


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
        if (number == 0 and _is_text(statement)) or _is_future(statement):
            floor = end = statement.end
        elif statement.small and all(_kind(small) == "import" for small in statement.small):
            imports.append(statement)
            end = statement.end
        elif _calls(statement, _PATCHES):
            floor = end = statement.end
        elif _calls(statement, _ENVIRONMENT) or _brings_imports(statement):
            end = statement.end
        elif not _may_stand_between(statement):
            break
    return Head(tuple(each for each in imports if each.first >= floor), floor, end)


def begin_of(source: Source, syntax: Syntax, head: Head, apps: Sequence[int]) -> tuple[int, str]:
    """The line before which `splat.init` goes, and its indentation: behind the imports and, where the file brings
    SPLAT_TOKEN into the environment (`load_dotenv`), behind that. `apps` are the lines on which apps are made, from 0.
    """
    before = min(apps, default=len(source.lines))
    loading = [each.end for each in syntax.top if head.end <= each.first < each.end <= before and _loads(each.node)]
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
    return max((each.end for each in beside if _loads(each.node)), default=0)


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
    for statement in group:
        first = statement.small[0]
        if type(first).__name__ == "ImportFrom" or min(imported_roots(statement)).lower() > "splat":
            return source.above(statement.first)
    return group[-1].end


def imported_roots(statement: Statement) -> list[str]:
    """The packages that a simple statement imports, "" for a relative one."""
    return [root for small in statement.small if _kind(small) == "import" for root in _imported(small)]


def _imported(small: cst.CSTNode) -> list[str]:
    if type(small).__name__ == "Import":
        return [dotted(alias.name).partition(".")[0] for alias in small.names]  # type: ignore[attr-defined]
    if small.relative:  # type: ignore[attr-defined]
        return [""]
    return [dotted(small.module).partition(".")[0]]  # type: ignore[attr-defined]


# --- kinds of statements ----------------------------------------------------------------------------------------------


def _kind(small: cst.CSTNode) -> str:
    """`import`, `call`, `assign`, `pass` or ""."""
    name = type(small).__name__
    if name in ("Import", "ImportFrom"):
        return "import"
    if name == "Expr" and type(small.value).__name__ == "Call":  # type: ignore[attr-defined]
        return "call"
    return {"Assign": "assign", "AnnAssign": "assign", "Pass": "pass"}.get(name, "")


def _is_text(statement: Statement) -> bool:
    value = getattr(statement.small[0], "value", None) if statement.small else None
    return type(value).__name__ in ("SimpleString", "ConcatenatedString")


def _is_future(statement: Statement) -> bool:
    return any(_kind(small) == "import" and "__future__" in _imported(small) for small in statement.small)


def _called(small: cst.CSTNode) -> str:
    return dotted(small.value.func) if _kind(small) == "call" else ""  # type: ignore[attr-defined]


def _calls(statement: Statement, names: Sequence[str]) -> bool:
    return any(_called(small).rpartition(".")[2] in names for small in statement.small)


def _loads(node: cst.CSTNode) -> bool:
    """Whether a statement, or one in its block, brings a file into the environment."""
    kind = type(node).__name__
    if kind not in ("SimpleStatementLine", "If", "Try", "With"):
        return False  # what stands in a function does not run there
    smalls = _small_ones(node) if kind != "SimpleStatementLine" else node.body  # type: ignore[attr-defined]
    called: list[Any] = [getattr(small, "value", None) for small in smalls]
    names = (dotted(call.func) for call in called if type(call).__name__ == "Call")
    return not _is_main(node) and any(name.rpartition(".")[2] in _ENVIRONMENT for name in names)


def _may_stand_between(statement: Statement) -> bool:
    """What linters let pass before an import: the search path, the environment, `__version__`."""
    return bool(statement.small) and all(
        _kind(small) == "import"
        or _called(small).startswith(("sys.", "site.", "os.environ.", "warnings.", "matplotlib."))
        or (_kind(small) == "assign" and _assigned(small).startswith(("__", "os.environ")))
        for small in statement.small
    )


def _assigned(small: cst.CSTNode) -> str:
    target = small.targets[0].target if hasattr(small, "targets") else small.target  # type: ignore[attr-defined]
    return dotted(getattr(target, "value", target) if type(target).__name__ == "Subscript" else target)


def _brings_imports(statement: Statement) -> bool:
    """`try: import x` and its like: at least one import, and else only what such a block may hold."""
    if type(statement.node).__name__ not in ("If", "Try", "With") or _is_main(statement.node):
        return False
    kinds = [_kind(small) for small in _small_ones(statement.node)]
    return "import" in kinds and all(kinds)


def _is_main(node: cst.CSTNode) -> bool:
    test = getattr(node, "test", None)
    return type(test).__name__ == "Comparison" and dotted(test.left) == "__name__"  # type: ignore[union-attr]


def _small_ones(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """All simple statements in a compound one; those that are none of these count as themselves."""
    for child in node.children:
        kind = type(child).__name__
        if kind in ("SimpleStatementLine", "SimpleStatementSuite"):
            yield from child.body  # type: ignore[attr-defined]
        elif kind in ("IndentedBlock", "If", "Else", "Try", "With", "Finally", "ExceptHandler"):
            yield from _small_ones(child)
        elif kind in ("FunctionDef", "ClassDef", "For", "While", "Match", "TryStar", "ExceptStarHandler"):
            yield child
