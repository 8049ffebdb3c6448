"""The one line of a framework's integration: behind the app, above the handler, or in INSTALLED_APPS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healer.outcome import Rejected
from healer.setup.code.lines import DJANGO_APP, INTEGRATIONS, install, quoted
from healer.setup.code.syntax import dotted

if TYPE_CHECKING:
    from healer.setup.code.source import Source
    from healer.setup.code.syntax import Statement, Syntax
    from healer.setup.plan import Splice
    from healer.setup.value import Entry

_APPS = "INSTALLED_APPS"


def app_splice(source: Source, syntax: Syntax, entry: Entry) -> Splice | Rejected:
    """Where the line of this entry goes. Rejected where the place is not what the entry says."""
    if entry.kind == "settings":
        return _in_settings(source, syntax)
    there = (each for each in syntax.statements if each.first <= entry.line - 1 < each.end)
    statement = next((each for each in there if _fits(each, entry)), None)
    if statement is None:
        return Rejected("place", f"`{entry.name}` is not made by a statement of its own on line {entry.line}")
    if type(statement.node).__name__ == "FunctionDef":
        decorator = f"@splat.integrations.{INTEGRATIONS[entry.framework]}.install"
        return source.insert(statement.first, [source.indent(statement.first) + decorator])
    if _continues(source, statement.end - 1):
        return Rejected("place", "a backslash follows it")
    line = source.indent(statement.first) + install(entry.framework, entry.name)
    return source.insert(statement.end, [line])


def _continues(source: Source, line: int) -> bool:
    return source.lines[line].rstrip("\r\n").endswith("\\")


def _fits(statement: Statement, entry: Entry) -> bool:
    """True for the function, or the assignment, that gives the entry its name."""
    if type(statement.node).__name__ == "FunctionDef":
        return entry.framework in ("aws-lambda", "wsgi", "asgi") and statement.node.name.value == entry.name  # type: ignore[attr-defined]
    return bool(statement.small) and entry.name in _targets(statement.small[-1])


def _targets(small: Any) -> list[str]:
    kind = type(small).__name__
    if kind == "Assign":
        return [dotted(each.target) for each in small.targets]
    return [dotted(small.target)] if kind == "AnnAssign" and small.value is not None else []


def _in_settings(source: Source, syntax: Syntax) -> Splice | Rejected:
    """The first item of a list that is written over several lines, else a line behind the last assignment to it."""
    made = [each for each in syntax.statements if each.small and _assigns_apps(each.small[-1])]
    if not made:
        return Rejected("place", f"{_APPS} is not assigned there")
    # What only adds to it, as `if DEBUG: INSTALLED_APPS += […]`, keeps what is in the list already.
    if made[0].nested or any(each.nested and _targets(each.small[-1]) for each in made):
        return Rejected("place", f"{_APPS} is assigned in a block")
    first = made[0]
    stays = not any(_targets(each.small[-1]) for each in made[1:])
    items = _items(first.small[0]) if len(first.small) == 1 and stays else []
    opening = source.lines[first.first].rstrip() if items else ""
    if opening.endswith(("[", "(")) and not source.blank(first.first + 1) and first.end - first.first > 2:
        quote = "'" if items[0].value.startswith("'") else '"'
        item = f"{source.indent(first.first + 1)}{quoted(DJANGO_APP, quote)},"
        return source.insert(first.first + 1, [item])
    last = [each for each in made if not each.nested][-1]
    return source.insert(last.end, [f"{_APPS} = [{quoted(DJANGO_APP)}, *{_APPS}]"])


def _assigns_apps(small: Any) -> bool:
    target = small.target if type(small).__name__ == "AugAssign" else None
    return _APPS in _targets(small) or (target is not None and dotted(target) == _APPS)


def _items(small: Any) -> list[Any]:
    """The texts of a literal list or tuple of texts, which begins the value; [] for anything else."""
    value: Any = getattr(small, "value", None)
    while type(value).__name__ == "BinaryOperation":
        value = value.left
    if type(value).__name__ not in ("List", "Tuple"):
        return []
    items = [element.value for element in value.elements]
    return items if items and type(items[0]).__name__ == "SimpleString" else []
