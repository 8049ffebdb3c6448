"""Makes a PHP file tell of each exception that leaves one of its functions.

PHP has no hook for exceptions that someone catches. So for the one watched run the body of each function in the
report's files, and in the test's, is put into a try whose catch writes the exception down with its own trace, and
throws the same object on; lines stay where they are. Text that a program prints is never looked at.

An exception that is thrown and caught within one function is not seen: it never left. A test that is out to
deceive could write to the result file, which needs file writing, and that lays the patch before a person. A
throwing double shows in the trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

_OPEN = b" try {"
_CLOSE = (
    b" } catch (\\Throwable $splatThrown) { include_once \\getenv('SPLAT_TOOLS') . '/splat_observer.php';"
    b" \\splat_saw($splatThrown); throw $splatThrown; } "
)


def instrument(path: str, source: bytes) -> Mapping[str, bytes]:
    """`path` with a try around the body of each function."""
    import tree_sitter_php
    from tree_sitter import Language, Parser

    root = Parser(Language(tree_sitter_php.language_php())).parse(source).root_node
    if root.has_error:
        return {}
    marks = sorted(mark for first, last in _bodies(root) for mark in ((first, _OPEN), (last, _CLOSE)))
    pieces, reached = [], 0
    for at, text in marks:
        pieces += [source[reached:at], text]
        reached = at
    return {path: b"".join([*pieces, source[reached:]])} if marks else {}


def _bodies(root: Node) -> list[tuple[int, int]]:
    """The insides of the braces of each function, method and closure."""
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        waiting += node.named_children
        if node.type in ("function_definition", "method_declaration", "anonymous_function"):
            body = node.child_by_field_name("body")
            if body is not None and body.end_byte - body.start_byte > 2:
                found.append((body.start_byte + 1, body.end_byte - 1))
    return found
