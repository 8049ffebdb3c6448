"""GitHub's expressions, as far as they can be wrong before anything runs: brackets, operators, names, functions."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_TOKEN = re.compile(
    r"\s+|(?P<text>'(?:[^']|'')*+')|(?P<number>-?(?:0x[0-9a-f]+|[0-9]*\.?[0-9]+(?:e[-+]?[0-9]+)?))(?![\w.])"
    r"|(?P<name>[a-z_][\w-]*)|(?P<binary>==|!=|<=|>=|<|>|&&|\|\|)|(?P<sign>[][().,*!])",
    re.IGNORECASE | re.ASCII,
)
_FUNCTIONS = (
    "contains", "startsWith", "endsWith", "format", "join", "toJSON", "fromJSON", "hashFiles", "case",
    "success", "always", "cancelled", "failure",
)  # fmt: skip
_CONSTANTS = ("true", "false", "null", "nan", "infinity")
_PAIRS = {")": "(", "]": "["}
_MOST = 21_000  # GitHub's own limit


class Flaw(NamedTuple):
    """What is wrong with an expression. `sure` is False where a newer GitHub may well know what this does not."""

    what: str
    sure: bool = True


class _WrongError(Exception):
    pass


def flaws_in(text: str, contexts: Collection[str], *, bare: bool) -> Iterator[Flaw]:
    """The flaws of the expressions in a value. `contexts` are the names that may stand where it stands; `bare` says
    that it is one as a whole even without `${{ }}`, as an `if:` is. Linear time.
    """
    try:
        for inner in _inside(text) if "${{" in text or not bare else (text,):
            yield from _names(_read(inner), contexts)
    except _WrongError as error:
        yield Flaw(str(error))


def _inside(text: str) -> Iterator[str]:
    for part in text.split("${{")[1:]:
        inner, ends, _ = part.partition("}}")
        # A text in it may hold braces.
        if not ends or inner.count("'") % 2:
            end = next((at.start() for at in re.finditer(r"'(?:[^']|'')*+'|\}\}", part) if at[0] == "}}"), -1)
            if end < 0:
                raise _WrongError("`${{` is never closed by `}}`")
            inner = part[:end]
        yield inner


def _read(text: str) -> list[tuple[str, str]]:
    """The expression's (kind, word)s. Raises _WrongError for what is no token."""
    found, place = [], 0
    if len(text) > _MOST:
        raise _WrongError(f"the expression is longer than {_MOST:,} characters")
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            rest = text[place : place + 20]
            why = "a text stands between ' and '" if rest[0] in "'\"" else "that means nothing in an expression"
            raise _WrongError(f"`{rest}`: {why}")
        if match.lastgroup:
            found.append((match.lastgroup, match[0]))
        place = match.end()
    return found


def _names(tokens: list[tuple[str, str]], contexts: Collection[str]) -> Iterator[Flaw]:
    """Walks over it once: what stands where a value is expected, and what behind one."""
    open_: list[str] = []
    value = False  # True behind a value
    before = ""
    for number, (kind, word) in enumerate(tokens):
        after = tokens[number + 1][1] if number + 1 < len(tokens) else ""
        if value:
            value = _behind(kind, word, open_)
        elif before == "." or (before == "[" and word == "*"):
            if kind != "name" and word != "*":
                raise _WrongError(f"`{word[:40]}` behind a dot")
            value = True
        elif kind == "name":
            value = after != "("
            yield from _known(word, contexts, called=not value)
        elif kind in ("text", "number"):
            value = True
        elif word == ")" and before == "(" and open_[-1:] == ["call"]:
            value = bool(open_.pop())
        elif word == "(":
            open_.append("call" if tokens[number - 1 : number] and tokens[number - 1][0] == "name" else "(")
        elif word != "!":
            raise _WrongError(f"`{word[:40]}` stands where a value is expected")
        before = word
    if open_:
        raise _WrongError(f"`{'[' if open_[-1] == '[' else '('}` is never closed")
    if not value:
        raise _WrongError(f"it ends with `{before[:40]}`, and a value is expected" if before else "it is empty")


def _behind(kind: str, word: str, open_: list[str]) -> bool:
    """Takes what stands behind a value; whether a value stands there still."""
    if word in _PAIRS:
        if not open_ or ("[" if open_[-1] == "[" else "(") != _PAIRS[word]:
            raise _WrongError(f"`{word}` closes nothing")
        open_.pop()
        return True
    if word == "[":
        open_.append("[")
    elif word == ",":
        if open_[-1:] != ["call"]:
            raise _WrongError("`,` stands outside of a function's brackets")
    elif kind != "binary" and word != ".":
        raise _WrongError(f"`{word[:40]}` stands where an operator is expected, such as `&&`")
    return False


def _known(word: str, contexts: Collection[str], *, called: bool) -> Iterator[Flaw]:
    known = _FUNCTIONS if called else (*contexts, *_CONSTANTS)
    if word.lower() in {each.lower() for each in known}:
        return
    near = get_close_matches(word, known, n=1)
    meant = f", did you mean `{near[0]}`?" if near else ""
    kind = "function" if called else "name here"
    yield Flaw(f"`{word[:40]}` is no {kind} that GitHub knows{meant}", bool(near) or not called)
