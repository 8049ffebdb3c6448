"""What the PHP SDK costs an app, beside sentry-php, in one run.

sentry-php is not among Debian's packages: `--sentry DIR` is a folder in which `composer require sentry/sentry` was
done. Without it ours is measured beside what PHP itself offers: an exception, `getTraceAsString`, `error_log`. Each
figure comes from processes started in turn, so that a busy moment meets all. Figures are CPU time unless said
otherwise; limits are ratios to sentry-php's defaults in the same run, or to PHP's own means.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from sdk_bench import figures, fpm
from sdk_bench.figures import Floor, Limit
from sdk_bench.php import workload
from sdk_bench.servers import hanging, refused, sink
from sdk_bench.suite import Result, Suite, ran
from sdk_bench.tables import head, limit, row

if TYPE_CHECKING:
    from collections.abc import Iterator

PHP = Path(__file__).resolve().parent / "sdk_bench" / "php"
OURS, PEER = "splat", "sentry-php"
FLOOR = Floor("none", "`error_log`, `getTraceAsString`")
#: Ways to end, and how many errors were captured before.
HOW = {"end": 20, "exit": 20, "uncaught": 1, "fatal": 1, "fork": 20, "sigterm": 20, "sigkill": 20}
#: Seconds in which opcache keeps no file that was written just now.
PROTECTED = 2.5
#: What a request costs without the SDK: of sentry-php Composer's loader is not counted, which an app has anyway.
WITHOUT = {OURS: "none", PEER: "composer"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="start,new,again,request,answer,burst,exit", help="comma-separated tables")
    parser.add_argument("--sentry", default="", metavar="DIR", help="where `composer require sentry/sentry` was done")
    options = parser.parse_args()
    sentry = str(Path(options.sentry).resolve()) if options.sentry else ""
    print(f"{platform.platform()}, PHP {php('PHP_VERSION')}, {os.cpu_count()} cores, {options.runs} runs")
    print(f"sentry-php {version(sentry)}")
    names = (OURS, PEER) if sentry else (OURS,)
    suite = Suite(names, lambda *what: child(*what, sentry), program)
    tables = {
        "start": lambda: figures.start(suite, options.runs, Limit(1 / 10), 1),
        "new": lambda: figures.new(suite, options.runs, FLOOR, Limit(3, 500), 3),
        "again": lambda: figures.again(suite, max(1, options.runs // 2), FLOOR, Limit(1 / 20, 4)),
        "request": lambda: requests(names, options.runs, sentry),
        "answer": lambda: answers(names, sentry),
        "burst": lambda: suite.burst(names, memory=5, requests=8),
        "exit": lambda: suite.exits(HOW),
    }
    holds = [tables[name]() for name in options.only.split(",")]
    return 0 if all(holds) else 1


def php(code: str) -> str:
    return subprocess.run(["php", "-r", f"echo {code};"], capture_output=True, text=True, check=True).stdout


def version(sentry: str) -> str:
    if not sentry:
        return "is not measured: give --sentry DIR, where `composer require sentry/sentry` was done"
    return php(f"(require '{sentry}/vendor/autoload.php') ? Sentry\\Client::SDK_VERSION : ''")


def child(sdk: str, task: str, url: str, folder: Path, sentry: str) -> Result:
    return ran(["php", PHP / "child.php", sdk, task, url, folder, sentry], silent=task in {*HOW, "next"})


@contextlib.contextmanager
def program() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sdk-bench-") as folder:
        workload.write(Path(folder))
        yield Path(folder)


@contextlib.contextmanager
def serving(kind: str, sdk: str, url: str, sentry: str) -> Iterator[fpm.Server]:
    with program() as folder:
        environ = {"BENCH_SDK": sdk, "BENCH_URL": url, "BENCH_FOLDER": str(folder), "BENCH_SENTRY": sentry or "-"}
        server = fpm.fpm if kind == "php-fpm" else fpm.built_in
        with server(PHP / "request.php", folder, environ) as served:
            yield served


def requests(names: tuple[str, ...], runs: int, sentry: str) -> bool:
    """On php-fpm with opcache: requests that succeed, and requests that all fail with one error."""
    head("A request on php-fpm, opcache on", "", "without, us", *(f"{name}, us more" for name in names))
    holds = True
    everyone = [*names, *{WITHOUT[name] for name in names}]
    for what, path, times, share in (("succeeds", "/ok", 400, 1 / 5), ("fails with one error", "/7", 100, 1)):
        with contextlib.ExitStack() as stack:
            url = stack.enter_context(sink())
            servers = {name: stack.enter_context(serving("php-fpm", name, url, sentry)) for name in everyone}
            time.sleep(PROTECTED)
            for each in servers.values():
                rounds(each, path, 20)
            took = {name: [] for name in everyone}
            for _ in range(runs * 2):
                for name, each in servers.items():
                    took[name].append(rounds(each, path, times))
        # What else runs makes a round longer, never shorter.
        added = {name: min(took[name]) - min(took[WITHOUT[name]]) for name in names}
        row(what, min(took["none"]), *added.values())
        most = added[PEER] * share if PEER in names else min(took["none"]) * (1 if path == "/ok" else 8)
        holds &= limit(f"a request that {what}", added[OURS], most, "us")
    return holds


def rounds(server: fpm.Server, path: str, times: int) -> float:
    """Microseconds of CPU of one request."""
    before = server.cpu()
    for _ in range(times):
        server.get(path)
    return (server.cpu() - before) / times


def answers(names: tuple[str, ...], sentry: str) -> bool:
    """How long who asked waits for the answer of a request that fails: a new error each."""
    head("Until a failed request is answered, ms", "", *(f"{name}: first, then median" for name in ("none", *names)))
    holds = True
    for kind in ("php-fpm", "php -S"):
        for collector in (sink, hanging, refused):
            cells = []
            for name in ("none", *names):
                with collector() as url, serving(kind, name, url, sentry) as server:
                    server.get("/ok")
                    first, *more = (waited(server, f"/{number}") for number in range(7))
                cells.append(f"{first:.0f}, {median(more):.0f}")
                if name == OURS:
                    holds &= max(first, median(more)) < (1_000 if kind == "php-fpm" else 2_500)
            row(f"{kind}, {collector.__name__}", *cells)
    print(f"\n{'ok  ' if holds else 'OVER'} nobody waits for delivery on php-fpm, nor longer than 2 s elsewhere")
    return holds


def waited(server: fpm.Server, path: str) -> float:
    began = time.monotonic()
    server.get(path)
    return (time.monotonic() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
