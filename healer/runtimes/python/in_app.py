"""Tells the app's files from Python's own and from installed packages, by the look of the path."""

from __future__ import annotations

import re

from healer.runtimes.reading import posix

_FOREIGN = re.compile(
    r"/(?:site|dist)-packages/"
    r"|(?:^|/)lib(?:64)?/(?:python|pypy)\d"
    r"|/python\d[\w.-]*/lib/"  # Windows: C:/Python311/Lib/json
    r"|/python\d+\.zip/"
    r"|\.egg/"
    r"|(?:^|/)\.?v?env/(?:bin|scripts|lib)/"
    r"|^/usr/(?:local/)?s?bin/"
    r"|(?:^|/)\.(?:tox|nox)/"
)


def in_app(path: str) -> bool:
    """False for the standard library, installed packages, and code that has no file (`<string>`, `<frozen …>`)."""
    if not path or path.startswith("<"):
        return False
    return _FOREIGN.search(posix(path).lower()) is None
