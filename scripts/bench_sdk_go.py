"""
What the Go SDK costs an app, beside sentry-go and rollbar-go from the module proxy, in one run.

Each SDK is built into a program of its own, set up as its README says. Each figure comes from processes started in
turn, one SDK after the other, so that a busy moment meets all; servers stand side by side and are asked in turn. What
capturing takes is read from a clock, all else is CPU time of the whole process. Limits are shares of what sentry-go
takes by default in the same run.
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

from sdk_bench import figures, go_workload
from sdk_bench.figures import Floor, Limit
from sdk_bench.suite import Result, Suite, ran
from sdk_bench.tables import head, limit, middle, row

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent / "sdk_bench" / "go"
SDK = HERE.parent.parent.parent / "sdk" / "go"
BUILT = HERE.parent.parent.parent / ".venv-bench" / "go"
#: Ways to end, and how many errors were captured before.
HOW = {"end": 20, "exit": 20, "panic": 1, "goroutine": 1, "sigterm": 20, "sigkill": 20}
TABLES = ("start", "new", "again", "request", "burst", "exit")
FLOOR = Floor("none", "`runtime.Callers` and its names")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only", default=",".join(TABLES), help="comma-separated tables")
    options = parser.parse_args()
    set_up()
    go = subprocess.run(["go", "env", "GOVERSION"], capture_output=True, text=True, check=True).stdout.strip()
    load = os.getloadavg()[0]
    print(f"{platform.platform()}, {go}, {os.cpu_count()} cores, load {load:.1f}, {options.runs} runs")
    print(", ".join(line.strip() for line in (HERE / "go.mod").read_text().splitlines() if line.endswith(".0")))
    holds = [globals()["bench_" + name](options.runs) for name in options.only.split(",")]
    return 0 if all(holds) else 1


def set_up() -> None:
    """A program of each SDK, built anew in a copy of the folder: what Go notes of the others' files stays there."""
    shutil.rmtree(BUILT, ignore_errors=True)
    shutil.copytree(HERE, BUILT)
    go_workload.write(BUILT)
    replaced = {"github.com/splat-heal/splat/sdk/go": SDK, "example.org/library": "./library"}
    edits = [f"-replace={module}={place}" for module, place in replaced.items()]
    subprocess.run(["go", "mod", "edit", "-require=example.org/library@v0.0.0", *edits], cwd=BUILT, check=True)
    subprocess.run(["go", "mod", "tidy", "-e"], cwd=BUILT, check=True, capture_output=True)
    for name in (*SUITE.names, FLOOR.name):
        subprocess.run(["go", "build", f"-tags={name}", f"-o={name}", "."], cwd=BUILT, check=True)


@contextlib.contextmanager
def program() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sdk-bench-") as folder:
        yield Path(folder)


def command(sdk: str, task: str, url: str, folder: Path) -> list[str | Path]:
    return [BUILT / sdk, task, url, folder]


def child(sdk: str, task: str, url: str, folder: Path) -> Result:
    return ran(command(sdk, task, url, folder), silent=task in {*HOW, "next"})


SUITE = Suite(("splat", "sentry", "rollbar"), child, program)


def bench_start(runs: int) -> bool:
    results = SUITE.in_turn("start", 3 * runs, FLOOR.name)
    plain = results.pop(FLOOR.name)
    head("A program that does nothing but Init: more than without", "", "CPU ms", "memory MB", "program MB")
    size = (BUILT / FLOOR.name).stat().st_size
    more = {}
    for name, each in results.items():
        more[name] = [middle(each, key) - middle(plain, key) for key in ("ms", "mb")]
        row(name, *more[name], ((BUILT / name).stat().st_size - size) / 1e6)
    return limit("Init", more["splat"][0], max(more["sentry"][0], 1), "ms")


def bench_new(runs: int) -> bool:
    return figures.new(SUITE, runs, FLOOR, Limit(1.5), all_threads=1.5)


def bench_again(runs: int) -> bool:
    return figures.again(SUITE, max(1, runs // 2), FLOOR, Limit(1 / 6))


def bench_request(runs: int) -> bool:
    names = ("splat", "sentry")
    return figures.request(SUITE, names, "net/http", 30 * runs, lambda sdk, *more: command(sdk, "http", *more))


def bench_burst(runs: int) -> bool:
    return SUITE.burst(SUITE.names, memory=10, requests=6)


def bench_exit(runs: int) -> bool:
    return SUITE.exits(HOW)


if __name__ == "__main__":
    sys.exit(main())
