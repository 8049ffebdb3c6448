"""Source files read with tree-sitter: a grammar's query catches the nodes that matter in one pass in C, and each
runtime says what those nodes define and import.

Queries share four capture names: `@definition` and `@import` go to the runtime, `@lead` is what belongs to the
definition right below it (comments, decorators), `@name` is an identifier. Nothing here recurses or climbs from a node
to its parent: both are unbounded on hostile source.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from operator import attrgetter
from time import thread_time
from typing import TYPE_CHECKING

from healer.runtimes.source import Definition, Module, SyntaxFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tree_sitter import Language, Node, Query, Tree

    from healer.runtimes.source import Import, Kind

MAX_DEPTH = 10
"""Definitions nested deeper than this are passed over: it bounds the size of all `qualified` and `uses` together."""

MAX_FAULTS = 20
_CHUNK = 1 << 16
_LONGEST_NAME = 160
_HOPELESS = "the file could not be read as source of its language"
_MAX_TREE_DEPTH = 4_000
_BRACKETS = ((b"(", b")"), (b"[", b"]"), (b"{", b"}"))
_MOST_UNCLOSED = 2_000
_MOST_EFFORT = 10**8
"""A query takes time by the square of the children of an error node; so many steps are some tenths of a second."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """A grammar: the module of its wheel, the function there that gives the language, and the query to run."""

    wheel: str
    query: str
    entry: str = "language"


@dataclass(frozen=True, slots=True)
class Found:
    """A definition as a runtime sees it, before the definitions around it have given it its qualified name.

    `qualified` overrides that name; `joint` joins it, or the longer `path` where there is one ("Admin::User" for
    "User"), to the name around it. An `incidental` definition (an anonymous
    callback) counts only where no function is around it.
    """

    node: Node
    name: str
    kind: Kind
    qualified: str = ""
    joint: str = "."
    path: str = ""
    incidental: bool = False


class Caught:
    """What the query caught in one file."""

    def __init__(self, source: bytes, nodes: Mapping[str, Sequence[Node]]) -> None:
        self.source = source
        self._nodes = nodes

    def __getitem__(self, capture: str) -> list[Node]:
        """The nodes of one capture in the order of the file, an outer one before those it holds."""
        nodes = {node.id: node for node in self._nodes.get(capture, ())}.values()
        return sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte))

    def names(self) -> list[Node]:
        """The identifiers in the order of the file."""
        return sorted(self._nodes.get("name", ()), key=attrgetter("start_byte"))

    def text(self, node: Node | None) -> str:
        """The node's own text, "" for none."""
        return "" if node is None else self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def read(
    grammar: Grammar,
    source: bytes,
    path: str,
    definitions: Callable[[Caught], Iterable[Found]],
    imports: Callable[[Caught], Iterable[Import]],
) -> Module:
    """Parse one file. Never raises for what `source` holds: binary, broken or hostile text gives faults."""
    text = normal(source)
    language, query = _load(grammar)
    try:
        _refuse_what_is_no_source(text)
        tree = _parse(language, text)
        faults = _faults(text, tree.root_node)
    except _HopelessError:
        return Module(path, (), (), (SyntaxFault(1, _HOPELESS),))
    caught = Caught(text, _captures(query, tree.root_node))
    names = _Names(caught)
    found = _definitions(caught, names, definitions(caught))
    return Module(path, found, tuple(sorted(imports(caught), key=_line)), faults, names.by_line())


def _line(imported: Import) -> int:
    return imported.line


def normal(source: bytes) -> bytes:
    """The same lines as valid UTF-8, without a byte order mark, each ended by a line feed."""
    source = source.removeprefix(b"\xef\xbb\xbf")
    if b"\r" in source and b"\n" not in source:
        source = source.replace(b"\r", b"\n")
    try:
        source.decode("utf-8")
    except UnicodeDecodeError:
        source = source.decode("utf-8", "replace").encode("utf-8")
    return source


def argument(call: Node, index: int = 0) -> Node | None:
    """A call's argument by its place, None when it has fewer."""
    arguments = call.child_by_field_name("arguments")
    return arguments.named_child(index) if arguments is not None and index < arguments.named_child_count else None


def line_of(node: Node) -> int:
    """The line the node starts on."""
    return node.start_point[0] + 1


def last_line_of(node: Node) -> int:
    """The line the node ends on; an end in column 0 belongs to the line before."""
    row, column = node.end_point
    return row if column == 0 and row > node.start_point[0] else row + 1


class _HopelessError(Exception):
    """The text is far from this language, or nested beyond reason."""


class _Budget:
    """Processor time for one file, far above what real source takes: error recovery is quadratic on some garbage."""

    def __init__(self, size: int) -> None:
        self._end = thread_time() + 0.3 + size / 2_000_000

    def __call__(self, offset: int, in_error: bool) -> bool:
        """True tells the parser to stop."""
        return thread_time() > self._end


def _refuse_what_is_no_source(text: bytes) -> None:
    """Binary data, and brackets by the thousand that never close: parsing them costs gigabytes, and finds nothing."""
    strange = text.count(b"\xef\xbf\xbd")
    unclosed = max(text.count(opening) - text.count(closing) for opening, closing in _BRACKETS)
    angles = text.count(b"<") - text.count(b">")
    if b"\0" in text or strange * 20 > len(text) or unclosed > _MOST_UNCLOSED or angles > len(text) // 20 + 1000:
        raise _HopelessError


