"""What a parsed source file is, in any runtime. Lines count from 1; ranges include both ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, method, class, type or module-level value, with its decorators and leading comment.

    `qualified` is the name within the file ("Cart.total"); `uses` holds every identifier its text names.
    """

    name: str
    qualified: str
    kind: Literal["function", "class", "type", "value"]
    first: int
    last: int
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Import:
    """One import as written: `target` names the module or file, `names` the members taken (empty: all of it)."""

    target: str
    names: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """A place the grammar could not read."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Module:
    """One parsed file: definitions ordered by `first` (nested ones after the one around them), imports, faults."""

    path: str
    definitions: tuple[Definition, ...]
    imports: tuple[Import, ...]
    faults: tuple[SyntaxFault, ...] = ()

    def around(self, line: int, kind: str | None = None) -> Definition | None:
        """The innermost definition that holds `line`, of `kind` where one is given."""
        found = None
        for definition in self.definitions:
            if definition.first <= line <= definition.last and kind in (None, definition.kind):
                found = definition if found is None or definition.first >= found.first else found
        return found
