"""What a Python project declares, and through which tool's file."""

from __future__ import annotations

import ast
import configparser
import re
from typing import TYPE_CHECKING, Any

from healer.runtimes.python.project import name_of
from healer.setup.looks.files import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.setup.looks.files import Area
    from healer.setup.value import Manager

#: Files that make a folder a project.
DECLARING = ("pyproject.toml", "requirements.txt", "requirements.in", "Pipfile", "setup.py", "setup.cfg")
REQUIREMENTS = re.compile(r"([\w.-]{0,40}[-_.])?requirements?([-_.][\w.-]{1,40})?\.(txt|in)")
_INCLUDED = re.compile(r"(?:-r|--requirement)[ =]{1,9}([\w./-]{1,200})")
#: Where one of these is listed, the app's other dependencies are, whatever the file is called.
_FRAMEWORKS = ("django", "flask", "fastapi", "starlette", "celery")
_MOST_FILES = 40
_LOCKS: tuple[tuple[str, Manager], ...] = (
    ("uv.lock", "uv"),
    ("poetry.lock", "poetry"),
    ("pdm.lock", "pdm"),
    ("Pipfile.lock", "pipenv"),
)
_TABLES: tuple[tuple[str, Manager], ...] = (("uv", "uv"), ("poetry", "poetry"), ("pdm", "pdm"))


class Declared:
    """The manifests of one project."""

    def __init__(self, area: Area, workspace: str | None) -> None:
        self._area = area
        self._workspace = workspace
        self.pyproject = area.files.toml(area.path("pyproject.toml")) if area.has("pyproject.toml") else {}
        self.names = dict(self._names())

    @property
    def name(self) -> str:
        """The name that pyproject.toml gives the project, "" for none."""
        for keys in (("project",), ("tool", "poetry")):
            named = _table(self.pyproject, *keys).get("name")
            if isinstance(named, str):
                return named[:100]
        return ""

    @property
    def is_tools_only(self) -> bool:
        """True where pyproject.toml only configures linters and the like."""
        return not self.names and not (self.pyproject.keys() & {"project", "build-system", "dependency-groups"})

    def scripts(self) -> dict[str, str]:
        """The project's own commands: name to "package.module:function"."""
        tables = (_table(self.pyproject, "project", "scripts"), _table(self.pyproject, "tool", "poetry", "scripts"))
        return {name: target for table in tables for name, target in table.items() if isinstance(target, str)}

    def manager(self) -> Manager:
        """Who installs it: what a lock file says, then what pyproject.toml says."""
        area, tool = self._area, _table(self.pyproject, "tool")
        for lock, manager in _LOCKS:
            if area.has(lock):
                return manager
        if self._workspace is not None:
            return "uv"
        for key, manager in _TABLES:
            if isinstance(tool.get(key), dict):
                return manager
        if area.has("Pipfile"):
            return "pipenv"
        return "hatch" if _table(tool, "hatch", "envs") else "pip"

    def manifest(self, manager: Manager) -> str:
        """The file that holds its dependencies, "" for none."""
        area, project = self._area, _table(self.pyproject, "project")
        if manager == "pipenv":
            return area.first(("Pipfile",))
        held = project.get("dependencies") or (project and "dependencies" not in _texts(project.get("dynamic")))
        if manager != "pip" or held:
            return area.path("pyproject.toml")
        listed = ("requirements.in", "requirements.txt", "requirements/base.in", "requirements/base.txt")
        more = (
            "requirements/main.txt",
            "requirements/common.txt",
            "requirements/prod.txt",
            "requirements/production.txt",
        )
        held_in = [path for name in _FRAMEWORKS if (path := self.names.get(name, "")).endswith((".txt", ".in"))]
        last = ("setup.cfg" if self._in_setup_cfg() else "setup.py", "setup.cfg", "pyproject.toml")
        return area.first((*listed, *more)) or next(iter(held_in), "") or area.first(last)

    def lock(self, manager: Manager, manifest: str) -> str:
        """The lock file that holds for it, "" for none."""
        names = [lock for lock, owner in _LOCKS if owner == manager]
        if manager == "uv" and self._workspace is not None:
            return self._area.above(names)
        compiled = [manifest[:-3].rpartition("/")[2] + ".txt"] if manifest.endswith(".in") else []
        if compiled and "/" in manifest.removeprefix(self._area.folder).lstrip("/"):
            compiled = [f"requirements/{compiled[0]}"]
        return self._area.first([*names, "pylock.toml", *compiled])

    def _in_setup_cfg(self) -> bool:
        return "install_requires" in self._area.text("setup.cfg")

    def _names(self) -> Iterator[tuple[str, str]]:
        """Each declared name, as package indexes compare them, with its file."""
        area = self._area
        for requirement in _of_pyproject(self.pyproject):
            yield normal(requirement), area.path("pyproject.toml")
        for path, requirement in self._listed():
            yield normal(requirement), path
        pipfile = area.files.toml(area.path("Pipfile")) if area.has("Pipfile") else {}
        for key in ("packages", "dev-packages"):
            for name in _table(pipfile, key):
                yield normal(name), area.path("Pipfile")
        for name in (*_of_setup_cfg(area.text("setup.cfg")),):
            yield normal(name), area.path("setup.cfg")
        for name in _of_setup_py(area.text("setup.py")):
            yield normal(name), area.path("setup.py")

    def _listed(self) -> Iterator[tuple[str, str]]:
        """The lines of the requirements files and of those that they include."""
        area = self._area
        waiting = [area.path(name) for name in area.names() if REQUIREMENTS.fullmatch(name)]
        inner = area.files.folders.get(area.path("requirements"), ())
        waiting += [area.path(f"requirements/{name}") for name in inner if name.endswith((".txt", ".in"))]
        seen: set[str] = set()
        while waiting and len(seen) < _MOST_FILES:
            path = waiting.pop(0)
            if path in seen:
                continue
            seen.add(path)
            for line in area.files.text(path)[:500_000].splitlines():
                word = line.split("#")[0].strip()
                included = _INCLUDED.match(word)
                if included and ".." not in included[1]:
                    waiting.append(join(path.rpartition("/")[0], included[1].removeprefix("./")))
                elif word and not word.startswith("-"):
                    yield path, word


