"""X1, X7, X8, X11, X12: all steps over one text, in their order."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Callable, Dict, Match, Sequence, Tuple

from splat.cut import CUT
from splat.redact.cards import hide_cards
from splat.redact.named import hide_named
from splat.redact.names import names_of
from splat.redact.shapes import MARK, hide_shapes

#: A text is cut to so many code points before it is redacted, and then loses its last ones: a secret may begin there.
MAX_TEXT = 100_000
LOST_AT_THE_END = 512
#: Short texts recur (program text, the log ring): so many are remembered, none longer than so many code points.
MAX_KNOWN = 1_024
MAX_KNOWN_TEXT = 200

_SPACE = " \t\n\x0b\x0c\r"
_LEAD = r"-(?:(?<=[ \t\n\x0b\x0c\r\"'`(,=\[]-)|(?<=^-))"
_FLAG = re.compile(
    _LEAD + r"-?([A-Za-z][0-9A-Za-z_-]{1,60})[ \t]{1,4}([^ \t\n\x0b\x0c\r\"'`=-][^ \t\n\x0b\x0c\r\"'`]*)"
)
_CURL = re.compile(_LEAD + r"(?:u|-user)[ =][\"']?")
_USER = re.compile(r"[^ \t\n\x0b\x0c\r:\"'/]+")
_PASSWORD = re.compile(r":[^ \t\n\x0b\x0c\r\"']+")
_ELEMENT = re.compile("<([A-Za-z][0-9A-Za-z_.:-]{0,60})>([^<>]+)</")


def redact_text(text: str, extra: Sequence[str] = ()) -> str:
    """`text` without its secrets; `extra` are names that tell too. Never raises: what fails is MARK."""
    return redactor(tuple(extra)).text[text]


def redact_source(text: str, extra: Sequence[str] = ()) -> str:
    """The same for program text and what is named in it: types, paths, functions, source and context lines."""
    return redactor(tuple(extra)).source[text]


class Known(Dict[str, str]):
    """Texts and what became of them: `known[text]` redacts a text that is not there. Fails closed, bounded."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._redact = redact

    def __missing__(self, text: str) -> str:
        try:
            redacted = self._redact(text)
        except Exception:
            return MARK
        if len(text) <= MAX_KNOWN_TEXT:
            if len(self) >= MAX_KNOWN:
                self.clear()
            self[text] = redacted
        return redacted


class Redactor:
    """Redacts texts with the names of one user."""

    def __init__(self, extra: Sequence[str] = ()) -> None:
        self.names = names_of(tuple(extra))
        self.text = Known(self._text)  #: in `text` mode (X1)
        self.source = Known(self._source)  #: in `source` mode

    def _text(self, text: str) -> str:
        if len(text) > MAX_TEXT:
            return self._text(text[:MAX_TEXT])[:-LOST_AT_THE_END] + CUT
        text = hide_shapes(text, source=False)
        if "=" in text or ":" in text:
            text = hide_named(text, self.names, source=False)
        if "-" in text:
            text = hide_logins(_FLAG.sub(self._argument, text))
        return self._last_steps(text)

    def _source(self, text: str) -> str:
        if len(text) > MAX_TEXT:
            return self._source(text[:MAX_TEXT])[:-LOST_AT_THE_END] + CUT
        text = hide_shapes(text, source=True)
        if "=" in text or ":" in text:
            text = hide_named(text, self.names, source=True)
        return self._last_steps(text)

    def _last_steps(self, text: str) -> str:
        if "</" in text:
            text = _ELEMENT.sub(self._element, text)
        return hide_cards(text)

    def _argument(self, match: Match[str]) -> str:
        return _hidden(match, 2) if self.names.tells(match.group(1)) else match.group()

    def _element(self, match: Match[str]) -> str:
        if match.group(2).strip(_SPACE) and self.names.tells(match.group(1)):
            return _hidden(match, 2)
        return match.group()


def hide_logins(text: str) -> str:
    """X7, the second part: `-u name:password`. In steps: the flag may stand again and again in a long name that no
    colon ends, and one pattern would read on from each.
    """
    made = []
    done = at = nameless = 0  #: before `nameless` no name ends with a colon
    while (flag := _CURL.search(text, at)) is not None:
        at = flag.start() + 1
        if flag.end() < nameless:
            continue
        user = _USER.match(text, flag.end())
        password = _PASSWORD.match(text, user.end()) if user else None
        if user and password:
            made += [text[done : flag.end()], MARK]
            at = done = password.end()
        else:
            nameless = user.end() if user else at
    return "".join([*made, text[done:]])


def _hidden(match: Match[str], group: int) -> str:
    start = match.start()
    return match.group()[: match.start(group) - start] + MARK + match.group()[match.end(group) - start :]


@lru_cache(maxsize=8)
def redactor(extra: Tuple[str, ...] = ()) -> Redactor:
    """The one `Redactor` of these additions."""
    return Redactor(extra)
