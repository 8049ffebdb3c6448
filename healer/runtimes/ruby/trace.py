"""Reads what Ruby, Rails, minitest and rspec print when something is raised.

Ruby prints the crash first (`from` lines follow, then the causes), or, on old terminals, last (numbered lines). Loggers
and runners print a head of their own above bare frames.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from healer.frames import ExceptionInfo, Frame, Relation, Trace
from healer.runtimes.reading import MAX_LINE, MAX_MESSAGE_LINES, message, number, paragraph
from healer.runtimes.ruby.frames import Line, in_app, read_line
from healer.runtimes.ruby.heads import TYPE_LAST, find_head
from healer.signature import clean_function as _clean

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["clean_function", "find", "in_app"]

_LEVELS = re.compile(r"\s+\.\.\. \d{1,9} levels\.\.\.\s*$")
_MARKS = re.compile(r"\s+[~^]+\s*$")
_UNREAD = re.compile(r"(\S{1,1000}\.\w{1,10}):(\d{1,9}): ")
_CAUSED_BY = re.compile(r"\s*# --- Caused by: ---\s*$")
_SYNTAX = re.compile(r"(?:syntax error|.{0,300}syntax errors? found)")


def find(lines: Sequence[str]) -> list[Trace]:
    """Every Ruby trace in already unwrapped lines, in order; linear time, never raises."""
    reader = _Reader(lines)
    found = []
    while reader.at < len(lines):
        first = reader.at
        line = read_line(lines[first])
        trace = reader.trace(line) if line else None
        if trace:
            found.append(trace)
        reader.at = max(reader.at, first + 1)
        if line:
            reader.floor = reader.at  # what stands above has found its frames, or has none
    return found


def clean_function(name: str) -> str:
    """The method's name alone: no `block in`, no class before it (3.4 prints one, 3.3 does not)."""
    return _clean("ruby", name)


class _Reader:
    """A cursor (`at`) over the lines. Lines above `floor` belong to an earlier trace."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.at = 0
        self.floor = 0

    def trace(self, line: Line) -> Trace | None:
        """The trace whose first frame is at the cursor."""
        if line.style == "head":
            return self._crash_first(line)
        if line.style == "numbered":
            return self._crash_last()
        return self._bare(line)

    def _peek(self) -> Line | None:
        return read_line(self.lines[self.at]) if self.at < len(self.lines) else None

    def _crash_first(self, line: Line) -> Trace | None:
        """`x.rb:3:in 'f': message (Type)`, `from` lines, and the same again for every cause."""
        first = self.at
        chain: list[ExceptionInfo] = []
        head: Line | None = line
        while head and head.style == "head":
            start = self.at
            exception = self._raised(head)
            if exception is None or (chain and not _is_cause(exception, chain)):
                self.at = start if chain else start + 1
                break
            chain.append(exception)
            head = self._peek()
        return _chained(chain, first, self.at - 1) if chain else None

    def _raised(self, head: Line) -> ExceptionInfo | None:
        """One exception whose head is at the cursor, crash first."""
        self.at += 1
        kind, text = self._message(head.text)
        called = self._run("from")
        if not kind and _SYNTAX.match(text):
            kind = "SyntaxError"
        elif not kind and called and text == "unhandled exception":
            kind, text = "RuntimeError", ""
        if not kind and not called:
            return None
        return ExceptionInfo(kind, text, tuple(reversed([*_crash(head.frame, kind, text), *called])))

    def _message(self, text: str) -> tuple[str, str]:
        """Type and message from a head's text and the lines up to the first frame."""
        found = TYPE_LAST.match(text)
        kind = found[2] if found else ""
        parts = [found[1] if found else text]
        stop = min(len(self.lines), self.at + MAX_MESSAGE_LINES)
        end = next((index for index in range(self.at, stop) if read_line(self.lines[index])), None)
        if end is None or (kind and not self._is_called(end)):
            end = paragraph(self.lines, self.at, end)
        elif not kind and not self._is_called(end):
            end = self.at
        below = [line[:MAX_LINE] for line in self.lines[self.at : end]]
        self.at = end
        for index, line in enumerate(below):
            if not kind and (late := TYPE_LAST.match(line.rstrip())):
                kind, below[index] = late[2], late[1]
        return kind, message([*parts, *below])

    def _is_called(self, index: int) -> bool:
        line = read_line(self.lines[index])
        return line is not None and line.style in ("from", "numbered")

    def _run(self, style: str) -> list[Frame]:
        """The frames of one style from the cursor on, as printed."""
        frames: list[Frame] = []
        while self.at < len(self.lines):
            line = self._peek()
            if line and line.style == style:
                frames.append(line.frame)
            elif not (frames and _LEVELS.match(self.lines[self.at][:200])):
                break
            self.at += 1
        return frames

    def _crash_last(self) -> Trace | None:
        """Numbered frames, then `x.rb:3:in 'f': message (Type)`; the oldest cause is printed first."""
        first = self.at
        chain: list[ExceptionInfo] = []
        line: Line | None = self._peek()
        while line and line.style == "numbered":
            start = self.at
            frames = self._run("numbered")
            head = self._peek()
            if head is None or head.style != "head":
                self.at = max(start, self.at)
                break
            self.at += 1
            kind, text = self._message(head.text)
            chain.append(ExceptionInfo(kind or "RuntimeError", text, (*frames, head.frame)))
            line = self._peek()
        chain.reverse()
        return _chained(chain, first, self.at - 1) if chain else None

    def _bare(self, line: Line) -> Trace | None:
        """Frames alone: the head, where there is one, stands above them."""
        start = self.at
        frames = self._run(line.style)
        head = find_head(self.lines, start, self.floor)
        if head is None:
            if len(frames) < 2:
                return None
            return _chained([ExceptionInfo("", "", tuple(reversed(frames)))], start, self.at - 1)
        chain = [ExceptionInfo(head.type, head.message, tuple(reversed(frames)))]
        chain += [ExceptionInfo(kind, text) for kind, text in head.causes]
        if line.style == "hash":
            chain += self._rspec_causes()
        return _chained(chain, head.first, self.at - 1)

    def _rspec_causes(self) -> list[ExceptionInfo]:
        """What rspec adds behind `# --- Caused by: ---`: a type, a message, frames."""
        causes = []
        while self.at + 1 < len(self.lines) and self.lines[self.at].strip() == "# " + "-" * 18:
            if not _CAUSED_BY.match(self.lines[self.at + 1]):
                break
            self.at += 2
            texts: list[str] = []
            while self.at < len(self.lines) and self._peek() is None and len(texts) < MAX_MESSAGE_LINES:
                text = self.lines[self.at][:MAX_LINE].strip()
                if not text.startswith("#"):
                    break
                texts.append(text[1:].strip())
                self.at += 1
            frames = self._run("hash")
            kind = texts[0].rstrip(":") if texts else ""
            causes.append(ExceptionInfo(kind, message(texts[1:]), tuple(reversed(frames))))
        return causes