def normal(requirement: str) -> str:
    """The name in a requirement, or of the wheel that it leads to, as package indexes compare them."""
    file = requirement[:300].partition(";")[0].strip().rpartition("/")[2]
    name = file.partition("-")[0] if file.endswith(".whl") else requirement[:300]
    return re.sub(r"[-_.]+", "-", name_of(name))


def _of_pyproject(pyproject: dict[str, Any]) -> Iterator[str]:
    project, tool = _table(pyproject, "project"), _table(pyproject, "tool")
    yield from _texts(project.get("dependencies"))
    for table in (
        _table(project, "optional-dependencies"),
        _table(pyproject, "dependency-groups"),
        _table(tool, "pdm", "dev-dependencies"),
    ):
        for items in table.values():
            yield from _texts(items)
    yield from _texts(_table(tool, "uv").get("dev-dependencies"))
    for environment in _table(tool, "hatch", "envs").values():
        if isinstance(environment, dict):
            yield from _texts(environment.get("dependencies"))
    poetry = _table(tool, "poetry")
    groups = [_table(group, "dependencies") for group in _table(poetry, "group").values() if isinstance(group, dict)]
    for table in (_table(poetry, "dependencies"), _table(poetry, "dev-dependencies"), *groups):
        yield from (name for name in table if name != "python")


def _of_setup_cfg(text: str) -> list[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text[:200_000])
        return [line for line in parser.get("options", "install_requires", fallback="").splitlines() if line.strip()]
    except configparser.Error:
        return []


def _of_setup_py(text: str) -> list[str]:
    """The texts in `install_requires=[…]`, or in the list that it names."""
    if "setup" not in text or len(text) > 200_000:
        return []
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    lists = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            value = lists.get(node.value.id) if isinstance(node.value, ast.Name) else node.value
            items = value.elts if isinstance(value, (ast.List, ast.Tuple)) else []
            return [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return []


def _table(table: object, *keys: str) -> dict[str, Any]:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
