"""All that is special about a runtime, one folder each; adding a language is adding a folder.

    <runtime>/trace.py    reads its printed traces             (no dependencies: start-up is a feature)
    <runtime>/source.py   parses its source, resolves imports  (tree-sitter, loaded when first used)
    <runtime>/checks.py   names its set-up and test commands, reads their results

The parts are plain modules that satisfy the Protocols below, loaded by name when first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast, get_args

from healer.frames import RuntimeName

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from healer.frames import Trace
    from healer.runtimes.checks import CheckPlan, TestRun
    from healer.runtimes.source import Import, Module

RUNTIMES: tuple[RuntimeName, ...] = get_args(RuntimeName)


class TraceReader(Protocol):
    """`<runtime>/trace.py`."""

    def find(self, lines: Sequence[str]) -> list[Trace]:
        """Every trace of this runtime in already unwrapped lines, in order; linear time, never raises."""

    def in_app(self, path: str) -> bool:
        """False for the runtime's own code and installed dependencies, by the look of the path."""

    def clean_function(self, name: str) -> str:
        """The function's name as signatures use it: no async/new/receiver decoration, no line-dependent parts."""


class SourceReader(Protocol):
    """`<runtime>/source.py`."""

    SUFFIXES: tuple[str, ...]

    def parse(self, source: bytes, path: str) -> Module:
        """Definitions, imports and syntax errors of one file; broken source parses as far as it goes."""

    def resolve(self, imported: Import, path: str, files: Collection[str]) -> tuple[str, ...]:
        """The tracked files that `imported`, written in `path`, may name; () when it is not of this repository.

        Pass the same frozenset each time: the index of its paths is made once.
        """

    def siblings(self, path: str, files: Collection[str]) -> tuple[str, ...]:
        """The tracked files that `path` sees without an import: in Go those of its package, elsewhere none."""

    def is_test(self, path: str) -> bool:
        """True when the runtime's test runners would discover this path, or it supports those that do."""


class CheckReader(Protocol):
    """`<runtime>/checks.py`."""

    def plan(self, files: Collection[str], read: Callable[[str], bytes | None], hint: str = "") -> CheckPlan | None:
        """How this repository is set up and tested; None when nothing says so.

        In a repository of several projects the one that holds the file `hint` counts.
        """

    def one(self, plan: CheckPlan, path: str, name: str) -> tuple[str, ...] | None:
        """The command that runs the test `name` of the test file `path` (from the tree's root), or that whole file.

        None when the plan's runner cannot run one file.
        """

    def syntax(self, plan: CheckPlan, paths: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """The commands by which the runtime itself reads, but does not run, these files of `workdir`."""

    def results(self, artefacts: Mapping[str, bytes], root: str = "") -> TestRun:
        """What the runner's own machine-readable files say; text that a test printed never counts.

        `root` is where the tree stood, for runners that print whole paths.
        """

    def instruments(self, path: str) -> bool:
        """True when this runtime's exceptions can only be seen by changing the source of `path`."""

    def instrument(self, path: str, source: bytes) -> Mapping[str, bytes]:
        """Files to write over the tree so that exceptions which leave a function of `path` are written down."""


def trace_reader(name: RuntimeName) -> TraceReader:
    """The reader of printed traces for a runtime."""
    return cast("TraceReader", import_module(f"healer.runtimes.{name}.trace"))


def source_reader(name: RuntimeName) -> SourceReader:
    """The reader of source files for a runtime; imports its grammar."""
    return cast("SourceReader", import_module(f"healer.runtimes.{name}.source"))


def check_reader(name: RuntimeName) -> CheckReader:
    """The namer and reader of set-up and test commands for a runtime."""
    return cast("CheckReader", import_module(f"healer.runtimes.{name}.checks"))
