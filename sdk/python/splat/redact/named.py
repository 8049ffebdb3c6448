"""X6: values behind a name that tells and a separator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, List, Match, Optional, Tuple

from splat.redact.shapes import MARK

if TYPE_CHECKING:
    from splat.redact.names import Names

_SEPARATOR = re.compile("::|===|!==|==|!=|=>|:=|=|:")
_NAME_CHARS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$@.-"
_MOST_SPACES, _MOST_QUOTES, _MOST_NAME = 8, 4, 100
_MOST_BETWEEN = _MOST_SPACES + 1 + _MOST_QUOTES
_NAME_SET = frozenset(_NAME_CHARS)
_BETWEEN = frozenset(" \t]\"'`\\")
_SPACES = re.compile("[ \t]{0,8}")
_STRING = re.compile(r"(?:string\([0-9]{1,7}\) )?[A-Za-z@]{0,2}(\\{0,3})([\"'`])")
# Up to where a string can end; a backslash takes the next character with it, unless that is a line's end.
_INSIDE = {quote: re.compile(rf"[^{quote}\\\n]*(?:\\[^\n][^{quote}\\\n]*)*") for quote in "\"'`"}
_BRACKETS = re.compile("[\\[\\](){}\"'`\n]")
_BARE = re.compile(r"(?:\[REDACTED\]|[^ \t\n\x0b\x0c\r\"'`,;&<>)\]}])+")
_GAP = re.compile("[ \t]{1,4}")
_TEMPLATE = re.compile(r"[$#]?\{[A-Za-z_]|%[sdv(]")
_DIGIT = re.compile("[0-9]")
_WHITE = " \t\n\x0b\x0c\r"
_NOTHING = frozenset(("none", "null", "nil", "undefined", "true", "false"))
_SCHEMES = frozenset(("bearer", "basic", "digest", "token", "negotiate", "apikey"))
_NONE = frozenset(("::",))
_NONE_IN_SOURCE = frozenset(("::", "===", "!==", "==", "!="))
_OF_HEADERS = frozenset((":", "="))
_QUERY_LEADS = frozenset("?&")
_HEADERS = ("authorization", "cookie", "cookies")
_LONG_LITERAL, _LONG_WORD = 8, 16

#: Where a value begins and ends, and whether it is hidden.
_Value = Tuple[int, int, bool]


def hide_named(text: str, names: Names, *, source: bool) -> str:
    """X6 over one text."""
    made: List[str] = []
    done = at = 0
    while True:
        separator = _SEPARATOR.search(text, at)
        if not separator:
            return "".join(made) + text[done:] if made else text
        at = separator.end()
        value = _value_behind(text, separator.start(), at, names, source=source)
        if value is None:
            continue
        start, end, hidden = value
        if hidden:
            made += [text[done:start], MARK]
            done = end
        at = max(at, end)


def _value_behind(text: str, start: int, end: int, names: Names, *, source: bool) -> Optional[_Value]:
    """The value behind the separator from `start` to `end`; None where there is none to look at."""
    separator = text[start:end]
    if separator in (_NONE_IN_SOURCE if source else _NONE) or (separator == ":" and text.startswith("//", end)):
        return None
    name, quoted, lead = _name_before(text, start)
    strength = names.strength(name) if name else "none"
    if strength == "none":
        if not name or separator != "=" or lead not in _QUERY_LEADS or not names.tells_in_query(name):
            return None
        strength = "sure"
    at = _SPACES.match(text, end).end()  # type: ignore[union-attr]  # it matches nothing too
    if not source and not quoted and separator in _OF_HEADERS and name.lower().endswith(_HEADERS):
        return _header(text, at, lead)
    string = _STRING.match(text, at)
    if string:
        return _string(text, string, strength if source else "")
    if source:
        return None
    if text.startswith(("[", "(", "{"), at) and not text.startswith(MARK, at):
        return at, _bracket_end(text, at), True
    return _bare(text, at, weak=separator == ":" and strength == "likely" and not quoted)


def _name_before(text: str, at: int) -> Tuple[str, bool, str]:
    """The name that ends before `at`, whether it is quoted, and the character before it ("" at the start)."""
    quoted = False
    last = text[at - 1 : at]
    if last not in _NAME_SET:
        if last not in _BETWEEN:
            return "", False, ""
        unquoted, quoted = _without_quotes(text[max(0, at - _MOST_BETWEEN) : at])
        at -= min(at, _MOST_BETWEEN) - len(unquoted)
    before = text[max(0, at - _MOST_NAME - 1) : at]
    start = max(len(before.rstrip(_NAME_CHARS)), len(before) - _MOST_NAME)
    return before[start:].lstrip("0123456789.-"), quoted, before[start - 1 : start] if start else ""


def _without_quotes(text: str) -> Tuple[str, bool]:
    text = _strip(text, " \t", _MOST_SPACES)
    quoted = text.endswith("]")
    if quoted:
        text = text[:-1]
    unquoted = _strip(text, "\"'`\\", _MOST_QUOTES)
    return unquoted, quoted or len(unquoted) < len(text)


def _strip(text: str, chars: str, most: int) -> str:
    return text[: max(len(text.rstrip(chars)), len(text) - most)]


def _header(text: str, at: int, lead: str) -> Optional[_Value]:
    end = _end_of(text, at, lead if lead in ('"', "'") else "")
    value = text[at:end].rstrip(_WHITE)
    if not value or value == MARK or value.lower() in _NOTHING:
        return None
    return at, at + len(value), True


def _string(text: str, opening: Match[str], strength_in_source: str) -> _Value:
    start = opening.end()
    end, behind = _string_end(text, start, opening.group(1), opening.group(2))
    value = text[start:end]
    bare = value.strip(_WHITE).lower()
    hidden = bool(bare) and bare != MARK.lower() and bare not in _SCHEMES and bare not in _NOTHING
    if hidden and strength_in_source:
        hidden = not _TEMPLATE.search(value) and (
            strength_in_source == "sure" or (len(value) >= _LONG_LITERAL and bool(_DIGIT.search(value)))
        )
    return (start, end, True) if hidden else (start, behind, False)


def _bare(text: str, at: int, *, weak: bool) -> Optional[_Value]:
    match = _BARE.match(text, at)
    value = match.group().rstrip("\\") if match else ""
    end = at + len(value)
    lower = value.lower()
    if lower in _SCHEMES:
        gap = _GAP.match(text, end)
        more = _BARE.match(text, gap.end()) if gap else None
        if gap and more:
            return at, gap.end() + len(more.group().rstrip("\\")), True
    if not value or value == MARK or lower in _NOTHING:
        return None
    if weak and len(value) < _LONG_WORD and not _DIGIT.search(value):
        return None
    return at, end, True


def _end_of(text: str, at: int, wanted: str) -> int:
    """Where `wanted`, the line or the text ends, whatever is first; reads no further than that."""
    found = text.find(wanted, at) if wanted else -1
    limit = found if found >= 0 else len(text)
    line = text.find("\n", at, limit)
    return line if line >= 0 else limit


def _string_end(text: str, start: int, slashes: str, quote: str) -> Tuple[int, int]:
    """Where a string's content ends, and where to go on."""
    if slashes:
        end = _end_of(text, start, slashes + quote)
        return end, end + len(slashes) + 1 if text.startswith(slashes + quote, end) else end
    end = _INSIDE[quote].match(text, start).end()  # type: ignore[union-attr]  # it matches nothing too
    if text.startswith("\\", end):  # before a line's end, or at the end of the text
        return end + 1, end + 1
    return end, end + 1 if text.startswith(quote, end) else end


def _bracket_end(text: str, at: int) -> int:
    """Behind the bracket that closes the one at `at`, else the end of the line or of the text."""
    depth = 0
    while True:
        match = _BRACKETS.search(text, at)
        if not match:
            return len(text)
        char = match.group()
        at = match.end()
        if char == "\n":
            return match.start()
        if char in "\"'`":
            at = _string_end(text, at, "", char)[1]
        elif char in "([{":
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                return at
