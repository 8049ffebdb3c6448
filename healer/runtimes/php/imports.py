"""Which tracked files a PHP class name or include may name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.runtimes.layout import Layout, above, folder_of, join, layout, nearest

if TYPE_CHECKING:
    from collections.abc import Collection

    from healer.runtimes.source import Import

_SOURCE_FOLDERS = frozenset({"", "src", "lib", "app", "source", "classes", "inc", "includes", "php", "test", "tests"})

_BUILTIN = frozenset(
    """
    ArgumentCountError ArithmeticError AssertionError Attribute BadFunctionCallException BadMethodCallException
    Closure Countable DOMDocument DOMElement DOMNode DivisionByZeroError DomainException Error ErrorException
    Exception Generator InvalidArgumentException Iterator IteratorAggregate JsonException JsonSerializable
    LengthException LogicException OutOfBoundsException OutOfRangeException OverflowException PDO PDOException
    PDOStatement RangeException RuntimeException SimpleXMLElement Stringable Throwable Traversable TypeError
    UnderflowException UnexpectedValueException UnhandledMatchError ValueError WeakMap stdClass
    """.split()  # noqa: SIM905 - one name a line would be a page
)


def resolve(imported: Import, path: str, files: Collection[str]) -> tuple[str, ...]:
    """The tracked files that `imported`, written in `path`, may name; () when it is not of this repository."""
    known = layout(files)
    target = imported.target
    look_up = _included if "/" in target or "." in target else _class
    found = look_up(target, path, known)
    return tuple(file for file in found if file != path)


def siblings(path: str, files: Collection[str]) -> tuple[str, ...]:
    """(): what a PHP file names of its own namespace, `parse` lists as imports."""
    return ()


def _included(target: str, path: str, known: Layout) -> tuple[str, ...]:
    folders = [folder_of(path)] if target.startswith("./") or target.startswith("../") else above(folder_of(path))
    places = [join(folder, target) for folder in folders]
    return known.first([place for place in places if place])


def _class(name: str, path: str, known: Layout) -> tuple[str, ...]:
    """By PSR-4: the folders from some source folder on are the last parts of the namespace. Longest match first."""
    parts = [part for part in name.split("\\") if part]
    if not parts or _is_builtin(parts):
        return ()
    if len(parts) == 1 and "_" in parts[0].strip("_"):
        parts = parts[0].split("_")
    files = known.named(f"{parts[-1]}.php")
    best: list[str] = []
    most = 0
    for file in files:
        matching = _matching(file, parts)
        if matching and matching >= most:
            best = [file] if matching > most else [*best, file]
            most = matching
    return nearest(path, best or [file for file in files if _classmapped(file, parts)])


def _is_builtin(parts: list[str]) -> bool:
    name = parts[0]
    return len(parts) == 1 and (
        name in _BUILTIN or name.startswith(("Reflection", "Date", "Spl", "Array", "Recursive"))
    )


def _matching(file: str, parts: list[str]) -> int:
    """How many parts of the name the end of the path repeats; 0 when what is left is no folder that code starts in."""
    steps = file.rpartition(".")[0].split("/")
    count = 0
    while count < min(len(steps), len(parts)) and steps[-1 - count].lower() == parts[-1 - count].lower():
        count += 1
    root = steps[-1 - count] if count < len(steps) else ""
    return count if count > 1 or count == len(parts) or root.lower() in _SOURCE_FOLDERS else 0


def _classmapped(file: str, parts: list[str]) -> bool:
    """True where the namespace is among the folders in its order, with others between: a class map lists such files."""
    folders = iter(file.lower().split("/")[:-1])
    return len(parts) > 1 and all(part.lower() in folders for part in parts[-2:-1])
