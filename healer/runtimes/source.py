"""What a parsed source file is, in any runtime. Lines count from 1; ranges include both ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal["function", "class", "type", "value"]


@dataclass(frozen=True, slots=True)
class Definition:
    r"""A function, method, class, type or module-level value, with its decorators and leading comment.

    `kind` is "class" for all that holds methods (class, module, trait, PHP enum), "type" for the rest of the types
    (interface, alias, TypeScript enum, every Go type). `qualified` is the name within the file: what surrounds it,
    then the name, joined by "." ("Cart.total", "checkout.apply"); namespaces keep their own joint before that
    ("Shop::Cart.total" in Ruby, "Shop\Cart.total" in PHP); a Go method hangs on its receiver's type ("Cart.Total"
    for both "Cart" and "*Cart"). `uses` holds every identifier its text names, its own included.
    """

    name: str
    qualified: str
    kind: Kind
    first: int
    last: int
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Import:
    """One import as written: `target` names the module or file, `names` the members taken (empty: all of it).

    `bound` holds the local names that the import binds: those of `names`, in their order, or the one for the whole
    module; empty where nothing is bound (a star, a bare `require "x"`). The star is the name "*", a default "default".
    """

    target: str
    names: tuple[str, ...]
    line: int
    bound: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """A place the grammar could not read."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Module:
    """One parsed file: definitions ordered by position (nested ones after the one around them), imports, faults.

    `names` maps a line to the identifiers on it.
    """

    path: str
    definitions: tuple[Definition, ...]
    imports: tuple[Import, ...]
    faults: tuple[SyntaxFault, ...] = ()
    names: Mapping[int, tuple[str, ...]] = field(default_factory=dict, repr=False, hash=False)

    def around(self, line: int, kind: str | None = None) -> Definition | None:
        """The innermost definition that holds `line`, of `kind` where one is given."""
        found = None
        for definition in self.definitions:
            if definition.first <= line <= definition.last and kind in (None, definition.kind):
                found = definition if found is None or definition.first >= found.first else found
        return found

    def uses_in(self, first: int, last: int) -> frozenset[str]:
        """Every identifier named on the lines `first` to `last`, both included."""
        if last - first > len(self.names):
            return frozenset(name for line, names in self.names.items() if first <= line <= last for name in names)
        return frozenset(name for line in range(first, last + 1) for name in self.names.get(line, ()))
