"""How a Ruby project is set up and tested: rspec or minitest, with bundler where project and machine have it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.runtimes.checks import RAISED, CheckPlan, TestRun, below, nearest
from healer.runtimes.results import own_results
from healer.runtimes.tools import tools

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_RESULTS = "results.jsonl"
_MANIFESTS = ("Gemfile", "Rakefile", ".rspec", "config.ru")
_TEST = re.compile(r"(^|/)test/(.{1,300}/)?([^/]+_test|test_[^/]+)\.rb$")
_SPEC = re.compile(r"(^|/)spec/.{1,300}_spec\.rb$")
# `-rbundler/setup` is what `bundle exec` does, for child processes too.
_BOOT = """\
if [ -f "$HOME/.splat-bundled" ]; then
  export BUNDLE_GEMFILE="$PWD/Gemfile" BUNDLE_PATH="$HOME/.splat-bundle" RUBYOPT="-rbundler/setup $RUBYOPT"
fi
[ -n "$SPLAT_OBSERVE" ] && export RUBYOPT="$RUBYOPT -r$SPLAT_TOOLS/splat_observer.rb"
export RAILS_ENV=test RACK_ENV=test
"""
_BUNDLE = """\
command -v bundle >/dev/null || exit 0
export BUNDLE_PATH="$HOME/.splat-bundle"
bundle check >/dev/null 2>&1 || bundle install --quiet --jobs 4 || exit 1
touch "$HOME/.splat-bundled"
"""
# rspec looks into its default folder only when it goes by its own name.
_RSPEC = """$0 = "rspec"; load Gem.bin_path("rspec-core", "rspec")"""

# Found as bundler finds it; 127 where there is none, as a shell would say.
_FIND = "begin; path = Gem.bin_path('rubocop', 'rubocop'); rescue LoadError, Gem::Exception; exit 127; end; load path"
_RUBOCOP = ("sh", "-c", f'exec ruby -e "{_FIND}" -- "$@"', "rubocop", "--format", "emacs", "--no-color")


def plan(files: Collection[str], read: Callable[[str], bytes | None], hint: str = "") -> CheckPlan | None:
    """How this repository is set up and tested; None when it has neither a manifest nor a test."""
    workdir = nearest(files, hint, _MANIFESTS)
    inside = below(files, workdir or "")
    specs, tests = (any(pattern.search(path) for path in inside) for pattern in (_SPEC, _TEST))
    if workdir is None and not (specs or tests):
        return None
    prefix = f"{workdir}/" if workdir else ""
    gemfile = (read(f"{prefix}Gemfile") or b"").decode("utf-8", "replace")
    rspec = specs or (not tests and "rspec" in gemfile)
    command = _rspec() if rspec else ("sh", "-c", 'ruby -Ilib -Itest "$SPLAT_TOOLS/splat_minitest.rb" "$@"', "sh")
    return CheckPlan(
        "rspec" if rspec else "minitest",
        setup=(("sh", "-c", _BUNDLE),) if "Gemfile" in inside else (),
        suite=command,
        single=command,
        lint=(_RUBOCOP,) if ".rubocop.yml" in inside else (),
        artefacts=(_RESULTS, RAISED),
        workdir=workdir or "",
        tools=tools("ruby"),
        boot=_BOOT,
        runtime="ruby",
    )


def _rspec() -> tuple[str, ...]:
    flags = '--require "$SPLAT_TOOLS/splat_rspec.rb" --format progress --format SplatFormatter --no-color'
    # The second formatter writes a file of its own; it must be given an output all the same.
    return ("sh", "-c", f"exec ruby -Ilib -Ispec -e '{_RSPEC}' -- {flags} --out /dev/null \"$@\"", "sh")


def one(plan: CheckPlan, path: str, name: str) -> tuple[str, ...] | None:
    """The command that runs one test file."""
    inside = plan.inside(path)
    return (*plan.single, inside) if plan.single and inside is not None else None


def syntax(plan: CheckPlan, paths: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """`ruby -c`, a file at a time: it reads only the first."""
    return tuple(("ruby", "-c", path) for path in paths if path.endswith((".rb", ".rake", ".gemspec")))


def results(artefacts: Mapping[str, bytes], root: str = "") -> TestRun:
    """What our formatter or reporter wrote."""
    return own_results(artefacts.get(_RESULTS, b""))


def instruments(path: str) -> bool:
    """False: TracePoint reports exceptions by itself."""
    return False


def instrument(path: str, source: bytes) -> Mapping[str, bytes]:
    """Nothing, therefore."""
    return {}
