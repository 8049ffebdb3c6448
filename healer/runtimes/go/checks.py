"""How a Go module is set up and tested: `go test -json`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.runtimes.checks import RAISED, CheckPlan, TestResult, TestRun, TestStatus, below, nearest
from healer.runtimes.go import observer
from healer.runtimes.results import json_lines, run_of, stable, text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_RESULTS = "go.jsonl"
_BOOT = 'export GOTOOLCHAIN=local GOFLAGS="-buildvcs=false $GOFLAGS"'
# go marks the lines of its own protocol with a control character, so that what a test prints is not taken for them.
_TEST = 'go test -json -count=1 "$@" > "$SPLAT_RESULTS/go.jsonl"'
_STATUSES: dict[str, TestStatus] = {"pass": "passed", "fail": "failed", "skip": "skipped"}
_MOST_OUTPUT = 20_000


def plan(files: Collection[str], read: Callable[[str], bytes | None], hint: str = "") -> CheckPlan | None:
    """How this repository is set up and tested; None when it has no go.mod."""
    workdir = nearest(files, hint, ("go.mod",))
    if workdir is None:
        return None
    inside = below(files, workdir)
    download = () if "go.sum" not in inside or "vendor/modules.txt" in inside else (("go", "mod", "download"),)
    configured = any(re.fullmatch(r"\.golangci\.(ya?ml|toml|json)", path) for path in inside)
    return CheckPlan(
        "go test",
        # Compiling once here saves every later run from it: each starts from what the set-up left.
        setup=(*download, ("sh", "-c", "go test -count=1 -run '^$' ./... >/dev/null 2>&1 || true")),
        suite=_go_test("./..."),
        single=_go_test(),
        lint=(("golangci-lint", "run"),) if configured else (),
        artefacts=(_RESULTS, RAISED),
        workdir=workdir,
        boot=_BOOT,
        runtime="go",
    )


def _go_test(*arguments: str) -> tuple[str, ...]:
    return ("sh", "-c", _TEST, "sh", *arguments)


def one(plan: CheckPlan, path: str, name: str) -> tuple[str, ...] | None:
    """The command that runs one test of the package that a test file belongs to."""
    inside = plan.inside(path)
    if inside is None or not plan.single:
        return None
    folder = inside.rpartition("/")[0]
    named = re.search(r"\b(Test|Fuzz|Example|Benchmark)\w{0,300}", name)
    return (*plan.single, "-run", f"^{named[0]}$" if named else ".", f"./{folder}")


def syntax(plan: CheckPlan, paths: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Gofmt reads the files, then the compiler their packages."""
    sources = [path for path in paths if path.endswith(".go")]
    if not sources:
        return ()
    packages = sorted({f"./{path.rpartition('/')[0]}" for path in sources})
    return ("gofmt", "-e", "-l", *sources), ("go", "build", "-o", "/dev/null", *packages)


def results(artefacts: Mapping[str, bytes], root: str = "") -> TestRun:
    """What `go test -json` reported; a package that does not build, or dies outside a test, fails by its own name."""
    tests: list[TestResult] = []
    output: dict[str, list[str]] = {}
    running: dict[str, None] = {}
    packages: dict[str, None] = {}
    failed_in: set[str] = set()
    for event in json_lines(artefacts.get(_RESULTS, b"")):
        action, package, test = (text(event.get(key), 1000) for key in ("Action", "Package", "Test"))
        identity = stable(f"{package}.{test}" if test else package or text(event.get("ImportPath"), 1000))
        if action in ("output", "build-output"):
            lines = output.setdefault(identity.split(" ")[0], [])
            lines.append(text(event.get("Output"), 4000))
            del lines[: len(lines) - 400]
        elif action == "start":
            packages[package] = None
        elif action == "run":
            running[identity] = None
        elif action in _STATUSES and test:
            running.pop(identity, None)
            tests.append(TestResult(identity, _STATUSES[action], "".join(output.pop(identity, ()))[-_MOST_OUTPUT:]))
            if action == "fail":
                failed_in.add(package)
        elif action in _STATUSES:
            packages.pop(package, None)
            if action == "fail" and package not in failed_in:
                tests.append(TestResult(package, "error", "".join(output.get(package, ()))[-_MOST_OUTPUT:]))
    return run_of(tests, complete=not packages and bool(tests), running=running)


def instruments(path: str) -> bool:
    """True for Go files that are no tests."""
    return path.endswith(".go") and not path.endswith("_test.go")


instrument = observer.instrument
