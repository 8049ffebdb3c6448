"""How the source tests look at a module: short lines that a person can check against the file."""

from pathlib import Path

from healer.frames import RuntimeName
from healer.runtimes import source_reader
from healer.runtimes.source import Import, Module

CASES = Path(__file__).parent.parent / "cases" / "source"


def parsed(runtime: RuntimeName, name: str) -> Module:
    """The module of one file of tests/cases/source."""
    return source_reader(runtime).parse((CASES / f"{name}.txt").read_bytes(), name)


def outline(module: Module) -> list[str]:
    """Each definition as "kind qualified first-last"."""
    return [f"{each.kind} {each.qualified} {each.first}-{each.last}" for each in module.definitions]


def written(module: Module) -> list[tuple[int, str, tuple[str, ...], tuple[str, ...]]]:
    """Each import as its line, target, names and what it binds."""
    return [(each.line, each.target, each.names, each.bound) for each in module.imports]


def lead(runtime: RuntimeName, target: str, path: str, files: str, *names: str) -> tuple[str, ...]:
    """Where an import of `target` in `path` leads among `files`, given as one string of words."""
    return source_reader(runtime).resolve(Import(target, names, 1), path, frozenset(files.split()))
