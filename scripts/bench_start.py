"""From a job's start to the first line of healing, cold: what action.yml does in the phase `heal`, step by step.

A runner already has the files (actions/checkout, not measured). Every cache is empty: uv itself, the packages and, as
root, bubblewrap come from the registries.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
UV_VERSION = "0.13.8"
LIMIT = 15.0


def main() -> int:
    runs = [once() for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3)]
    for name in runs[0]:
        print(f"{name:<60} {statistics.median(run[name] for run in runs):6.2f} s")
    totals = [sum(run.values()) for run in runs]
    print(f"{'together, median (worst)':<60} {statistics.median(totals):6.2f} s ({max(totals):.2f} s)")
    return int(statistics.median(totals) > LIMIT)


def once() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shop = repository(folder)
        run([sys.executable, "-m", "venv", folder / "pip"], folder)
        steps: dict[str, Callable[[], None]] = {
            "bubblewrap from Debian's registry (as root only)": install_bubblewrap,
            "scripts/setup-sandbox, where bubblewrap is there": lambda: run([ROOT / "scripts/setup-sandbox"], folder),
            "uv itself, from PyPI (setup-uv takes it from GitHub)": lambda: install_uv(folder),
            "uv sync with an empty cache": lambda: install_splat(folder),
            "python -m healer heal, up to its first line": lambda: first_line(folder, shop),
        }
        return {name: timed(step) for name, step in steps.items()}


def timed(step: Callable[[], None]) -> float:
    began = time.monotonic()
    step()
    return time.monotonic() - began


def run(command: list[object], folder: Path, **environ: str) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "VIRTUAL_ENV"))}
    subprocess.run(list(map(str, command)), cwd=folder, env=env | environ, check=True, capture_output=True)


def install_bubblewrap() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        run(["apt-get", "clean"], ROOT)
        run(["apt-get", "install", "-y", "-qq", "--reinstall", "--no-install-recommends", "bubblewrap"], ROOT)


def install_uv(folder: Path) -> None:
    own = ["--no-cache-dir", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile"]
    run(
        [folder / "pip/bin/python", "-m", "pip", "install", *own, "--target", folder / "uv", f"uv=={UV_VERSION}"],
        folder,
    )


def install_splat(folder: Path) -> None:
    words = ["sync", "--quiet", "--locked", "--no-config", "--no-dev", "--group", "build", "--no-editable"]
    own = ["--no-build-isolation-package", "splat-healer", "--project", ROOT]
    places = {"UV_PROJECT_ENVIRONMENT": str(folder / "venv"), "UV_CACHE_DIR": str(folder / "cache")}
    run([folder / "uv/bin/uv", *words, *own], folder, **places)


def repository(folder: Path) -> Path:
    shop = folder / "shop"
    shutil.copytree(ROOT / "examples/shop", shop)
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    for words in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-q", "-m", "the shop")):
        run(["git", *words], shop)
    crash = [sys.executable, "-B", "-m", "shop", "orders/friday.json"]
    done = subprocess.run(crash, cwd=shop, capture_output=True, text=True, check=False)
    (folder / "crash.log").write_text(done.stderr)
    return shop


def first_line(folder: Path, shop: Path) -> None:
    """Until it says what it is doing; then it is ended."""
    command = [
        folder / "venv/bin/python",
        "-I",
        "-m",
        "healer",
        "heal",
        "--trace",
        folder / "crash.log",
        "--repo",
        shop,
    ]
    env = {**os.environ, "ANTHROPIC_API_KEY": "nobody", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}
    with subprocess.Popen(
        list(map(str, command)), cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        process.terminate()
    assert line.startswith("splat:"), line


if __name__ == "__main__":
    sys.exit(main())
