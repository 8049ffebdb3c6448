"""Python services: which folders are projects, their frameworks, and where their apps are made."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from healer.policy.globs import matches
from healer.setup.looks.draft import Draft, ranked
from healer.setup.looks.files import Area, areas, aside, join
from healer.setup.looks.mentions import mentions
from healer.setup.looks.python_manifests import DECLARING, REQUIREMENTS, Declared
from healer.setup.looks.python_source import HINTS, Made, PythonFile, read
from healer.setup.value import Certainty, Entry, Kind, Product, Seen, Service

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from healer.setup.looks.files import Files
    from healer.setup.looks.mentions import Mentions

#: Names by which a project declares a framework, the most telling first.
_FRAMEWORKS = ("django", "flask", "fastapi", "starlette", "celery")
_OTHERS = ("asgi", "wsgi", "aws-lambda", "python")
#: Files that apps are usually made in, the first to be read.
# fmt: off
_USUAL = frozenset(f"{name}.py" for name in (
    "manage", "wsgi", "asgi", "settings", "app", "main", "__init__", "application", "server", "api", "run", "web",
    "celery", "celery_app", "celeryapp", "worker", "tasks", "factory", "core", "lambda_function", "handler", "handlers",
    "index", "__main__", "base", "common", "production", "prod", "deps", "extensions",
))
# fmt: on
_MOST_FILES, _MOST_CHARACTERS = 400, 6_000_000
_MOST_MADE = 50
_SDK_SETTING = re.compile(r"splat\.integrations\.\w{1,40}")
#: Folders of what people run by hand, next to what is served.
_SIDE = frozenset(("scripts", "script", "tools", "hack", "notebooks"))
_USUAL_NAMES = frozenset(("application", "app", "handler", "asgi", "wsgi"))
_FACTORIES = re.compile(r"(create|make|build|get|init|new|setup)_?\w{0,40}|\w{0,40}(app|factory)")


def drafts(files: Files) -> list[Draft]:
    """Every Python project that has code or dependencies, ordered by folder; then code without any manifest."""
    folders, workspaces = _projects(files)
    found, orphans = areas(files, folders, (".py",))
    told = mentions(files)
    services = [draft for area in found if (draft := _draft(area, workspaces.get(area.folder), told))]
    return services + _without_manifest(files, orphans, told)


def _projects(files: Files) -> tuple[list[str], dict[str, str]]:
    """The folders of projects, and for each member of a uv workspace the folder of that."""
    folders = [
        folder
        for folder, names in files.folders.items()
        if not aside(folder)
        and folder.rpartition("/")[2] != "requirements"
        and any(name in DECLARING or REQUIREMENTS.fullmatch(name) for name in names)
    ]
    # A folder of requirements belongs to the project around it.
    listing = [folder for folder in files.folders if folder.rpartition("/")[2] == "requirements" and not aside(folder)]
    folders += [
        folder.rpartition("/")[0]
        for folder in listing
        if any(name.endswith((".txt", ".in")) for name in files.folders[folder])
    ]
    folders = list(dict.fromkeys(folders))
    known = set(folders)
    # Django's own layout: the manifest lies beside or above manage.py.
    for folder, names in files.folders.items():
        if "manage.py" in names and not aside(folder) and not _is_below(folder, known):
            folders.append(folder)
    return folders, dict(_members(files, folders))


def _is_below(folder: str, known: set[str]) -> bool:
    while folder not in known and folder:
        folder = folder.rpartition("/")[0]
    return folder in known


def _members(files: Files, folders: list[str]) -> Iterator[tuple[str, str]]:
    for top in folders:
        path = join(top, "pyproject.toml")
        if "[tool.uv.workspace]" not in files.text(path):
            continue
        tool = files.toml(path).get("tool", {})
        workspace = tool.get("uv", {}).get("workspace", {}) if isinstance(tool, dict) else {}
        patterns = workspace.get("members", []) if isinstance(workspace, dict) else []
        for folder in folders:
            inside = folder.removeprefix(f"{top}/" if top else "")
            if any(isinstance(glob, str) and matches(inside, f"/{glob.removeprefix('./')}") for glob in patterns):
                yield folder, top
        yield top, top


def _draft(area: Area, workspace: str | None, told: Mentions) -> Draft | None:
    declared = Declared(area, workspace)
    sources = _Sources(area)
    entries = _entries(area, sources.read, declared, told)
    if not entries and (not area.owned or declared.is_tools_only):
        return None
    manager = declared.manager()
    manifest = declared.manifest(manager)
    frameworks = _frameworks(declared.names, entries)
    service = Service(
        area.folder,
        "python",
        declared.name or area.folder.rpartition("/")[2],
        frameworks,
        manager,
        manifest,
        declared.lock(manager, manifest),
        None,
        ranked(entries, frameworks),
        library=all(entry.certainty == "unsure" for entry in entries),
        workspace=workspace,
    )
    return Draft(service, declared.names, tuple(_seen(area, sources.read)))


def _without_manifest(files: Files, orphans: tuple[str, ...], told: Mentions) -> list[Draft]:
    """Code that no manifest declares is one service, where something in it begins by itself."""
    kept = tuple(path for path in orphans if not aside(path))
    if not kept:
        return []
    folder = _common(kept)
    area = Area(files, folder, kept)
    sources = _Sources(area)
    entries = _entries(area, sources.read, Declared(area, None), told)
    if all(entry.certainty == "unsure" for entry in entries):
        return []
    frameworks = _frameworks({}, entries)
    name = folder.rpartition("/")[2]
    service = Service(folder, "python", name, frameworks, None, "", "", None, ranked(entries, frameworks))
    return [Draft(service, {}, tuple(_seen(area, sources.read)))]


def _common(paths: tuple[str, ...]) -> str:
    """The folder that holds all paths."""
    first, last = min(paths).split("/")[:-1], max(paths).split("/")[:-1]
    shared = []
    for one, other in zip(first, last, strict=False):
        if one != other:
            break
        shared.append(one)
    return "/".join(shared)


class _Sources:
    """The files of an area that may make an app, the likeliest first, up to a number and a size."""

    def __init__(self, area: Area) -> None:
        self.read: dict[str, PythonFile] = {}
        left = _MOST_CHARACTERS
        kept = [path for path in area.owned if not aside(path) and not _is_test(path)]
        for path in sorted(kept, key=_rank)[:_MOST_FILES]:
            text = area.files.text(path)
            left -= len(text)
            if left < 0:
                break
            if HINTS.search(text):
                found = self.read[path] = read(text)
                if found.fault:
                    area.files.broken(path, found.fault)


def _rank(path: str) -> tuple[bool, int, str]:
    folders, _, name = path.rpartition("/")
    return name not in _USUAL and "settings" not in folders, path.count("/"), path


def _is_test(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith("test_") or name.endswith("_test.py") or name in ("conftest.py", "tests.py")


def _frameworks(dependencies: Mapping[str, str], entries: list[Entry]) -> tuple[str, ...]:
    made = {entry.framework for entry in entries if entry.certainty != "unsure"}
    named = {name for name in _FRAMEWORKS if name in dependencies}
    # FastAPI stands on Starlette, and many projects name both.
    hidden = {"starlette"} if "fastapi" in named | made and "starlette" not in made else set()
    found = [name for name in (*_FRAMEWORKS, *_OTHERS[:-1]) if name in (made | named) - hidden]
    return tuple(found) or ("python",)


def _entries(area: Area, read: Mapping[str, PythonFile], declared: Declared, told: Mentions) -> list[Entry]:
    found = [_of_made(path, made, file.mounted) for path, file in read.items() for made in file.made[:_MOST_MADE]]
    found = list(_weighed(area, found, told))
    found += _django(read, "django" in declared.names)
    if not any(entry.certainty != "unsure" for entry in found):
        found += _plain(area, read, declared.scripts(), told)
    return found


def _of_made(path: str, made: Made, mounted: set[str]) -> Entry:
    kind: Kind = "handler" if made.framework == "aws-lambda" else "app"
    if made.framework == "django":
        kind = "main"
    where = f"`{made.what}` is bound to `{made.name}`" if made.name and "(" in made.what else f"`{made.what}`"
    if made.what.startswith(("def ", "async def ")):
        where = f"`{made.what}`"
    certainty = made.certainty
    if kind == "main" or not made.name or "." in made.name or (made.function and not made.returned):
        certainty = "likely" if certainty == "sure" else certainty
    if made.function:
        kind = "factory" if made.returned else kind
        named = _FACTORIES.fullmatch(made.function)
        where += f" in `{made.function}()`" + (", an app factory" if made.returned and named else "")
    if made.name in mounted or not _SIDE.isdisjoint(path.split("/")[:-1]):
        certainty = "unsure" if made.name in mounted else "likely"
        where += ", which is mounted in another" if made.name in mounted else ", beside what is served"
    return Entry(path, made.framework, kind, certainty, where, made.line, made.end, made.name, made.function)


def _weighed(area: Area, entries: list[Entry], told: Mentions) -> Iterator[Entry]:
    """Of several apps of one framework only those count as sure that something else names, as a Procfile does."""
    rivals = Counter(entry.framework for entry in entries if entry.certainty == "sure")
    for entry in entries:
        by = told.of(area.folder, entry.path, entry.name, entry.function)
        unusual = entry.framework in ("wsgi", "asgi") and entry.name not in _USUAL_NAMES
        if by:
            yield _told(entry, by)
        elif entry.framework == "aws-lambda":
            yield _unnamed_handler(entry)
        elif entry.certainty == "sure" and rivals[entry.framework] > 1:
            many = f"{entry.why}; {rivals[entry.framework]} places make one"
            yield replace(entry, certainty="likely", why=many)
        else:
            yield replace(entry, certainty="likely") if unusual and entry.certainty == "sure" else entry


def _told(entry: Entry, by: str) -> Entry:
    named = replace(entry, why=f"{entry.why}, and `{by}` names it")
    return replace(named, certainty="sure") if entry.kind == "handler" else named


def _unnamed_handler(entry: Entry) -> Entry:
    usual = entry.name in ("lambda_handler", "handler")
    return replace(entry, certainty="likely" if usual and entry.certainty == "sure" else "unsure")


def _django(read: Mapping[str, PythonFile], declared: bool) -> Iterator[Entry]:
    """The settings that manage.py, wsgi.py or asgi.py name, and the files that load them."""
    modules = {file.module for file in read.values() if file.module}
    holding = {path: file.settings for path, file in read.items() if file.settings}
    named = {path: module for path in holding for module in modules if _is_module(path, module)}
    # What only adds to another's, as settings for developers do, keeps what that one holds.
    own = [path for path in holding if not read[path].derived] or list(holding)
    for path, (line, end, literal) in holding.items():
        sure = literal and path in own and (path in named or (len(own) == 1 and bool(modules)))
        why = "`INSTALLED_APPS` stands there"
        if path in named:
            why += f", and DJANGO_SETTINGS_MODULE is `{named[path]}`"
        elif modules:
            why += f"; DJANGO_SETTINGS_MODULE is `{min(modules)}`"
        certain: Certainty = "sure" if sure else "likely" if modules or declared else "unsure"
        yield Entry(path, "django", "settings", certain, why, line, end, "INSTALLED_APPS")
    for path, file in read.items():
        if path.endswith("manage.py") and file.module:
            yield Entry(path, "django", "main", "likely", f"it sets DJANGO_SETTINGS_MODULE to `{file.module}`")


def _is_module(path: str, module: str) -> bool:
    """True when code beside manage.py, wherever that lies, may import `path` by the name `module`."""
    dotted = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return dotted == module or dotted.endswith(f".{module}")


def _plain(area: Area, read: Mapping[str, PythonFile], scripts: Mapping[str, str], told: Mentions) -> Iterator[Entry]:
    """What runs by itself without a framework: commands of the project, `__main__`."""
    for name, target in list(scripts.items())[:20]:
        module, _, function = target.partition(":")
        for start in ("", "src/"):
            for end in (".py", "/__init__.py"):
                path = area.path(start + module.replace(".", "/") + end)
                if path in area.files.all:
                    file = read.get(path) or _quiet(area.files.text(path))
                    line = file.functions.get(function, 0)
                    why = f"the project's command `{name}` is `{target}`"
                    yield Entry(path, "python", "main", "sure" if line else "likely", why, line, line, function, "")
    mains = [path for path, file in read.items() if file.main or path.endswith("/__main__.py")]
    for path in mains:
        by = told.of(area.folder, path, "", "")
        sure = bool(by) or len(mains) == 1
        why = 'it runs by `if __name__ == "__main__"`' + (f", and `{by}` names it" if by else "")
        certain: Certainty = "sure" if sure and not scripts else "likely"
        if not by and not _SIDE.isdisjoint(path.split("/")[:-1]):
            certain = "unsure"
        yield Entry(path, "python", "main", certain, why, read[path].main, read[path].main)


def _quiet(text: str) -> PythonFile:
    return read(text)


def _seen(area: Area, read: Mapping[str, PythonFile]) -> Iterator[Seen]:
    """The first use of each error reporter in each file. What is the project's own package by that name is none."""
    for path, file in read.items():
        used: dict[Product, int] = {}
        for module, line in file.products:
            top = module.partition(".")[0]
            if not area.first((f"{top}/__init__.py", f"src/{top}/__init__.py", f"{top}.py", f"src/{top}.py")):
                used.setdefault(_product(module), line)
        for product, line in used.items():
            yield Seen(product, path, "import", line, area.folder)
        text = area.files.text(path) if file.settings else ""
        setting = _SDK_SETTING.search(text)
        if setting:
            yield Seen("splat-sdk", path, "settings", text.count("\n", 0, setting.start()) + 1, area.folder)


def _product(module: str) -> Product:
    """Whose a module is. Two products are imported as `splat`; the inner modules tell them apart."""
    if module.startswith("bugstack"):
        return "bugstack"
    if module.startswith("splat"):
        other = re.match(r"splat\.(middleware|core|cli|templates|Splat)\b", module)
        return "py-splat" if other else "splat-sdk"
    return "sentry"
