"""Finds traces whose line ends are escaped: in JSON, in quoted strings, in a log that prints them as text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from healer.unwrap.found import blocks_in
from healer.unwrap.lines import plain, split
from healer.unwrap.marks import has_escaped_mark, is_mark
from healer.unwrap.markup import is_fence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: JSON in a string of JSON, this deep.
_MAX_DEPTH = 4
#: A line as long as this is not looked into for quoted strings (JSON of any length is).
_MAX_QUOTED = 1_000_000
_TOKEN = re.compile(r"[^\"'\\]+|\\.|[\"'\\]", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "/": "/", "\\": "\\", '"': '"', "'": "'", "b": "", "f": ""}
_FRAME = re.compile(r"[^\"]{0,200}File \"[^\"]{1,1000}\", line \d{1,9}(?:, in .*)?$")
#: Where containers and journals put one printed line a record.
_LINE_KEYS = ("log", "MESSAGE", "message", "msg", "textPayload", "line", "text")


def expand_document(text: str) -> list[str] | None:
    """The traces in a text that is one JSON document, None when it is none or holds no trace."""
    start = text.lstrip()[:1]
    if start not in ("{", "[") or "\n" not in text.strip():
        return None
    lines = _flat(blocks_in(_parse(text)), 0)
    return lines or None


def expand_fenced(lines: Sequence[str]) -> list[str]:
    """The lines with every fenced JSON document that holds traces replaced by them."""
    found: list[str] = []
    inside: list[str] | None = None
    for line in lines:
        if not is_fence(line):
            (found if inside is None else inside).append(line)
        elif inside is None:
            found.append(line)
            inside = []
        else:
            found += [*(expand_document("\n".join(inside)) or inside), line]
            inside = None
    return found + (inside or [])


def expand(lines: Sequence[str]) -> list[str]:
    """The lines with the escaped traces among them written out, each as a paragraph."""
    found: list[str] = []
    run: list[tuple[str, str | None]] = []
    before = ""
    for line in lines:
        # A line of source under its frame may well print `\\n    at `; it is the trace's own.
        before, is_source = line, _FRAME.match(before[:4_000]) is not None
        if is_source:
            found += [*_close(run), line]
            run = []
            continue
        record = _parse(line) if line.lstrip()[:1] == "{" and line.rstrip()[-1:] == "}" else None
        if isinstance(record, dict):
            written = _flat(blocks_in(record), 0)
            if not written:
                run.append((line, _single(record)))
                continue
            found += [*_close(run), *written]
        else:
            found += _close(run)
            found += _expand_line(line, 0)
        run = []
    return [*found, *_close(run)]


def _close(run: list[tuple[str, str | None]]) -> list[str]:
    """One record a line: the lines themselves, where they make a trace."""
    values = [value for _, value in run if value is not None]
    if len(values) < 2 or sum(map(is_mark, values)) < 2:
        return [line for line, _ in run]
    return [line if value is None else value for line, value in run]


def _single(record: dict[str, Any]) -> str | None:
    for key in _LINE_KEYS:
        value = record.get(key)
        if isinstance(value, str) and "\n" not in value.rstrip("\r\n"):
            return plain(value.rstrip("\r\n"))
    return None


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _flat(blocks: Iterator[str], depth: int) -> list[str]:
    found: list[str] = []
    for block in blocks:
        lines = [written for line in split(block) for written in _expand_line(line, depth + 1)]
        found += ["", *lines, ""]
    return found


def _expand_line(line: str, depth: int) -> list[str]:
    if "\\" not in line or depth > _MAX_DEPTH or not has_escaped_mark(line):
        return [line]
    if line.lstrip()[:1] in ("{", "[") and (written := _flat(blocks_in(_parse(line)), depth)):
        return written
    if len(line) > _MAX_QUOTED:
        return [line]
    block = _quoted(line)
    return _flat(iter([_unescape(line) if block is None else block]), depth)


def _quoted(line: str) -> str | None:
    """The strings of a line that hold escaped line ends, joined; None when no string does."""
    parts: list[str] = []
    current: list[str] = []
    quote = ""
    before = ""
    for token in _TOKEN.finditer(line):
        text = token[0]
        if quote and text == quote:
            if any("\\n" in piece for piece in current):
                parts.append(_unescape("".join(current)))
            quote, current = "", []
        elif quote:
            current.append(text)
        elif text == '"' or (text == "'" and _opens(before)):
            quote = text
        before = text
    if not parts:
        return None
    return "".join(part if part.endswith("\n") else part + "\n" for part in parts)


def _opens(before: str) -> bool:
    """True when an apostrophe after this text opens a string (`b'…'` too) and is not one within a word."""
    return not before[-1:].isalnum() or (before[-1] in "bru" and not before[-2:-1].isalnum())


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) > 1:
        value = int(code[1:], 16)
        return "\ufffd" if 0xD800 <= value <= 0xDFFF else chr(value)
    return _PLAIN.get(code, match[0])
