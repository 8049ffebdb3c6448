"""Node: what `npm install` would leave is put together from the SDK's own build and its tests' frameworks."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.heal.kit import ENVIRON

SDK = Path(__file__).resolve().parents[3] / "sdk" / "javascript"
FRAMEWORKS = SDK / "tests" / "frameworks"
BROWSER = SDK / "tests" / "browser"
#: Where a project's modules are found, the first one that has them.
_HELD = [place / "node_modules" for place in (FRAMEWORKS, SDK, BROWSER)]
TOOLS = ":".join(str(place / "node_modules" / ".bin") for place in (SDK, BROWSER))


def prepare(root: Path, crash: dict[str, Any]) -> dict[str, str]:
    """`crash["modules"]`: names as the app requires them, and as the SDK's folders have them; where
    that is "", all of the folder of that name. `crash["build"]` is run then.
    """
    top = root / crash.get("workdir", "")
    modules = top / "node_modules"
    _copy(modules / "@splat-heal" / "sdk")
    for name, own in crash["modules"].items():
        for each in [_held(own)] if own else sorted((_folder(name) / "node_modules").iterdir()):
            _link(modules / (name if own else each.name), each)
    environ = {"PATH": f"{TOOLS}:{ENVIRON['PATH']}", "NODE_ENV": "production"}
    if "build" in crash:
        done = subprocess.run(
            crash["build"], cwd=top, env=ENVIRON | environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return environ


def _folder(name: str) -> Path:
    return BROWSER if name == BROWSER.name else FRAMEWORKS / name


def _held(name: str) -> Path:
    return next(place / name for place in _HELD if (place / name).exists())


def _copy(place: Path) -> None:
    """As a user gets it: what package.json lists under `files`."""
    place.mkdir(parents=True)
    shutil.copy(SDK / "package.json", place)
    shutil.copytree(SDK / "dist", place / "dist")


def _link(place: Path, target: Path) -> None:
    """Folders of a scope are made anew: the SDK's own is one."""
    if target.name.startswith("@"):
        for each in target.iterdir():
            _link(place / each.name, each)
    elif not target.name.startswith("."):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
