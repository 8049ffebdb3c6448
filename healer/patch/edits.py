"""Lays exact edits over a file. `find` matches once or not at all: nothing here guesses."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.patch.miss import already_there, explain_miss
from healer.patch.ops import Op, joined, minimal
from healer.patch.text import BOM, Text, put_together, split_lines, take_apart, with_ending, without_ending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.proposal import Edit

MAX_MATCHES = 10


@dataclass(frozen=True, slots=True)
class Applied:
    """A file after its edits; `ops` lead there from its lines before."""

    after: bytes
    ops: tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    """`replace` is to stand where `plain[start:end]` stands."""

    start: int
    end: int
    replace: str


@dataclass(frozen=True, slots=True)
class _Region:
    """The lines `first` to `last` (excluded) become `plain`."""

    first: int
    last: int
    plain: str


def apply_edits(path: str, before: bytes | None, edits: Sequence[Edit]) -> Applied | Rejected:
    """All edits of one file, each laid against the file as it is on the base; `before` is None for a new file."""
    if not before:
        return _create(path, edits, exists=before is not None)
    text = take_apart(before)
    spans: list[_Span] = []
    for edit in edits:
        found = _locate(path, text.plain, edit)
        if isinstance(found, Rejected):
            return found
        spans.append(found)
    spans.sort(key=lambda span: (span.start, span.end))
    for one, other in pairwise(spans):
        if other.start < one.end:
            line = _line_at(text.plain, other.start)
            return Rejected(
                "overlapping-edits", f"Two edits of `{path}` overlap at line {line}. Merge them into one edit."
            )
    return _apply(text, spans)


def _create(path: str, edits: Sequence[Edit], *, exists: bool) -> Applied | Rejected:
    if any(edit.find for edit in edits):
        what = "is empty" if exists else "is no regular file of at most 2 MiB in this repository"
        return Rejected(
            "no-such-file",
            f"`{path}` {what}, so nothing can be found in it. Name a file that is there, or leave `find` empty to "
            "write a new one.",
        )
    if len(edits) != 1:
        return Rejected("overlapping-edits", f"Several edits write all of `{path}`. Give its content in one edit.")
    content = _plain(edits[0].replace)
    lines = split_lines(content if content.endswith("\n") or not content else content + "\n")
    return Applied(put_together(lines), (Op(0, 0, tuple(lines)),) if lines else ())


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").removeprefix(BOM)


def _locate(path: str, plain: str, edit: Edit) -> _Span | Rejected:
    find, replace = _plain(edit.find), _plain(edit.replace)
    if not find:
        return Rejected(
            "file-exists",
            f"`{path}` exists already, and an empty `find` writes a new file. Quote what to replace in `find`.",
        )
    starts = _occurrences(plain, find)
    if len(starts) > 1:
        lines = ", ".join(dict.fromkeys(str(_line_at(plain, start)) for start in starts[:MAX_MATCHES]))
        more = " and further ones" if len(starts) > MAX_MATCHES else ""
        return Rejected(
            "ambiguous-find",
            f"`find` matches more than once in `{path}`: at lines {lines}{more}. Quote more of the lines around the "
            "place that is meant, until it matches there alone.",
        )
    if already_there(plain, find, replace, starts):
        return Rejected(
            "already-applied",
            f"`{path}` holds the text of `replace` already, so this edit has nothing to do. Read the file again: if "
            "the bug is still there, its cause is elsewhere.",
        )
    if not starts:
        return explain_miss(path, plain, find)
    return _Span(starts[0], starts[0] + len(find), replace)


def _occurrences(plain: str, find: str) -> list[int]:
    """Where `find` begins, overlapping ones too; a few more than are shown are not looked for."""
    starts: list[int] = []
    at = plain.find(find)
    while at >= 0 and len(starts) <= MAX_MATCHES:
        starts.append(at)
        at = plain.find(find, at + 1)
    return starts


def _line_at(plain: str, offset: int) -> int:
    return plain.count("\n", 0, offset) + 1


def _apply(text: Text, spans: list[_Span]) -> Applied:
    after: list[str] = []
    ops: list[Op] = []
    done = 0
    for region in _regions(text.plain, spans):
        old = text.lines[region.first : region.last]
        new = split_lines(region.plain)
        if text.bom and region.first == 0 and new:
            new[0] = BOM + new[0]
        new = _as_the_file_writes(text, old, new)
        if region.last == len(text.lines):
            new = _ended_like(text, new)
        after += [*text.lines[done : region.first], *new]
        ops += [Op(region.first + op.start, region.first + op.end, op.lines) for op in minimal(old, new)]
        done = region.last
    after += text.lines[done:]
    return Applied(put_together(after), tuple(joined(ops)))


def _regions(plain: str, spans: Sequence[_Span]) -> list[_Region]:
    """The spans widened to whole lines, those that share a line together."""
    starts = [0]
    while (newline := plain.find("\n", starts[-1])) >= 0:
        starts.append(newline + 1)
    regions: list[_Region] = []
    index = 0
    while index < len(spans):
        first = last = bisect_right(starts, spans[index].start) - 1
        at, pieces = starts[first], [""]
        while True:
            while index < len(spans) and (first == last or spans[index].start < starts[last]):
                span = spans[index]
                pieces += (plain[at : span.start], span.replace)
                at, last, index = span.end, bisect_right(starts, span.end - 1), index + 1
            whole = "".join(pieces) + plain[at : starts[last]]
            # What lost its newline runs on into the next line, which then changes too; so does the line that becomes
            # the file's first, since a byte order mark may move to it.
            settled = whole.endswith("\n") or (not whole and first > 0)
            if settled or last == len(starts) - 1:
                break
            last += 1
        regions.append(_Region(first, last, whole if not whole or whole.endswith("\n") else whole + "\n"))
    return regions


def _as_the_file_writes(text: Text, old: Sequence[str], new: list[str]) -> list[str]:
    """The new lines, ended like the old ones around them; what did not change keeps its very bytes."""
    ending = next((line[len(without_ending(line)) :] for line in old if line.endswith("\n")), text.ending)
    written: list[str] = []
    at = 0
    for op in minimal([without_ending(line) for line in old], [without_ending(line) for line in new]):
        written += [*old[at : op.start], *(with_ending(line, ending) for line in op.lines)]
        at = op.end
    return [*written, *old[at:]]


def _ended_like(text: Text, new: list[str]) -> list[str]:
    """The lines that end the file, the last one with a newline only when it had one before."""
    ended = [line if line.endswith("\n") else with_ending(line, text.ending) for line in new]
    if not text.final_newline:
        # A reply that ends in a newline would leave an empty line behind the last one.
        while ended and not without_ending(ended[-1]):
            ended.pop()
        ended[-1:] = [without_ending(line) for line in ended[-1:]]
    return ended
