"""Reads an error in the YAML of TAP, as `node --test` writes it where no terminal is: frames without `at`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.frames import ExceptionInfo, Frame, Trace
from healer.runtimes.javascript.printed import read_call
from healer.runtimes.reading import MAX_LINE, message

if TYPE_CHECKING:
    from collections.abc import Sequence

_STACK = "stack: |-"
#: The error's name and message stand this close above its stack.
_REACH = 40


def read_tap(lines: Sequence[str], index: int, floor: int) -> Trace | None:
    """The error whose `stack:` is the line at `index`; nothing above `floor` belongs to it."""
    if not lines[index].endswith(_STACK) or lines[index].strip() != _STACK:
        return None
    indent = lines[index][: -len(_STACK)]
    frames: list[Frame] = []
    end = index + 1
    while end < len(lines) and lines[end].startswith(f"{indent} ") and len(lines[end]) <= MAX_LINE:
        if (frame := read_call(lines[end].strip().removeprefix("at "))) is not None:
            frames.append(frame)
        end += 1
    first = index
    said: dict[str, list[str]] = {}
    for above in range(index - 1, max(floor, index - _REACH) - 1, -1):
        line = lines[above][:MAX_LINE]
        if not line.startswith(indent) or line.strip() in ("---", "..."):
            break
        first = above
        key, colon, value = line[len(indent) :].partition(":")
        if colon and key in ("error", "name"):
            said[key] = (
                [value.strip()] if value.strip() not in ("|-", "|") else _block(lines[above + 1 : index], indent)
            )
    if not frames:
        return None
    name = _unquoted(said.get("name", ["Error"]))
    crash = ExceptionInfo(name, _unquoted(said.get("error", [""])), tuple(reversed(frames)))
    return Trace("javascript", (crash,), first, end - 1)


def _block(lines: Sequence[str], indent: str) -> list[str]:
    """The lines of a YAML block: those indented more than its key."""
    found: list[str] = []
    for line in lines:
        if not line.startswith(f"{indent} "):
            break
        found.append(line[:MAX_LINE].strip())
    return found


def _unquoted(texts: list[str]) -> str:
    text = message(texts)
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        quote, text = text[0], text[1:-1]
        text = text.replace("''", "'") if quote == "'" else text.replace('\\"', '"')
    return text
