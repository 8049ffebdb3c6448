"""A file of source as bytes and as lines, so that lines can be put in between and every other byte stays."""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.plan import Splice

if TYPE_CHECKING:
    from collections.abc import Sequence

#: libcst takes a second for 50 kB.
MOST_BYTES = 200_000
#: What Python takes for the end of a line; `str.splitlines` knows others, which it does not.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
#: Where the file's own encoding is named, by PEP 263, in one of the first two lines.
_CODING = re.compile(r"^[ \t\f]*#.{0,200}?coding[:=][ \t]*[-\w.]+")


@dataclass(frozen=True, slots=True)
class Source:
    """`lines` keep their ends. `starts` has the byte at which each begins, and the length of all last. A line that is
    only a comment begins with `comment`.
    """

    data: bytes
    lines: tuple[str, ...]
    starts: tuple[int, ...]
    newline: str
    comment: str = "#"

    @property
    def text(self) -> str:
        """The decoded file, without its byte order mark."""
        return "".join(self.lines)

    @property
    def first(self) -> int:
        """The line (from 0) before which nothing may stand: shebang and encoding come first."""
        head = 1 if self.lines and self.lines[0].startswith("#!") else 0
        return next((number + 1 for number in (1, 0) if self._names_coding(number)), head)

    def _names_coding(self, number: int) -> bool:
        return number < len(self.lines) and _CODING.match(self.lines[number]) is not None

    def blank(self, number: int) -> bool:
        """True for an empty line, and beyond the end."""
        return not 0 <= number < len(self.lines) or not self.lines[number].strip()

    def indent(self, number: int) -> str:
        """The white space that a line begins with."""
        line = self.lines[number]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def above(self, number: int) -> int:
        """The first line of the comment that stands directly above a line; the line itself where none does."""
        while number > self.first and self.lines[number - 1].lstrip(" \t").startswith(self.comment):
            number -= 1
        return number

    def insert(self, number: int, lines: Sequence[str]) -> Splice:
        """Puts these lines before line `number` (from 0; the count of lines: at the end)."""
        before = self.lines[number - 1] if number else ""
        end = before[len(before.rstrip("\r\n")) :] or self.newline
        if number == len(self.lines) and before and before == before.rstrip("\r\n"):
            added = "".join(end + line for line in lines)  # the missing end of the last line stays missing
        else:
            added = "".join(line + end for line in lines)
        return Splice(self.starts[number], b"", added.encode("ascii"))


def read_source(data: bytes) -> Source | Rejected:
    """A Python file's lines. Rejected where it cannot be read, or not be put together again as it was."""
    if len(data) > MOST_BYTES:
        return Rejected("too-large", f"the file is larger than {MOST_BYTES // 1000} kB")
    mark = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0].removesuffix("-sig")
        text = data[mark:].decode(encoding)
        lines = tuple(_LINE.findall(text))
        pieces = [line.encode(encoding) for line in lines]
    except (SyntaxError, LookupError, ValueError) as error:
        return Rejected("encoding", f"its encoding is not what it says ({error})")
    # A codec with a state (UTF-7, ISO-2022) writes a line differently on its own.
    if data[:mark] + b"".join(pieces) != data or "splat".encode(encoding) != b"splat":
        return Rejected("encoding", f"no line can be put into {encoding} without touching others")
    starts = tuple(accumulate((len(piece) for piece in pieces), initial=mark))
    ends = (line[len(line.rstrip("\r\n")) :] for line in lines)
    return Source(data, lines, starts, next((end for end in ends if end), "\n"))


def read_utf8(data: bytes, comment: str) -> Source | Rejected:
    """The lines of a file in UTF-8. Rejected for another encoding, and where carriage returns alone end lines."""
    if len(data) > MOST_BYTES:
        return Rejected("too-large", f"the file is larger than {MOST_BYTES // 1000} kB")
    mark = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    if b"\r" in data.replace(b"\r\n", b""):
        return Rejected("encoding", "its lines end with a carriage return alone")
    pieces = [piece + b"\n" for piece in data[mark:].split(b"\n")]
    pieces[-1] = pieces[-1][:-1]
    try:
        lines = tuple(piece.decode("utf-8") for piece in pieces if piece)
    except UnicodeDecodeError as error:
        return Rejected("encoding", f"it is not UTF-8 ({error.reason} at byte {error.start})")
    starts = tuple(accumulate((len(piece) for piece in pieces if piece), initial=mark))
    newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    return Source(data, lines, starts, newline, comment)
