"""Reads tracebacks as the interpreter prints them: chains, groups, syntax errors, with or without a header.

The oldest exception of a chain is printed first and the one that surfaced last; a group draws its members behind a
margin of `|` and `+`. A traceback may stand behind any text that all its lines share (a log's prefix, an indent): that
text is its margin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from healer.frames import ExceptionInfo, Frame, Relation, Trace
from healer.runtimes.python.in_app import in_app
from healer.runtimes.reading import MAX_LINE, MAX_MESSAGE_LINES, message, number, paragraph, starts_record

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = "Traceback (most recent call last)"
CHAINED: dict[str, Relation] = {
    "The above exception was the direct cause of the following exception:": "cause",
    "During handling of the above exception, another exception occurred:": "context",
}
_STACK = "Stack (most recent call last)"
#: loguru marks the frame that caught it with `>`.
_FILE = re.compile(r'(\s*|> )File "(.+)", line (\d{1,9})(?:, in (.+))?\s*$')
_REPEATED = re.compile(r"\s*\[Previous line repeated (\d{1,9}) more times?\]\s*$")
_MARKS = re.compile(r"[\s~^]+$")
EXCEPTION = re.compile(r"([^\W\d][\w.<>]*)(?::\s(.*)|:)?$")
#: Where indentation was lost, only a name like these is told from a line of source.
_USUAL = re.compile(r"[\w.]*(?:Error|Exception|Warning|Group|Exit|Interrupt|Iteration|DoesNotExist)(?:: |:?$)")
_FIRST_MEMBER = re.compile(r"\+-\+-{4,} (?:\d{1,9}|\.\.\.) -{4,}\s*$")
_NEXT_MEMBER = re.compile(r"\+-{4,} (?:\d{1,9}|\.\.\.) -{4,}\s*$")
_CLOSE = re.compile(r"\+-{8,}\s*$")
#: Groups nest this deep at most; the interpreter itself stops at 10.
_MAX_DEPTH = 20
#: Lines that `[Previous line repeated …]` may add in one text.
_MAX_REPEATED = 5_000


@dataclass(slots=True)
class _Node:
    """One exception while it is read; `before` is the exception that it was raised from or after."""

    type: str = ""
    message: str = ""
    frames: list[Frame] = field(default_factory=list)
    before: tuple[Relation, _Node] | None = None
    members: list[_Node] = field(default_factory=list)


def find_tracebacks(lines: Sequence[str]) -> list[Trace]:
    """Every traceback in order, each with its chain and its members; linear time, never raises."""
    reader = _Reader(lines)
    found = []
    index = 0
    while index < len(lines):
        line = lines[index]
        trace = None
        if HEADER in line:
            trace = reader.trace(index)
        elif 'File "' in line and len(line) < MAX_LINE and (match := _FILE.match(line)):
            trace = reader.bare(index, match)
        elif _STACK in line:
            reader.past_stack(index)
        if trace:
            found.append(trace)
        index = max(index + 1, reader.at)
    return found


class _Reader:
    """A cursor (`at`) over the lines; each method reads one thing there and moves on, or stays and says None."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.at = 0
        self.repeats = _MAX_REPEATED

    def trace(self, first: int) -> Trace | None:
        """The traceback whose header stands in line `first`."""
        header = self.lines[first]
        if len(header) >= MAX_LINE:
            return None
        lead = header[: header.index(HEADER)].removesuffix("Exception Group ")
        self.at = first
        if lead.endswith("  + "):
            return self._finish(first, lead[:-4])
        following = next((line[:MAX_LINE] for line in self.lines[first + 1 : first + 3] if line.strip()), "")
        position = following.find('  File "')
        if 0 <= position <= 200:
            lead = following[:position]
        elif following.lstrip().startswith('File "') or lead.strip():
            lead = following[: len(following) - len(following.lstrip())]
        return self._finish(first, lead)

    def bare(self, first: int, match: re.Match[str]) -> Trace | None:
        """A traceback whose header was cut off, or a syntax error, which has none."""
        self.at = first
        node = self._body(match[1][:-2] if match[1].endswith("  ") else match[1], first)
        return _as_trace(node, first, self.at - 1) if node.type else None

    def past_stack(self, index: int) -> None:
        """Over the frames of `Stack (most recent call last)`, which is no exception."""
        self.at = index + 1
        following = self.lines[self.at][:MAX_LINE] if self.at < len(self.lines) else ""
        self._frames(following[: max(0, following.find('  File "'))])

    def _finish(self, first: int, margin: str) -> Trace | None:
        node = self._chain(margin, 0, first)
        return _as_trace(node, first, self.at - 1) if node else None

    def _chain(self, margin: str, depth: int, top: int | None = None) -> _Node | None:
        """Exceptions that follow each other behind one margin; the newest, which holds the older ones."""
        node = self._one(margin, depth, top)
        while node is not None:
            start = self.at
            relation = self._relation(margin)
            newer = self._one(margin, depth) if relation else None
            if relation is None or newer is None:
                self.at = start
                return node
            newer.before = (relation, node)
            node = newer
        return None

    def _relation(self, margin: str) -> Relation | None:
        self._skip_blank(margin)
        relation = CHAINED.get((self._rest(margin) or "").strip())
        if relation:
            self.at += 1
            self._skip_blank(margin)
        return relation

    def _one(self, margin: str, depth: int, top: int | None = None) -> _Node | None:
        """One exception at the cursor: header, frames, type, message, members. Line `top` is a known header."""
        start = self.at
        rest = self._rest(margin) if top is None else self.lines[top]
        if rest is None or len(rest) >= MAX_LINE:
            return None
        inner = margin
        if HEADER in rest:
            self.at += 1
            if "+ Exception Group Traceback" in rest:
                inner = margin + "  | "
        node = self._body(inner, start)
        if not node.type and not node.frames:
            self.at = start
            return None
        if inner.endswith("| ") and depth < _MAX_DEPTH:
            node.members = self._members(inner[:-2], depth)
        return node

    def _body(self, margin: str, start: int) -> _Node:
        node = _Node(frames=self._frames(margin))
        rest = self._rest(margin)
        if node.frames and rest is not None and not rest.strip() and self._follows(margin, _USUAL):
            self.at += 1  # loguru leaves a line blank between frames, and before the exception
            rest = self._rest(margin)
        if rest is None or len(rest) >= MAX_LINE or starts_record(rest):
            return node
        if self.at == start and not margin.endswith("| "):
            return node  # neither header nor frame: only a group's member may be a bare `ValueError: text`
        if match := EXCEPTION.match(rest.rstrip()):
            self.at += 1
            node.type = match[1]
            node.message = message([match[2] or "", *self._more(margin)])
        return node

    def _frames(self, margin: str) -> list[Frame]:
        frames: list[Frame] = []
        while (rest := self._rest(margin)) is not None and len(rest) < MAX_LINE:
            if match := _FILE.match(rest):
                self.at += 1
                source = self._source(margin, len(match[1]))
                path = match[2]
                function = (match[4] or "").strip()
                frames.append(Frame(path, number(match[3]), None, function, in_app(path), source))
            elif frames and (repeated := _REPEATED.match(rest)):
                self.at += 1
                more = min(int(repeated[1]), self.repeats)
                self.repeats -= more
                frames.extend([frames[-1]] * more)
            elif not rest.strip() and self._follows(margin, _FILE):
                self.at += 1
            else:
                break
        return frames

    def _source(self, margin: str, indent: int) -> str:
        """The text under a `File` line: the first line that is no row of marks. Reads past all of them."""
        source = ""
        while (rest := self._rest(margin)) is not None and len(rest) < MAX_LINE:
            text = rest.strip()
            deeper = len(rest) - len(rest.lstrip()) > indent and text
            flat = indent == 0 and text and self._is_flat_source(rest, bool(source))
            if not (deeper or flat) or _FILE.match(rest) or _REPEATED.match(rest):
                break
            self.at += 1
            if not source and not _MARKS.match(rest):
                source = text
        return source

    def _is_flat_source(self, rest: str, has_source: bool) -> bool:
        # An issue without a fence loses the indentation; then one line after `File` is the source.
        return bool(_MARKS.match(rest)) or (not has_source and not _USUAL.match(rest) and not rest.startswith("["))

    def _more(self, margin: str) -> list[str]:
        """The further lines of a message and its notes, which the next exception of a chain ends for certain."""
        stop = min(len(self.lines), self.at + MAX_MESSAGE_LINES)
        texts: list[str] = []
        chained = False
        for index in range(self.at, stop):
            text = self._rest(margin, index)
            if text is None or len(text) >= MAX_LINE or HEADER in text or _FILE.match(text) or text.startswith(">>> "):
                break
            if text.strip() in CHAINED:
                chained = True
                break
            texts.append(text)
        end = len(texts) if chained else paragraph(texts, 0)
        while end and not texts[end - 1].strip():
            end -= 1
        self.at += end
        return texts[:end]

    def _members(self, bars: str, depth: int) -> list[_Node]:
        """The members drawn after a group whose margin is `bars` and `| `."""
        members: list[_Node] = []
        while self._drawn(bars + "  ", _NEXT_MEMBER) if members else self._drawn(bars, _FIRST_MEMBER):
            self.at += 1
            member = self._chain(bars + "  | ", depth + 1)
            if member is None:
                break
            members.append(member)
        if members and self._drawn(bars + "  ", _CLOSE):
            self.at += 1
        return members

    def _drawn(self, bars: str, pattern: re.Pattern[str]) -> bool:
        rest = self._rest(bars)
        return rest is not None and pattern.match(rest[:200]) is not None

    def _follows(self, margin: str, pattern: re.Pattern[str]) -> bool:
        rest = self._rest(margin, self.at + 1)
        return rest is not None and len(rest) < MAX_LINE and pattern.match(rest) is not None

    def _skip_blank(self, margin: str) -> None:
        for _ in range(3):
            rest = self._rest(margin)
            if rest is None or rest.strip():
                return
            self.at += 1

    def _rest(self, margin: str, index: int | None = None) -> str | None:
        """The line behind the margin, None at the end of the text or where the margin is not there."""
        index = self.at if index is None else index
        if index >= len(self.lines):
            return None
        line = self.lines[index]
        if line.startswith(margin):
            return line[len(margin) :]
        return "" if line.rstrip() == margin.rstrip() else None


def _as_trace(node: _Node, first: int, last: int) -> Trace:
    """The chain and its members as one tuple: a parent stands before what hangs on it."""
    found: list[ExceptionInfo] = []
    waiting: list[tuple[_Node, Relation, int | None]] = [(node, "surfaced", None)]
    while waiting:
        current, relation, parent = waiting.pop()
        index = len(found)
        found.append(ExceptionInfo(current.type, current.message, tuple(current.frames), relation, parent))
        waiting += [(member, "member", index) for member in reversed(current.members)]
        if current.before:
            waiting.append((current.before[1], current.before[0], index))
    return Trace("python", tuple(found), first, last)