def _crash(frame: Frame, kind: str, text: str) -> list[Frame]:
    """The head's frame, innermost first: with the line that Ruby quoted, behind the file that did not parse."""
    quoted = text.split("\n")
    for above, marks in pairwise(quoted):
        if _MARKS.match(marks) and above.strip() and kind != "SyntaxError":
            frame = replace(frame, source=above.strip())
    unread = _UNREAD.match(quoted[0]) if kind == "SyntaxError" else None
    if unread and unread[1] != frame.path:
        return [Frame(unread[1], number(unread[2]), in_app=in_app(unread[1])), frame]
    return [frame]


def _is_cause(exception: ExceptionInfo, chain: list[ExceptionInfo]) -> bool:
    # A cause ran on the same stack, so both end in the same outermost function; a repeated print is another trace.
    known = any(exception.type == other.type and exception.frames == other.frames for other in chain[-20:])
    if known or not (exception.frames and chain[-1].frames):
        return not known
    outer, mine = chain[-1].frames[0], exception.frames[0]
    return outer.path == mine.path and clean_function(outer.function) == clean_function(mine.function)


def _chained(chain: list[ExceptionInfo], first: int, last: int) -> Trace:
    """A chain whose first member surfaced; each of the others is the cause of the one before."""
    linked = []
    for index, exception in enumerate(chain):
        relation: Relation = "cause" if index else "surfaced"
        parent = index - 1 if index else None
        frames = _of_the_app(exception.frames)
        linked.append(ExceptionInfo(exception.type, exception.message, frames, relation, parent))
    return Trace("ruby", tuple(linked), first, last)


def _of_the_app(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """Outermost first. Methods written in C have the place of their caller: the caller is the app's, not they."""
    return frames[:1] + tuple(
        replace(inner, in_app=False) if inner.in_app and _is_built_in(inner, outer) else inner
        for outer, inner in pairwise(frames)
    )


def _is_built_in(inner: Frame, outer: Frame) -> bool:
    here, name = (inner.path, inner.line), inner.function
    # What `eval` ran has the place of the text it was given; blocks and bodies of classes are written in Ruby.
    if here != (outer.path, outer.line) or clean_function(outer.function).endswith("eval"):
        return False
    return name != outer.function and not name.startswith("<") and " in " not in name
