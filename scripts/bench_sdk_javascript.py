"""
What the JavaScript SDK costs an app, beside Sentry's, bugstack's, Rollbar's and Bugsnag's from npm, in one run.

Each SDK is set up as its README says. Each figure comes from processes started in turn, one SDK after the other, so
that a busy moment meets all; servers stand side by side and are asked in turn. What capturing takes is read from a
clock, all else is CPU time of the whole process. Limits are shares of what @sentry/node takes by default in the run.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sdk_bench import figures
from sdk_bench.figures import Floor, Limit
from sdk_bench.suite import Result, Suite, ran

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent / "sdk_bench" / "javascript"
SDK = HERE.parent.parent.parent / "sdk" / "javascript"
MODULES = HERE.parent.parent.parent / ".venv-bench" / "javascript"
#: Ways to end, and how many errors were captured before.
HOW = {"end": 20, "exit": 20, "uncaught": 1, "rejection": 1, "sigterm": 20, "sigkill": 20}
TABLES = ("start", "new", "again", "request", "burst", "exit")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only", default=",".join(TABLES), help="comma-separated tables")
    options = parser.parse_args()
    set_up()
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    load = os.getloadavg()[0]
    print(f"{platform.platform()}, Node {node}, {os.cpu_count()} cores, load {load:.1f}, {options.runs} runs")
    print((HERE / "package.json").read_text().partition('"dependencies": ')[2].partition("}")[0].strip("{ \n"))
    holds = [globals()["bench_" + name](options.runs) for name in options.only.split(",")]
    return 0 if all(holds) else 1


def set_up() -> None:
    """The others, installed once for each manifest; this project's beside them, as it was built."""
    manifest = MODULES / "package.json"
    MODULES.mkdir(parents=True, exist_ok=True)
    if not manifest.exists() or manifest.read_bytes() != (HERE / "package.json").read_bytes():
        shutil.rmtree(MODULES / "node_modules", ignore_errors=True)
        shutil.copy(HERE / "package.json", MODULES / "new.json")
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        with tempfile.TemporaryDirectory(dir=MODULES) as folder:
            shutil.copy(HERE / "package.json", folder)
            subprocess.run(install, cwd=folder, check=True)
            (Path(folder) / "node_modules").rename(MODULES / "node_modules")
        (MODULES / "new.json").rename(manifest)
    ours = MODULES / "node_modules" / "@splat-heal" / "sdk"
    ours.parent.mkdir(exist_ok=True)
    ours.unlink(missing_ok=True)
    ours.symlink_to(SDK)


@contextlib.contextmanager
def program() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sdk-bench-") as folder:
        subprocess.run(command("none", "write", "", Path(folder)), check=True)
        yield Path(folder)


def command(sdk: str, task: str, url: str, folder: Path) -> list[str | Path]:
    return ["node", HERE / "child.cjs", sdk, task, url, folder, MODULES]


def child(sdk: str, task: str, url: str, folder: Path) -> Result:
    return ran(command(sdk, task, url, folder), silent=task in {*HOW, "next"})


SUITE = Suite(("splat", "sentry", "bugstack", "rollbar", "bugsnag"), child, program)
FLOOR = Floor("none", "`error.stack`")


def bench_start(runs: int) -> bool:
    return figures.start(SUITE, runs, Limit(1 / 10), megabytes=10)


def bench_new(runs: int) -> bool:
    return figures.new(SUITE, runs, FLOOR, Limit(1), all_threads=1)


def bench_again(runs: int) -> bool:
    return figures.again(SUITE, max(1, runs // 2), FLOOR, Limit(1 / 4))


def bench_request(runs: int) -> bool:
    names = ("splat", "sentry", "bugstack", "rollbar")
    return figures.request(SUITE, names, "Express", 30 * runs, lambda sdk, *more: command(sdk, "express", *more))


def bench_burst(runs: int) -> bool:
    return SUITE.burst(("splat", "sentry", "bugstack", "rollbar"), memory=10, requests=6)


def bench_exit(runs: int) -> bool:
    return SUITE.exits(HOW)


if __name__ == "__main__":
    sys.exit(main())
