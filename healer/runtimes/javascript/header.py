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


def header_above(lines: Sequence[str], frame: int, floor: int) -> tuple[Header, int]:
    """The error whose frames begin at `frame`, and the index of its first line; nothing above `floor` belongs to it."""
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
    header = read_header(lines[above])
    return header or Header("Error", message([lines[above][:MAX_LINE]]), False), above


def thrown_value(lines: Sequence[str], banner: Banner) -> tuple[Header, int] | None:
    """What a banner says was thrown when no frames follow (`throw "text"`), and its last line; None when they do."""
    start = banner.last + 1
    end = start
    while end < len(lines) and end < start + 20:
        line = lines[end]
        if read_frame(line) or read_bracketed(line) or line.startswith("Thrown at:"):
            return None
        if line.startswith(_END_OF_THROWN) or (end > start and not line.strip()):
            break
        end += 1
    texts = [line[:MAX_LINE] for line in lines[start:end] if line.strip()]
    if not texts:
        return None
    header = read_header(texts[0])
    if header and header.strong:
        return _with_message(header, texts[1:]), end - 1
    return Header("Error", message(texts), False), end - 1
