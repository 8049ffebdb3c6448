"""The canonical unified diff: one spelling for one change, three lines of context, files ordered by their paths."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from healer.patch.ops import Op
from healer.patch.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from unidiff.patch import Hunk, PatchedFile

CONTEXT = 3
_LONGEST = 100_000
_NO_NEWLINE = "\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file's part of a diff, parsed: the old lines it expects, by their number from 0, and its ops."""

    path: str
    is_new: bool
    expected: Mapping[int, str]
    ops: tuple[Op, ...]


class NotCanonicalError(ValueError):
    """The text is no diff that this module would have written."""


def unified(path: str, before: Sequence[str] | None, ops: Sequence[Op]) -> str:
    """The diff of one file. `before` are its lines with their endings, None for a new file."""
    if not ops:
        return ""
    lines = before or ()
    header = f"--- {'/dev/null' if before is None else 'a/' + path}\n+++ b/{path}\n"
    return header + "".join(_hunk(lines, group, shift) for group, shift in _grouped(ops))


def _grouped(ops: Sequence[Op]) -> Iterator[tuple[list[Op], int]]:
    """Ops whose contexts touch together, with the number of lines that earlier groups added."""
    group: list[Op] = []
    shift = added = 0
    for op in ops:
        if group and op.start - group[-1].end > 2 * CONTEXT:
            yield group, shift
            group, shift = [], added
        group.append(op)
        added += len(op.lines) - (op.end - op.start)
    yield group, shift


def _hunk(lines: Sequence[str], ops: Sequence[Op], shift: int) -> str:
    start, end = max(0, ops[0].start - CONTEXT), min(len(lines), ops[-1].end + CONTEXT)
    body: list[str] = []
    at = start
    for op in ops:
        body += [" " + line for line in lines[at : op.start]]
        body += ["-" + line for line in lines[op.start : op.end]]
        body += ["+" + line for line in op.lines]
        at = op.end
    body += [" " + line for line in lines[at:end]]
    old = end - start
    new = old + sum(len(op.lines) - (op.end - op.start) for op in ops)
    ended = [line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}" for line in body]
    return f"@@ -{_range(start, old)} +{_range(start + shift, new)} @@\n" + "".join(ended)


def _range(start: int, count: int) -> str:
    """As git does: counts lines from 1, names the line before when there is none, and leaves out a count of one."""
    first = start + 1 if count else start
    return str(first) if count == 1 else f"{first},{count}"


def parse(diff: str) -> list[FileDiff]:
    """The files of a unified diff with ordinary `a/` and `b/` paths. Raises NotCanonicalError for every other text.

    Whether the diff is canonical shows when `unified` writes the same text from the file and these ops.
    """
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    lines = split_lines(diff)
    if any(line[0] not in " +-@\\" or len(line) > _LONGEST for line in lines):
        raise NotCanonicalError("it holds something else than files' headers and hunks")
    try:
        files = [_parsed(patched) for patched in PatchSet(lines)]
    except (UnidiffParseError, ValueError, AttributeError, IndexError, AssertionError) as error:
        raise NotCanonicalError(f"it is no unified diff ({str(error)[:200]})") from None
    if not files:
        raise NotCanonicalError("it changes nothing")
    return files


def _parsed(patched: PatchedFile) -> FileDiff:
    source, target = patched.source_file, patched.target_file
    is_new = source == "/dev/null"
    if not target.startswith("b/") or not (is_new or source == "a/" + target[2:]):
        raise NotCanonicalError("it renames, deletes or misnames a file")
    expected: dict[int, str] = {}
    ops: list[_Growing] = []
    for hunk in patched:
        at = hunk.source_start - 1 if hunk.source_length else hunk.source_start
        for line in _ended(hunk):
            if line[0] in " -":
                expected[at] = line[1:]
            if line[0] == "-":
                _last(ops, at).end = at + 1
            elif line[0] == "+":
                _last(ops, at).lines.append(line[1:])
            at += line[0] != "+"
    return FileDiff(target[2:], is_new, expected, tuple(Op(op.start, op.end, tuple(op.lines)) for op in ops))


def _ended(hunk: Hunk) -> list[str]:
    """The hunk's lines, each behind its sign, without a newline where the diff says that there is none."""
    lines: list[str] = []
    for line in hunk:
        if line.line_type == "\\" and lines:
            lines[-1] = lines[-1].removesuffix("\n")
        else:
            lines.append((line.line_type or " ") + line.value)
    return lines


@dataclass(slots=True)
class _Growing:
    """An op that is still read."""

    start: int
    end: int
    lines: list[str] = field(default_factory=list)


def _last(ops: list[_Growing], at: int) -> _Growing:
    """The op that a changed line at `at` belongs to: the last one, where it goes on there."""
    if not ops or ops[-1].end != at:
        ops.append(_Growing(at, at))
    return ops[-1]
