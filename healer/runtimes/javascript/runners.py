"""Who runs a Node project's tests, what is built before, and the command as the project's own script has it."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

_NODE_FLAGS = (
    '--test-reporter="$SPLAT_TOOLS/splat_reporter.mjs" --test-reporter-destination="$SPLAT_RESULTS/results.jsonl"'
)
_FLAGS = {
    "vitest": '--reporter=json --outputFile="$SPLAT_RESULTS/results.json"',
    "jest": '--ci --json --outputFile="$SPLAT_RESULTS/results.json" --watchAll=false',
    "mocha": '--reporter "$SPLAT_TOOLS/splat_mocha.cjs"',
    "borp": '--reporter="$SPLAT_TOOLS/splat_reporter.mjs:$SPLAT_RESULTS/results.jsonl"',
}
DEFAULTS = {"vitest": "vitest run", "jest": "jest", "mocha": "mocha", "node --test": "node --test", "borp": "borp"}
#: What makes a runner read TypeScript as it is.
_LOADS = re.compile(
    r"tsx|ts-node|ts-mocha|strip-types|transform-types|esbuild|\.[cm]?tsx?\b|--(import|loader|require)\b|\s-r\b"
)
_BUILDS = re.compile(r"\b(tsc|build|compile|babel|swc|esbuild|rollup|tsup|webpack|microbundle|unbuild)\b")


def find_runner(manifest: dict[str, Any], files: Collection[str]) -> tuple[str, str, str]:
    """The runner's name, what must run before it, and its command as the project's own script has it."""
    scripts = manifest.get("scripts") if isinstance(manifest.get("scripts"), dict) else {}
    assert isinstance(scripts, dict)
    before = [str(scripts["pretest"])] if _BUILDS.search(str(scripts.get("pretest", ""))) else []
    for part in parts(scripts, "test"):
        if runner := _known(part):
            return runner, " && ".join(before) or _build(manifest, scripts, files), part
        if _BUILDS.search(part):
            before.append(part)
    for runner in ("vitest", "jest", "mocha", "borp"):
        if has(manifest, runner):
            return runner, _build(manifest, scripts, files), DEFAULTS[runner]
    test = str(scripts.get("test", ""))
    if test and "no test specified" not in test:
        return "command", _build(manifest, scripts, files), test
    return "node --test", _build(manifest, scripts, files), DEFAULTS["node --test"]


def _build(manifest: dict[str, Any], scripts: dict[str, Any], files: Collection[str]) -> str:
    """What makes the files that the package says it is made of, where they are not tracked; "" for nothing.

    `npm install` would do it once; a patch has to be built again. Where it cannot be built off line the tests go on
    with what is there, and show what is missing.
    """
    if all(path in files for path in _entries([manifest.get(key) for key in ("main", "module", "exports", "bin")])):
        return ""
    for name in ("build", "prepare", "prepack"):
        if any(_BUILDS.search(part) for part in parts(scripts, name)):
            return f"{{ npm run -s {name} >/dev/null || echo '`npm run {name}` failed'; }}"
    return ""


def is_compiled(runner: str, before: str, command: str) -> bool:
    """True where TypeScript is built first and the runner gets what came of it: no test's source can be run alone."""
    return runner in ("node --test", "mocha") and bool(_BUILDS.search(before)) and not _LOADS.search(command)


def _entries(values: list[Any]) -> list[str]:
    """Every JavaScript file that these parts of a manifest name."""
    found: list[str] = []
    while values and len(found) < 200:
        value = values.pop()
        if isinstance(value, dict):
            values += value.values()
        elif isinstance(value, list):
            values += value
        elif isinstance(value, str) and "*" not in value and re.search(r"\.[cm]?js\Z", value[-9:]):
            found.append(value.removeprefix("./"))
    return found


def parts(scripts: dict[str, Any], name: str, depth: int = 0) -> list[str]:
    """The commands of a script one after the other, with the scripts that it runs in their place."""
    found = []
    for part in re.split(r"&&|;", str(scripts.get(name, ""))[:4000])[:12]:
        inner = re.fullmatch(r"\s*(?:npm run|npm|yarn|pnpm|yarn run|pnpm run)\s+(?:-s\s+)?([\w:.-]{1,80})\s*", part)
        if inner and inner[1] in scripts and inner[1] != name and depth < 4:
            found += parts(scripts, inner[1], depth + 1)
        elif part.strip():
            found.append(part.strip())
    return found


def _known(command: str) -> str | None:
    for runner, pattern in (
        ("vitest", r"\bvitest\b"),
        ("jest", r"\bjest\b|react-scripts test"),
        ("mocha", r"\bmocha\b"),
        ("borp", r"\bborp\b"),
        ("node --test", r"\b(node|tsx)\b.*\s--test\b"),
    ):
        if re.search(pattern, command[:2000]):
            return runner
    return None


def with_results(runner: str, command: str) -> str:
    """The command, told to write its results where we read them."""
    if runner == "node --test":
        command = re.sub(r"--test-reporter(-destination)?[= ]\S+", "", command)
        return re.sub(r"\s--test\b(?!-)", lambda found: f"{found[0]} {_NODE_FLAGS}", command, count=1)
    if runner == "vitest" and not re.search(r"vitest\s+(run|related)|--run\b", command):
        command = re.sub(r"\bvitest\b(\s+watch|\s+dev)?", "vitest run", command, count=1)
    if runner == "mocha":
        command = re.sub(r"(--reporter|-R)[= ]\S+", "", command)
    if runner == "borp":
        # Its own reporters stay: those it shares the screen with. Coverage is not asked for, and may fail the run.
        command = re.sub(r"\s--(check-)?coverage\b(?!-)|\s--lines[= ]\d+", "", command)
    return f"{command} {_FLAGS[runner]}" if runner in _FLAGS else command


def without_files(runner: str, command: str) -> str:
    """The command without the files it names, so that one file can take their place."""
    if runner not in ("mocha", "borp", "node --test"):
        return re.sub(r"(--coverage|--passWithNoTests)\b(=\S+)?", "", command)
    try:
        words = shlex.split(command)
    except ValueError:
        return DEFAULTS[runner]
    kept: list[str] = []
    for word in words:
        value_of_option = (
            bool(kept) and kept[-1].startswith("-") and "=" not in kept[-1] and kept[-1] not in ("--test", "--exit")
        )
        is_file = not word.startswith("-") and ("/" in word or "*" in word or re.search(r"\.[cm]?[jt]sx?$", word))
        is_folder = word.rstrip("/") in ("test", "tests", "spec", "__tests__")
        if value_of_option or "bin/" in word or not (is_file or is_folder):
            kept.append(word)
    return " ".join(word if re.fullmatch(r"\w+=.*", word) else shlex.quote(word) for word in kept)


def script(before: str, command: str) -> tuple[str, ...]:
    return ("sh", "-c", f"{before} && {command}" if before else command)


def has(manifest: dict[str, Any], package: str) -> bool:
    return any(
        isinstance(manifest.get(key), dict) and package in manifest[key] for key in ("dependencies", "devDependencies")
    )
