"""Which files a PHP file requires, where it says so by a path that can be read."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

_REQUIRE = re.compile(
    r"""\b(?:require|include)(?:_once)?[\s(]{0,9}"""
    r"""(?:(__DIR__|\\?dirname\(\s?(?:__DIR__|__FILE__)\s?(?:,\s?[1-9]\s?)?\))\s{0,9}\.\s{0,9})?"""
    r"""['"]([^'"$\r\n]{1,300})['"]\s{0,9}([;)]|\?>)"""
)
_UP = re.compile(r"dirname\(\s?(__DIR__|__FILE__)\s?(?:,\s?([1-9]))?")
_COMMENT = re.compile(r"\s{0,80}(?://|#|\*|/\*)")
_MOST = 50


@dataclass(frozen=True, slots=True)
class Required:
    """`path` in the repository, "" where that lies outside; `is_sure` where it is told from the file's own place, not
    from where PHP was started.
    """

    path: str
    is_sure: bool


def required(text: str, path: str) -> list[Required]:
    """What `text`, which stands in the file `path`, requires, in its order, but for what no path can be read from."""
    folder = posixpath.dirname(path)
    found = []
    for match in _REQUIRE.finditer(text):
        if not _COMMENT.match(text, text.rfind("\n", 0, match.start()) + 1):
            inner = posixpath.normpath(posixpath.join(folder, "../" * _levels(match[1]), match[2].lstrip("/")))
            outside = inner.startswith("../") or (match[1] is None and match[2].startswith("/"))
            found.append(Required("" if outside else inner, match[1] is not None))
    return found[:_MOST]


def _levels(base: str | None) -> int:
    """How many folders above the file's own a path begins."""
    up = _UP.search(base or "")
    return 0 if up is None else int(up[2] or 1) - (up[1] == "__FILE__")
