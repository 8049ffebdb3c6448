"""`setup.cfg`: a line below `install_requires`. No kept library writes such a file and leaves its comments alone."""

from __future__ import annotations

import configparser
import re

from healer.outcome import Rejected

_KEY = re.compile(r"install_requires\s*=\s*$")


def add(data: bytes, name: str) -> bytes | Rejected:
    """The file with one more line; a list on one line is left alone."""
    try:
        text = data.decode("utf-8")
        before = _required(text)
        lines = text.splitlines(keepends=True)
        key = next((number for number, line in enumerate(lines) if _KEY.match(line)), None)
        if before is None or key is None or key + 1 >= len(lines):
            return Rejected("none", "install_requires has no lines of its own")
        first = lines[key + 1]
        indent, end = first[: len(first) - len(first.lstrip(" \t"))], "\r\n" if first.endswith("\r\n") else "\n"
        after = "".join([*lines[: key + 1], f"{indent}{name}{end}", *lines[key + 1 :]])
        if not indent or _required(after) != [name, *before]:
            return Rejected("format", "it could not be changed without touching more")
    except (configparser.Error, ValueError) as error:
        return Rejected("syntax", f"it cannot be read ({str(error).splitlines()[0][:100]})")
    return after.encode("utf-8")


def _required(text: str) -> list[str] | None:
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    if not parser.has_option("options", "install_requires"):
        return None
    return [line.strip() for line in parser.get("options", "install_requires").splitlines() if line.strip()]
