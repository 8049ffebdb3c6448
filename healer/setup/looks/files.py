"""The tracked files, indexed once; what is read of them is read once, and what cannot be read is named."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from healer.runtimes.python.toml import read_toml
from healer.setup.value import Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from healer.setup.value import Repository

#: Folders of code that others wrote, in whatever folder they lie.
# fmt: off
VENDORED = frozenset((
    "node_modules", "bower_components", "jspm_packages", "vendor", "site-packages", "dist-packages", "venv", ".venv",
    ".tox", ".nox", ".eggs", "__pycache__", ".yarn", ".pnpm-store", "Pods", ".bundle", ".gradle", "__pypackages__",
))
#: Folders of code that is not what runs in production.
ASIDE = frozenset((
    "test", "tests", "__tests__", "spec", "specs", "testing", "testdata", "fixtures", "fixture", "__fixtures__", "e2e",
    "cypress", "example", "examples", "sample", "samples", "demo", "demos", "doc", "docs", "documentation", "benchmark",
    "benchmarks", "bench", "storybook", ".storybook", ".github",
))
# fmt: on
#: The same by the last word of a longer name, as in `integration-tests`.
_ASIDE_LAST = re.compile(r"\w[-_.](?:tests|specs|fixtures|testdata|examples|samples|benchmarks|e2e)$")
_MOST_TOML = 400_000
_MOST_NOTES = 20
_MOST_NAMED = 3


class Files:
    """What git tracks, without what others wrote."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._texts: dict[str, str] = {}
        self._broken: dict[str, str] = {}
        self.tracked = paths = repository.paths()
        environments = tuple(path.removesuffix("pyvenv.cfg") for path in paths if path.endswith("/pyvenv.cfg"))
        self.vendored = 0
        vendored: set[str] = set()
        folders: defaultdict[str, list[str]] = defaultdict(list)
        for path in paths:
            folder, _, name = path.rpartition("/")
            if (folder and not VENDORED.isdisjoint(folder.split("/"))) or path.startswith(environments or ("\0",)):
                self.vendored += 1
                vendored.add(_top(folder, next(filter(path.startswith, environments), "")))
            else:
                folders[folder].append(name)
        self.vendored_in = [*sorted(vendored)[:_MOST_NAMED], *(["…"] if len(vendored) > _MOST_NAMED else [])]
        self.folders = {folder: sorted(folders[folder]) for folder in sorted(folders)}
        self._ordered = list(self.folders)
        self.all = frozenset(join(folder, name) for folder, names in self.folders.items() for name in names)

    def below(self, folder: str) -> Iterator[str]:
        """The paths in and below `folder`."""
        for name in self.folders.get(folder, ()):
            yield join(folder, name)
        start = f"{folder}/"
        for place in range(bisect_left(self._ordered, start), len(self._ordered)):
            inner = self._ordered[place]
            if not inner.startswith(start):
                break
            for name in self.folders[inner]:
                yield join(inner, name)

    def text(self, path: str) -> str:
        """A tracked file's text with plain line ends, "" for none."""
        if path not in self.all:
            return ""
        if path not in self._texts:
            content = self._repository.read(path)
            if content is None:
                self.broken(path, "it vanished, is no regular file any more, or is larger than 2 MiB")
            text = (content or b"").decode("utf-8-sig", "replace")
            self._texts[path] = text.replace("\r\n", "\n").replace("\r", "\n")
        return self._texts[path]

    def toml(self, path: str) -> dict[str, Any]:
        """A TOML file's table, empty where it is none."""
        text = self.text(path)
        if len(text) > _MOST_TOML:
            self.broken(path, "it is too large")
            return {}
        try:
            return read_toml(text)
        except ValueError as error:
            self.broken(path, f"no valid TOML: {error}")
            return {}

    def json(self, path: str) -> dict[str, Any]:
        """A JSON file's object, empty where it is none."""
        text = self.text(path)
        try:
            found = json.loads(text) if text.strip() else {}
        except RecursionError:
            self.broken(path, "nested too deeply")
            return {}
        except ValueError as error:
            self.broken(path, f"no valid JSON: {error}")
            return {}
        if not isinstance(found, dict):
            self.broken(path, "its JSON is no object")
            return {}
        return found

    def broken(self, path: str, why: str) -> None:
        """Remember that `path` could not be read."""
        self._broken.setdefault(path, why)

    def notes(self) -> tuple[Note, ...]:
        """What could not be read."""
        then = "It was passed over. Once it is mended, `splat init` again looks at it."
        notes = [Note("unreadable", f"could not be read: {why}", path, then) for path, why in self._broken.items()]
        more = len(notes) - _MOST_NOTES
        rest = [Note("unreadable", f"{more} more files could not be read")] if more > 0 else []
        return (*notes[:_MOST_NOTES], *rest)


