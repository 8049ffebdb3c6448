"""What `splat init` and `splat config explain` take: a look at a small and at a large repository of three runtimes.

The look is the part that grows with the repository; the rest of the command, which proposes everything and writes
nothing, is the start of Python and the libraries that place the lines.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from healer.edge.checkout import WorkingTree
from healer.setup.looks import look

if TYPE_CHECKING:
    from collections.abc import Callable

SPLAT = Path(sys.executable).parent / "splat"
SIZES = (200, 10_000)
LOOK_S = 1.0
APP = 'from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get("/")\ndef index():\n    return ""\n'
FILES = {
    "app/main.py": APP,
    "requirements.txt": "flask\n",
    "web/package.json": '{"dependencies": {"express": "4"}, "scripts": {"start": "node server.js"}}',
    "web/server.js": "const express = require('express');\nconst app = express();\napp.listen(3000);\n",
    "worker/go.mod": "module shop/worker\n\ngo 1.24\n",
    "worker/main.go": 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":80", nil)\n}\n',
}
MORE = (
    ("app/parts", ".py", '"""A part."""\n\n\ndef work(value):\n    return value + 1\n'),
    ("web/src", ".ts", "export const work = (value: number) => value + 1;\n"),
    ("worker/parts", ".go", "package parts\n\nfunc Work(value int) int { return value + 1 }\n"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="counted runs, after one that is not")
    runs = parser.parse_args().runs
    print(
        f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, medians of {runs} runs\n"
    )
    print("| tracked files | the look, s | limit, s | `splat init --offline`, s |\n| ---: | ---: | ---: | ---: |")
    slowest = 0.0
    with tempfile.TemporaryDirectory(prefix="splat-bench-") as folder:
        for size in SIZES:
            repo = repository(Path(folder) / str(size), size)
            seen = median(runs, lambda repo=repo: looked(repo))
            whole = median(runs, lambda repo=repo: proposed(repo))
            print(f"| {size:,} | {seen:.2f} | {LOOK_S} | {whole:.2f} |")
            slowest = max(slowest, seen)
        config = median(runs, lambda: splat(Path(folder), "config", "explain", "gate.labels"))
    print(f"\n`splat config explain`: {config:.2f} s")
    return 0 if slowest <= LOOK_S else 1


def repository(repo: Path, size: int) -> Path:
    texts = dict(FILES)
    for number in range(size - len(FILES)):
        folder, suffix, text = MORE[number % len(MORE)]
        texts[f"{folder}/m{number // 300:03}/f{number:05}{suffix}"] = text
    for path, text in texts.items():
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text(text)
    for arguments in (
        ("init", "--quiet", "--template=", "-b", "main"),
        ("remote", "add", "origin", "https://github.com/acme/shop.git"),
        ("add", "--all"),
        ("-c", "user.name=B", "-c", "user.email=b@example.com", "commit", "--quiet", "-m", "bench"),
    ):
        subprocess.run(["git", *arguments], cwd=repo, check=True)
    return repo


def looked(repo: Path) -> None:
    found = look(WorkingTree(repo))
    assert {service.frameworks for service in found.services} == {("flask",), ("express",), ("net/http",)}, found


def proposed(repo: Path) -> None:
    assert b"Nothing was written." in splat(repo, "init", "--offline")


def splat(where: Path, *arguments: str) -> bytes:
    done = subprocess.run([SPLAT, *arguments], cwd=where, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return done.stdout


def median(runs: int, work: Callable[[], object]) -> float:
    took = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took[1:])


if __name__ == "__main__":
    sys.exit(main())
