"""How a Node project is set up and tested: node --test, vitest, jest, mocha, or whatever its `test` script runs.

Dependencies are installed without running their install scripts: the set-up has the network, and foreign code with a
network is what a sandbox without one is for. A project that needs them configures `checks.setup`.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from healer.runtimes.checks import RAISED, CheckPlan, TestRun, below, nearest
from healer.runtimes.results import jest_json, own_results, read_json
from healer.runtimes.tools import tools

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_LINES, _JSON = "results.jsonl", "results.json"
_BOOT = """\
export PATH="$PWD/node_modules/.bin:$SPLAT_TREE/node_modules/.bin:$HOME/.splat-npm/bin:$PATH" CI=1 NO_COLOR=1
[ -n "$SPLAT_OBSERVE" ] && export NODE_OPTIONS="--require=$SPLAT_TOOLS/splat_observer.cjs $NODE_OPTIONS"
"""
_NODE_FLAGS = (
    '--test-reporter="$SPLAT_TOOLS/splat_reporter.mjs" --test-reporter-destination="$SPLAT_RESULTS/results.jsonl"'
)
_FLAGS = {
    "vitest": '--reporter=json --outputFile="$SPLAT_RESULTS/results.json"',
    "jest": '--ci --json --outputFile="$SPLAT_RESULTS/results.json" --watchAll=false',
    "mocha": '--reporter "$SPLAT_TOOLS/splat_mocha.cjs"',
}
_DEFAULTS = {"vitest": "vitest run", "jest": "jest", "mocha": "mocha", "node --test": "node --test"}
_BUILDS = re.compile(r"\b(tsc|build|compile|babel|swc|esbuild|rollup|tsup)\b")
_TEST_FILE = re.compile(
    r"(\.|-|_)(test|spec)\.[cm]?[jt]sx?$|(^|/)(test|tests|__tests__)/.{1,300}\.[cm]?[jt]sx?$|(^|/)test-[^/]+\.[cm]?js$"
)
_SOURCE = (".js", ".mjs", ".cjs")
_NPM = "--ignore-scripts --no-audit --no-fund"
_LOCKS = {
    "pnpm-lock.yaml": "{own}pnpm install --frozen-lockfile --ignore-scripts",
    "yarn.lock": "{own}yarn install --frozen-lockfile --ignore-scripts",
    "package-lock.json": f"npm ci {_NPM}",
    "npm-shrinkwrap.json": f"npm ci {_NPM}",
}


def plan(files: Collection[str], read: Callable[[str], bytes | None], hint: str = "") -> CheckPlan | None:
    """How this repository is set up and tested; None when it has neither a manifest nor a test."""
    workdir = nearest(files, hint, ("package.json",))
    inside = below(files, workdir or "")
    if workdir is None and not any(_TEST_FILE.search(path) for path in inside):
        return None
    prefix = f"{workdir}/" if workdir else ""
    manifest = read_json(read(f"{prefix}package.json") or b"") if workdir is not None else {}
    manifest = manifest if isinstance(manifest, dict) else {}
    runner, before, command = _runner(manifest, inside)
    return CheckPlan(
        runner,
        setup=_setup(manifest, files, workdir or ""),
        suite=_script(before, _with_results(runner, command)),
        lint=_linters(manifest, inside),
        types=(("tsc", "--noEmit", "--pretty", "false"),)
        if _has(manifest, "typescript") and "tsconfig.json" in inside
        else (),
        artefacts=(_LINES, _JSON, RAISED),
        single=_single(runner, before, command),
        workdir=workdir or "",
        tools=tools("javascript"),
        boot=_BOOT,
        runtime="javascript",
    )


def one(plan: CheckPlan, path: str, name: str) -> tuple[str, ...] | None:
    """The command that runs one test file."""
    inside = plan.inside(path)
    return (*plan.single, inside) if plan.single and inside is not None else None


def _single(runner: str, before: str, command: str) -> tuple[str, ...]:
    if runner not in _DEFAULTS:
        return ()
    return (*_script(before, _with_results(runner, _without_files(runner, command)) + ' "$@"'), "sh")


def syntax(plan: CheckPlan, paths: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """`node --check`, a file at a time: older versions read only the first. TypeScript has its own checker."""
    return tuple(("node", "--check", path) for path in paths if path.endswith(_SOURCE))


def results(artefacts: Mapping[str, bytes], root: str = "") -> TestRun:
    """What our reporters wrote, or the JSON report of jest and vitest."""
    if artefacts.get(_JSON):
        return jest_json(artefacts[_JSON], root)
    return own_results(artefacts.get(_LINES, b""))


def instruments(path: str) -> bool:
    """False: V8's debugger reports exceptions by itself."""
    return False


def instrument(path: str, source: bytes) -> Mapping[str, bytes]:
    """Nothing, therefore."""
    return {}


