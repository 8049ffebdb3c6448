"""Which tracked files a JavaScript or TypeScript import may name."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from healer.runtimes.layout import above, folder_of, join, layout, nearest, under

if TYPE_CHECKING:
    from collections.abc import Collection

    from healer.runtimes.source import Import

SUFFIXES = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")

_SCRIPT = (".js", ".jsx", ".mjs", ".cjs")
_TYPED = (".ts", ".tsx", ".mts", ".cts", ".d.ts")
_OTHER = (".vue", ".svelte", ".json")
_TWINS = {".js": (".ts", ".tsx", ".jsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
_BUILT = frozenset({"dist", "build", "lib", "out", "esm", "cjs"})
_WORKSPACES = frozenset({"packages", "apps", "libs", "modules", "plugins", "workspaces", "services", "components"})
_BUILTIN = frozenset(
    """
    assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain
    events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl
    stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib
    """.split()  # noqa: SIM905 - one name a line would be a page
)


def resolve(imported: Import, path: str, files: Collection[str]) -> tuple[str, ...]:
    """The tracked files that `imported`, written in `path`, may name; () when it is not of this repository."""
    known = layout(files).files
    target = imported.target.partition("?")[0].partition("!")[0]
    found: str | None = None
    if target.startswith("."):
        place = join(folder_of(path), target)
        found = None if place is None else _place(place, path, known)
    elif target[:2] in ("@/", "~/", "#/"):
        found = _aliased(target[2:], path, known)
    elif target.startswith(("$lib/", "/")):
        found = _aliased(target.removeprefix("$").lstrip("/"), path, known)
    elif target.partition("/")[0] not in _BUILTIN and not target.startswith(("node:", "http:", "https:")):
        return _package(target, path, known)
    return (found,) if found and found != path else ()


def siblings(path: str, files: Collection[str]) -> tuple[str, ...]:
    """(): a JavaScript file sees only what it imports."""
    return ()


def _at(place: str, path: str, known: frozenset[str]) -> str | None:
    """The file that `place`, with or without its extension, is; a folder stands for its index."""
    typed = path.endswith(_TYPED)
    endings = (*(_TYPED + _SCRIPT if typed else _SCRIPT + _TYPED), *_OTHER)
    candidates = [place] if place else []
    stem, dot, extension = place.rpartition(".")
    candidates += [stem + twin for twin in _TWINS.get(dot + extension, ())]
    candidates += [place + ending for ending in endings if place]
    candidates += [under(place, "index" + ending) for ending in endings]
    return next((candidate for candidate in candidates if candidate in known), None)


def _place(place: str, path: str, known: frozenset[str]) -> str | None:
    found = _at(place, path, known) or _built(place, path, known)
    return found or (_in_package(place, "", path, known) if under(place, "package.json") in known else None)


def _built(place: str, path: str, known: frozenset[str]) -> str | None:
    """The source of transpiled output: `dist/cart` is made from `src/cart`."""
    parts = place.split("/")
    for index, part in enumerate(parts):
        if part in _BUILT:
            found = _at("/".join([*parts[:index], "src", *parts[index + 1 :]]), path, known)
            if found:
                return found
    return None


def _aliased(target: str, path: str, known: frozenset[str]) -> str | None:
    """`@/x` by the usual settings: from the nearest `src` or `app` around the importing file, or a folder around it."""
    for folder in above(folder_of(path)):
        for root in (under(folder, "src"), folder, under(folder, "app")):
            found = _at(under(root, target), path, known)
            if found:
                return found
    return None


def _package(target: str, path: str, known: frozenset[str]) -> tuple[str, ...]:
    """A workspace package by the name of its folder, or a path from the configured base folder."""
    parts = target.split("/")
    count = 2 if target.startswith("@") else 1
    name, inner = "/".join(parts[:count]), "/".join(parts[count:])
    found = [
        file for folder in _packages(known).get(name.lower(), ()) if (file := _in_package(folder, inner, path, known))
    ]
    if found:
        return tuple(file for file in nearest(path, found) if file != path)
    based = _aliased(target, path, known) if "/" in target and not target.startswith("@") else None
    return (based,) if based and based != path else ()


def _in_package(folder: str, inner: str, path: str, known: frozenset[str]) -> str | None:
    if inner:
        return _at(under(folder, inner), path, known) or _at(under(folder, f"src/{inner}"), path, known)
    name = folder.rpartition("/")[2]
    for entry in ("src/index", "index", "lib/index", "src/main", "main", f"src/{name}", f"lib/{name}", name):
        found = _at(under(folder, entry), path, known)
        if found:
            return found
    return None


@lru_cache(maxsize=4)
def _packages(known: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The workspace's package folders by every name they may be imported by."""
    found: dict[str, tuple[str, ...]] = {}
    for manifest in sorted(layout(known).named("package.json")):
        folder = folder_of(manifest)
        outer, _, name = folder.rpartition("/")
        names = {name} if set(outer.split("/")) & _WORKSPACES else set()
        scope = outer.rpartition("/")[2]
        if scope.startswith("@"):
            names.add(f"{scope}/{name}")
        for each in names:
            found[each.lower()] = (*found.get(each.lower(), ()), folder)
    return found
