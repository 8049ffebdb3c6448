"""F5: lines of the app's source, from files that code was loaded from, each read once.

Worker only: it reads files.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
import sys
from typing import Dict, Optional, Sequence, Set, Tuple

LARGEST = 2 * 1024 * 1024
#: Characters of source that are remembered; beyond that all are forgotten and read again.
MOST_REMEMBERED = 4_000_000
MOST_FILES = 2_000
CONTEXT = 5

#: A code object may name any file. Besides modules, these are what program text is kept in.
_PROGRAM_TEXT = (".py", ".pyw", ".pyx", ".html", ".htm", ".j2", ".jinja", ".jinja2", ".mako", ".tmpl")
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-0-9A-Za-z_.]+)")

Lines = Sequence[str]


class Sources:
    """The lines of files by the names that code objects have."""

    def __init__(self) -> None:
        self._known: Dict[str, Lines] = {}
        self._characters = 0
        self._modules: Set[str] = set()
        self._modules_seen = 0

    def around(self, file: str, line: int) -> Tuple[Optional[str], Lines, Lines]:
        """The text of a line that counts from 1, and up to five before and behind it; None where it is not known."""
        lines = self._lines(file)
        if not 1 <= line <= len(lines):
            return None, (), ()
        return lines[line - 1], lines[max(0, line - 1 - CONTEXT) : line - 1], lines[line : line + CONTEXT]

    def _lines(self, file: str) -> Lines:
        known = self._known.get(file)
        if known is not None:
            return known
        text = self._text(file)
        if self._characters + len(text) > MOST_REMEMBERED or len(self._known) >= MOST_FILES:
            self._known.clear()
            self._characters = 0
        self._characters += len(text)
        # Only these three end a line of Python; `splitlines` knows more.
        lines = self._known[file] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if text else ()
        return lines

    def _text(self, file: str) -> str:
        if file.startswith("<"):
            return _generated(file)
        if not file.endswith(_PROGRAM_TEXT) and not self._is_module(file):
            return ""
        data = _read(file)
        return _zipped(file) if data is None else _decoded(data)

    def _is_module(self, file: str) -> bool:
        modules = sys.modules
        if len(modules) != self._modules_seen:
            self._modules_seen = len(modules)
            files = (vars(module).get("__file__") for module in list(modules.values()) if hasattr(module, "__dict__"))
            self._modules = {each for each in files if isinstance(each, str)}
        return file in self._modules


def _read(file: str) -> Optional[bytes]:
    """What stands in a plain file of at most 2 MiB; nothing in a larger one; None when there is no such file."""
    try:
        # A pipe that has taken a file's place must not hold us.
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError):
        return None
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST:
            return b""
        return os.read(descriptor, LARGEST)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _decoded(data: bytes) -> str:
    """PEP 263, and what is not in the encoding replaced."""
    if data.startswith(codecs.BOM_UTF8):
        return data[3:].decode("utf-8", "replace")
    for line in data.split(b"\n", 2)[:2]:
        match = _CODING.match(line[:200])
        if match:
            try:
                return data.decode(match[1].decode("ascii"), "replace")
            except (LookupError, ValueError):
                break
    return data.decode("utf-8", "replace")


def _generated(file: str) -> str:
    """Code that was never in a file, where its maker told `linecache` (doctest, dataclass-like libraries, shells)."""
    linecache = sys.modules.get("linecache")
    entry = linecache.cache.get(file) if linecache else None
    if not isinstance(entry, tuple) or len(entry) != 4 or not isinstance(entry[2], list):
        return ""
    lines = [line for line in entry[2] if isinstance(line, str)]
    return "".join(lines) if sum(map(len, lines)) <= LARGEST else ""


def _zipped(file: str) -> str:
    """A module in a zip file. Only the standard library's loader is asked: another would be the app's code."""
    zipimport = sys.modules.get("zipimport")
    if zipimport is None:
        return ""
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) != file:
            continue
        loader = getattr(module, "__loader__", None)
        if loader is not None and type(loader) is zipimport.zipimporter:
            text = loader.get_source(name) or ""
            return text if len(text) <= LARGEST else ""
    return ""
