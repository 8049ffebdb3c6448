"""Installed copies of a package that the repository itself holds: site-packages, node_modules, gems, vendor, Go."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from healer.runtimes.layout import folder_of, layout, under

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Packages that came from elsewhere, though they are tracked here.
_FOREIGN = frozenset({"vendor", "_vendor", "vendored", "third_party", "node_modules", "external", "site-packages"})
_MOST_MANIFESTS = 8
_VERSION = re.compile(r"-\d[\w.]*$|-[0-9a-f]{7,40}$")
_MODULE = re.compile(rb"^module[ \t]+\"?([^\s\"]+)", re.MULTILINE)


class Installed(NamedTuple):
    """Where an installed file belongs: the manifest that declares `package`, and the file's parts below that."""

    manifest: str
    package: str
    rest: tuple[str, ...]


def installed(parts: tuple[str, ...]) -> Installed | None:
    """How the innermost package folder on the path names the package; None where the path lies in none."""
    for index in range(len(parts) - 2, -1, -1):
        rest = parts[index + 1 :]
        if parts[index] in ("site-packages", "dist-packages"):
            return Installed("", "", rest)
        if parts[index] == "node_modules" and rest[0] != ".pnpm":
            size = 2 if rest[0].startswith("@") else 1
            return Installed("package.json", "/".join(rest[:size]), rest[size:])
        if parts[index] == "gems":
            return Installed(".gemspec", _VERSION.sub("", rest[0]), rest[1:])
        if parts[index] == "vendor" and len(rest) > 2 and rest[-1].endswith(".php"):
            return Installed("composer.json", "/".join(rest[:2]), rest[2:])
        if parts[index - 1 : index + 1] == ("pkg", "mod") or (index == 0 and parts[0] == "mod"):
            return _go_module(rest)
    return None


def own_files(copy: Installed, files: frozenset[str], read: Callable[[str], bytes | None]) -> list[str]:
    """The tracked files that an installed file is a copy of; [] when the package is somebody else's."""
    if not copy.rest:
        return []
    if not copy.manifest:
        return _python_files(copy.rest, files)
    tail = "/".join(copy.rest)
    return [path for folder in _folders(copy, files, read) if (path := under(folder, tail)) in files]


def own_folders(copy: Installed, files: frozenset[str], read: Callable[[str], bytes | None]) -> list[str]:
    """The folders of the tree that declare the package."""
    return list(_folders(copy, files, read)) if copy.manifest else []


def _go_module(rest: tuple[str, ...]) -> Installed:
    at = next((index for index, part in enumerate(rest) if "@" in part), len(rest) - 1)
    package = "/".join((*rest[:at], rest[at].partition("@")[0]))
    return Installed("go.mod", package, rest[at + 1 :])


def _python_files(rest: tuple[str, ...], files: frozenset[str]) -> list[str]:
    """Files held under their whole path from the package on, in a folder that may stand on `sys.path`."""
    tail = "/".join(rest)
    found = []
    for path in layout(files).ending(tail):
        root = path[: -len(tail)].rstrip("/")
        inside_package = bool(root) and f"{root}/__init__.py" in files
        alone = len(rest) == 1 and root not in ("", "src", "lib")
        if not (inside_package or alone or _FOREIGN & set(root.split("/"))):
            found.append(path)
    return found


def _folders(copy: Installed, files: frozenset[str], read: Callable[[str], bytes | None]) -> Iterator[str]:
    known = layout(files)
    if copy.manifest == ".gemspec":
        yield from (folder_of(path) for path in known.named(copy.package + ".gemspec"))
        return
    manifests = [path for path in known.named(copy.manifest) if not _FOREIGN & set(path.split("/"))]
    short = copy.package.rpartition("/")[2]
    manifests.sort(key=lambda path: (folder_of(path).rpartition("/")[2] != short, path.count("/"), path))
    for path in manifests[:_MOST_MANIFESTS]:
        if _declared(copy.manifest, read(path) or b"") == copy.package:
            yield folder_of(path)


def _declared(manifest: str, content: bytes) -> str:
    """The name that a manifest gives its package."""
    if manifest == "go.mod":
        found = _MODULE.search(content[:4_000])
        return found[1].decode("utf-8", "replace") if found else ""
    try:
        name = json.loads(content).get("name", "")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return name if isinstance(name, str) else ""
