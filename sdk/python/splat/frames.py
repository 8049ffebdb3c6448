"""F1-F4: the app's root, a path as a report carries it, and whose code a file is."""

from __future__ import annotations

import os
import sys
from functools import cache

from splat.signature.paths import below, segments

TYPE_CHECKING = False  # `import splat` may not load typing
if TYPE_CHECKING:
    from typing import Dict, List, Optional, Pattern, Sequence, Tuple

#: Files whose owner is remembered; beyond that all are forgotten and asked about again.
MAX_KNOWN = 4_096

_UPPER_TO_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
# One search instead of eight; matched in a path with forward slashes, in lower case.
_FOREIGN = (
    r"/(?:site|dist)-packages/|(?:^|/)lib(?:64)?/(?:python|pypy)[0-9]|/python[0-9][0-9a-z_.-]*/lib/|/python[0-9]+\.zip/"
    r"|\.egg/|(?:^|/)\.?v?env/(?:bin|scripts|lib)/|^/usr/(?:local/)?s?bin/|(?:^|/)\.(?:tox|nox)/"
)


class Frames:
    """Tells the app's files from others; answers for one root, `include` and `libraries` are remembered, bounded."""

    def __init__(self, root: str, include: Sequence[str] = (), libraries: Optional[Sequence[str]] = None) -> None:
        """`libraries` are folders of the runtime and of installed packages; those of this process unless given."""
        self.root = root
        self.include = tuple(include)
        self.libraries = own_libraries() if libraries is None else tuple(libraries)
        self._known: Dict[str, bool] = {}

    def in_app(self, file: str) -> bool:
        """Whether the file, as the runtime names it, is the app's own (F4)."""
        known = self._known.get(file)
        if known is None:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            known = self._known[file] = is_in_app(file, self.libraries, self.include)
        return known

    def path(self, file: str) -> str:
        """The path that a report carries (F2)."""
        return report_path(file, self.root)


def is_in_app(file: str, libraries: Sequence[str] = (), include: Sequence[str] = ()) -> bool:
    """F4 for Python: `include` first, then what has no file, `libraries`, then the look of the path."""
    path = file.replace("\\", "/")
    if any(below(path, folder) for folder in include):
        return True
    if not path or path.startswith("<") or any(below(path, folder) for folder in libraries):
        return False
    return not _foreign().search(path.translate(_UPPER_TO_LOWER))


def report_path(file: str, root: str) -> str:
    """F2: the path below the root, else as the runtime gives it, with forward slashes."""
    if below(file, root):
        return "/".join(segments(file)[1][len(segments(root)[1]) :])
    return file.replace("\\", "/")


def start_folder() -> str:
    """F1 without the option: the folder the process is in; "" when that is gone or forbidden."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def own_libraries() -> Tuple[str, ...]:
    """The standard library's folder and those of installed packages, as this interpreter names them.

    Asked of what start-up has loaded already: `sysconfig` would cost more than all the rest of this package.
    """
    found: List[str] = []
    standard = getattr(os, "__file__", None)
    if standard:
        found.append(os.path.dirname(standard))
    site = sys.modules.get("site")
    for ask in ("getsitepackages", "getusersitepackages"):
        try:
            told = getattr(site, ask)()
        except Exception:  # embedded interpreters and old virtualenvs lack them
            told = ()
        found.extend([told] if isinstance(told, str) else told)
    # Windows lists the prefix itself, below which whole apps lie.
    prefixes = {segments(sys.prefix), segments(sys.base_prefix)}
    return tuple(folder for folder in dict.fromkeys(found) if segments(folder) not in prefixes)


@cache
def _foreign() -> Pattern[str]:
    import re

    return re.compile(_FOREIGN)
