"""The definitions that a function uses: in its file, in what that imports, two imports deep."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healer.context.sources import Library, Link
    from healer.runtimes.source import Definition, Import, Module

#: A name that this many definitions carry says nothing about which one is meant.
_TOO_MANY = 4
#: Names that nearly every file uses for something of the runtime's own.
COMMON = frozenset(
    {"get", "set", "add", "pop", "keys", "values", "items", "append", "push", "join", "split", "map", "filter", "len"}
    | {"length", "size", "name", "key", "value", "data", "self", "this", "cls", "str", "int", "list", "dict", "type"}
    | {"copy", "update", "close", "open", "read", "write", "next", "call", "apply", "toString", "strip", "format"}
    | {"Error", "String", "Object", "Array", "string", "error", "err", "nil", "null", "None", "true", "false", "True"}
    | {"new", "First", "Len", "trim", "count", "empty", "each", "find", "sort", "extend", "remove", "index", "replace"}
    | {"False", "print", "test", "options", "result", "args", "kwargs", "i", "e", "id", "is", "in", "has", "on"}
)
_MOST_PARSED = 6
#: Names are followed through this many files that only pass them on.
_HOPS = 3
_MOST_SIBLINGS = 250


class Use(NamedTuple):
    """A definition that a name leads to; `hops` counts the imports between."""

    name: str
    path: str
    definition: Definition
    hops: int


class Lexicon:
    """Looks names up as the code of one file would; remembers the answers."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[tuple[str, str], tuple[Use, ...]] = {}

    def look_up(self, path: str, names: Iterable[str], *, deep: bool = False) -> list[Use]:
        """What the names mean in `path`, in their order; names that could mean too many things are left out.

        Methods of unknown receivers are searched one import away, two when asked to look `deep`.
        """
        wanted = [name for name in dict.fromkeys(names) if name and (path, name) not in self._known]
        if wanted:
            self._search(path, frozenset(wanted), deep=deep)
        return [use for name in dict.fromkeys(names) for use in self._known.get((path, name), ())]

    def _search(self, path: str, names: frozenset[str], *, deep: bool) -> None:
        found: dict[str, list[Use]] = {name: [] for name in names}
        module = self._library.module(path)
        if module is not None:
            _collect(found, module, names, 0)
            self._through_imports(found, path, names)
            left = frozenset(name for name in names if not found[name] and name not in COMMON and len(name) > 2)
            self._among_siblings(found, path, left)
            left = frozenset(name for name in left if not found[name])
            self._as_members(found, path, left, deep=deep)
        for name, uses in found.items():
            nearest = min((use.hops for use in uses), default=0)
            meant = tuple(use for use in uses if use.hops == nearest)
            self._known[path, name] = meant if len(meant) <= _TOO_MANY else ()

    def _through_imports(self, found: dict[str, list[Use]], path: str, names: frozenset[str]) -> None:
        """Names that an import binds, and members of modules that an import binds."""
        for link in self._library.links(path):
            written = link.written
            pairs = dict(zip(written.bound, written.names, strict=False))
            asked = {name: bound for bound, name in pairs.items() if bound in names}
            starred = "*" in written.names or not written.bound
            for target in link.targets:
                if asked:
                    self._exported(found, target, asked, hops=1)
                for space in _spaces(written, target):
                    members = names & self._library.members(path, space) if space in names else ()
                    if members:
                        self._exported(found, target, {name: name for name in members}, hops=1, nested=1)
                if starred:
                    wanted = frozenset(name for name in names if name not in COMMON)
                    if self._library.defining([target], wanted):
                        self._exported(found, target, {name: name for name in wanted}, hops=1, nested=1)

    def _exported(
        self, found: dict[str, list[Use]], target: str, asked: dict[str, str], hops: int, nested: int = 0
    ) -> None:
        """What `target` defines under the asked names, or passes on from a file of its own imports.

        `nested` allows for members of what the file exports as one object.
        """
        module = self._library.module(target)
        if module is None:
            return
        missing = dict(asked)
        for definition in module.definitions:
            if definition.name in asked and definition.qualified.count(".") <= nested:
                bound = asked[definition.name]
                found[bound].append(Use(bound, target, definition, hops))
                missing.pop(definition.name, None)
        for link in self._library.links(target) if missing and hops < _HOPS else ():
            pairs = dict(zip(link.written.bound, link.written.names, strict=False))
            on = {pairs[name]: bound for name, bound in missing.items() if name in pairs}
            if "*" in link.written.names:
                self._passed_on(found, link, missing, hops + 1)
            for further in link.targets if on else ():
                self._exported(found, further, on, hops + 1)

    def _passed_on(self, found: dict[str, list[Use]], link: Link, missing: dict[str, str], hops: int) -> None:
        """Through a star: only into files that define one of the names, or have stars themselves."""
        for further in link.targets:
            stars = self._library.content(further) or b""
            if b"import *" in stars or b"export *" in stars or self._library.defining([further], missing):
                self._exported(found, further, missing, hops)

    def _among_siblings(self, found: dict[str, list[Use]], path: str, names: frozenset[str]) -> None:
        siblings = self._library.siblings(path)[:_MOST_SIBLINGS] if names else ()
        for sibling in self._library.defining(siblings, names):
            module = self._library.module(sibling)
            if module is not None:
                _collect(found, module, names, 1)

    def _as_members(self, found: dict[str, list[Use]], path: str, names: frozenset[str], *, deep: bool) -> None:
        """Methods by their bare name, in the files within two imports: the receiver's class is not known."""
        if not names:
            return
        near = self._library.imported(path)
        self._members_of(near, found, names, 2)
        left = frozenset(name for name in names if not found[name])
        if left and deep:
            far = dict.fromkeys(far for one in near[:_MOST_PARSED] for far in self._library.imported(one))
            far.pop(path, None)
            self._members_of(far, found, left, 3)

    def _members_of(self, files: Iterable[str], found: dict[str, list[Use]], names: frozenset[str], hops: int) -> None:
        for target in self._library.defining(files, names)[:_MOST_PARSED]:
            module = self._library.module(target)
            if module is not None:
                _collect(found, module, names, hops)


def _spaces(written: Import, target: str) -> tuple[str, ...]:
    """The bound names that stand for the whole of `target`: `import x`, `* as x`, a default, a submodule."""
    if not written.names:
        return written.bound
    stem = target.rpartition("/")[2].partition(".")[0]
    pairs = zip(written.bound, written.names, strict=False)
    return tuple(bound for bound, name in pairs if name in ("*", "default", stem))


def _collect(found: dict[str, list[Use]], module: Module, names: frozenset[str], hops: int) -> None:
    for definition in module.definitions:
        if definition.name in names:
            found[definition.name].append(Use(definition.name, module.path, definition, hops))
