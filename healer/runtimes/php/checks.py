"""How a PHP project is set up and tested: composer and phpunit (or pest, which speaks the same).

Composer runs without the project's scripts: they would be foreign code with a network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.runtimes.checks import RAISED, CheckPlan, TestRun, below, nearest
from healer.runtimes.php import observer
from healer.runtimes.results import junit, read_json
from healer.runtimes.tools import tools

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_RESULTS = "junit.xml"
_MANIFESTS = ("composer.json", "phpunit.xml", "phpunit.xml.dist", "phpunit.dist.xml")
_PHPUNIT = """\
for runner in vendor/bin/pest vendor/bin/phpunit; do [ -f "$runner" ] && break; runner=phpunit; done
exec "$runner" --log-junit "$SPLAT_RESULTS/junit.xml" --do-not-cache-result --colors=never "$@"
"""
_COMPOSER = "composer install --no-interaction --no-progress --no-scripts --prefer-dist"


def plan(files: Collection[str], read: Callable[[str], bytes | None], hint: str = "") -> CheckPlan | None:
    """How this repository is set up and tested; None when it has neither a manifest nor a test."""
    workdir = nearest(files, hint, _MANIFESTS)
    inside = below(files, workdir or "")
    tests = sorted(path for path in inside if path.endswith("Test.php") and not path.startswith("vendor/"))
    if workdir is None and not tests:
        return None
    prefix = f"{workdir}/" if workdir else ""
    manifest = read_json(read(f"{prefix}composer.json") or b"")
    configured = any(name in inside for name in _MANIFESTS[1:])
    folder = tests[0].split("/")[0] if tests and "/" in tests[0] else "."
    phpstan = any(name in inside for name in ("phpstan.neon", "phpstan.neon.dist", "phpstan.dist.neon"))
    return CheckPlan(
        "phpunit",
        setup=_setup(manifest, inside),
        suite=("sh", "-c", _PHPUNIT, "sh", *(() if configured else (folder,))),
        single=("sh", "-c", _PHPUNIT, "sh"),
        types=(("vendor/bin/phpstan", "analyse", "--no-progress", "--error-format=raw"),) if phpstan else (),
        artefacts=(_RESULTS, RAISED),
        workdir=workdir or "",
        tools=tools("php"),
        runtime="php",
    )


def _setup(manifest: object, files: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    if not isinstance(manifest, dict) or "vendor/autoload.php" in files:
        return ()
    wanted = {
        name
        for key in ("require", "require-dev")
        if isinstance(manifest.get(key), dict)
        for name in manifest[key]
        if "/" in name
    }
    if wanted - {"phpunit/phpunit"} or "composer.lock" in files:
        return (("sh", "-c", _COMPOSER),)
    if wanted or manifest.get("autoload"):
        # Nothing but phpunit is wanted: a machine that has it needs no network, and perhaps no composer.
        quiet = f"command -v phpunit >/dev/null || exec {_COMPOSER}"
        return (("sh", "-c", f"{quiet}\n! command -v composer >/dev/null || composer dump-autoload -q || true"),)
    return ()


def one(plan: CheckPlan, path: str, name: str) -> tuple[str, ...] | None:
    """The command that runs one test file."""
    inside = plan.inside(path)
    return (*plan.single, inside) if plan.single and inside is not None else None


def syntax(plan: CheckPlan, paths: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """`php -l`, a file at a time: older versions read only the first."""
    return tuple(("php", "-l", path) for path in paths if path.endswith(".php"))


def results(artefacts: Mapping[str, bytes], root: str = "") -> TestRun:
    """The JUnit file that phpunit writes when it has finished."""
    return junit(artefacts.get(_RESULTS, b""))


def instruments(path: str) -> bool:
    """True for PHP files."""
    return path.endswith(".php")


instrument = observer.instrument
