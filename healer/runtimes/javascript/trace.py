"""Reads the traces that JavaScript engines print: V8 (Node, Chrome, Deno, Bun), Firefox and Safari.

TypeScript prints the same. A thrown value that is no error ("cart is empty") has the type `Error`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from healer.frames import ExceptionInfo, Frame, Relation, Trace
from healer.runtimes.javascript.header import EXCERPT, Banner, header_above, read_banner, thrown_value
from healer.runtimes.javascript.printed import (
    Header,
    PrintedFrame,
    elided,
    in_app,
    read_bracketed,
    read_frame,
    read_header,
)
from healer.runtimes.javascript.tap import read_tap
from healer.runtimes.reading import message
from healer.signature import clean_function as _clean

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["clean_function", "find", "in_app"]

_CAUSE = "[cause]: "
_ERRORS = "[errors]: ["
_SECTIONS = ("From previous event:",)
_ASIDES = ("Emitted 'error' event", "[... lines matching original stack trace ...]")
_MAX_ERRORS = 200


def clean_function(name: str) -> str:
    """The function's own name: no `async`, `new`, receiver or alias; "" when it has none."""
    return _clean("javascript", name)


def find(lines: Sequence[str]) -> list[Trace]:
    """Every JavaScript trace in the lines, in order; linear time, never raises."""
    traces: list[Trace] = []
    banner: Banner | None = None
    index = floor = 0
    while index < len(lines):
        line = lines[index]
        block: _Block | None = None
        if (found := read_banner(lines, index)) is not None:
            banner, index = found, found.last + 1
            if (thrown := thrown_value(lines, found)) is None:
                continue
            block = _Block(lines, thrown[0], found.last + 1, thrown[1] + 1)
        elif (tap := read_tap(lines, index, floor)) is not None:
            traces.append(tap)
            index = floor = tap.last + 1
            continue
        elif read_frame(line):
            header, start = header_above(lines, index, max(floor, banner.last + 1 if banner else 0), banner)
            block = _Block(lines, header, start, index)
        elif (bracketed := read_bracketed(line)) is not None and not _frames_follow(lines, index):
            block = _Block(lines, bracketed[0], index, index + 1, tail=bracketed[1])
        if block is None:
            index += 1
            continue
        block.read()
        traces.append(block.trace(banner))
        index = floor = block.end
        banner = None
    return traces


def _frames_follow(lines: Sequence[str], index: int) -> bool:
    return index + 1 < len(lines) and read_frame(lines[index + 1]) is not None


@dataclass(slots=True)
class _Error:
    """An error while its lines are being read; `frames` as printed, innermost first."""

    type: str
    lines: list[str]
    indent: int
    relation: Relation = "surfaced"
    parent: int | None = None
    frames: list[PrintedFrame] = field(default_factory=list)
    gap: tuple[int, int] | None = None


