"""Splat's own time and memory: the demo's bug in a small and in a large repository, healed several times.

Own time is wall time without waiting for Claude and without the project's own commands. Claude is a scripted server on
loopback that takes `--think` seconds for its answer, as a real one would: what Splat does meanwhile costs nobody time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from healer.testing import Answer, ScriptedClaude

HERE = Path(__file__).resolve().parent.parent
SPLAT = Path(sys.executable).parent / "splat"
LIMITS = {200: 0.8, 10_000: 1.5}
MEMORY_MB, VERSION_MS, TOKENS = 200, 150, 6_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="counted runs a repository, after one that is not")
    parser.add_argument("--think", type=float, default=2.0, help="seconds the scripted Claude takes to answer")
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, {options.runs} runs\n")
    held = [version(options.runs)]
    for files, limit in LIMITS.items():
        held.append(measure(files, limit, options.runs, options.think))
    return 0 if all(held) else 1


def version(runs: int) -> bool:
    took = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        subprocess.run([SPLAT, "--version"], check=True, capture_output=True)
        took.append((time.perf_counter() - began) * 1000)
    return show("splat --version", statistics.median(took[1:]), VERSION_MS, "ms")


def measure(files: int, limit: float, runs: int, think: float) -> bool:
    answer = json.loads((HERE / "examples/recorded/shop.json").read_text())
    results, peaks, tokens = [], [], 0
    with tempfile.TemporaryDirectory(prefix="splat-bench-") as folder:
        repo = repository(Path(folder) / "shop", files)
        for _ in range(runs + 1):
            shutil.rmtree(repo / ".splat", ignore_errors=True)
            git(repo, "for-each-ref", "--format=delete %(refname)", "refs/heads/splat", then=("update-ref", "--stdin"))
            with ScriptedClaude([Answer(answer, seconds=think)]) as server:
                told, peak = heal(repo, server.url)
                tokens = sum(len(json.dumps(request)) for request in server.requests) // 4
            results.append(told)
            peaks.append(peak)
    print(f"\n{files:,} tracked files: stage by stage, median of {runs} runs (own seconds / all seconds)\n")
    table(results[1:])
    own = statistics.median(result["seconds"]["own"] for result in results[1:])
    print()
    held = show("own time", own, limit, "s")
    held &= show("peak memory", max(peaks[1:]), MEMORY_MB, "MB")
    return show("tokens sent (4 characters each, all of the request)", tokens, TOKENS, "") and held


def repository(repo: Path, files: int) -> Path:
    shutil.copytree(HERE / "examples" / "shop", repo, ignore=shutil.ignore_patterns("__pycache__"))
    for number in range(files - sum(1 for path in repo.rglob("*") if path.is_file())):
        path = repo / "lib" / f"part{number // 100:03}" / f"module{number:05}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'"""Module {number}."""\n\n\ndef work_{number}(value):\n    return value + {number}\n' * 5)
    git(repo, "init", "--quiet", "--template=")
    git(repo, "add", "--all")
    git(repo, "-c", "user.name=B", "-c", "user.email=b@example.com", "commit", "--quiet", "-m", "bench")
    program = [sys.executable, "-B", "-m", "shop", "orders/friday.json"]
    crash = subprocess.run(program, cwd=repo, capture_output=True, check=False).stderr
    (repo.parent / "crash.log").write_bytes(crash)
    return repo


def git(repo: Path, *arguments: str, then: tuple[str, ...] = ()) -> None:
    done = subprocess.run(["git", *arguments], cwd=repo, check=True, capture_output=True)
    if then:
        subprocess.run(["git", *then], cwd=repo, check=True, input=done.stdout)


def heal(repo: Path, url: str) -> tuple[dict[str, Any], float]:
    """The run's own result, and the peak memory in MB of the largest process in it."""
    environ = {**os.environ, "ANTHROPIC_API_KEY": "scripted", "ANTHROPIC_BASE_URL": url}
    command = [str(SPLAT), "heal", "--trace", str(repo.parent / "crash.log"), "--repo", str(repo), "--json"]
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, env=environ)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        out.seek(0)
        told = json.loads(out.read())
    if status:
        raise SystemExit(f"bench: the healing failed: {told}")
    timings = json.loads((Path(told["run"]) / "timings.json").read_text())
    # Seen from outside: the interpreter's start and end are Splat's own time too.
    told["seconds"]["own"] += wall - told["seconds"]["wall"]
    told["seconds"]["wall"] = wall
    return told | {"stages": timings["stages"]}, usage.ru_maxrss / 1024


def table(results: list[dict[str, Any]]) -> None:
    print("| stage | own | all |\n| --- | ---: | ---: |")
    for name in dict.fromkeys(stage["stage"] for result in results for stage in result["stages"]):
        rows = [stage for result in results for stage in result["stages"] if stage["stage"] == name]
        own, wall = (statistics.median(row[key] for row in rows) for key in ("own", "seconds"))
        print(f"| {name} | {own:.3f} | {wall:.3f} |")
    for key in ("claude", "commands", "own", "wall"):
        print(f"| *{key}* | | {statistics.median(result['seconds'][key] for result in results):.3f} |")


def show(name: str, value: float, limit: float, unit: str) -> bool:
    held = value <= limit
    print(f"{'ok  ' if held else 'OVER'} {name}: {value:.2f} {unit} (limit {limit} {unit})")
    return held


if __name__ == "__main__":
    sys.exit(main())
