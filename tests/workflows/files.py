"""The YAML that users run, read as data."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXAMPLES = sorted((ROOT / "examples" / "workflows").glob("*.yml"))
ACTION = ROOT / "action.yml"
HEAL, OIDC = ROOT / ".github/workflows/heal.yml", ROOT / ".github/workflows/heal-oidc.yml"
CALLER = ROOT / "examples/workflows/splat.yml"


class _Loader(yaml.SafeLoader):
    """`on` is a word in YAML 1.2, as GitHub reads it."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:bool"]
    for letter, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", __import__("re").compile(r"true|false"), list("tf"))


@cache
def read(path: Path) -> Any:
    return yaml.load(path.read_text(), _Loader)


def jobs(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = read(path)["jobs"]
    return found


def steps(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step of a workflow or action, and where it stands."""
    if path == ACTION:
        yield from (("action", step) for step in read(path)["runs"]["steps"])
        return
    for name, job in jobs(path).items():
        yield from ((name, step) for step in job.get("steps", ()))


def program(name: str) -> str:
    """A program that scripts/setup-workflows has put under .tools, or that is on PATH."""
    own = ROOT / ".tools" / name
    found = str(own) if own.exists() else shutil.which(name)
    assert found, f"{name} is missing: run scripts/setup-workflows"
    return found
