"""C: text from outside, made so that it does nothing where GitHub shows it."""

from __future__ import annotations

import re

from splat.cut import cut

#: C2, as a character class.
HIDDEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u115f-\u1160\u17b4-\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe-\uffff\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U0010ffff"
)
_HIDDEN = re.compile(f"[{HIDDEN}]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANK = re.compile("[\t\n ]+")
_TICKS = re.compile("`+")
_MOST_TICKS = 16
_TOO_MANY_TICKS = re.compile(f"`{{{_MOST_TICKS},}}")


def clean(text: str) -> str:
    """C1: without hidden characters, and without what opens a comment or names a report."""
    if not (text.isascii() and text.isprintable()):
        text = _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
        text = _HIDDEN.sub("", text)
    if "`" in text:
        text = _TOO_MANY_TICKS.sub("`" * _MOST_TICKS, text)
    return text.replace("<!--", "<! --").replace("splat-report/", "splat-report ")


def one_line(text: str, limit: int) -> str:
    """C3: clean, on one line, at most `limit` code points."""
    text = clean(text)
    if "  " in text or not text.isprintable():
        text = _BLANK.sub(" ", text)
    return cut(text.strip(" "), limit)


def span(text: str, limit: int = 300, *, table: bool = False) -> str:
    """C4: a code span of `text`; in a table its pipes part no cells."""
    text = one_line(text, limit) or " "
    ticks = "`" * (_longest_run(text) + 1)
    space = " " if text[0] == "`" or text[-1] == "`" else ""
    whole = f"{ticks}{space}{text}{space}{ticks}"
    return whole.replace("|", "\\|") if table else whole


def fence(text: str, language: str, limit: int) -> str:
    """C5: a fenced block of `text`, cut to `limit` code points."""
    text = cut(clean(text), limit).strip("\n")
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def _longest_run(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0) if "`" in text else 0
