"""The plan of the house: an import never runs upwards, and only the edge touches the world."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import healer

ROOT = Path(healer.__file__).parent
#: From the ground up; rooms on one floor may use each other.
FLOORS = (
    {"frames", "signature", "outcome", "redact", "markdown", "__init__"},
    {"runtimes", "settings", "event", "policy", "data"},
    {"report", "unwrap"},
    {"gate"},
    {"ci"},
    {"triage", "context"},
    {"proposal", "prompts"},
    {"patch"},
    {"verdict"},
    {"confidence"},
    {"pull_request"},
    {"handover"},
    {"delivery"},
    {"after"},
    {"setup"},
    {"status", "doctor"},
    {"pipeline", "edge", "testing"},
    {"cli", "__main__"},
)
#: What reaches the world. A stage that needs it takes a Protocol instead.
OUTSIDE = ("socket", "subprocess", "urllib.request", "http", "shutil", "tempfile", "anthropic", "github", "httpx")
#: What stands in a runtime's `tools` runs inside the sandbox, beside the tests, not in the house.
MODULES = sorted(path for path in ROOT.rglob("*.py") if "tools" not in path.relative_to(ROOT).parts[:-1])


def floor_of(room: str) -> int:
    for number, rooms in enumerate(FLOORS):
        if room in rooms:
            return number
    raise AssertionError(f"healer/{room} stands on no floor: give it one in tests/test_floors.py and CONTRIBUTING.md")


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path: Path) -> list[str]:
    """Dotted names of everything a module imports, wherever in it, also only for types."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: absolute imports only"
            found += [f"{node.module}.{name.name}" for name in node.names]
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_import_never_runs_upwards(path: Path) -> None:
    mine = floor_of(room_of(path))
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] == "healer" and len(parts) > 1 and parts[1] not in ("__version__", "REPOSITORY"):
            assert floor_of(parts[1]) <= mine, f"{path.relative_to(ROOT)} imports {name} from a floor above"


@pytest.mark.parametrize(
    "path",
    # What stands in a runtime's `tools` runs inside the sandbox, beside the tests, not in the house.
    [
        path
        for path in MODULES
        if room_of(path) not in {"edge", "cli", "testing", "__main__"} and "tools" not in path.parts
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_stage_never_reaches_the_world(path: Path) -> None:
    reached = [name for name in imports_of(path) if f"{name}.".startswith(tuple(f"{root}." for root in OUTSIDE))]
    assert not reached, f"{path.relative_to(ROOT)} imports {reached}: give it a Protocol and implement it in edge/"


def test_modules_stay_readable() -> None:
    """About 100 lines, rarely past 300: a room that gets crowded is redesigned."""
    crowded = {
        str(path.relative_to(ROOT)): count for path in MODULES if (count := len(path.read_text().splitlines())) > 420
    }
    assert not crowded, crowded


def test_functions_stay_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (node.end_lineno or 0) - node.lineno >= 70
    ]
    assert not long, long
