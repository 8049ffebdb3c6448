"""The commands that install a Python project and what its tests need: uv, poetry, pipenv or pip.

A virtual environment is made in the sandbox's HOME, and only where the project needs one: a project without
dependencies is tested with the interpreter as it is, off line.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.runtimes.python.project import Project

_VENV = 'python3 -m venv "$HOME/.splat-venv"'
_PIP = '"$HOME/.splat-venv/bin/python" -m pip install -q --disable-pip-version-check'
_LOCKED = (
    ("poetry.lock", "poetry", "poetry install --no-interaction"),
    ("Pipfile.lock", "pipenv", "pipenv sync --dev"),
)


#: A version for those who read it from git's tags, of which the sandbox's tree has none; high, since others set minima.
_VERSION = "99.0"
_FROM_TAGS = {
    "hatch-vcs": "SETUPTOOLS_SCM_PRETEND_VERSION",
    "pbr": "PBR_VERSION",
    "pdm-backend": "PDM_BUILD_SCM_VERSION",
    "poetry-dynamic-versioning": "POETRY_DYNAMIC_VERSIONING_BYPASS",
    "uv-dynamic-versioning": "UV_DYNAMIC_VERSIONING_BYPASS",
}


def setup(project: Project, runner: str, linters: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Commands that install the project, what its tests need, and those linters that it names; () for nothing."""
    want = ["pytest"] if runner == "pytest" else []
    if "uv.lock" in project.files:
        extras = "".join(f" --extra {extra}" for extra in project.extras())
        groups = "".join(f" --group {group}" for group in project.groups())
        sync = f'UV_PROJECT_ENVIRONMENT="$HOME/.splat-venv" uv sync -q --frozen{extras}{groups}'
        fallback = _with_pip(project, want, linters)
        return (
            _sh("\n".join([*_versions(project), f"if command -v uv >/dev/null; then {sync} && exit 0; fi", fallback])),
        )
    for lock, tool, command in _LOCKED:
        if lock in project.files:
            own = f'python3 -m venv "$HOME/.splat-{tool}" && "$HOME/.splat-{tool}/bin/pip" install -q {tool}'
            run = f'PATH="$HOME/.splat-venv/bin:$PATH:$HOME/.splat-{tool}/bin"'
            enter = f'export VIRTUAL_ENV="$HOME/.splat-venv" {run}'
            locked = f"{_VENV} && {{ command -v {tool} >/dev/null || {{ {own}; }}; }} && {enter} && {command}"
            # A lock that this version, interpreter or index cannot follow is no reason to test nothing.
            return (_sh(f"( {locked} ) && exit 0\n{_with_pip(project, want, linters)}"),)
    if not project.needs_packages():
        offline = "python3 -c 'import pytest' 2>/dev/null"
        return (_sh(f"{offline} || {{ {_VENV} && {_PIP} pytest; }}"),) if want else ()
    return (_sh(_with_pip(project, want, linters)),)


def _with_pip(project: Project, want: Sequence[str], linters: Sequence[str]) -> str:
    """All in one call, so that nothing replaces the project by its published namesake, or a version by another.

    Where that fails (two files that contradict each other, one package that wants a compiler) each part is installed
    by itself, the project last: what then still is missing shows in the project's own tests.
    """
    parts = [f"-r {_quote(path)}" for path in project.requirements()]
    grouped = [*project.group_requirements(), *project.tool_requirements(), *project.tox_requirements()]
    named = _words([*grouped, *(item for item in project.pinned(linters) if item not in grouped)])
    extras = ",".join(project.extras())
    whole = f"-e {_quote(f'.[{extras}]' if extras else '.')}" if project.installable else ""
    at_once = " ".join([*parts, whole, *want, f"-- {named}" if named else ""])
    steps = [f"{_PIP} {part} && some=0" for part in parts]
    steps += [f"{_PIP} -- {named} && some=0"] if named else []
    if whole:
        dependencies = project.dependencies + project.extra_requirements()
        needed = f" || {_PIP} -- {_words(dependencies)}" if dependencies else ""
        steps.append(f"{{ {_PIP} {whole} || {_PIP} -e .{needed}; }} && some=0")
    steps += [f"{_PIP} {' '.join(want)} || exit 1"] if want else []
    alone = "echo 'pip could not install all at once; each part by itself:'"
    install = [f"{_VENV} || exit 1", f"{_PIP} {at_once} && exit 0", alone, "some=1", *steps, "exit $some"]
    return "\n".join([*_versions(project), *install])


def _versions(project: Project) -> list[str]:
    """What gives the project a version without git. Said of it alone where that can be: others are built here too."""
    asked = {name.replace("_", "-") for name in project.builders()}
    found = [f"export {variable}={_VERSION}" for tool, variable in _FROM_TAGS.items() if tool in asked]
    if "setuptools-scm" in asked:
        own = re.sub(r"[^A-Z0-9]+", "_", project.name.upper())
        found.append(f"export SETUPTOOLS_SCM_PRETEND_VERSION{f'_FOR_{own}' if own else ''}={_VERSION}")
    return found


def _sh(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


def _quote(word: str) -> str:
    return shlex.quote(word)


def _words(items: Sequence[str]) -> str:
    return " ".join(_quote(item) for item in items)
