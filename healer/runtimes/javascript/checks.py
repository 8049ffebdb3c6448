"""How a Node project is set up and tested: node --test, vitest, jest, mocha, or whatever its `test` script runs.

Dependencies are installed without running their install scripts: the set-up has the network, and foreign code with a
network is what a sandbox without one is for. A project that needs them configures `checks.setup`.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from healer.runtimes.checks import RAISED, CheckPlan, TestRun, below, nearest
from healer.runtimes.javascript.runners import (
    DEFAULTS,
    find_runner,
    has,
    is_compiled,
    parts,
    script,
    with_results,
    without_files,
)
from healer.runtimes.results import jest_json, own_results, read_json
from healer.runtimes.tools import tools

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_LINES, _JSON = "results.jsonl", "results.json"
_BOOT = """\
export PATH="$PWD/node_modules/.bin:$SPLAT_TREE/node_modules/.bin:$HOME/.splat-npm/bin:$PATH" CI=1 NO_COLOR=1
[ -n "$SPLAT_OBSERVE" ] && export NODE_OPTIONS="--require=$SPLAT_TOOLS/splat_observer.cjs $NODE_OPTIONS"
"""
_TEST_FILE = re.compile(
    r"(\.|-|_)(test|spec)\.[cm]?[jt]sx?$|(^|/)(test|tests|__tests__)/.{1,300}\.[cm]?[jt]sx?$|(^|/)test-[^/]+\.[cm]?js$"
)
_SOURCE = (".js", ".mjs", ".cjs")
_TYPED = (".ts", ".mts", ".cts", ".tsx")
_NPM = "--ignore-scripts --no-audit --no-fund"
_UNLOCKED = f"npm install {_NPM} --no-package-lock"
# What a lock cannot give, because it is out of date or of another version's making, is installed without it.
_LOCKS = {
    "pnpm-lock.yaml": "{own}pnpm install --frozen-lockfile --ignore-scripts || pnpm install --ignore-scripts",
    "yarn.lock": (
        "{own}yarn install --frozen-lockfile --ignore-scripts"
        " || YARN_NODE_LINKER=node-modules yarn install --mode=skip-build"
    ),
    "package-lock.json": f"npm ci {_NPM} || {_UNLOCKED}",
    "npm-shrinkwrap.json": f"npm ci {_NPM} || {_UNLOCKED}",
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
    runner, before, command = find_runner(manifest, inside)
    # borp adds the files of its own configuration to those it is given; what it runs is written for node:test.
    by_itself = runner not in DEFAULTS or runner == "borp"
    known = "node --test" if by_itself and _uses_node_test(inside, prefix, read) else runner
    return CheckPlan(
        runner,
        setup=_setup(manifest, files, workdir or ""),
        suite=script(before, with_results(runner, command)),
        lint=_linters(manifest, inside),
        types=(("tsc", "--noEmit", "--pretty", "false"),)
        if has(manifest, "typescript") and "tsconfig.json" in inside
        else (),
        artefacts=(_LINES, _JSON, RAISED),
        single=_single(known, before, command if known == runner else DEFAULTS[known]),
        built=_TYPED if is_compiled(known, before, command) else (),
        workdir=workdir or "",
        tools=tools("javascript"),
        boot=_BOOT,
        runtime="javascript",
    )


def one(plan: CheckPlan, path: str, name: str) -> tuple[str, ...] | None:
    """The command that runs one test file."""
    inside = plan.inside(path)
    return (*plan.single, inside) if plan.single and inside is not None and not path.endswith(plan.built) else None


def _single(runner: str, before: str, command: str) -> tuple[str, ...]:
    if runner not in DEFAULTS:
        return ()
    return (*script(before, with_results(runner, without_files(runner, command)) + ' "$@"'), "sh")


def _uses_node_test(files: Collection[str], prefix: str, read: Callable[[str], bytes | None]) -> bool:
    """True where tests are written for node:test, whoever starts them: one of their files can then be run alone."""
    tests = sorted(path for path in files if path.endswith(_SOURCE) and _TEST_FILE.search(path))[:20]
    return any(re.search(rb"[\"']node:test[\"']", (read(prefix + path) or b"")[:20_000]) for path in tests)


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
            return (("sh", "-c", _UNLOCKED),)
        folder = folder.rpartition("/")[0]


def _install(lock: str, command: str, workdir: str, folder: str) -> tuple[str, ...]:
    up = "../" * (len(workdir.split("/")) - len(folder.split("/") if folder else [])) if workdir else ""
    tool = command.split(maxsplit=1)[0].removeprefix("{own}")
    own = f'command -v {tool} >/dev/null || npm install -g --prefix "$HOME/.splat-npm" {tool}; '
    return ("sh", "-c", (f"cd {shlex.quote(up)} && " if up else "") + command.replace("{own}", own))


def _linters(manifest: dict[str, Any], files: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """ESLint as the project's own script runs it, which knows what is no code of its own; else over everything."""
    scripts = manifest.get("scripts")
    scripts = scripts if isinstance(scripts, dict) else {}
    for name in ("lint", "lint:js", "eslint", "test"):
        for part in parts(scripts, name):
            if re.match(r"eslint\b(?!.*--fix)", part) and not re.search(r"[|&<>`$]", part):
                return (("sh", "-c", f'{part} "$@"', "eslint", "--no-color"),)
    configured = "eslintConfig" in manifest or any(
        re.fullmatch(r"(\.eslintrc(\.\w+)?|eslint\.config\.\w+)", path) for path in files
    )
    return (("eslint", "--no-color", "."),) if configured and has(manifest, "eslint") else ()
