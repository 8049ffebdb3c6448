"""Source files read with tree-sitter: a grammar's query catches the nodes that matter in one pass in C, and each
runtime says what those nodes define and import.

Queries share four capture names: `@definition` and `@import` go to the runtime, `@lead` is what belongs to the
definition right below it (comments, decorators), `@name` is an identifier. Nothing here recurses or climbs from a node
to its parent: both are unbounded on hostile source.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from time import thread_time
from typing import TYPE_CHECKING

from healer.runtimes.caught import Caught, line_of
from healer.runtimes.outline import Names, outline
from healer.runtimes.source import Module, SyntaxFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tree_sitter import Language, Node, Query, Tree

    from healer.runtimes.caught import Found
    from healer.runtimes.source import Import

MAX_FAULTS = 20
_CHUNK = 1 << 16
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
    names = Names(caught)
    found = outline(caught, names, definitions(caught))
    return Module(path, found, tuple(sorted(imports(caught), key=_line)), faults, names.by_line())


def root_of(grammar: Grammar, source: bytes) -> Node | None:
    """The tree of `source` as it is, for who needs its places; None where it has a mistake, or is no source."""
    try:
        _refuse_what_is_no_source(source)
        root = _parse(_load(grammar)[0], source).root_node
    except _HopelessError:
        return None
    return None if root.has_error else root


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
