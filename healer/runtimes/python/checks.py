"""How a Python project is set up and tested: pytest, unittest or Django's runner, with uv, poetry, pipenv or pip.

Set-up makes a virtual environment in the sandbox's HOME, and only where the project needs one: a project without
dependencies is tested with the interpreter as it is, off line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from healer.runtimes.checks import RAISED, CheckPlan, TestRun, below, nearest
from healer.runtimes.results import own_results
from healer.runtimes.tools import tools

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "pytest.ini", "manage.py")
_REQUIREMENTS = re.compile(
    r"(requirements/)?(dev|test|tests|testing)?[-_.]?requirements?[-_.]?(dev|test|tests|testing|base)?\.(txt|in)"
    r"|requirements/(base|main|dev|test|tests|testing|local)\.txt"
)
_EXTRAS = ("test", "tests", "testing", "dev", "develop")
_RESULTS = "results.jsonl"
_BOOT = """\
[ -d "$HOME/.splat-venv" ] && export VIRTUAL_ENV="$HOME/.splat-venv" PATH="$HOME/.splat-venv/bin:$PATH"
export PYTHONPATH="$SPLAT_TOOLS${PYTHONPATH:+:$PYTHONPATH}" PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0
"""
_ADDOPTS = (
    'export PYTEST_ADDOPTS="$PYTEST_ADDOPTS -p splat_pytest -p no:cacheprovider'
    ' --maxfail=0 --continue-on-collection-errors"\n'
)
_VENV = 'python3 -m venv "$HOME/.splat-venv"'
_PIP = '"$HOME/.splat-venv/bin/python" -m pip install -q --disable-pip-version-check'


def plan(files: Collection[str], read: Callable[[str], bytes | None], hint: str = "") -> CheckPlan | None:
    """How this repository is set up and tested; None when it has neither a manifest nor a test."""
    workdir = nearest(files, hint, _MANIFESTS) or ""
    project = _Project(workdir, below(files, workdir), read)
    runner = project.runner()
    if runner is None:
        return None
    suite = {
        "pytest": ("python3", "-m", "pytest"),
        "unittest": ("python3", "-m", "splat_unittest"),
        "django": ("python3", "manage.py", "test", "--noinput"),
    }[runner]
    return CheckPlan(
        runner,
        setup=project.setup(runner),
        suite=suite,
        single=suite,
        lint=project.linters(),
        types=project.type_checkers(),
        artefacts=(_RESULTS, RAISED),
        workdir=workdir,
        tools=tools("python"),
        boot=_BOOT + (_ADDOPTS if runner == "pytest" else "export SPLAT_UNITTEST=1\n") + project.source_path(),
        runtime="python",
    )


def one(plan: CheckPlan, path: str, name: str) -> tuple[str, ...] | None:
    """The command that runs one test file; its other tests cost little, and no spelling of a name can miss."""
    inside = plan.inside(path)
    if inside is None or not plan.single:
        return None
    return (*plan.single, inside.removesuffix(".py").replace("/", ".") if plan.runner == "django" else inside)


def syntax(plan: CheckPlan, paths: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Compile in memory; nothing is written or run."""
    sources = [path for path in paths if path.endswith((".py", ".pyi"))]
    script = "import sys\nfor p in sys.argv[1:]: compile(open(p, 'rb').read(), p, 'exec', dont_inherit=True)"
    return (("python3", "-I", "-c", script, *sources),) if sources else ()


def results(artefacts: Mapping[str, bytes], root: str = "") -> TestRun:
    """What our pytest plugin or unittest hooks wrote."""
    return own_results(artefacts.get(_RESULTS, b""))


def instruments(path: str) -> bool:
    """False: the interpreter reports exceptions by itself."""
    return False


def instrument(path: str, source: bytes) -> Mapping[str, bytes]:
    """Nothing, therefore."""
    return {}


