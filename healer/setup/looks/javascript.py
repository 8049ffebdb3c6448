"""JavaScript and TypeScript services: packages and workspaces, their frameworks, and what begins first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from healer.policy.globs import matches
from healer.setup.looks.calls import calls
from healer.setup.looks.draft import Draft, ranked
from healer.setup.looks.files import Area, areas, aside, join
from healer.setup.looks.javascript_browser import browser_entries
from healer.setup.looks.javascript_entries import SUFFIXES, server_entries
from healer.setup.looks.yaml_data import BrokenYamlError, read_yaml
from healer.setup.value import Entry, Manager, Service

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from healer.setup.looks.files import Files

_SERVERS = {"next": "next", "@nestjs/core": "nest", "express": "express", "fastify": "fastify", "koa": "koa"}
_BUNDLERS = {
    "vite": "vite",
    "@angular/cli": "angular",
    "@angular/build": "angular",
    "react-scripts": "webpack",
    "react-app-rewired": "webpack",
    "@craco/craco": "webpack",
    "webpack": "webpack",
    "rollup": "rollup",
    "parcel": "parcel",
    "esbuild": "esbuild",
}
#: What only code for a browser needs.
_SCREENS = frozenset(
    (
        "react-dom",
        "vue",
        "svelte",
        "preact",
        "solid-js",
        "@angular/core",
        "jquery",
        "lit",
        "alpinejs",
        "react",
        "htmx.org",
    )
)
LOCKS: tuple[tuple[str, Manager], ...] = (
    ("pnpm-lock.yaml", "pnpm"),
    ("yarn.lock", "yarn"),
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
    ("package-lock.json", "npm"),
    ("npm-shrinkwrap.json", "npm"),
)
_KEYS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


def drafts(files: Files) -> list[Draft]:
    """Every package that git tracks, ordered by folder."""
    folders = [folder for folder, names in files.folders.items() if "package.json" in names and not aside(folder)]
    manifests = {folder: files.json(join(folder, "package.json")) for folder in folders}
    members = dict(_members(files, manifests))
    found, orphans = areas(files, folders, SUFFIXES)
    services = [_draft(area, manifests, members.get(area.folder)) for area in found]
    return [draft for draft in services if draft is not None] + _without_manifest(files, orphans)


def _members(files: Files, manifests: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Each member of a workspace, with the folder of that."""
    for top, manifest in manifests.items():
        patterns = _patterns(files, top, manifest)
        if not patterns:
            continue
        yield top, top
        for folder in manifests:
            inside = folder.removeprefix(f"{top}/" if top else "")
            if folder != top and folder.startswith(f"{top}/" if top else "") and _covered(inside, patterns):
                yield folder, top


def _covered(folder: str, patterns: list[str]) -> bool:
    anchored = [(not glob.startswith("!"), "/" + glob.lstrip("!").removeprefix("./").strip("/")) for glob in patterns]
    return any(keep and matches(folder, glob) for keep, glob in anchored) and not any(
        not keep and matches(folder, glob) for keep, glob in anchored
    )


def _patterns(files: Files, top: str, manifest: dict[str, Any]) -> list[str]:
    """What the workspace of a folder covers: package.json's own key, or pnpm's file; [] for no workspace."""
    listed: Any = manifest.get("workspaces")
    listed = listed.get("packages") if isinstance(listed, dict) else listed
    path = join(top, "pnpm-workspace.yaml")
    if path in files.all:
        try:
            found = read_yaml(files.text(path))
        except BrokenYamlError as error:
            files.broken(path, str(error))
            found = None
        listed = found.get("packages") if isinstance(found, dict) else listed
    return [item for item in listed if isinstance(item, str)][:100] if isinstance(listed, list) else []


