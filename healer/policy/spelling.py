"""A path has one spelling. Every other one (absolute, with "..", with backslashes, with characters that a file system
folds or drops) could name a file outside the tree or one of git's own, so it is refused, whatever it would name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_PATH = 1024
MAX_PART = 200
#: Windows forbids them or gives them a meaning; ":" also opens NTFS streams and drive letters.
_MEANINGFUL = re.compile(r'[\\:*?"<>|]')
#: Another name for a file that Windows makes by itself: GIT~1 is .git.
_SHORT_NAME = re.compile(r"[^.]{1,8}~[0-9]")
#: Control, invisible, unassigned, private and half characters, and the separators of lines.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def misspelt(path: str) -> str:
    """What is wrong with `path` as a path in the repository, as the end of a sentence; "" when nothing is."""
    if not path or len(path) > MAX_PATH:
        return "is empty" if not path else f"is longer than {MAX_PATH} characters"
    if any(unicodedata.category(letter) in _HIDDEN for letter in path):
        return "holds control or invisible characters"
    if found := _MEANINGFUL.search(path):
        return f"holds {found[0]!r}"
    if path[0] in "/~":
        return "is not relative to the repository's root"
    return next((fault for part in path.split("/") if (fault := _misspelt_part(part))), "")


def _misspelt_part(part: str) -> str:
    if part in {"", ".", ".."}:
        return "has empty, '.' or '..' parts; write the path as the repository lists it"
    if len(part.encode()) > MAX_PART:
        return f"has a part longer than {MAX_PART} bytes"
    if part != part.strip() or part.endswith("."):
        return "has a part with a space or a dot where some systems drop it"
    if fold(part).rstrip(". ") == ".git" or _SHORT_NAME.match(part):
        return "names git's own folder"
    return ""


def collision(path: str, tracked: Collection[str]) -> str:
    """The tracked path that some file systems could not tell from `path`, or that stands in its way; "" if none."""
    if path in tracked:
        return ""
    index = _folded(tracked if isinstance(tracked, frozenset) else frozenset(tracked))
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        head = "/".join(parts[:count])
        other, is_folder = index.get(fold(head), (head, count < len(parts)))
        if other != head or is_folder != (count < len(parts)):
            return other
    return ""


@lru_cache(maxsize=4)
def _folded(tracked: frozenset[str]) -> dict[str, tuple[str, bool]]:
    """Folded spelling of each file and folder, with its own spelling and whether it is a folder."""
    index: dict[str, tuple[str, bool]] = {}
    for path in tracked:
        index[fold(path)] = (path, False)
        folder = path.rpartition("/")[0]
        while folder and (known := fold(folder)) not in index:
            index[known] = (folder, True)
            folder = folder.rpartition("/")[0]
    return index


def fold(text: str) -> str:
    """One spelling for all that some file system takes for the same name."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
