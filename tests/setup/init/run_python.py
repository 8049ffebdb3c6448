"""Python: the SDK is installed beside the frameworks already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.heal.kit import ENVIRON

BIN = Path(__file__).resolve().parents[3] / "sdk" / "python" / ".venv-new" / "bin"


def prepare(root: Path, crash: dict[str, Any]) -> dict[str, str]:
    """The environment that a project's app runs in. Shapes of `crash`: tests/apps/init/*.json."""
    return {"PATH": f"{BIN}:{ENVIRON['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