def _draft(area: Area, manifests: Mapping[str, dict[str, Any]], workspace: str | None) -> Draft | None:
    manifest = manifests[area.folder]
    dependencies = declared(manifest, area.path("package.json"))
    servers = _servers(dependencies)
    entries = server_entries(area, manifest, servers)
    bundlers = _bundlers(area, dependencies)
    entries += browser_entries(area, bundlers[0], dependencies) if bundlers else []
    if not entries and not area.owned:
        return None
    made = {entry.framework for entry in entries if entry.certainty != "unsure"}
    # A workspace's own manifest often names what its members run: without a place it is nobody's framework.
    kept = [name for name in servers if name in made or workspace != area.folder]
    frameworks = (*kept, *bundlers) or ("node",)
    lock, manager = _lock(area, manifest, manifests.get(workspace or area.folder, manifest))
    named = manifest.get("name")
    service = Service(
        area.folder,
        "javascript",
        named[:100] if isinstance(named, str) else area.folder.rpartition("/")[2],
        frameworks,
        manager,
        area.path("package.json"),
        lock,
        None,
        ranked(entries, frameworks),
        library=all(entry.certainty == "unsure" for entry in entries),
        workspace=workspace,
    )
    return Draft(service, dependencies)


def declared(manifest: dict[str, Any], path: str) -> dict[str, str]:
    """The names that a package.json depends on."""
    tables = [manifest.get(key) for key in _KEYS]
    return {name: path for table in tables if isinstance(table, dict) for name in table}


def _servers(dependencies: Mapping[str, str]) -> tuple[str, ...]:
    found = [framework for name, framework in _SERVERS.items() if name in dependencies]
    # Nest and Next bring these with them.
    carried = {"nest": ("express", "fastify"), "next": ("express",)}
    hidden = {inner for name in found for inner in carried.get(name, ())}
    return tuple(name for name in found if name not in hidden)


def _bundlers(area: Area, dependencies: Mapping[str, str]) -> tuple[str, ...]:
    """Bundlers of code for a browser; of what a server bundles for itself there is neither a page nor a screen. A
    member of a workspace with a page may have its bundler from the top: its own is the configuration.
    """
    if "next" in dependencies:
        return ()
    page = area.first(("index.html", "public/index.html", "src/index.html"))
    if not page and not _SCREENS & dependencies.keys() and "@angular/core" not in dependencies:
        return ()
    configured = {name.partition(".config.")[0] for name in area.names() if page and ".config." in name}
    found = [framework for name, framework in _BUNDLERS.items() if name in dependencies or name in configured]
    if "angular" in found:
        return ("angular",)
    # Vite builds with the two others.
    return ("vite",) if "vite" in found else tuple(dict.fromkeys(found))[:1]


def _lock(area: Area, manifest: dict[str, Any], top: dict[str, Any]) -> tuple[str, Manager]:
    """The nearest lock file in or above the folder, and whose it is."""
    folder = area.folder
    while True:
        for name, manager in LOCKS:
            if join(folder, name) in area.files.all:
                return join(folder, name), manager
        if not folder:
            break
        folder = folder.rpartition("/")[0]
    for source in (manifest, top):
        named = re.match(r"(npm|pnpm|yarn|bun)@", str(source.get("packageManager", ""))[:20])
        if named:
            return "", _MANAGERS[named[1]]
    return "", "pnpm" if area.above(("pnpm-workspace.yaml",)) else "npm"


_MANAGERS: Mapping[str, Manager] = {"npm": "npm", "pnpm": "pnpm", "yarn": "yarn", "bun": "bun"}


def _without_manifest(files: Files, orphans: tuple[str, ...]) -> list[Draft]:
    """A server without a package.json: one of the usual files, at the top, that listens."""
    usual = [path for path in orphans if re.fullmatch(r"(server|app|index|main)\.(js|mjs|cjs|ts)", path)]
    found = []
    for path in usual:
        for call in calls(path, files.text(path), lambda callee: callee.endswith("createServer")):
            why = f"`{call.callee}(…)` stands there"
            found.append(Entry(path, "node", "main", "likely", why, call.line, call.end, call.name, call.function))
    if not found:
        return []
    service = Service("", "javascript", "", ("node",), None, "", "", None, ranked(found[:5], ("node",)))
    return [Draft(service)]
