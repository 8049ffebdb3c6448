"""Which tracked files a Ruby `require` or constant may name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.runtimes.layout import Layout, above, folder_of, join, layout, nearest, under

if TYPE_CHECKING:
    from collections.abc import Collection

    from healer.runtimes.source import Import

_LOAD_FOLDERS = frozenset({"lib", "app", "test", "spec", "src", "ext", "features"})
_CORE = frozenset(
    """
    Array BasicObject Binding Class Comparable Complex Data Dir Encoding Enumerable Enumerator Errno Exception Fiber
    File Float GC Hash IO Integer Kernel Marshal Math Method Module Mutex NilClass Numeric Object ObjectSpace Proc
    Process Queue Random Range Rational Regexp Set Signal String StringIO Struct Symbol Thread Time Date DateTime
    JSON YAML ENV ARGV Logger URI RuntimeError StandardError ArgumentError TypeError NameError NoMethodError
    KeyError IndexError IOError RangeError StopIteration NotImplementedError ZeroDivisionError SecureRandom Pathname
    FileUtils Forwardable
    """.split()  # noqa: SIM905 - one name a line would be a page
)
_MOST_GUESSES = 2
_WORDS = re.compile(r"(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z0-9])(?=[A-Z])")


def resolve(imported: Import, path: str, files: Collection[str]) -> tuple[str, ...]:
    """The tracked files that `imported`, written in `path`, may name; () when it is not of this repository."""
    known = layout(files)
    target = imported.target
    if target.startswith("."):
        place = join(folder_of(path), target)
        found = known.first([place, f"{place}.rb"]) if place else ()
    elif target[:1].isupper() and "/" not in target and not imported.names:
        found = _constant(target, path, known)
    else:
        found = _required(target, path, known)
    return tuple(file for file in found if file != path)


def siblings(path: str, files: Collection[str]) -> tuple[str, ...]:
    """(): what a Ruby file names without requiring it, `parse` lists as constants."""
    return ()


def snake_case(name: str) -> str:
    """The path that autoloaders give a constant: "shop/http_cart" for "Shop::HTTPCart"."""
    return "/".join(_WORDS.sub("_", part).lower() for part in name.split("::"))


def _required(target: str, path: str, known: Layout) -> tuple[str, ...]:
    tail = target if target.endswith(".rb") else f"{target}.rb"
    return nearest(path, [file for file in known.ending(tail) if _load_path(file.removesuffix(tail).rstrip("/"))])


def _load_path(folder: str) -> bool:
    return not folder or folder.rpartition("/")[2] in _LOAD_FOLDERS


def _constant(name: str, path: str, known: Layout) -> tuple[str, ...]:
    """By the autoloaders' rule first, from the importing file's own namespace outwards, then by the end of the path."""
    if name.partition("::")[0] in _CORE:
        return ()
    parts = snake_case(name).split("/")
    scattered = _scattered(parts, path, known)
    for count in range(len(parts), 0, -1):
        tail = "/".join(parts[:count]) + ".rb"
        own = path.removesuffix(".rb")
        for folder in [own, *above(folder_of(path))]:
            if under(folder, tail) in known.files:
                return (under(folder, tail),)
        endings = known.ending(tail)
        rooted = [file for file in endings if _autoload_root(file.removesuffix(tail).rstrip("/"))]
        # An upper-case name is more often a value than the class of a file.
        found = nearest(path, rooted or (endings if not name.isupper() else []))
        if found:
            return found if len(found) <= _MOST_GUESSES or rooted else ()
        if scattered:
            return scattered
    return ()


def _scattered(parts: list[str], path: str, known: Layout) -> tuple[str, ...]:
    """`Shop::If` in lib/shop/tags/if.rb: gems that load their files themselves put folders between the names."""
    files = [file for file in known.named(f"{parts[-1]}.rb") if len(parts) > 1 and parts[-2] in file.split("/")[:-1]]
    found = nearest(path, files)
    return found if len(found) <= _MOST_GUESSES else ()


def _autoload_root(folder: str) -> bool:
    outer, _, last = folder.rpartition("/")
    return last in ("lib", "concerns") or outer.rpartition("/")[2] == "app"
