"""`requirements.txt` and its like: a line of its own, in its order where the others have one."""

from __future__ import annotations

import re

from healer.outcome import Rejected

_NAME = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")


def add(data: bytes, name: str) -> bytes | Rejected:
    """The file with one more line."""
    if b"\0" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Rejected("encoding", "it is not written in UTF-8")
    if b"--hash" in data or b"--require-hashes" in data:
        return Rejected("hashes", "every line has its hash, which pip then asks of this one too")
    lines = data.splitlines(keepends=True)
    end = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    place = _place(lines, name.encode())
    if place == len(lines) and lines and not lines[-1].endswith((b"\n", b"\r")):
        return data + end + name.encode()
    return b"".join([*lines[:place], name.encode() + end, *lines[place:]])


def _place(lines: list[bytes], name: bytes) -> int:
    """Before the first name that comes later, if they are sorted; else at the end."""
    names = [(number, found[0].lower()) for number, line in enumerate(lines) if (found := _NAME.match(line))]
    bare = [each for _, each in names]
    continued = any(line.rstrip().endswith(b"\\") for line in lines)
    if len(bare) > 1 and bare == sorted(bare) and not continued:
        return next((number for number, each in names if each > name and not _commented(lines, number)), len(lines))
    return len(lines)


def _commented(lines: list[bytes], number: int) -> bool:
    """A comment above a name stays with it; one that is indented belongs to the name before, as pip-compile has it."""
    return number > 0 and lines[number - 1].startswith(b"#")
