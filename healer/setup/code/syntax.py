"""What stands where in a Python file, as far as lines of ours have to know: libcst's tree with its positions."""

from __future__ import annotations

import ast
import sys
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from healer.outcome import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import libcst as cst

    from healer.setup.code.source import Source


#: What is no statement of its own and holds statements; an `If` is met there as an `elif`.
_BLOCKS = ("Else", "Finally", "ExceptHandler", "ExceptStarHandler", "If", "MatchCase")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement and its lines, from 0: `first` holds its first character (its decorators', if any), `end` is the line
    after its last one. `nested` is False at the top of the file. `alone` is False behind a colon, as in `if x: y = 1`.
    """

    node: cst.BaseStatement
    first: int
    end: int
    nested: bool

    @property
    def small(self) -> tuple[cst.BaseSmallStatement, ...]:
        """The statements of a simple line, () of a compound one."""
        return tuple(getattr(self.node, "body", ())) if type(self.node).__name__ == "SimpleStatementLine" else ()


@dataclass(frozen=True, slots=True)
class Syntax:
    """A file that Python can read. `statements` has every statement on lines of its own, in the file's order."""

    module: cst.Module
    statements: tuple[Statement, ...]

    @property
    def top(self) -> tuple[Statement, ...]:
        """Those that are in no other."""
        return tuple(statement for statement in self.statements if not statement.nested)


def read_syntax(source: Source) -> Syntax | Rejected:
    """The tree. Rejected for what this Python cannot parse, and for what is nested too deeply to be looked at."""
    # Before libcst, whose parser ends the process on what is nested too deeply, as `((((…`; Python's own says so.
    return fault_of(source) or _with_libcst(source)


def fault_of(source: Source) -> Rejected | None:
    """Why Python cannot parse it; None where it can."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a user's odd escapes
            ast.parse(source.text)
    except SyntaxError as error:
        version = ".".join(map(str, sys.version_info[:2]))
        return Rejected("syntax", f"it has a syntax error for Python {version}: line {error.lineno}: {error.msg}")
    except (RecursionError, MemoryError, ValueError) as error:
        return Rejected("syntax", f"it cannot be parsed: {type(error).__name__}")
    return None


def _with_libcst(source: Source) -> Syntax | Rejected:
    import libcst
    from libcst.metadata import MetadataWrapper, PositionProvider

    try:
        module = libcst.parse_module(source.text)
        places = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    except (libcst.ParserSyntaxError, libcst.CSTValidationError, RecursionError) as error:
        return Rejected("syntax", f"it cannot be parsed: {str(error).splitlines()[0][:120]}")
    if module.code != source.text:
        return Rejected("syntax", "libcst reads it differently from how it is written")
    return Syntax(module, tuple(_statements(module, lambda node: places[node])))


def _statements(module: cst.Module, place: Callable[[Any], Any]) -> Iterator[Statement]:
    import libcst

    waiting: list[tuple[Any, bool]] = [(node, False) for node in reversed(module.body)]
    while waiting:
        node, nested = waiting.pop()
        first = min(place(each).start.line for each in (node, *getattr(node, "decorators", ())))
        yield Statement(node, first - 1, place(node).end.line, nested)
        waiting += [(inner, True) for inner in reversed(list(_inner(node, libcst)))]


def _inner(node: Any, libcst: Any) -> Iterator[Any]:
    """The statements in the blocks of a compound one."""
    waiting = [node]
    while waiting:
        for child in waiting.pop(0).children:
            if isinstance(child, libcst.IndentedBlock):
                yield from child.body
            elif type(child).__name__ in _BLOCKS:
                waiting.append(child)


def dotted(node: Any) -> str:
    """`a.b.c` of a name or an attribute of one, "" of everything else."""
    parts: list[str] = []
    while type(node).__name__ == "Attribute":
        parts.append(node.attr.value)
        node = node.value
    return ".".join([node.value, *reversed(parts)]) if type(node).__name__ == "Name" else ""