@dataclass(frozen=True, slots=True)
class Area:
    """The files of one project: those in and below `folder` that belong to no other project of its runtime.

    Names given to its methods are relative to `folder`; `owned` are paths of the tree.
    """

    files: Files
    folder: str
    owned: tuple[str, ...]

    def path(self, name: str) -> str:
        """The tree's path of `name`."""
        return join(self.folder, name)

    def has(self, name: str) -> bool:
        """True when it is tracked."""
        return join(self.folder, name) in self.files.all

    def first(self, names: Iterable[str]) -> str:
        """The tree's path of the first of `names` that is tracked, "" for none."""
        return next((join(self.folder, name) for name in names if self.has(name)), "")

    def text(self, name: str) -> str:
        """Its text, "" for none."""
        return self.files.text(join(self.folder, name))

    def names(self) -> Sequence[str]:
        """The names of the files in `folder` itself."""
        return self.files.folders.get(self.folder, ())

    def above(self, names: Sequence[str]) -> str:
        """The nearest of `names` in this folder or one around it, "" for none."""
        folder = self.folder
        while True:
            found = next((join(folder, name) for name in names if join(folder, name) in self.files.all), "")
            if found or not folder:
                return found
            folder = folder.rpartition("/")[0]


def join(folder: str, name: str) -> str:
    """The path of `name` in `folder`."""
    return f"{folder}/{name}" if folder else name


def aside(path: str) -> bool:
    """True where a folder of the path says that it holds no code of production, as one that a template will name."""
    folders = path.lower().split("/")
    return "{{" in path or not ASIDE.isdisjoint(folders) or any(map(_ASIDE_LAST.search, folders))


def areas(files: Files, folders: Iterable[str], suffixes: tuple[str, ...]) -> tuple[list[Area], tuple[str, ...]]:
    """Each of `folders` with the files of these suffixes that it is the nearest above; and the files below none."""
    owners: dict[str, str | None] = {folder: folder for folder in folders}
    owned: defaultdict[str | None, list[str]] = defaultdict(list)
    for folder, names in files.folders.items():
        chosen = [join(folder, name) for name in names if name.endswith(suffixes)]
        if chosen:
            owned[_owner(folder, owners)] += chosen
    found = [Area(files, folder, tuple(owned[folder])) for folder in sorted(owners) if owners[folder] == folder]
    return found, tuple(owned[None])


def _owner(folder: str, owners: dict[str, str | None]) -> str | None:
    waiting = []
    while folder not in owners:
        waiting.append(folder)
        if not folder:
            owners[folder] = None
            break
        folder = folder.rpartition("/")[0]
    for inner in waiting:
        owners[inner] = owners[folder]
    return owners[folder]


def line_at(text: str, offset: int) -> int:
    """The line of an offset."""
    return text.count("\n", 0, offset) + 1


def _top(folder: str, environment: str) -> str:
    """Where what is others' begins."""
    parts = folder.split("/")
    last = next((place for place, name in enumerate(parts) if name in VENDORED), len(parts))
    return environment.rstrip("/") or "/".join(parts[: last + 1])
