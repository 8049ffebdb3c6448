"""What a Python project's files say of it: what it declares, what its tests need, who runs them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from healer.runtimes.python.toml import read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "pytest.ini", "manage.py")
_REQUIREMENTS = re.compile(
    r"(requirements/)?(dev|test|tests|testing)?[-_.]?requirements?[-_.]?(dev|test|tests|testing|base)?\.(txt|in)"
    r"|requirements/(base|main|dev|test|tests|testing|local)\.txt"
)
_TEST, _DEV = ("test", "tests", "testing"), ("dev", "develop", "development")
_PYTEST = re.compile(r"^[ \t]{0,40}(import pytest|from pytest)|^(async )?def test_", re.MULTILINE)


class Project:
    """The files of one project; paths are relative to its folder."""

    def __init__(self, workdir: str, files: frozenset[str], read: Callable[[str], bytes | None]) -> None:
        self.files = files
        self._prefix = f"{workdir}/" if workdir else ""
        self._read = read
        self.pyproject = self._toml("pyproject.toml")

    def text(self, path: str) -> str:
        """A file's text, "" where there is none."""
        content = self._read(self._prefix + path) if path in self.files else None
        return (content or b"").decode("utf-8", "replace")

    def _toml(self, path: str) -> dict[str, Any]:
        try:
            return read_toml(self.text(path))
        except ValueError:
            return {}

    def table(self, *keys: str) -> dict[str, Any]:
        """A table of pyproject.toml, empty where there is none."""
        found: Any = self.pyproject
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}

    def runner(self) -> str | None:
        """Who runs the tests: pytest where anything names it, else unittest or Django; None where nothing is tested."""
        if self._configures_pytest() or "pytest" in self._declared():
            return "pytest"
        tests = sorted(path for path in self.files if _is_test_file(path))
        texts = [self.text(path) for path in tests[:100]]
        if any(_PYTEST.search(text) for text in texts):
            return "pytest"
        if "manage.py" in self.files and "django" in self.text("manage.py"):
            return "django"
        if any("unittest" in text or "TestCase" in text for text in texts):
            return "unittest"
        return "pytest" if tests or self.files & set(MANIFESTS) else None

    def _configures_pytest(self) -> bool:
        return (
            bool(self.files & {"pytest.ini", ".pytest.ini", "conftest.py", "tests/conftest.py", "test/conftest.py"})
            or bool(self.table("tool", "pytest"))
            or "[tool:pytest]" in self.text("setup.cfg")
            or "[pytest]" in self.text("tox.ini")
        )

    def _declared(self) -> str:
        """All that the project says it needs, as one text."""
        texts = [self.text(path) for path in self._listed()]
        texts += [self.text(path) for path in ("setup.py", "setup.cfg", "Pipfile")]
        tables = (self.table("project"), self.table("dependency-groups"), self.table("tool", "poetry"))
        return "\n".join([*texts, *(str(table) for table in tables)]).lower()

    @property
    def installable(self) -> bool:
        """True when `pip install .` is meant to work."""
        return bool(self.files & {"setup.py"} or self.table("build-system") or self.table("project"))

    @property
    def dependencies(self) -> list[str]:
        """What pyproject.toml itself says the project needs."""
        return _strings(self.table("project").get("dependencies"))

    @property
    def name(self) -> str:
        """The project's own name, "" where no file that can be read without running it says so."""
        named = self.table("project").get("name")
        found = re.search(
            r"^name\s{0,9}=\s{0,9}([\w.-]{1,100})\s*$", _section(self.text("setup.cfg"), "metadata"), re.M
        )
        return named if isinstance(named, str) else found[1] if found else ""

    def builders(self) -> list[str]:
        """The names of the packages that build it."""
        listed = _strings(self.table("build-system").get("requires"))
        older = self.text("setup.py") + _section(self.text("setup.cfg"), "options")
        return [*map(name_of, listed), *re.findall(r"\b(setuptools[-_]scm|pbr)\b", older)]

    def extra_requirements(self) -> list[str]:
        """What the extras for tests ask for, as far as pyproject.toml says it."""
        extras = self.table("project", "optional-dependencies")
        found, waiting, seen = [], self.extras(), set()
        while waiting:
            name = waiting.pop()
            for item in _strings(extras.get(name)) if name not in seen else ():
                inner = re.fullmatch(r"[\w.-]{1,100}\[([\w,. -]{1,200})\]", item.strip())
                if inner and name_of(item) == self.name.lower():
                    waiting += [part.strip() for part in inner[1].split(",")]
                else:
                    found.append(item)
            seen.add(name)
        return found

    def needs_packages(self) -> bool:
        """False for a project that an interpreter with its test runner can test as it is."""
        if any(line.strip() and line.strip()[0] not in "#-" for line in self._requirement_lines()):
            return not self._only_pytest()
        project = self.table("project")
        return bool(
            project.get("dependencies")
            or "dependencies" in _strings(project.get("dynamic"))
            or self.table("tool", "poetry", "dependencies").keys() - {"python"}
            or self.files & {"setup.py", "Pipfile"}
            or "install_requires" in self.text("setup.cfg")
            or self.extras()
            or self.group_requirements()
            or self.tool_requirements()
        )

    def _only_pytest(self) -> bool:
        lines = [line.strip() for line in self._requirement_lines()]
        named = {name_of(line) for line in lines if line and not line.startswith("#")}
        return named <= {"pytest"} and not self.table("project").get("dependencies") and "setup.py" not in self.files

    def _requirement_lines(self) -> list[str]:
        return [line for path in self._listed() for line in self.text(path).splitlines()]

    def _listed(self) -> list[str]:
        return sorted(path for path in self.files if _REQUIREMENTS.fullmatch(path))

    def requirements(self) -> list[str]:
        """The requirements files to install: where some are for tests, those for development are left out."""
        listed = self._listed()
        for_tests = [path for path in listed if re.search(r"test", path)]
        kept = [path for path in listed if not for_tests or not re.search(r"(^|[-_./])dev[-_.]", path)]
        return list(dict.fromkeys([*kept, *(path for path in self._tox()[0] if path in self.files)]))

    def tox_requirements(self) -> list[str]:
        """What `[testenv]` of tox.ini installs in every environment."""
        return self._tox()[1]

    def _tox(self) -> tuple[list[str], list[str]]:
        files, names = [], []
        section, key = "", ""
        for line in self.text("tox.ini")[:100_000].splitlines():
            if line.startswith("["):
                section, key = line.strip(), ""
                continue
            word = line.strip()
            if line[:1].strip():
                key, _, word = (part.strip() for part in line.partition("="))
            if section != "[testenv]" or key != "deps" or not word:
                continue
            if found := re.fullmatch(r"-r\s{0,9}(?:\{toxinidir\}/|\./)?([\w./-]{1,200})", word):
                files.append(found[1])
            elif re.fullmatch(r"[A-Za-z][\w.-]{0,100}(\[[\w,-]{1,100}\])?\s{0,9}([<>=!~][^{};:]{0,100})?", word):
                names.append(word)
        return files, names

    def extras(self) -> list[str]:
        """The project's own extras that its tests need."""
        declared = [*self.table("project", "optional-dependencies")]
        declared += re.findall(r"^(\w{1,40})\s{0,9}=", _section(self.text("setup.cfg"), "options.extras_require"), re.M)
        _, found, rest = self.text("setup.py").partition("extras_require")
        declared += re.findall(r"""["'](\w{1,40})["']\s{0,9}:""", rest[:5000]) if found else []
        return _for_tests(declared)

    def groups(self) -> list[str]:
        """The dependency groups that the tests need."""
        return _for_tests(self.table("dependency-groups"))

    def group_requirements(self) -> list[str]:
        """The requirements of those groups, resolved here: pip learnt of groups only in 25.1."""
        groups, found, waiting, seen = self.table("dependency-groups"), [], self.groups(), set()
        while waiting:
            name = waiting.pop()
            if name in seen or not isinstance(groups.get(name), list):
                continue
            seen.add(name)
            found += _strings(groups[name])
            included = [item.get("include-group") for item in groups[name] if isinstance(item, dict)]
            waiting += _strings(included)
        return found

    def tool_requirements(self) -> list[str]:
        """What poetry's test groups, or a Pipfile, ask for, as pip spells it; upper bounds are left out."""
        groups = self.table("tool", "poetry", "group")
        tables = [self.table("tool", "poetry", "group", name, "dependencies") for name in _for_tests(groups)]
        tables.append(self.table("tool", "poetry", "dev-dependencies"))
        if "Pipfile" in self.files:
            pipfile = self._toml("Pipfile")
            tables += [pipfile[key] for key in ("packages", "dev-packages") if isinstance(pipfile.get(key), dict)]
        return [_as_pip(name, wanted) for table in tables for name, wanted in table.items() if name != "python"]

    def pinned(self, tools: Iterable[str]) -> list[str]:
        """The requirements by which any group or extra names these tools."""
        wanted = set(tools)
        tables = (self.table("dependency-groups"), self.table("project", "optional-dependencies"))
        named = {name_of(item): item for table in tables for items in table.values() for item in _strings(items)}
        return [item for name, item in named.items() if name in wanted]


def name_of(requirement: str) -> str:
    """The name of the package that a requirement asks for."""
    return re.split(r"[\s<>=!~;\[@]", requirement.strip(), maxsplit=1)[0].lower()


def _as_pip(name: str, wanted: object) -> str:
    """A requirement of poetry's or pipenv's: a version as text, or a table with it."""
    version = wanted.get("version") if isinstance(wanted, dict) else wanted
    extras = ",".join(_strings(wanted.get("extras"))) if isinstance(wanted, dict) else ""
    bound = re.fullmatch(r"[\^~>]?={0,2}\s?(\d[\w.]{0,40})", version) if isinstance(version, str) else None
    return name + (f"[{extras}]" if extras else "") + (f">={bound[1]}" if bound else "")


def _for_tests(declared: Iterable[str]) -> list[str]:
    """Those with a name for tests; where there are none, those for development."""
    names = set(declared)
    return [name for name in _TEST if name in names] or [name for name in _DEV if name in names]


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _section(text: str, name: str) -> str:
    """The text of one section of an ini file."""
    _, found, rest = text.partition(f"[{name}]")
    return rest.partition("\n[")[0] if found else ""


def _is_test_file(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith(".py") and (name.startswith("test") or name.endswith("_test.py"))