class _Project:
    """What a project's files say of it; paths are relative to its folder."""

    def __init__(self, workdir: str, files: frozenset[str], read: Callable[[str], bytes | None]) -> None:
        self.files = files
        self._prefix = f"{workdir}/" if workdir else ""
        self._read = read
        self.pyproject = self._toml("pyproject.toml")

    def text(self, path: str) -> str:
        content = self._read(self._prefix + path) if path in self.files else None
        return (content or b"").decode("utf-8", "replace")

    def _toml(self, path: str) -> dict[str, Any]:
        import tomllib

        try:
            return tomllib.loads(self.text(path))
        except (tomllib.TOMLDecodeError, RecursionError):
            return {}

    def table(self, *keys: str) -> dict[str, Any]:
        """A table of pyproject.toml, empty where there is none."""
        found: Any = self.pyproject
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}

    def runner(self) -> str | None:
        """Who runs the tests: pytest where anything names it, else unittest or Django."""
        if self._configures_pytest() or "pytest" in self._declared():
            return "pytest"
        tests = sorted(path for path in self.files if _is_test_file(path))
        texts = [self.text(path) for path in tests[:100]]
        if any(
            re.search(r"^[ \t]{0,40}(import pytest|from pytest)|^(async )?def test_", text, re.MULTILINE)
            for text in texts
        ):
            return "pytest"
        if "manage.py" in self.files and "django" in self.text("manage.py"):
            return "django"
        if any("unittest" in text or "TestCase" in text for text in texts):
            return "unittest"
        return "pytest" if tests or self.files & set(_MANIFESTS) else None

    def _configures_pytest(self) -> bool:
        return (
            bool(self.files & {"pytest.ini", ".pytest.ini", "conftest.py", "tests/conftest.py", "test/conftest.py"})
            or bool(self.table("tool", "pytest"))
            or "[tool:pytest]" in self.text("setup.cfg")
            or "[pytest]" in self.text("tox.ini")
        )

    def _declared(self) -> str:
        """All that the project says it needs, as one text."""
        texts = [self.text(path) for path in self._requirements()]
        texts += [self.text(path) for path in ("setup.py", "setup.cfg", "Pipfile")]
        tables = (self.table("project"), self.table("dependency-groups"), self.table("tool", "poetry"))
        return "\n".join([*texts, *(str(table) for table in tables)]).lower()

    def _requirements(self) -> list[str]:
        return sorted(path for path in self.files if _REQUIREMENTS.fullmatch(path))

    def setup(self, runner: str) -> tuple[tuple[str, ...], ...]:
        """Commands that install the project and what its tests need; () where it needs nothing."""
        want = "pytest" if runner == "pytest" else ""
        if "uv.lock" in self.files:
            extras = "".join(f" --extra {extra}" for extra in self._extras())
            groups = "".join(f" --group {group}" for group in self._groups())
            sync = f'UV_PROJECT_ENVIRONMENT="$HOME/.splat-venv" uv sync -q --frozen{extras}{groups}'
            return (_sh(f"command -v uv >/dev/null || exec {self._pip_script(want)}\n{sync}"),)
        for lock, tool, command in (
            ("poetry.lock", "poetry", "poetry install -q --no-interaction"),
            ("Pipfile.lock", "pipenv", "pipenv sync --dev"),
        ):
            if lock in self.files:
                own = f'python3 -m venv "$HOME/.splat-{tool}" && "$HOME/.splat-{tool}/bin/pip" install -q {tool}'
                run = f'PATH="$HOME/.splat-venv/bin:$PATH:$HOME/.splat-{tool}/bin"'
                enter = f'export VIRTUAL_ENV="$HOME/.splat-venv" {run}'
                return (_sh(f"{_VENV} && {{ command -v {tool} >/dev/null || {{ {own}; }}; }} && {enter} && {command}"),)
        if not self._needs_packages():
            offline = "python3 -c 'import pytest' 2>/dev/null"
            return (_sh(f"{offline} || {{ {_VENV} && {_PIP} pytest; }}"),) if want else ()
        return (_sh(self._pip_script(want)),)

    def _needs_packages(self) -> bool:
        if any(
            line.strip() and line.strip()[0] not in "#-"
            for path in self._requirements()
            for line in self.text(path).splitlines()
        ):
            # A requirements file that only names pytest is satisfied by an interpreter that has it.
            return not self._only_pytest()
        project = self.table("project")
        return bool(
            project.get("dependencies")
            or "dependencies" in project.get("dynamic", ())
            or self.table("tool", "poetry", "dependencies").keys() - {"python"}
            or self.files & {"setup.py", "Pipfile"}
            or "install_requires" in self.text("setup.cfg")
            or self._extras()
            or self._group_requirements()
        )

    def _only_pytest(self) -> bool:
        named = {
            re.split(r"[\s<>=!~;\[]", line.strip(), maxsplit=1)[0].lower()
            for path in self._requirements()
            for line in self.text(path).splitlines()
            if line.strip() and not line.strip().startswith("#")
        }
        return named <= {"pytest"} and not self.table("project").get("dependencies") and "setup.py" not in self.files

    def _extras(self) -> list[str]:
        return [name for name in _EXTRAS if name in self.table("project", "optional-dependencies")]

    def _groups(self) -> list[str]:
        return [name for name in _EXTRAS if name in self.table("dependency-groups")]

    def _group_requirements(self) -> list[str]:
        """The requirements of the test groups, resolved here: pip learnt of groups only in 25.1."""
        groups, found, waiting, seen = self.table("dependency-groups"), [], self._groups(), set()
        while waiting:
            name = waiting.pop()
            if name in seen or not isinstance(groups.get(name), list):
                continue
            seen.add(name)
            for item in groups[name]:
                if isinstance(item, str):
                    found.append(item)
                elif isinstance(item, dict) and isinstance(item.get("include-group"), str):
                    waiting.append(item["include-group"])
        return found

    def _pip_script(self, want: str) -> str:
        steps = [_VENV]
        if listed := self._requirements():
            steps.append(f"{_PIP} " + " ".join(f"-r {_quote(path)}" for path in listed))
        if self.files & {"setup.py"} or self.table("build-system") or self.table("project"):
            extras = f"[{','.join(self._extras())}]" if self._extras() else ""
            steps.append(f"{_PIP} -e {_quote('.' + extras)}")
        if grouped := self._group_requirements():
            steps.append(f"{_PIP} -- " + " ".join(_quote(item) for item in grouped))
        if want:
            steps.append(f"{_PIP} {want}")
        return f"sh -c {_quote(' && '.join(steps))}"

    def source_path(self) -> str:
        """`src` on the path of a project that cannot be installed."""
        packaged = self.files & {"setup.py"} or self.table("build-system") or self.table("project")
        if packaged and self._needs_packages():
            return ""
        has_source = any(path.startswith("src/") for path in self.files)
        return 'export PYTHONPATH="$PYTHONPATH:$PWD/src"\n' if has_source else ""

    def linters(self) -> tuple[tuple[str, ...], ...]:
        """Linters with a configuration."""
        found: list[tuple[str, ...]] = []
        if self.files & {"ruff.toml", ".ruff.toml"} or self.table("tool", "ruff"):
            found.append(("ruff", "check", "--no-cache", "--output-format=concise", "."))
        if ".flake8" in self.files or "[flake8]" in self.text("setup.cfg") + self.text("tox.ini"):
            found.append(("flake8",))
        return tuple(found)

    def type_checkers(self) -> tuple[tuple[str, ...], ...]:
        """Type checkers with a configuration."""
        found: list[tuple[str, ...]] = []
        mypy = self.table("tool", "mypy")
        ini = self.text("mypy.ini") + self.text(".mypy.ini") + self.text("setup.cfg")
        if mypy or "[mypy]" in ini:
            named = "files" in mypy or "packages" in mypy or re.search(r"^(files|packages)\s*=", ini, re.MULTILINE)
            found.append(("mypy", "--no-error-summary", *(() if named else (".",))))
        if "pyrightconfig.json" in self.files or self.table("tool", "pyright"):
            found.append(("pyright",))
        return tuple(found)


def _is_test_file(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith(".py") and (name.startswith("test") or name.endswith("_test.py"))


def _sh(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


def _quote(word: str) -> str:
    import shlex

    return shlex.quote(word)
