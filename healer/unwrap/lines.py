"""Splits a text into lines without colours and control characters."""

from __future__ import annotations

import re

#: CSI (colours, cursor), OSC (titles, links; ended by BEL or ST), and two-character escapes, in 7 and 8 bits. An OSC
#: that never ends is not followed beyond its line.
_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]"
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c\n]{0,2000}(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]{0,2}[0-~]"
)
#: Everything below a space but tab and line feed, and the marks that hide between letters.
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u2060\ufeff]")
#: Half of a surrogate pair, which JSON can spell: no encoding takes it.
_HALF = re.compile(r"[\ud800-\udfff]")
_MARK = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x9b\x9d\u200b\u200e\u200f\u2060\ufeff\ud800-\udfff]")


def split(text: str) -> list[str]:
    """The lines of a text, ended by LF, CR LF or CR, without colours and control characters."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain(text).split("\n")


def plain(text: str) -> str:
    """The text without colours and control characters; half a surrogate pair is U+FFFD."""
    if _MARK.search(text) is None:
        return text
    return _HALF.sub("\ufffd", _HIDDEN.sub("", _ANSI.sub("", text)))


def indent(line: str) -> int:
    """How far a line stands to the right; the drawing of an exception group stands two further than its trace."""
    text = line.lstrip()
    drawn = text.startswith(("+ Exception Group", "| ", "+-"))
    return max(0, len(line) - len(text) - 2 * drawn)
