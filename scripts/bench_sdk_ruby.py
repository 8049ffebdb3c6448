"""What the Ruby SDK costs an app, beside sentry-ruby, in one run.

sentry-ruby is Debian's (`ruby-sentry-ruby-core`), or what is in the folder of `--sentry`. Each figure comes from
processes started in turn, one SDK after the other, so that a busy moment meets all. Figures are CPU time of the app's
own thread unless said otherwise; limits are ratios to sentry-ruby's defaults in the same run.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sdk_bench import figures
from sdk_bench.figures import Floor, Limit
from sdk_bench.ruby import workload
from sdk_bench.suite import Result, Suite, ran
from sdk_bench.tables import head, limit, middle, row

if TYPE_CHECKING:
    from collections.abc import Iterator

CHILD = Path(__file__).resolve().parent / "sdk_bench" / "ruby" / "child.rb"
OURS, PEER = "splat", "sentry-ruby"
FLOOR = Floor("none", "`full_message`")
#: Ways to end, and how many errors were captured before.
HOW = {"end": 20, "uncaught": 1, "thread": 1, "fork": 20, "exit!": 20, "sigterm": 20, "sigkill": 20}
#: Kinds of app, and the share that ours may take of what sentry-ruby adds.
REQUESTS = {"rack": 1 / 10, "sinatra": 1 / 5}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="start,new,again,request,burst,exit", help="comma-separated tables")
    parser.add_argument("--sentry", default="", metavar="DIR", help="a sentry-ruby to measure, instead of Debian's")
    options = parser.parse_args()
    told = ["ruby", "-e", "puts RUBY_VERSION"]
    ruby = subprocess.run(told, capture_output=True, text=True, check=True).stdout.strip()
    print(f"{platform.platform()}, Ruby {ruby}, {os.cpu_count()} cores, {options.runs} runs")
    print(f"sentry-ruby {version(options.sentry)}")
    suite = Suite((OURS, PEER), lambda *what: child(*what, options.sentry), program)
    tables = {
        "start": lambda: figures.start(suite, options.runs, Limit(1 / 4), 6),
        "new": lambda: figures.new(suite, options.runs, FLOOR, Limit(2 / 3), 2),
        "again": lambda: figures.again(suite, max(1, options.runs // 2), FLOOR, Limit(1 / 10)),
        "request": lambda: request(suite, options.runs),
        "burst": lambda: suite.burst(suite.names, memory=5, requests=6),
        "exit": lambda: suite.exits(HOW),
    }
    holds = [tables[name]() for name in options.only.split(",")]
    return 0 if all(holds) else 1


def child(sdk: str, task: str, url: str, folder: Path, sentry: str) -> Result:
    return ran(["ruby", CHILD, sdk, task, url, folder, sentry], silent=task in {*HOW, "next"})


@contextlib.contextmanager
def program() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sdk-bench-") as folder:
        workload.write(Path(folder))
        yield Path(folder)


def version(folder: str) -> str:
    """Of the sentry-ruby that is measured; ends the program where there is none."""
    load = ["-I", f"{folder}/lib"] if folder else []
    show = ["ruby", *load, "-e", 'require "sentry-ruby"; puts Sentry::VERSION']
    done = subprocess.run(show, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit("bench: no sentry-ruby. Install Debian's ruby-sentry-ruby-core, or give --sentry DIR.")
    return done.stdout.strip()


def request(suite: Suite, runs: int) -> bool:
    head("A request that succeeds", "", "without, us", *(f"{sdk}, us more" for sdk in suite.names))
    holds = True
    for kind, share in REQUESTS.items():
        results = suite.in_turn(kind, runs)
        added = {sdk: middle(each, "added") for sdk, each in results.items()}
        row(kind, middle(results[OURS], "plain"), *added.values())
        holds &= limit(f"{kind} request", added[OURS], added[PEER] * share, "us")
    return holds


if __name__ == "__main__":
    sys.exit(main())
