"""Which installed distributions a file belongs to, and their versions.

Worker only: it reads folders. `importlib.metadata` would load a dozen modules and read every distribution's files to
tell the same.
"""

from __future__ import annotations

import os
import re
from typing import Dict, List, NamedTuple, Optional

_LARGEST = 100_000
_MOST_DISTRIBUTIONS = 5_000
_NOT_IN_NAMES = re.compile(r"[-_.]+")
_INSTALLED = re.compile(r"(.*[/\\](?:site|dist)-packages)[/\\]([^/\\]+)")


class Distribution(NamedTuple):
    """An installed distribution; its name as PEP 503 writes it."""

    name: str
    version: str


class Packages:
    """Distributions by the files of their modules; each folder of packages is read once."""

    def __init__(self) -> None:
        self._folders: Dict[str, Dict[str, Distribution]] = {}
        self._files: Dict[str, Optional[Distribution]] = {}

    def of(self, file: str) -> Optional[Distribution]:
        """The distribution that a file was installed by; None for one that was not installed."""
        if file not in self._files:
            if len(self._files) > 4_096:
                self._files.clear()
            self._files[file] = self._find(file)
        return self._files[file]

    def _find(self, file: str) -> Optional[Distribution]:
        match = _INSTALLED.match(file)
        if match is None:
            return None
        folder, module = match[1], match[2].partition(".")[0]
        if folder not in self._folders:
            if len(self._folders) > 64:
                self._folders.clear()
            self._folders[folder] = _modules_in(folder)
        return self._folders[folder].get(module)


def _modules_in(folder: str) -> Dict[str, Distribution]:
    """Top-level modules of a folder of packages, each with its distribution."""
    modules: Dict[str, Distribution] = {}
    try:
        names = [name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info"))]
    except OSError:
        return modules
    for name in sorted(names)[:_MOST_DISTRIBUTIONS]:
        project, _, version = name.rpartition(".")[0].partition("-")
        if not version:
            continue
        distribution = Distribution(_NOT_IN_NAMES.sub("-", project).lower(), version.partition("-py")[0])
        for module in (_NOT_IN_NAMES.sub("_", project), _NOT_IN_NAMES.sub("_", project).lower()):
            modules.setdefault(module, distribution)
        for module in _top_level(os.path.join(folder, name, "top_level.txt")):
            modules[module] = distribution
    return modules


def _top_level(path: str) -> List[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_LARGEST).split()
    except OSError:
        return []