def _runner(manifest: dict[str, Any], files: frozenset[str]) -> tuple[str, str, str]:
    """The runner's name, what must run before it, and its command as the project's own script has it."""
    scripts = manifest.get("scripts") if isinstance(manifest.get("scripts"), dict) else {}
    assert isinstance(scripts, dict)
    before = [str(scripts["pretest"])] if _BUILDS.search(str(scripts.get("pretest", ""))) else []
    for part in _parts(scripts, "test"):
        if runner := _known(part):
            return runner, " && ".join(before), part
        if _BUILDS.search(part):
            before.append(part)
    for runner in ("vitest", "jest", "mocha"):
        if _has(manifest, runner):
            return runner, "", _DEFAULTS[runner]
    test = str(scripts.get("test", ""))
    if test and "no test specified" not in test:
        return "command", "", test
    return "node --test", "", _DEFAULTS["node --test"]


def _parts(scripts: dict[str, Any], name: str, depth: int = 0) -> list[str]:
    """The commands of a script one after the other, with the scripts that it runs in their place."""
    found = []
    for part in re.split(r"&&|;", str(scripts.get(name, ""))[:4000])[:12]:
        inner = re.fullmatch(r"\s*(?:npm run|npm|yarn|pnpm|yarn run|pnpm run)\s+(?:-s\s+)?([\w:.-]{1,80})\s*", part)
        if inner and inner[1] in scripts and inner[1] != name and depth < 4:
            found += _parts(scripts, inner[1], depth + 1)
        elif part.strip():
            found.append(part.strip())
    return found


def _known(command: str) -> str | None:
    for runner, pattern in (
        ("vitest", r"\bvitest\b"),
        ("jest", r"\bjest\b|react-scripts test"),
        ("mocha", r"\bmocha\b"),
        ("node --test", r"\b(node|tsx)\b.*\s--test\b"),
    ):
        if re.search(pattern, command[:2000]):
            return runner
    return None


def _with_results(runner: str, command: str) -> str:
    """The command, told to write its results where we read them."""
    if runner == "node --test":
        command = re.sub(r"--test-reporter(-destination)?[= ]\S+", "", command)
        return re.sub(r"\s--test\b(?!-)", lambda found: f"{found[0]} {_NODE_FLAGS}", command, count=1)
    if runner == "vitest" and not re.search(r"vitest\s+(run|related)|--run\b", command):
        command = re.sub(r"\bvitest\b(\s+watch|\s+dev)?", "vitest run", command, count=1)
    if runner == "mocha":
        command = re.sub(r"(--reporter|-R)[= ]\S+", "", command)
    return f"{command} {_FLAGS[runner]}" if runner in _FLAGS else command


def _without_files(runner: str, command: str) -> str:
    """The command without the files it names, so that one file can take their place."""
    if runner not in ("mocha", "node --test"):
        return re.sub(r"(--coverage|--passWithNoTests)\b(=\S+)?", "", command)
    try:
        words = shlex.split(command)
    except ValueError:
        return _DEFAULTS[runner]
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


def _script(before: str, command: str) -> tuple[str, ...]:
    return ("sh", "-c", f"{before} && {command}" if before else command)


def _setup(manifest: dict[str, Any], files: Collection[str], workdir: str) -> tuple[tuple[str, ...], ...]:
    if not any(manifest.get(key) for key in ("dependencies", "devDependencies", "optionalDependencies", "workspaces")):
        return ()
    folder = workdir
    while True:
        # The lock of a workspace lies above its packages.
        for lock, command in _LOCKS.items():
            if (f"{folder}/{lock}" if folder else lock) in files:
                return (_install(lock, command, workdir, folder),)
        if not folder:
            return (("sh", "-c", f"npm install {_NPM} --no-package-lock"),)
        folder = folder.rpartition("/")[0]


def _install(lock: str, command: str, workdir: str, folder: str) -> tuple[str, ...]:
    up = "../" * (len(workdir.split("/")) - len(folder.split("/") if folder else [])) if workdir else ""
    tool = command.split(maxsplit=1)[0].removeprefix("{own}")
    own = f'command -v {tool} >/dev/null || npm install -g --prefix "$HOME/.splat-npm" {tool}; '
    return ("sh", "-c", (f"cd {shlex.quote(up)} && " if up else "") + command.replace("{own}", own))


def _linters(manifest: dict[str, Any], files: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    configured = "eslintConfig" in manifest or any(
        re.fullmatch(r"(\.eslintrc(\.\w+)?|eslint\.config\.\w+)", path) for path in files
    )
    return (("eslint", "--no-color", "."),) if configured and _has(manifest, "eslint") else ()


def _has(manifest: dict[str, Any], package: str) -> bool:
    return any(
        isinstance(manifest.get(key), dict) and package in manifest[key] for key in ("dependencies", "devDependencies")
    )
