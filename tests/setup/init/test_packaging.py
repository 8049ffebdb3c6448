"""What only `splat init` needs comes with `pipx install splat-healer`, and not into a job of the action."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
OF_INIT = {"libcst", "questionary", "tomlkit"}


def needed(names: set[str], without: set[str]) -> set[str]:
    """These packages of the lock file and all that they need, on any Python."""
    lock = {each["name"]: each for each in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    found: set[str] = set()
    waiting = names - without
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= {each["name"] for each in lock[name].get("dependencies", ())} - found - without
    return found


def test_the_action_leaves_out_what_only_init_needs() -> None:
    with_all, without = needed({"splat-healer"}, set()), needed({"splat-healer"}, OF_INIT)
    assert with_all >= OF_INIT
    named = set(re.findall(r"--no-install-package (\S+)", (ROOT / "action.yml").read_text()))
    assert named == with_all - without


def test_the_workflow_comes_with_the_package() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    (source,) = (path for path, place in told["force-include"].items() if place == "healer/data/workflow.yml")
    assert (ROOT / source).read_text().startswith("# .github/workflows/splat.yml")
