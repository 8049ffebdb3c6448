"""The project's own tests and linters after the patch, held against the base: only what is new counts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from healer.runtimes import check_reader, source_reader
from healer.verdict.bench import Bench, Tested, counted, tail, together, told
from healer.verdict.prepare import lacking
from healer.verdict.value import Check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from healer.patch import Patch
    from healer.runtimes.checks import TestRun
    from healer.verdict.value import Baseline, Complaints, Ran

#: These end with 1 for complaints; with more they did not get as far: a plugin or a setting is missing.
_CRASH_WITH_2 = frozenset({"ruff", "mypy", "pyright", "eslint", "rubocop", "golangci-lint"})

_MOST_NEIGHBOURS = 5


@dataclass(slots=True)
class Suite:
    """Runs the suite on the patch; `state`, `flaky` and `tests` say how it ended. The patch is in the tree."""

    bench: Bench
    baseline: Baseline
    patch: Patch
    state: Literal["green", "broken", "unavailable"] = "unavailable"
    flaky: tuple[str, ...] = ()
    tests: int = 0

    def checks(self) -> Iterator[Check]:
        """One check; a second run where the first has new failures."""
        if self.baseline.unavailable:
            yield from self._neighbours()
            why = f"The project's own tests tell nothing here: {self.baseline.unavailable}."
            yield Check("suite", "unavailable", why)
            return
        tested = self.bench.test(self.bench.plan.suite)
        seconds = tested.ran.seconds
        if not self.baseline.suite.results:
            yield self._by_exit_code(tested.ran)
            return
        worse = worsened(self.baseline.suite, tested)
        if worse and not tested.ran.timed_out:
            again = self.bench.test(self.bench.plan.suite)
            seconds += again.ran.seconds
            still = worsened(self.baseline.suite, again)
            self.flaky = tuple(sorted(worse.keys() - still.keys()))
            worse = {identity: why for identity, why in still.items() if identity in worse}
            if worse:
                tested = again
        yield self._judged(tested, worse, seconds)

    def _neighbours(self) -> Iterator[Check]:
        """Where the suite as a whole tells nothing (it takes too long, it dies), the tests nearest to the crash may."""
        commands = self._nearest() if self.baseline.ready else ()
        if not commands:
            return
        self.bench.checks.put(self.patch.changes, side="before")
        base = together([self.bench.test(command) for command in commands])
        self.bench.checks.put(self.patch.changes, side="after")
        if base.ran.timed_out or not base.run.passed:
            return
        tested = together([self.bench.test(command) for command in commands])
        seconds = base.ran.seconds + tested.ran.seconds
        worse = worsened(base.run, tested)
        if worse and not tested.ran.timed_out:
            again = together([self.bench.test(command) for command in commands])
            worse = {identity: why for identity, why in worsened(base.run, again).items() if identity in worse}
        if worse or tested.ran.timed_out:
            detail = _what_broke(tested, worse, self.bench.settings.timeout)
            yield Check("related tests", "failed", detail, _traces(tested, worse), seconds)
            return
        files = counted(len(commands), "file")
        detail = f"{tested.run.passed} tests of {files} near the crash pass ({base.run.passed} on the base)."
        yield Check("related tests", "passed", detail, "", seconds)

    def _nearest(self) -> Sequence[tuple[str, ...]]:
        """The commands for the test files that the context found, and for those the patch adds to."""
        context = self.patch.proposal.context
        source, reader = source_reader(context.report.runtime), check_reader(context.report.runtime)
        shown = [excerpt.path for excerpt in context.excerpts if source.is_test(excerpt.path)]
        paths = dict.fromkeys([*(change.path for change in self.patch.tests if change.before is not None), *shown])
        found = [reader.one(self.bench.plan, path, "") for path in list(paths)[:_MOST_NEIGHBOURS]]
        return tuple(dict.fromkeys(command for command in found if command))

    def _by_exit_code(self, ran: Ran) -> Check:
        """A configured command whose results no one can read: only its end is known. A second run where it is bad."""
        runs = [ran]
        if ran.exit_code != 0 and not ran.timed_out:
            runs.append(self.bench.test(self.bench.plan.suite).ran)
        last, seconds = runs[-1], sum(ran.seconds for ran in runs)
        self.state = "green" if last.exit_code == 0 and not last.timed_out else "broken"
        command = f"`{told(self.bench.plan.suite)}`"
        how = ", then ".join("did not end in time" if ran.timed_out else f"ended with {ran.exit_code}" for ran in runs)
        detail = f"{command} {how} (with 0 on the base); single tests are not known."
        if self.state == "broken":
            return Check("suite", "failed", detail, tail(last.output), seconds)
        if len(runs) > 1:
            self.flaky = (command,)
        return Check("suite", "passed", detail, "", seconds)

    def _judged(self, tested: Tested, worse: dict[str, str], seconds: float) -> Check:
        run, base = tested.run, self.baseline.suite
        self.tests = run.passed
        if tested.ran.timed_out or worse:
            self.state = "broken"
            detail = _what_broke(tested, worse, self.bench.settings.timeout)
            return Check("suite", "failed", detail, _traces(tested, worse), seconds)
        self.state = "green"
        detail = f"{run.passed} tests pass ({base.passed} on the base)"
        if old := len(base.failures):
            detail += f"; {old} failed before and are not counted{lacking(self.baseline.lacks)}"
        if self.flaky:
            detail += f"; flaky, passed when run again: {', '.join(self.flaky[:5])}"
        return Check("suite", "passed", detail + ".", "", seconds)


def _traces(tested: Tested, worse: Mapping[str, str]) -> str:
    traces = [f"{test.id}\n{test.trace}" for test in tested.run.results if test.id in worse and test.trace]
    return tail("\n\n".join(traces) or tested.ran.output)


def worsened(base: TestRun, tested: Tested) -> dict[str, str]:
    """What is worse than on the base: test id to what became of it. A test that no longer runs is worse, too."""
    after = tested.run.by_id()
    before = base.by_id()
    worse = {}
    for identity, test in before.items():
        now = after.get(identity)
        if now is None and test.status != "skipped":
            worse[identity] = "is gone"
        elif now is not None and test.status == "passed" and now.status != "passed":
            worse[identity] = "was skipped" if now.status == "skipped" else "fails"
    for identity, test in after.items():
        if identity not in before and test.status in ("failed", "error"):
            worse[identity] = "is new and fails"
    if not worse and not tested.run.complete:
        worse["the test runner"] = "died before it finished"
    return worse


def _what_broke(tested: Tested, worse: dict[str, str], limit: float) -> str:
    if tested.ran.timed_out:
        where = f" in {tested.run.running[-1]}" if tested.run.running else ""
        return f"The project's own tests hung{where}: they did not end within {limit:g} s on the patch."
    shown = [f"{identity} {why}" for identity, why in sorted(worse.items())[:8]]
    more = f" and {len(worse) - 8} more" if len(worse) > 8 else ""
    return f"On the patch, twice, and not on the base: {'; '.join(shown)}{more}."


def new_complaints(bench: Bench, baseline: Baseline) -> Iterator[Check]:
    """Linters and type checkers of the project, a check each."""
    for before in baseline.complaints:
        kind = "types" if before.command in bench.plan.types else "lint"
        tool = _tool(before.command)
        if before.exit_code in (124, 126, 127) or (before.exit_code > 1 and tool in _CRASH_WITH_2):
            yield Check(kind, "unavailable", f"`{tool[:100]}` could not run in the sandbox.", tail(before.output, 1000))
            continue
        ran = bench.run(before.command)
        if ran.timed_out:
            yield Check(kind, "failed", f"`{tool[:100]}` hung on the patch.", tail(ran.output), ran.seconds)
        elif fresh := _fresh(before, ran.exit_code, ran.output):
            detail = f"`{tool[:100]}` has {len(fresh)} complaint(s) about the patch that it did not have on the base."
            yield Check(kind, "failed", detail, tail("\n".join(fresh)), ran.seconds)
        else:
            yield Check(kind, "passed", f"`{tool[:100]}` complains of nothing new.", "", ran.seconds)


def _tool(command: Sequence[str]) -> str:
    """A command's own name; of a script that the user wrote, its text."""
    if command[:2] != ("sh", "-c"):
        return command[0]
    return command[3] if len(command) > 3 else command[2]


def _fresh(before: Complaints, exit_code: int, output: str) -> list[str]:
    """Lines that were not said of the base, whatever their numbers: code above moves the code below."""
    if exit_code == 0:
        return []
    known = Counter(_unnumbered(line) for line in before.output.splitlines())
    fresh = []
    for line in output.splitlines():
        key = _unnumbered(line)
        if known[key]:
            known[key] -= 1
        elif key and not re.match(r"\W{0,4}(found|checked|success|summary|# (error|warning|problem|issue|file))", key):
            fresh.append(line)
    return fresh or ([] if before.exit_code else output.splitlines()[-20:] or [f"ended with {exit_code}"])


def _unnumbered(line: str) -> str:
    return re.sub(r"\d+", "#", line).strip().casefold()
