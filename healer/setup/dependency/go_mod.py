"""`go.mod`: one more line among what a module requires, in the order that the Go tool keeps."""

from __future__ import annotations

import re

from healer.outcome import Rejected

VERSION = "v0.1.0"
#: What the SDK is written in; a module that says less is built as less, and cannot call it.
_NEEDS = (1, 21)
_GO = re.compile(rb"(?m)^go[ \t]{1,9}([0-9]{1,4})\.([0-9]{1,4})")
_BLOCK = re.compile(rb"(?m)^require[ \t]{0,9}\([ \t\r]{0,9}\n")
_ONE = re.compile(rb"(?m)^require[ \t]{1,9}[^\s(][^\n]{0,1000}\n?")
_LINE = re.compile(rb"[ \t]{1,20}([^\s/()]\S{0,300})[ \t]{1,20}v\S{1,200}[ \t]{0,20}(//[^\n]{0,300})?\r?")


def add(data: bytes, name: str) -> bytes | Rejected:
    """The file with the SDK in it; Rejected where its Go is too old, or its form is not the usual one."""
    told = _GO.search(data)
    version = (int(told[1]), int(told[2])) if told else (1, 16)
    if version < _NEEDS:
        need = ".".join(map(str, _NEEDS))
        return Rejected(
            "old", f"it says Go {version[0]}.{version[1]}, and the SDK needs {need}: `go mod edit -go={need}`"
        )
    end = b"\r\n" if b"\r\n" in data else b"\n"
    line = f"{name} {VERSION}".encode()
    block = _BLOCK.search(data)
    if block is not None:
        at = _place(data, block.end(), name)
        return (
            Rejected("format", "its `require` block is not closed") if at < 0 else _with(data, at, b"\t" + line + end)
        )
    ones = list(_ONE.finditer(data))
    text = b"require " + line + end
    if ones:
        at = ones[-1].end()
        return _with(data, at, text) if data[:at].endswith(b"\n") else data + end + text
    return data + (b"" if data.endswith(b"\n") or not data else end) + end + text


def _place(data: bytes, start: int, name: str) -> int:
    """Before the first module of the block that comes later by its name; -1 where the block does not end."""
    at = start
    place = -1
    while at < len(data):
        end = data.find(b"\n", at)
        line = data[at : end if end >= 0 else len(data)]
        if line.strip().startswith(b")"):
            return place if place >= 0 else at
        found = _LINE.fullmatch(line)
        if place < 0 and found and found[1].strip(b'"`').decode("utf-8", "replace") > name:
            place = at
        at = end + 1 if end >= 0 else len(data)
    return -1


def _with(data: bytes, at: int, line: bytes) -> bytes:
    return data[:at] + line + data[at:]