@lru_cache(maxsize=16)
def _load(grammar: Grammar) -> tuple[Language, Query]:
    from tree_sitter import Language, Query  # here, because not every command reads source

    language = Language(getattr(import_module(grammar.wheel), grammar.entry)())
    return language, Query(language, grammar.query)


def _parse(language: Language, source: bytes) -> Tree:
    from tree_sitter import Parser

    view = memoryview(source)
    try:
        return Parser(language).parse(
            lambda offset, _: view[offset : offset + _CHUNK].tobytes(), progress_callback=_Budget(len(source))
        )
    except ValueError:
        raise _HopelessError from None


def _captures(query: Query, root: Node) -> dict[str, list[Node]]:
    from tree_sitter import QueryCursor

    cursor = QueryCursor(query)
    cursor.set_max_start_depth(_MAX_TREE_DEPTH)
    # Not `captures`: to keep the order of the file, that goes through all open matches at each capture.
    found: defaultdict[str, list[Node]] = defaultdict(list)
    for _, match in cursor.matches(root):
        for capture, nodes in match.items():
            found[capture] += nodes
    return found


def _faults(source: bytes, root: Node) -> tuple[SyntaxFault, ...]:
    """The errors of a tree, found by going only where there are some."""
    faults: dict[SyntaxFault, None] = {}
    effort = 0
    for node in _erroneous(root):
        if node.is_error:
            effort += node.child_count**2
            faults.setdefault(SyntaxFault(line_of(node), _unexpected(source, node)))
        elif node.is_missing:
            faults.setdefault(SyntaxFault(line_of(node), f"missing `{node.type}`"))
        if effort > _MOST_EFFORT:
            raise _HopelessError
    return tuple(sorted(faults, key=lambda fault: fault.line)[:MAX_FAULTS])


def _erroneous(root: Node) -> Iterator[Node]:
    cursor = root.walk()
    while True:
        node = cursor.node
        if node is not None and node.has_error:
            yield node
            if cursor.goto_first_child():
                continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _unexpected(source: bytes, node: Node) -> str:
    text = source[node.start_byte : min(node.end_byte, node.start_byte + 200)].decode("utf-8", "replace").split()
    return f"unexpected `{' '.join(text)[:60]}`" if text else "unexpected end"


class _Names:
    """The identifiers of one file in its order, ready to be asked by range."""

    def __init__(self, caught: Caught) -> None:
        known: dict[bytes, str] = {}
        source = caught.source
        self._starts: list[int] = []
        self._names: list[str] = []
        self._lines: dict[int, dict[str, None]] = {}
        for node in caught.names():
            start = node.start_byte
            raw = source[start : min(node.end_byte, start + _LONGEST_NAME)]
            name = known.get(raw)
            if name is None:
                name = known[raw] = raw.decode("utf-8", "replace").strip(":$")
            self._starts.append(start)
            self._names.append(name)
            self._lines.setdefault(node.start_point[0] + 1, {})[name] = None

    def between(self, start: int, end: int) -> frozenset[str]:
        """Those that start in the bytes from `start` up to `end`."""
        return frozenset(self._names[bisect_left(self._starts, start) : bisect_left(self._starts, end)])

    def by_line(self) -> dict[int, tuple[str, ...]]:
        """Those of each line."""
        return {line: tuple(names) for line, names in self._lines.items()}


def _leads(caught: Caught) -> dict[int, tuple[int, int]]:
    """For each line that only holds comments or decorators: the first line and byte of the block it belongs to."""
    blocks: dict[int, tuple[int, int]] = {}
    for node in caught["lead"]:
        (row, column), start, end = node.start_point, node.start_byte, node.end_byte
        before = caught.source[start - column : start] if column < 200 else b"code"
        after = caught.source[end : end + 200].split(b"\n", 1)[0]
        if before.strip() or (after.strip() and caught.source[end - 1 : end] != b"\n"):
            continue
        block = blocks.get(row, (row + 1, start))
        for line in range(row + 1, last_line_of(node) + 1):
            blocks.setdefault(line, block)
    return blocks


@dataclass(frozen=True, slots=True)
class _Scope:
    node: Node
    end: int
    qualified: str
    in_function: bool


def _definitions(caught: Caught, names: _Names, found: Iterable[Found]) -> tuple[Definition, ...]:
    leads = _leads(caught)
    around: list[_Scope] = []
    definitions = []
    for item in sorted(found, key=lambda item: (item.node.start_byte, -item.node.end_byte)):
        node = item.node
        while around and (around[-1].end <= node.start_byte or around[-1].node == node):
            around.pop()
        in_function = bool(around) and around[-1].in_function
        if len(around) >= MAX_DEPTH or not item.name or (item.incidental and in_function):
            continue
        name = item.name[:_LONGEST_NAME]
        path = item.path[:_LONGEST_NAME] or name
        qualified = item.qualified or (f"{around[-1].qualified}{item.joint}{path}" if around else path)
        first, start = leads.get(line_of(node) - 1, (line_of(node), node.start_byte))
        around.append(
            _Scope(node, node.end_byte, qualified, in_function or (item.kind == "function" and not item.incidental))
        )
        uses = names.between(start, node.end_byte)
        definitions.append(Definition(name, qualified, item.kind, first, last_line_of(node), uses))
    return tuple(definitions)
