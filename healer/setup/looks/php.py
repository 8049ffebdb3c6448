"""PHP services: Laravel, Symfony, Slim and plain PHP, and the file that every request goes through."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from healer.setup.looks.calls import calls
from healer.setup.looks.draft import Draft, ranked
from healer.setup.looks.files import Area, areas, aside
from healer.setup.looks.php_requires import required
from healer.setup.value import Entry, Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.setup.looks.files import Files

_PACKAGES = {
    "laravel/framework": "laravel",
    "laravel/lumen-framework": "laravel",
    "symfony/framework-bundle": "symfony",
    "symfony/symfony": "symfony",
    "slim/slim": "slim",
}
_FRONTS = (
    "public/index.php",
    "web/index.php",
    "www/index.php",
    "public/app.php",
    "htdocs/index.php",
    "public_html/index.php",
    "webroot/index.php",
    "docroot/index.php",
    "pub/index.php",
    "index.php",
)
_MOST_FILES = 150
_MOST_FOLLOWED = 20
#: What others install; a page in it is none of its own.
_APP_TYPES = ("", "project", "library", "metapackage")


def drafts(files: Files) -> list[Draft]:
    """Every composer project, ordered by folder; then a page without one."""
    folders = [folder for folder, names in files.folders.items() if "composer.json" in names and not aside(folder)]
    found, orphans = areas(files, folders, (".php", "/artisan", "/console"))
    services = [draft for area in found if (draft := _draft(area, files.json(area.path("composer.json"))))]
    lonely = Area(files, "", orphans)
    draft = _draft(lonely, {}) if orphans and lonely.first(_FRONTS) else None
    return services + ([draft] if draft else [])


def _draft(area: Area, manifest: dict[str, Any]) -> Draft | None:
    if not area.owned:
        return None
    path = area.path("composer.json") if area.has("composer.json") else ""
    tables = [manifest.get(key) for key in ("require", "require-dev")]
    dependencies = {name: path for table in tables if isinstance(table, dict) for name in table}
    frameworks = tuple(dict.fromkeys(_PACKAGES[name] for name in dependencies if name in _PACKAGES))[:1] or ("php",)
    if frameworks == ("php",) and area.has("config/bundles.php"):  # what stands on Symfony requires it
        frameworks = ("symfony",)
    entries = list(_entries(area, frameworks[0], manifest))
    named = manifest.get("name")
    service = Service(
        area.folder,
        "php",
        named[:100] if isinstance(named, str) else area.folder.rpartition("/")[2],
        frameworks,
        "composer" if path else None,
        path,
        area.first(("composer.lock",)) if path else "",
        None,
        ranked(entries, frameworks),
        library=all(entry.certainty == "unsure" for entry in entries),
    )
    return Draft(service, dependencies)


def _entries(area: Area, framework: str, manifest: dict[str, Any]) -> Iterator[Entry]:
    if framework == "laravel":
        yield from _laravel(area)
    elif framework == "symfony":
        yield from _symfony(area)
    else:
        yield from _slim(area) if framework == "slim" else ()
        if front := _front(area, manifest):
            yield _begins(area, front, framework)
        elif manifest.get("bin"):
            for name in [item for item in _listed(manifest["bin"]) if area.has(item)][:5]:
                yield Entry(area.path(name), framework, "main", "likely", f"`bin` names `{name}`")


def _front(area: Area, manifest: dict[str, Any]) -> str:
    """The page that every request goes through; not one that only keeps a folder from being listed."""
    kind = manifest.get("type")
    front = area.first(_FRONTS) if not isinstance(kind, str) or kind in _APP_TYPES else ""
    text = area.files.text(front) if front else ""
    return front if len(text) > 200 or ";" in re.sub(r"//[^\n]{0,300}|#[^\n]{0,300}", "", text) else ""


def _begins(area: Area, front: str, framework: str) -> Entry:
    """The front, or what it requires, where that loads the classes."""
    waiting, seen = [front], {front}
    while waiting:
        path = waiting.pop(0)
        text = area.files.text(path)
        inner = [each.path for each in required(text, path)]
        if any(posixpath.basename(each) == "autoload.php" for each in inner):
            why = (
                "every request goes through it" if path == front else f"`{front}` goes through it: it loads the classes"
            )
            return Entry(path, framework, "main", "sure", why)
        if "wp-blog-header.php" in text:  # WordPress looks for it there
            folder = posixpath.dirname(path)
            inner += [posixpath.join(each, "wp-config.php") for each in (folder, posixpath.dirname(folder))]
        new = [each for each in inner if each in area.files.all and each not in seen and len(seen) < _MOST_FOLLOWED]
        seen.update(new)
        waiting += new
    return Entry(front, framework, "main", "sure", "every request goes through it")


def _laravel(area: Area) -> Iterator[Entry]:
    if path := area.first(("bootstrap/app.php",)):
        found = calls(path, area.files.text(path), lambda callee: callee.endswith("Application::configure"))
        if found:
            why = "`Application::configure(…)` makes the app for web, console and queue"
            yield Entry(path, "laravel", "app", "sure", why, found[0].line, found[0].end)
        else:
            yield Entry(path, "laravel", "main", "sure", "web, console and queue load the app through it")
    for name in ("public/index.php", "artisan"):
        if path := area.first((name,)):
            yield Entry(
                path,
                "laravel",
                "main",
                "likely",
                "requests begin there" if "index" in name else "commands and queue workers begin there",
            )


def _symfony(area: Area) -> Iterator[Entry]:
    if path := area.first(("config/bundles.php",)):
        yield Entry(path, "symfony", "config", "sure", "Symfony loads the bundles that it lists")
    if path := area.first(("src/Kernel.php", "app/AppKernel.php")):
        yield Entry(path, "symfony", "main", "likely", "the kernel of web and console")
    for names in (("public/index.php", "web/index.php", "web/app.php"), ("bin/console", "app/console")):
        if path := area.first(names):
            yield Entry(
                path,
                "symfony",
                "main",
                "likely",
                "commands begin there" if path.endswith("/console") else "requests begin there",
            )


def _slim(area: Area) -> Iterator[Entry]:
    makers = ("AppFactory::create", "AppFactory::createFromContainer", "Bridge::create", "new App")
    kept = [path for path in area.owned if path.endswith(".php") and not aside(path) and not path.endswith("Test.php")]
    found: list[Entry] = []
    for path in sorted(kept, key=lambda path: (path.count("/"), path))[:_MOST_FILES]:
        text = area.files.text(path)
        if not re.search(r"\bAppFactory\b|\bBridge\b|\bnew \\?(Slim\\)?App\b", text):
            continue
        for call in calls(path, text, lambda callee: _bare(callee) in makers)[:3]:
            where = f" is bound to `{call.name}`" if call.name else " stands there"
            found.append(
                Entry(
                    path,
                    "slim",
                    "app",
                    "sure",
                    f"`{call.callee}(…)`{where}",
                    call.line,
                    call.end,
                    call.name,
                    call.function,
                )
            )
    alone = len(found) == 1
    for entry in found:
        yield entry if alone and entry.name else replace(entry, certainty="likely")


def _bare(callee: str) -> str:
    """Without its namespace."""
    return re.sub(r"\\?\b\w{1,80}\\|\\", "", callee[:300])


def _listed(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
