"""The workflows of `.github/workflows/`: what starts them, and what they are for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from healer.setup.looks.yaml_data import BrokenYamlError, read_yaml
from healer.setup.value import Workflow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.setup.looks.files import Files

FOLDER = ".github/workflows"
_MOST = 200
_SPLAT = re.compile(
    r"(?:splat-heal|[\w.-]{1,100})/splat(?:/\.github/workflows/heal(?:-oidc)?\.ya?ml|/action\.ya?ml)?@[\w./-]{1,200}"
)
_CHECKS = re.compile(
    r"\b(pytest|tox|nox|unittest|manage\.py test|jest|vitest|mocha|go (test|vet|build)|golangci|rspec|rake|rubocop"
    r"|rails test|phpunit|pest|phpstan|ruff|flake8|mypy|pyright|eslint|tsc|cypress|playwright|hatch (test|run)|ctest"
    r"|(npm|pnpm|yarn|bun)( run)?( -\w{1,20}){0,3}[ ](t|test|lint|check|ci|build)\b"
    r"|(make|just|task|uv run|poetry run)[ ]\S{0,80}"
    r"|(composer|bin/|scripts?/|\./)\S{0,60}(test|check|lint|ci)\S{0,40})",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b(ci|tests?|checks?|lint(ing)?|build|verify|quality)\b", re.IGNORECASE)
_NO_CI = re.compile(
    r"\b(release|publish|deploy(ment)?|stale|labeler|codeql|docs|pages|nightly|dependabot|splat)\b", re.I
)


def workflows(files: Files) -> tuple[Workflow, ...]:
    """Every workflow, ordered by path."""
    names = [name for name in files.folders.get(FOLDER, ()) if name.endswith((".yml", ".yaml"))]
    return tuple(_workflow(files, f"{FOLDER}/{name}") for name in names[:_MOST])


def _workflow(files: Files, path: str) -> Workflow:
    text = files.text(path)
    try:
        found = read_yaml(text)
        if not isinstance(found, dict):
            raise BrokenYamlError("it holds no table")
    except BrokenYamlError as error:
        files.broken(path, str(error))
        return Workflow(path, path, (), dispatch=False, ci=False, splat=bool(_SPLAT.search(text)), broken=str(error))
    named = found.get("name")
    triggers = tuple(_triggers(found.get("on")))
    steps = list(_steps(found.get("jobs")))
    splat = any(_SPLAT.fullmatch(uses) for uses, _ in steps if uses)
    name = named if isinstance(named, str) and named else path
    return Workflow(
        path,
        name[:200],
        triggers,
        "workflow_dispatch" in triggers,
        _is_ci(path, name, _on_code(found.get("on"), triggers), steps) and not splat,
        splat,
    )


def _triggers(on: Any) -> list[str]:
    if isinstance(on, str):
        return [on] if on else []
    return [name for name in on if isinstance(name, str)] if isinstance(on, (list, dict)) else []


def _on_code(on: Any, triggers: tuple[str, ...]) -> tuple[str, ...]:
    """The triggers, without a push of tags alone: such a workflow publishes, and no branch of Splat's starts it."""
    push = on.get("push") if isinstance(on, dict) else None
    if not isinstance(push, dict) or "tags" not in push or not {"branches", "branches-ignore"}.isdisjoint(push):
        return triggers
    return tuple(name for name in triggers if name != "push")


def _steps(jobs: Any) -> Iterator[tuple[str, str]]:
    """What each job and each of its steps uses, and runs."""
    for job in jobs.values() if isinstance(jobs, dict) else ():
        if not isinstance(job, dict):
            continue
        yield _text(job.get("uses")), ""
        steps = job.get("steps")
        for step in steps if isinstance(steps, list) else ():
            if isinstance(step, dict):
                yield _text(step.get("uses")), _text(step.get("run"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _is_ci(path: str, name: str, triggers: tuple[str, ...], steps: list[tuple[str, str]]) -> bool:
    """It runs on what is pushed or proposed, and it checks something, or its name says so."""
    if not {"push", "pull_request", "merge_group"} & set(triggers):
        return False
    words = f"{path.rpartition('/')[2]} {name}".replace("_", " ").replace("-", " ")
    if _NAMED.search(words):
        return True
    return not _NO_CI.search(words) and any(_CHECKS.search(run[:20_000]) for _, run in steps)
