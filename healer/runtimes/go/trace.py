"""Reads what a Go program prints when it dies, and what recoverers print when it does not.

The exception is the goroutine that panicked, printed first; the others only count (`Trace.others`). Its type is
`panic`, `runtime error` or `fatal error`, or `error` for a stack that was printed without a panic. The place that
started the goroutine (`created by`) is the outermost frame: it is often the only one that says whose work it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from healer.frames import Trace
from healer.runtimes.go.printed import (
    Thrown,
    in_app,
    is_file,
    is_goroutine,
    logged,
    read_frame,
    read_gin_frame,
    read_thrown,
    thrown,
)
from healer.runtimes.go.stack import PANICS, Stack, below_machinery, chain, exception, panics
from healer.runtimes.reading import MAX_LINE, MAX_MESSAGE_LINES, message, starts_record
from healer.signature import clean_function as _clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.frames import ExceptionInfo, Frame, Relation

__all__ = ["clean_function", "find", "in_app"]

_STACK_PRINTERS = frozenset(("runtime/debug.Stack", "runtime/debug.PrintStack"))
_WITHOUT_FRAMES = ("goroutines are asleep", "no goroutines", "runtime error: ")
_MAX_PANICS = 50


def clean_function(name: str) -> str:
    """The function without package, pointer, type arguments and closure numbers: `Cart.Total.func`."""
    return _clean("go", name)


def find(lines: Sequence[str]) -> list[Trace]:
    """Every Go trace in the lines, in order; linear time, never raises."""
    return _Reader(lines).read()


@dataclass(slots=True)
class _Header:
    """The `panic:` lines above a stack: what was thrown, the oldest first, each with the lines of its text."""

    first: int
    texts: list[tuple[str, list[str]]] = field(default_factory=list)
    last: int = 0
    blank: bool = False
    gin: bool = False

    def thrown(self) -> list[Thrown]:
        """What was thrown, the oldest first; a value that was only recovered and thrown again counts once."""
        found = [thrown(kind, message(text)) for kind, text in self.texts]
        return [one for at, one in enumerate(found) if not (one.recovered and _same(found[at + 1 : at + 2], one))]


def _same(others: Sequence[Thrown], one: Thrown) -> bool:
    return any((other.type, other.message) == (one.type, one.message) for other in others)


class _Reader:
    """One walk over the lines: a header is remembered until its stack comes, or something else does."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.traces: list[Trace] = []
        self.header: _Header | None = None
        self.floor = 0

    def read(self) -> list[Trace]:
        index = 0
        while index < len(self.lines):
            index = self._step(index)
        self._drop_header()
        return self.traces

    def _step(self, index: int) -> int:
        """Takes the line at `index`; the index of the next one to take."""
        line = self.lines[index]
        if is_goroutine(line):
            return self._goroutines(index)
        if line.strip() == "runtime stack:":
            return self._skip_paragraph(index)
        if (chi := line.strip()).startswith("-> ") and self.header:
            return self._chi(index)
        if "(0x" in chi and read_gin_frame(self.lines, index):
            return self._gin(index)
        if is_file(line) and index > self.floor and read_frame(self.lines, index - 1):
            return self._bare(index - 1)
        self._header_line(index, line)
        return index + 1

    def _header_line(self, index: int, line: str) -> None:
        header = self.header
        nested = line.startswith(("\t", "    ")) and line.lstrip().startswith("panic: ")
        found = read_thrown(line)
        if header and not header.gin and nested:
            if len(header.texts) < _MAX_PANICS:
                header.texts.append(("panic", [line.lstrip()[len("panic: ") :]]))
            header.last = index
        elif found:
            self._drop_header()
            kind = "fatal error" if found.type == "fatal error" else "panic"
            self.header = _Header(self._first_of_header(index), [(kind, [_after_label(line)])], index)
        elif line.rstrip().endswith("panic recovered:"):
            self._drop_header()
            self.header = _Header(index, last=index, gin=True)
        elif header:
            self._header_goes_on(header, index, line)

    def _header_goes_on(self, header: _Header, index: int, line: str) -> None:
        if index - header.last > MAX_MESSAGE_LINES * 2:
            self._drop_header()
        elif header.gin or line.startswith(("[signal ", "runtime: ", "PC=")):
            pass
        elif line.startswith("exit status ") or starts_record(line):
            self._drop_header()
        elif not line.strip():
            header.blank = not line.startswith("\t") or header.blank
        elif header.blank and not line.startswith("\t"):
            self._drop_header()
        elif len(header.texts[-1][1]) < MAX_MESSAGE_LINES:
            header.texts[-1][1].append(line[:MAX_LINE].strip())
            header.last = index

    def _first_of_header(self, index: int) -> int:
        first = index
        while first > self.floor and index - first < 4 and self.lines[first - 1].startswith("runtime: "):
            first -= 1
        return first

    def _drop_header(self) -> None:
        """No stack came. What only Go's runtime says is an error all the same."""
        header, self.header = self.header, None
        if header is None or header.gin:
            return
        kind, text = header.texts[0]
        if any(words in text[0] for words in _WITHOUT_FRAMES):
            self._add([thrown(kind, message(text))], Stack([], None, header.last + 1), header.first, 0)

    def _skip_paragraph(self, index: int) -> int:
        while index < len(self.lines) and self.lines[index].strip():
            index += 1
        return index

    def _goroutines(self, index: int) -> int:
        stack = self._stack(index + 1)
        others, end = 0, stack.end
        while (following := self._next_goroutine(end)) is not None:
            others += 1
            end = self._stack(following + 1).end
        header, self.header = self.header, None
        if header and header.texts:
            self._add(header.thrown(), stack, header.first, others, end)
        else:
            self._headerless(index, stack, others, end)
        self.floor = end
        return end

    def _next_goroutine(self, index: int) -> int | None:
        if index < len(self.lines) and not self.lines[index].strip():
            index += 1
        return index if index < len(self.lines) and is_goroutine(self.lines[index]) else None

    def _headerless(self, index: int, stack: Stack, others: int, end: int) -> None:
        """A stack that the program printed itself; a mere dump of goroutines is no error."""
        panicked = any(frame.function in PANICS for frame in stack.frames)
        if not panicked and not (stack.frames and stack.frames[0].function in _STACK_PRINTERS):
            return
        above = index - 1 if index > self.floor and self.lines[index - 1].strip() else index
        said = logged(self.lines[above]) if above < index else Thrown("panic", "")
        if not panicked:
            said = Thrown("error", said.message)
        self._add([said], stack, above, others, end)

    def _stack(self, index: int) -> Stack:
        frames: list[Frame] = []
        creator: Frame | None = None
        while index < len(self.lines):
            if found := read_frame(self.lines, index):
                if found[1]:
                    creator = found[0]
                else:
                    frames.append(found[0])
                index += 2
            elif "frames elided..." in self.lines[index][:80]:
                index += 1
            else:
                break
        return Stack(frames, creator, index)

    def _chi(self, index: int) -> int:
        """The recoverer of chi: arrows mark the frame that panicked, and blank lines are air."""
        frames: list[Frame] = []
        while index < len(self.lines):
            pair = [line.strip().removeprefix("->").strip() for line in self.lines[index : index + 2]]
            if found := read_frame(pair, 0):
                frames.append(found[0])
                index += 2
            elif not pair[0] and index + 1 < len(self.lines) and _file_ahead(self.lines, index):
                index += 1
            else:
                break
        header, self.header = self.header, None
        if header is None or not frames or not header.texts:
            return index + (not frames)
        self._add(header.thrown(), Stack(frames, None, index), header.first, 0)
        self.floor = index
        return index

    def _gin(self, index: int) -> int:
        """The recovery of gin: the value on the line above the frames, and each frame with its line's text."""
        start, frames = index, []
        while index < len(self.lines) and (frame := read_gin_frame(self.lines, index)):
            frames.append(frame)
            index += 2
        header, self.header = self.header, None
        value = start - 1 if start > self.floor and self.lines[start - 1].strip() else start
        said = logged(self.lines[value]) if value < start else Thrown("panic", "")
        first = header.first if header else value
        self._add([said], Stack(below_machinery(frames), None, index), first, 0)
        self.floor = index
        return index

    def _bare(self, index: int) -> int:
        """Frames without a goroutine, as loggers and pkg/errors print them: the cause first, its wrappers below it."""
        found: list[tuple[Thrown, Stack]] = []
        first = start = index
        while len(found) < _MAX_PANICS:
            stack = self._stack(start)
            if not stack.frames:
                break
            above = self.lines[start - 1] if start > self.floor else ""
            said = logged(above)
            first = start - 1 if not found and above.strip() else first
            found.append((Thrown("error" if said.type == "panic" else said.type, said.message), stack))
            start = stack.end + 1
            if stack.end >= len(self.lines) or not self.lines[stack.end].strip() or not read_frame(self.lines, start):
                break
        end = found[-1][1].end if found else index + 2
        if found and (len(found) > 1 or len(found[0][1].frames) > 1):
            self.header = None
            self._emit(
                [exception(said, stack.frames, stack.creator) for said, stack in reversed(found)],
                first,
                end,
                0,
                "cause",
            )
            self.floor = end
        return end

    def _add(self, said: list[Thrown], stack: Stack, first: int, others: int, end: int | None = None) -> None:
        """Each panic gets the part of the stack below the panic that came after it; the newest one surfaced."""
        exceptions = panics(said, stack)
        self._emit(exceptions, first, stack.end if end is None else end, others)

    def _emit(
        self, exceptions: list[ExceptionInfo], first: int, end: int, others: int, below: Relation = "context"
    ) -> None:
        self.traces.append(Trace("go", chain(exceptions, below), first, max(end - 1, first), others=others))


def _after_label(line: str) -> str:
    """The text behind `panic: ` or `panic serving 1.2.3.4:5: `, with Go's remarks still on it."""
    text = line[:MAX_LINE].rstrip()
    if "panic serving " in text:
        return text.partition("panic serving ")[2].partition(": ")[2]
    label = "fatal error: " if "fatal error: " in text and "panic: " not in text else "panic: "
    return text.partition(label)[2]


def _file_ahead(lines: Sequence[str], index: int) -> bool:
    """True when a frame follows the blank line at `index`."""
    return index + 2 < len(lines) and is_file(lines[index + 2])
