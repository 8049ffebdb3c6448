"""Which tracked files a Python import may name, whatever folder the code was started from."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from healer.runtimes.layout import Layout, above, folder_of, layout, nearest, under

if TYPE_CHECKING:
    from collections.abc import Collection

    from healer.runtimes.source import Import


def resolve(imported: Import, path: str, files: Collection[str]) -> tuple[str, ...]:
    """The tracked files that `imported`, written in `path`, may name; () when it is not of this repository.

    Names that are submodules come first, then the module itself, unless every name was one.
    """
    known = layout(files)
    modules = _modules(imported.target, path, known)
    found: dict[str, None] = {}
    missing = not imported.names
    for name in imported.names:
        submodules = [
            submodule
            for folder in _packages(imported.target, path, modules)
            if (submodule := _module_at(under(folder, name), known))
        ]
        found.update(dict.fromkeys(submodules))
        missing = missing or not submodules
    if missing:
        found.update(dict.fromkeys(modules))
    found.pop(path, None)
    return tuple(found)


def siblings(path: str, files: Collection[str]) -> tuple[str, ...]:
    """(): a Python file sees only what it imports."""
    return ()


def _modules(target: str, path: str, known: Layout) -> tuple[str, ...]:
    name = target.lstrip(".")
    dots = len(target) - len(name)
    tail = name.replace(".", "/")
    if dots:
        folders = above(folder_of(path))
        if dots > len(folders):
            return ()
        module = _module_at(under(folders[dots - 1], tail) if tail else folders[dots - 1], known)
        return (module,) if module else ()
    return _absolute(tail, path, known) if tail else ()


def _packages(target: str, path: str, modules: tuple[str, ...]) -> list[str]:
    """The folders whose files are submodules of `target`; a package without `__init__.py` is a folder all the same."""
    packages = [folder_of(module) for module in modules if module.rpartition("/")[2].startswith("__init__.")]
    name = target.lstrip(".")
    dots = len(target) - len(name)
    folders = above(folder_of(path))
    if dots and dots <= len(folders):
        return [under(folders[dots - 1], name.replace(".", "/")).rstrip("/")]
    if not packages and not modules:
        tail = name.replace(".", "/")
        return [under(root, tail) for root in folders]
    return packages


def _module_at(place: str, known: Layout) -> str | None:
    if not place:
        candidates = ["__init__.py"]
    else:
        candidates = [f"{place}/__init__.py", f"{place}.py", f"{place}/__init__.pyi", f"{place}.pyi"]
    return next((candidate for candidate in candidates if candidate in known.files), None)


def _absolute(tail: str, path: str, known: Layout) -> tuple[str, ...]:
    """Every `root/a/b` for which some root, one that may stand on `sys.path`, holds `a/b.py` or `a/b/__init__.py`."""
    own = above(folder_of(path))
    standard = tail.partition("/")[0] in sys.stdlib_module_names
    for root in own:
        if (standard and root != own[0]) or not _may_be_root(root, known, own_package=root == own[0] and not standard):
            continue
        module = _module_at(under(root, tail), known)
        if module and module != path:
            return (module,)
    if standard:
        return ()
    by_root: dict[str, str] = {}
    for ending in (f"{tail}/__init__.py", f"{tail}.py", f"{tail}/__init__.pyi", f"{tail}.pyi"):
        for module in known.ending(ending):
            root = module[: -len(ending)].rstrip("/")
            if _may_be_root(root, known, own_package=False):
                by_root.setdefault(root, module)
    return nearest(path, list(by_root.values()))


def _may_be_root(root: str, known: Layout, *, own_package: bool) -> bool:
    """A package is no root, but scripts are also run from inside an outermost one: `own_package` lets that pass."""
    if under(root, "__init__.py") not in known.files:
        return True
    return own_package and under(folder_of(root), "__init__.py") not in known.files
