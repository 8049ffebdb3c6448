"""Reads what Python prints when it crashes: tracebacks, faulthandler's dumps, pytest's own formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.runtimes.python.fatal import find_fatal
from healer.runtimes.python.in_app import in_app
from healer.runtimes.python.pytest_output import find_pytest
from healer.runtimes.python.traceback import find_tracebacks
from healer.signature import clean_function as _clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.frames import Trace

__all__ = ["clean_function", "find", "in_app"]


def find(lines: Sequence[str]) -> list[Trace]:
    """Every Python trace in already unwrapped lines, in order; linear time, never raises."""
    found = [*find_tracebacks(lines), *find_fatal(lines), *find_pytest(lines)]
    return sorted(found, key=lambda trace: trace.first)


def clean_function(name: str) -> str:
    """The name as a traceback prints it: the last part of a qualified name, `<module>` and `<lambda>` as they are."""
    return _clean("python", name)
