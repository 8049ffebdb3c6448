"""How a service is set up and tested: what the engine's sandbox would run, and the same in a person's words."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from healer.runtimes import check_reader
from healer.setup.looks.files import join
from healer.setup.value import Tests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.runtimes.checks import CheckPlan
    from healer.setup.looks.files import Files
    from healer.setup.value import Service

_INSTALLS: Mapping[str, str] = {
    "uv": "uv sync",
    "poetry": "poetry install",
    "pdm": "pdm install",
    "pipenv": "pipenv sync --dev",
    "hatch": "pip install -e .",
    "go": "go mod download",
    "bundler": "bundle install",
    "composer": "composer install",
}
_JAVASCRIPT = {
    "npm": ("npm ci", "npm install"),
    "pnpm": ("pnpm install --frozen-lockfile", "pnpm install"),
    "yarn": ("yarn install --immutable", "yarn install"),
    "bun": ("bun install --frozen-lockfile", "bun install"),
}
_RUNS: Mapping[str, str] = {
    "pytest": "pytest",
    "unittest": "python -m unittest",
    "django": "python manage.py test",
    "go test": "go test ./...",
    "rspec": "bundle exec rspec",
    "minitest": "bundle exec rake test",
    "phpunit": "vendor/bin/phpunit",
}
#: What a plan looks for although others wrote it.
_KEPT = ("vendor/modules.txt", "vendor/autoload.php")


def tests(files: Files, service: Service) -> Tests | None:
    """The plan of a service, None where nothing says how it is tested."""
    # Only what lies in the service, or right above it, can matter: of ten thousand files that is most often little.
    near = _near(files, service.path)
    hint = service.manifest or join(service.path, "-")

    def read(path: str) -> bytes | None:
        return files.text(path).encode() if path in near else None

    plan = check_reader(service.runtime).plan(near, read, hint)
    return Tests(plan, _setup(files, service), _run(files, service, plan)) if plan is not None else None


def _near(files: Files, folder: str) -> frozenset[str]:
    found = {path for name in _KEPT if (path := join(folder, name)) in files.tracked}
    if not folder:
        return files.all | found
    found.update(files.below(folder))
    while folder:
        folder = posixpath.dirname(folder)
        found |= {join(folder, name) for name in files.folders.get(folder, ())}
    return frozenset(found)


def _setup(files: Files, service: Service) -> tuple[str, ...]:
    manager = service.manager
    if manager is None:
        return ()
    if manager == "yarn" and "# yarn lockfile v1" in files.text(service.lock)[:200]:
        return ("yarn install --frozen-lockfile",)
    if manager in _JAVASCRIPT:
        return (_JAVASCRIPT[manager][0 if service.lock else 1],)
    if manager == "go":
        return (_INSTALLS[manager],) if service.lock else ()
    if manager != "pip":
        return (_INSTALLS[manager],)
    inside = service.manifest.removeprefix(f"{service.path}/" if service.path else "")
    if inside.endswith((".txt", ".in")):
        return (f"pip install -r {inside.removesuffix('.in')}{'.txt' if inside.endswith('.in') else ''}",)
    return ("pip install -e .",) if inside else ()


def _run(files: Files, service: Service, plan: CheckPlan) -> str:
    if service.runtime == "javascript":
        scripts = files.json(service.manifest).get("scripts") if service.manifest else None
        if service.manager is None or not (isinstance(scripts, dict) and scripts.get("test")):
            return plan.runner if plan.runner.startswith("node") else f"npx {plan.runner}"
        return "bun run test" if service.manager == "bun" else f"{service.manager} test"
    if plan.runner == "minitest" and "rails" in service.frameworks:
        return "bin/rails test"
    run = plan.runner if service.manager is None and service.runtime == "php" else _RUNS.get(plan.runner, plan.runner)
    return f"{service.manager} run {run}" if service.manager in ("uv", "poetry", "pdm", "pipenv") else run
