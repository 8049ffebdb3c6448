"""Which tracked files a Go import may name, and which files share a package."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from healer.runtimes.layout import Layout, above, folder_of, layout, under

if TYPE_CHECKING:
    from collections.abc import Collection

    from healer.runtimes.source import Import

_STANDARD = frozenset(
    """
    archive arena bufio builtin bytes cmp compress container context crypto database debug embed encoding errors expvar
    flag fmt go hash html image index io iter log maps math mime net os path plugin reflect regexp runtime slices sort
    strconv strings structs sync syscall testing text time unicode unique unsafe weak
    """.split()  # noqa: SIM905 - one name a line would be a page
)
_ELSEWHERE = ("golang.org/", "google.golang.org/", "gopkg.in/", "go.uber.org/", "k8s.io/")
_FORGES = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})


def resolve(imported: Import, path: str, files: Collection[str]) -> tuple[str, ...]:
    """The files of the imported package without its tests; () when the package is not of this repository.

    The import's path is matched from its end: the longest part that is a folder of a module in this repository.
    """
    parts = imported.target.split("/")
    if parts[0] in _STANDARD or not all(parts):
        return ()
    known = layout(files)
    roots = _roots(path, known)
    for start in range(_module_length(parts), len(parts)):
        tail = "/".join(parts[start:])
        for root in roots:
            package = _package(under(root, tail), known)
            if package:
                return () if path in package else package
    return _root_package(parts, path, known, roots)


def siblings(path: str, files: Collection[str]) -> tuple[str, ...]:
    """The other files of the same package: they need no import. Tests see tests, the rest does not."""
    test = path.endswith("_test.go")
    return tuple(
        file
        for file in layout(files).in_folder.get(folder_of(path), ())
        if file != path and file.endswith(".go") and (test or not file.endswith("_test.go"))
    )


def _module_length(parts: list[str]) -> int:
    """How many parts name the place of a module at least, and can be no folder in it."""
    if parts[0] in _FORGES:
        version = len(parts) > 3 and parts[3][:1] == "v" and parts[3][1:].isdigit()
        return 4 if version else 3
    if "/".join(parts).startswith(_ELSEWHERE):
        return min(3, len(parts))
    return 1 if "." in parts[0] else 0


def _package(folder: str, known: Layout) -> tuple[str, ...]:
    return tuple(
        file for file in known.in_folder.get(folder, ()) if file.endswith(".go") and not file.endswith("_test.go")
    )


def _roots(path: str, known: Layout) -> list[str]:
    """The folders that may hold a module: around the importing file first, then every other with a go.mod."""
    own = above(folder_of(path))
    modules = _modules(known.files)
    around = [folder for folder in own if folder in modules] or own
    return [*around, *(folder for folder in modules if folder not in around)]


@lru_cache(maxsize=4)
def _modules(files: frozenset[str]) -> tuple[str, ...]:
    return tuple(folder_of(path) for path in layout(files).named("go.mod"))


def _root_package(parts: list[str], path: str, known: Layout, roots: list[str]) -> tuple[str, ...]:
    """The package in a module's own folder, recognised by a file of the module's name."""
    name = parts[-1]
    if len(parts) > 1 and name[:1] == "v" and name[1:].isdigit():
        name = parts[-2]
    names = {name, name.removeprefix("go-"), name.removesuffix("-go").replace("-", "_"), name.replace("-", "")}
    for root in roots:
        if any(under(root, f"{each}.go") in known.files for each in names):
            package = _package(root, known)
            return () if path in package else package
    return ()
