"""Go: the SDK of this repository in the place of the released one, then what `splat init` says to run."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from tests.heal.kit import ENVIRON

SDK = Path(__file__).resolve().parents[3] / "sdk" / "go"
MODULE = "github.com/splat-heal/splat/sdk/go"
PROGRAM = "crashing-app"


def prepare(root: Path, crash: dict[str, Any]) -> dict[str, str]:
    """`crash["package"]` becomes a program, in the folder `module` where that is not the top."""
    folder = root / crash.get("module", "")
    assert _go(folder, "fmt") == "", "what was written is not as gofmt has it"
    _go(folder, "mod", "edit", "-replace", f"{MODULE}={SDK}")
    _go(folder, "mod", "tidy")
    _go(folder, "vet", crash["package"])
    _go(folder, "build", "-o", PROGRAM, crash["package"])
    return {}


def _go(folder: Path, verb: str, *arguments: str) -> str:
    command = ["gofmt", "-l", "."] if verb == "fmt" else ["go", verb, *arguments]
    done = subprocess.run(command, cwd=folder, env=ENVIRON, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
