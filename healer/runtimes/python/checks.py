"""How a Python project is set up and tested: pytest, unittest or Django's runner, with uv, poetry, pipenv or pip.

Set-up makes a virtual environment in the sandbox's HOME, and only where the project needs one: a project without
dependencies is tested with the interpreter as it is, off line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.runtimes.checks import RAISED, CheckPlan, TestRun, below, nearest
from healer.runtimes.python.install import setup
from healer.runtimes.python.project import MANIFESTS, Project
from healer.runtimes.results import own_results
from healer.runtimes.tools import tools

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_RESULTS = "results.jsonl"
_BOOT = """\
[ -d "$HOME/.splat-venv" ] && export VIRTUAL_ENV="$HOME/.splat-venv" PATH="$HOME/.splat-venv/bin:$PATH"
export PYTHONPATH="$SPLAT_TOOLS${PYTHONPATH:+:$PYTHONPATH}" PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0
"""
_ADDOPTS = (
    'export PYTEST_ADDOPTS="$PYTEST_ADDOPTS -p splat_pytest -p no:cacheprovider'
    ' --maxfail=0 --continue-on-collection-errors"\n'
)


def plan(files: Collection[str], read: Callable[[str], bytes | None], hint: str = "") -> CheckPlan | None:
    """How this repository is set up and tested; None when it has neither a manifest nor a test."""
    workdir = nearest(files, hint, MANIFESTS) or ""
    project = Project(workdir, below(files, workdir), read)
    runner = project.runner()
    if runner is None:
        return None
    suite = {
        "pytest": ("python3", "-m", "pytest"),
        "unittest": ("python3", "-m", "splat_unittest"),
        "django": ("python3", "manage.py", "test", "--noinput"),
    }[runner]
    lint, types = _linters(project), _type_checkers(project)
    return CheckPlan(
        runner,
        setup=setup(project, runner, [command[0] for command in lint + types]),
        suite=suite,
        single=suite,
        lint=lint,
        types=types,
        artefacts=(_RESULTS, RAISED),
        workdir=workdir,
        tools=tools("python"),
        boot=_BOOT + (_ADDOPTS if runner == "pytest" else "export SPLAT_UNITTEST=1\n") + _source_path(project),
        runtime="python",
    )


def one(plan: CheckPlan, path: str, name: str) -> tuple[str, ...] | None:
    """The command that runs the tests of one file whose name holds `name`'s last part; all where that is no test's."""
    inside = plan.inside(path)
    if inside is None or not plan.single:
        return None
    named = re.search(r"(?:^|[^\w])(test\w{1,200})(?:\[[^\n]*)?\s*$", name) if plan.runner == "pytest" else None
    module = inside.removesuffix(".py").replace("/", ".") if plan.runner == "django" else inside
    return (*plan.single, module, *(("-k", named[1]) if named else ()))


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


def _source_path(project: Project) -> str:
    """`src` before what is installed: a project that cannot be installed is found there, and no namesake before it."""
    has_source = any(path.startswith("src/") for path in project.files) and "src/__init__.py" not in project.files
    return 'export PYTHONPATH="$PYTHONPATH:$PWD/src"\n' if has_source else ""


def _linters(project: Project) -> tuple[tuple[str, ...], ...]:
    """Linters with a configuration."""
    found: list[tuple[str, ...]] = []
    if project.files & {"ruff.toml", ".ruff.toml"} or project.table("tool", "ruff"):
        found.append(("ruff", "check", "--no-cache", "--output-format=concise", "."))
    if ".flake8" in project.files or "[flake8]" in project.text("setup.cfg") + project.text("tox.ini"):
        found.append(("flake8",))
    return tuple(found)


def _type_checkers(project: Project) -> tuple[tuple[str, ...], ...]:
    """Type checkers with a configuration."""
    found: list[tuple[str, ...]] = []
    mypy = project.table("tool", "mypy")
    ini = project.text("mypy.ini") + project.text(".mypy.ini") + project.text("setup.cfg")
    if mypy or "[mypy]" in ini:
        named = "files" in mypy or "packages" in mypy or re.search(r"^(files|packages)\s*=", ini, re.MULTILINE)
        found.append(("mypy", "--no-error-summary", *(() if named else (".",))))
    if "pyrightconfig.json" in project.files or project.table("tool", "pyright"):
        found.append(("pyright",))
    return tuple(found)