class _Block:
    """One printed error with its causes and members, read line by line from `start`.

    Node prints an error's properties in a tail of braces below its frames; causes and members stand in it, each
    deeper than the error it belongs to.
    """

    def __init__(self, lines: Sequence[str], header: Header, start: int, frames: int, tail: str = "") -> None:
        self.lines = lines
        self.start = start
        self.end = frames
        self.indent = _indent(lines[start]) if start < len(lines) else 0
        self.errors = [_Error(header.type, [header.message], self.indent)]
        self.open = [0]
        self.lists: list[int] = []
        self.in_tail = tail == "{"
        self.aside = False

    def read(self) -> None:
        """Takes lines for as long as they belong to the error."""
        while self.end < len(self.lines) and self._take(self.lines[self.end]):
            self.end += 1
        self._take_footer()

    def _take(self, line: str) -> bool:
        text = line.strip()
        if frame := read_frame(line):
            if not self.aside:
                self._current.frames.append(frame)
            self.in_tail |= frame.tail == "{"
            return True
        if (count := elided(line)) is not None:
            self._current.gap = self._current.gap or (len(self._current.frames), count)
            return True
        if text.startswith(_ASIDES):
            self.aside = True
            return True
        if text in _SECTIONS or (self._current.frames and EXCERPT.match(line[:200])):
            return True
        if self.in_tail:
            return self._take_property(line, text)
        return self._take_caused_by(text)

    @property
    def _current(self) -> _Error:
        return self.errors[self.open[-1]]

    def _take_property(self, line: str, text: str) -> bool:
        indent = _indent(line)
        if not text:
            return True
        if text[0] in "}]" and text.rstrip(",") in ("}", "]", "} {", "] {"):
            self._close(indent)
            return not (indent <= self.indent and text[0] == "}") or self._finish()
        if indent <= self.indent:
            return False
        if text.startswith(_CAUSE):
            self._child(text[len(_CAUSE) :], indent, "cause")
        elif text == _ERRORS:
            self._close(indent)
            self.lists.append(indent)
        elif self.lists and indent == self.lists[-1] + 2:
            self._child(text, indent, "member")
        elif self.open != [0] and not self._current.frames and len(self._current.lines) < 40:
            self._current.lines.append(text)
        return True

    def _finish(self) -> bool:
        """The closing brace is the block's own last line."""
        self.end += 1
        return False

    def _close(self, indent: int) -> None:
        while len(self.open) > 1 and self._current.indent >= indent:
            self.open.pop()
        while self.lists and self.lists[-1] >= indent:
            self.lists.pop()

    def _child(self, text: str, indent: int, relation: Relation) -> None:
        while len(self.open) > 1 and self._current.indent >= indent:
            self.open.pop()
        bracketed = read_bracketed(text)
        header = bracketed[0] if bracketed else read_header(text)
        # A cause may be any value; only an error, or what has frames, is one of the chain.
        if (header is None or not header.strong) and not _frames_follow(self.lines, self.end):
            return
        if len(self.errors) >= _MAX_ERRORS:
            return
        header = header or Header("Error", text, False)
        self.errors.append(_Error(header.type, [header.message], indent, relation, self.open[-1]))
        self.open.append(len(self.errors) - 1)

    def _take_caused_by(self, text: str) -> bool:
        """`Caused by: TypeError: …`, as some loggers print a cause below the frames of what it caused."""
        label, _, rest = text.partition(": ")
        header = read_header(rest) if label.lower() in ("caused by", "[cause]") else None
        if header is None or not header.strong or len(self.errors) >= _MAX_ERRORS:
            return False
        self.errors.append(_Error(header.type, [header.message], self.indent, "cause", self.open[-1]))
        self.open.append(len(self.errors) - 1)
        return True

    def _take_footer(self) -> None:
        for index in range(self.end, min(self.end + 2, len(self.lines))):
            if self.lines[index].startswith("Node.js v"):
                self.end = index + 1

    def trace(self, banner: Banner | None) -> Trace:
        """What was read; a banner right above gives the crash line's text."""
        exceptions = [self._exception(index) for index in reversed(range(len(self.errors)))][::-1]
        first = self.start
        if banner and not any(line.strip() for line in self.lines[banner.last + 1 : self.start][:50]):
            first = banner.first
            exceptions[0] = _with_banner(exceptions[0], banner)
        return Trace("javascript", tuple(exceptions), first, self.end - 1)

    def _exception(self, index: int) -> ExceptionInfo:
        error = self.errors[index]
        self._fill_gap(index)
        frames = tuple(printed.frame for printed in reversed(error.frames))
        return ExceptionInfo(error.type, message(error.lines), frames, error.relation, error.parent)

    def _fill_gap(self, index: int) -> None:
        """Frames left out because the cause has the same ones; the cause comes later and is filled already."""
        error = self.errors[index]
        if error.gap is None:
            return
        at, count = error.gap
        cause = next((e for e in self.errors[index + 1 :] if e.parent == index and e.relation == "cause"), None)
        if cause is None or not 0 < at < len(error.frames):
            return
        before, after = error.frames[at - 1].text, error.frames[at].text
        for place in range(len(cause.frames) - count - 1):
            if cause.frames[place].text == before and cause.frames[place + count + 1].text == after:
                error.frames[at:at] = cause.frames[place + 1 : place + 1 + count]
                return


def _with_banner(exception: ExceptionInfo, banner: Banner) -> ExceptionInfo:
    """The banner's text on the frame it shows; a frame of its own where the error has none there."""
    frames = list(exception.frames)
    for index in reversed(range(len(frames))):
        if (frames[index].path, frames[index].line) == (banner.path, banner.line):
            frames[index] = replace(frames[index], source=banner.source.strip())
            return replace(exception, frames=tuple(frames))
    if not in_app(banner.path) or (frames and exception.type != "SyntaxError"):
        return exception
    shown = Frame(banner.path, banner.line, banner.column, in_app=in_app(banner.path), source=banner.source.strip())
    return replace(exception, frames=(*frames, shown))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
