"""The project itself: does its set-up work in the sandbox, are its tests green there, where does a trace lead."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

from healer.doctor.value import Check
from healer.outcome import Skipped
from healer.runtimes import RUNTIMES, check_reader, source_reader
from healer.verdict.prepare import NO_PLAN, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healer.context import Tree
    from healer.context.value import Context
    from healer.frames import Frame
    from healer.patch import FileChange
    from healer.runtimes.checks import CheckPlan
    from healer.settings import CheckSettings, Settings
    from healer.verdict import Baseline, Checks, Ran

#: Projects of one repository that are tried, and files that are looked at to find them.
_MOST_PLANS, _MOST_HINTS = 4, 3_000
#: A part of a limit; beyond it a slower machine would not make it.
_TIGHT = 0.7


def plans(tree: Tree, settings: CheckSettings) -> tuple[tuple[CheckPlan | None, ...], int]:
    """How the projects of a repository are tested, each once, the topmost first; and how many more there are."""
    files, found = tree.paths(), dict[tuple[str, str], "CheckPlan"]()
    for runtime in RUNTIMES:
        reader, source = check_reader(runtime), source_reader(runtime)
        for hint in _hints(files, source.SUFFIXES):
            plan = reader.plan(files, tree.read, hint)
            if plan is not None:
                found.setdefault((plan.runtime or "", plan.workdir), plan)
    ordered = sorted(found.values(), key=lambda plan: (plan.workdir.count("/") + bool(plan.workdir), plan.workdir))
    if settings.test or settings.workdir:  # what is configured is meant for the whole repository
        ordered = ordered[:1]
    return (tuple(ordered[:_MOST_PLANS]) or (None,)), max(0, len(ordered) - _MOST_PLANS)


def _hints(files: frozenset[str], suffixes: tuple[str, ...]) -> Iterator[str]:
    """A file of each folder, which is enough to know the project around it."""
    seen: set[str] = set()
    for path in sorted(files, key=lambda path: (path.count("/"), path)):
        folder = path.rpartition("/")[0]
        if path.endswith(suffixes) and folder not in seen and len(seen) < _MOST_HINTS:
            seen.add(folder)
            yield path


class Clocked:
    """A `Checks` that remembers how long its commands took, apart for set-up and tests."""

    def __init__(self, checks: Checks) -> None:
        self._checks = checks
        self.setup = self.tests = 0.0

    @property
    def root(self) -> str:
        """As the checks see it."""
        return self._checks.root

    @property
    def lacks(self) -> str:
        """As the checks say."""
        return self._checks.lacks

    def run(self, command: Sequence[str], *, seconds: float, network: bool = False, **how: Any) -> Ran:
        """As the checks do."""
        began = time.monotonic()
        ran = self._checks.run(command, seconds=seconds, network=network, **how)
        took = time.monotonic() - began
        if network:
            self.setup += took
        else:
            self.tests = max(self.tests, took)
        return ran

    def put(self, changes: Sequence[FileChange], *, side: Literal["before", "after"]) -> None:
        """As the checks do."""
        self._checks.put(changes, side=side)


def check_tests(checks: Checks, plan: CheckPlan | None, settings: CheckSettings) -> Iterator[Check]:
    """Set up and test in the sandbox, as healing does before it asks Claude."""
    clock = Clocked(checks)
    baseline = prepare(clock, plan, settings)
    where = f" in {baseline.plan.workdir}" if baseline.plan is not None and baseline.plan.workdir else ""
    if baseline.plan is None:
        yield Check("tests", "fail", NO_PLAN[0].upper() + NO_PLAN[1:], "`splat config explain checks.test`")
        return
    if baseline.unavailable:
        why = baseline.unavailable[0].upper() + baseline.unavailable[1:]
        yield Check("tests", "fail", f"{why}{where}{_last_words(baseline)}", _mend(baseline))
        return
    passed, failed = baseline.suite.passed, len(baseline.suite.failures)
    seen = (
        f"{'1 test passes' if passed == 1 else f'{passed} tests pass'}"
        if baseline.suite.results
        else "The test command ends well; single tests are not known"
    )
    took = (
        f"set-up {clock.setup:.0f} s of {settings.setup_timeout:g}, tests {clock.tests:.0f} s of {settings.timeout:g}"
    )
    if failed:
        many = "1 test fails" if failed == 1 else f"{failed} tests fail"
        what = f"{many} on the base already{where}, and will not be counted: "
        names = ", ".join(test.id for test in baseline.suite.failures[:3])
        yield Check("tests", "warn", what + names[:300], "Mend them: a red base hides what a fix breaks.")
    if clock.setup > _TIGHT * settings.setup_timeout or clock.tests > _TIGHT * settings.timeout:
        then = "Raise `checks.setup_timeout` or `checks.timeout`: a runner may be slower than this machine."
        yield Check("tests", "warn", f"It is tight{where}: {took}", then)
    yield Check("tests", "ok", f"{baseline.plan.runner}{where}: {seen}; {took}")


def _mend(baseline: Baseline) -> str:
    if not baseline.ready:
        return "`checks.setup` in .github/splat.yml names what sets the project up; a fix cannot be proven without."
    return "`checks.test`, `checks.setup` and `checks.env` in .github/splat.yml; until then every fix is a draft."


def _last_words(baseline: Baseline) -> str:
    """The end of what the command said, where the reason usually stands."""
    said = next((check.output for check in reversed(baseline.checks) if check.output.strip()), "")
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return f". It said: {' | '.join(lines[-3:])[-400:]}" if lines else ""


def check_trace(text: str, tree: Tree, settings: Settings) -> Iterator[Check]:
    """Is there a crash in the text, is it one that Splat heals, and is every frame of the app's found again."""
    from healer.context import gather
    from healer.event import Event
    from healer.report import read_report
    from healer.triage import triage

    report = read_report(Event("trace", text))
    if not isinstance(report, Skipped):
        report = triage(report, settings.triage, settings.ignore)
    if isinstance(report, Skipped):
        yield Check("trace", "fail", report.reason, report.next_step or "Give a file that holds a stack trace.")
        return
    context = gather(report, tree, settings)
    if isinstance(context, Skipped):
        then = context.next_step or "`paths` in .github/splat.yml maps a runtime path to the repository's."
        yield Check("trace", "fail", context.reason, then)
        return
    yield from _mapped(context)


def _mapped(context: Context) -> Iterator[Check]:
    known = {id(suspect.frame) for suspect in context.suspects}
    places = {(suspect.frame.path, suspect.frame.line) for suspect in context.suspects}
    ours = [frame for exception in context.report.exceptions for frame in exception.frames if frame.in_app]
    lost = [frame for frame in ours if id(frame) not in known and (frame.path, frame.line) not in places]
    for path in list(dict.fromkeys(frame.path for frame in lost))[:5]:
        what = f"{path} is no file of this commit"
        yield Check("trace", "warn", what, _maps(path, context.suspects[-1].frame, context.suspects[-1].path))
    last = context.suspects[-1]
    function = f" in {last.function}" if last.function else ""
    found = (
        f"{len(ours) - len(lost)} of {len(ours)} frames are found; the crash is at {last.path}:{last.line}{function}"
    )
    yield Check("trace", "ok", found)


def _maps(lost: str, frame: Frame, path: str) -> str:
    """By what the found frame's path begins with that the repository's does not."""
    start = frame.path.removesuffix(path)
    folder = lost.rpartition("/")[0] if start == frame.path or not lost.startswith(start) else start
    return (
        f'If it is your code: `paths: {{"{folder.rstrip("/")}": FOLDER}}` in .github/splat.yml; else it needs nothing.'
    )
