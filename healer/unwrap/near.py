"""Leaves out what lies far from anything that looks like a trace, so that a long log costs little."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A shorter text is read whole.
_SHORT = 5_000
#: Lines that are kept or left out together, with as many before and behind them.
_CHUNK = 100
#: Every trace has one of these in some line, in any wrapping.
_HINTS = (
    "Traceback (", 'File "', 'File \\"', "File &", ", line ", " on line ", ".py:", "E   ", "most recent call",
    ":in ", ".rb:", ".erb:", "Caused by",
    ".php:", ".php(", ".php line ", "[internal function]", "{main}", "tack trace:", "[object] (",
    ".go:", "goroutine ", "panic: ", "fatal error: ", "Fatal error", "Parse error",
    ".js:", ".ts:", ".mjs:", ".cjs:", ".jsx:", ".tsx:", ".mts:", ".cts:", ".vue:", ".svelte:",
    "node:", "file://", "webpack", "<anonymous>", "&lt;anonymous", "native code", "@http", "(http", " at http",
    "Uncaught ", " at async ", "splat-report/",
)  # fmt: skip


def near_traces(lines: Sequence[str]) -> list[str]:
    """The lines near a hint of a trace; a blank line stands for what is left out. A short text stays as it is."""
    if len(lines) <= _SHORT:
        return list(lines)
    chunks = [lines[start : start + _CHUNK] for start in range(0, len(lines), _CHUNK)]
    hinted = [any(hint in text for hint in _HINTS) for text in map("\n".join, chunks)]
    found: list[str] = []
    for index, chunk in enumerate(chunks):
        if any(hinted[max(0, index - 1) : index + 2]):
            found.extend(chunk)
        elif found and found[-1]:
            found.append("")
    return found
