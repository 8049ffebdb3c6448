"""The names that traces and messages speak of."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d][\w$]*[?!]?")
_NOISE = re.compile(r"<[^<>]{0,80}>|\{[^{}]{0,80}\}|\[as [^\]]{0,200}\]|\[\.\.\.\]|\([^()]{0,80}\)$")
#: Words that runtimes put before a name ("new Cart", "block in total", "Object.total").
_BEFORE = frozenset(
    {"new", "async", "get", "set", "bound", "static", "block", "in", "rescue", "ensure", "levels", "func"}
    | {"Object", "Module", "Function", "Proxy", "global", "globalThis", "self", "top"}
)
#: Stand-ins for functions without a name.
_NAMELESS = frozenset({"anonymous", "closure", "lambda", "listcomp", "genexpr", "dictcomp", "setcomp", "locals"})
_QUOTED = re.compile(r"""['"`]([^'"`\s]{1,80})['"`]""")
_SNAKE = re.compile(r"\b(?:[a-z]\w*_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+[A-Z]\w*)\b")
_LONGEST = 2_000


def function_names(function: str) -> tuple[str, ...]:
    """The plain names in a frame's function, outermost first: ("Cart", "total") for "Cart.total", () for "<lambda>".

    The last one is the function itself, those before it what it hangs on.
    """
    text = _NOISE.sub(" ", function[:_LONGEST])
    words = [word for word in _WORD.findall(text) if word not in _NAMELESS]
    return tuple(word for word in words[-7:-1] if word not in _BEFORE) + tuple(words[-1:])


def spoken_of(message: str) -> frozenset[str]:
    """The identifiers that an error's message names: what stands in quotes, and what is spelt like code."""
    text = message[:_LONGEST]
    quoted = {word for part in _QUOTED.findall(text) for word in _WORD.findall(part)}
    return frozenset(word for word in quoted | set(_SNAKE.findall(text)) if len(word) > 2)
