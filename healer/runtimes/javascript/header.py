"""What stands above the first frame of a JavaScript trace: the error's name and message, and the uncaught banner."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.runtimes.javascript.printed import Header, read_bracketed, read_frame, read_header
from healer.runtimes.reading import MAX_LINE, message, number, starts_record

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How far above its first frame an error's name is looked for: messages and Jest's code excerpts lie between.
_REACH = 30
_BANNER = re.compile(
    r"(\S[^\n]{0,1000}?\.[cm]?[jt]sx?|node:[\w/.-]{1,200}|<anonymous_script>|evalmachine\.<\w+>|\[\w+\]):(\d{1,9})$"
)
_CARET = re.compile(r"\s*\^+\s*$")
#: A line of the source that Jest and Vitest print between an error and its frames.
EXCERPT = re.compile(r"\s*(?:>\s*)?\d+ ?\||\s*\|\s*\^|\s*\^+\s*$")
_END_OF_THROWN = ("(Use `node --trace-uncaught", "Node.js v", "Thrown at:", "Emitted 'error'")
#: How far below a banner an error's frames may begin: assertions print long differences.
_BELOW_BANNER = 80
_NAME_ALONE = re.compile(r"[A-Z][\w$]{1,80}$")


@dataclass(frozen=True, slots=True)
class Banner:
    """Node's banner over an uncaught error: where it was thrown, the line's text, and the caret's column."""

    path: str
    line: int | None
    source: str
    column: int
    first: int

    @property
    def last(self) -> int:
        """The caret's line, the last of the banner."""
        return self.first + 2


def read_banner(lines: Sequence[str], first: int) -> Banner | None:
    """The banner that begins at `first`, if one does."""
    line = lines[first]
    if len(line) > MAX_LINE or first + 2 >= len(lines) or not (match := _BANNER.match(line)):
        return None
    source, caret = lines[first + 1], lines[first + 2]
    if len(caret) > MAX_LINE or not _CARET.match(caret):
        return None
    return Banner(match.group(1), number(match.group(2)), source[:MAX_LINE], caret.index("^") + 1, first)


def header_above(lines: Sequence[str], frame: int, floor: int, banner: Banner | None = None) -> tuple[Header, int]:
    """The error whose frames begin at `frame`, and the index of its first line; nothing above `floor` belongs to it.

    Below a banner of its own an error begins at once, whatever its text looks like.
    """
    if banner and floor <= banner.last + 1 and frame - banner.last <= _BELOW_BANNER:
        start = banner.last + 1
        start += not lines[start].strip()
        return _named(lines, start, frame), min(start, frame)
    lowest = max(floor, frame - _REACH)
    for index in range(frame - 1, lowest - 1, -1):
        line = lines[index]
        if (bracketed := read_bracketed(line)) is not None:
            return bracketed[0], index
        header = read_header(line)
        if header and header.strong:
            return _with_message(header, lines[index + 1 : frame]), index
        if starts_record(line) or (not line.strip() and index > lowest and not lines[index - 1].strip()):
            break
    return _by_place(lines, frame, lowest)


def _named(lines: Sequence[str], start: int, frame: int) -> Header:
    """The error that begins at `start` by its place: `Name: message`, `Name`, or a thrown value's own text."""
    if start >= frame:
        return Header("Error", "", False)
    text = lines[start][:MAX_LINE].strip()
    if (bracketed := read_bracketed(text)) is not None:
        return bracketed[0]
    thrown = any(line.startswith("Thrown at:") for line in lines[start + 1 : frame])
    header = None if thrown else read_header(text)
    if header is None and not thrown and _NAME_ALONE.match(text):
        header = Header(text, "", False)
    return _with_message(header or Header("Error", text, False), lines[start + 1 : frame])


def _with_message(header: Header, rest: Sequence[str]) -> Header:
    kept: list[str] = []
    for line in rest:
        if EXCERPT.match(line[:200]) or line.strip() == "Thrown at:":
            break
        kept.append(line[:MAX_LINE])
    return Header(header.type, message([header.message, *kept]), header.strong)


def _by_place(lines: Sequence[str], frame: int, lowest: int) -> tuple[Header, int]:
    """No line names an error by its look: the line right above the frames is its name or its message."""
    above = frame - 1
    if above >= lowest and lines[above].strip() == "Thrown at:":
        above -= 1
    if above < lowest or not lines[above].strip() or EXCERPT.match(lines[above][:200]):
        return Header("Error", "", False), frame
    return _named(lines, above, frame), above


def thrown_value(lines: Sequence[str], banner: Banner) -> tuple[Header, int] | None:
    """What a banner says was thrown when no frames follow (`throw "text"`), and its last line; None when they do."""
    start = banner.last + 1
    end = scan = start
    while scan < len(lines) and scan < start + _BELOW_BANNER:
        line = lines[scan]
        if read_frame(line) or read_bracketed(line) or line.startswith("Thrown at:"):
            return None
        if line.startswith(_END_OF_THROWN) or starts_record(line) or read_banner(lines, scan):
            break
        # The value's text ends at a blank line, unless frames follow further down.
        if end == scan and (scan == start or line.strip()):
            end = scan + 1
        scan += 1
    texts = [line[:MAX_LINE] for line in lines[start:end] if line.strip()]
    if not texts:
        return None
    header = read_header(texts[0])
    if header and header.strong:
        return _with_message(header, texts[1:]), end - 1
    return Header("Error", message(texts), False), end - 1
