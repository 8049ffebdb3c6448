"""What the files that start a service say: a Procfile, a Dockerfile, a serverless function's template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.setup.looks.files import aside, join

if TYPE_CHECKING:
    from healer.setup.looks.files import Files

_STARTERS = re.compile(
    r"Procfile(\.\w{1,20})?|([\w.-]{0,40}[.-])?Dockerfile([.-][\w.-]{1,40})?|(docker-)?compose[\w.-]{0,40}\.ya?ml|\.flaskenv|fly\.toml|app\.ya?ml"
    r"|railway\.(json|toml)|render\.ya?ml|serverless\.ya?ml|template\.ya?ml|gunicorn\.conf\.py|supervisord?\.conf"
    r"|(start|run|entrypoint|docker-entrypoint)\.sh|Makefile|justfile|app\.json|vercel\.json|zappa_settings\.json"
    r"|[\w.-]{1,60}\.service|uwsgi\.ini|sst\.config\.ts|samconfig\.toml"
)
_MOST_FILES, _MOST_CHARACTERS = 60, 60_000
_WORD = re.compile(r"[\w./:()-]{2,200}")


class Mentions:
    """The words of the files that start something, with the file each was met in first."""

    def __init__(self, files: Files) -> None:
        self._by: dict[str, list[str]] = {}
        starters = (
            join(folder, name)
            for folder, names in files.folders.items()
            if not aside(folder)
            for name in names
            if _STARTERS.fullmatch(name)
        )
        for path, _ in zip(
            sorted(starters, key=lambda path: (path.count("/"), path)), range(_MOST_FILES), strict=False
        ):
            for word in _WORD.findall(files.text(path)[:_MOST_CHARACTERS]):
                known = self._by.setdefault(word.removesuffix("()"), [])
                if len(known) < 20 and path not in known:
                    known.append(path)

    def of(self, folder: str, path: str, name: str, function: str) -> str:
        """The file that names the Python object `name` (or the function that makes it) of the file `path`, "" for none.

        Only files above the service, or in it, count.
        """
        for word in _words(folder, path, [item for item in (name, function) if item]):
            for by in self._by.get(word, ()):
                home = by.rpartition("/")[0]
                if not home or path.startswith(f"{home}/"):
                    return by
        return ""


def mentions(files: Files) -> Mentions:
    """What the tree's starters say."""
    return Mentions(files)


def _words(folder: str, path: str, names: list[str]) -> list[str]:
    """How a command may name an object of `path`: "shop.web:app", "shop.web.app", "shop/web.py", from any folder."""
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    found = []
    for start in range(len(parts)):
        module = ".".join(parts[start:])
        found += [f"{module}{joint}{name}" for name in names for joint in (":", ".")]
        found += [f"{'/'.join(parts[start:])}.{name}" for name in names]
        # A bare file name says little unless the file lies in the service's own folder or is run as a whole.
        whole = "/".join(path.split("/")[start:])
        found += [whole, f"./{whole}"] if whole.endswith(".py") else []
    return found
