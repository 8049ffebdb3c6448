"""The proof: the regression test fails on the base with the reported exception, and passes on the patch.

Each side runs twice. On the base the second run is watched by the runtime's observer, so that what watches cannot be
what makes it fail; where two runs disagree, the test is flaky and proves nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.patch import FileChange
from healer.runtimes import check_reader
from healer.verdict.bench import Bench, Tested, tail, together
from healer.verdict.crash import crashes, describe, sighted
from healer.verdict.value import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from healer.patch import Patch
    from healer.runtimes.checks import TestResult
    from healer.verdict.value import Baseline


@dataclass(slots=True)
class Proof:
    """Asks for red, then for green; `proven` once both were seen."""

    bench: Bench
    patch: Patch
    baseline: Baseline
    proven: bool = False

    def checks(self) -> Iterator[Check]:
        """Leaves the whole patch in the tree."""
        test = self.patch.proposal.test
        why = self._impossible()
        if test is None or why:
            yield Check("regression test", "unavailable", why)
            self.bench.checks.put(self.patch.changes, side="after")
            return
        self.bench.checks.put(self.patch.tests, side="after")
        red = self._red(test.name)
        yield red
        if red.status != "passed":
            self.bench.checks.put(self.patch.fix, side="after")
            return
        self.bench.checks.put(self.patch.fix, side="after")
        green = self._green(test.name)
        self.proven = green.status == "passed"
        yield green

    def _impossible(self) -> str:
        if self.patch.proposal.test is None or not self.patch.tests:
            return "The answer brings no test that shows the bug, so nothing was proven."
        if self.baseline.plan is None or not self.baseline.ready:
            return f"The regression test could not run: {self.baseline.unavailable}."
        if not crashes(self.patch.proposal.context):
            return "No frame of the report lies in this repository, so no test can be held against it."
        return ""

    def _red(self, name: str) -> Check:
        first = self._run()
        if refused := self._not_red(first, name):
            return refused
        with_observer = self._observed()
        failing = {test.id for test in self._named(first, name) if test.status != "passed"}
        again = {test.id for test in self._named(with_observer, name) if test.status != "passed"}
        seconds = first.ran.seconds + with_observer.ran.seconds
        if failing.isdisjoint(test.id for test in with_observer.run.results):
            detail = "The test fails on the base, but was not seen to run a second time, while it was watched."
            return Check("red", "unavailable", detail, tail(with_observer.ran.output), seconds)
        if failing != again:
            detail = (
                f"The test is flaky: on the base it failed in one run and not in the next ({_list(failing ^ again)})."
            )
            return Check("red", "failed", detail, _output(first, failing), seconds)
        wanted = crashes(self.patch.proposal.context)
        output = _output(first, failing)
        if any(sighted(crash, with_observer.raised) for crash in wanted):
            return Check("red", "passed", f"{_list(failing)} fails on the base with {wanted[0]}.", output, seconds)
        return Check("red", "failed", _unlike(wanted[0], with_observer), output, seconds)

    def _not_red(self, tested: Tested, name: str) -> Check | None:
        """Why the first run on the base is no failure of the test."""
        ran, run = tested.ran, tested.run
        if ran.timed_out:
            return _hung("red", "the base", tested, self.bench.settings.timeout)
        found = self._named(tested, name)
        if not found:
            if not run.results and not self.baseline.suite.results:
                detail = f"The regression test was not seen to run: {self.baseline.unavailable or 'no results'}."
                return Check("red", "unavailable", detail, tail(ran.output), ran.seconds)
            return _unseen("red", "the base", name, tested)
        if any(test.status in ("failed", "error") for test in found):
            return None
        if any(test.status == "skipped" for test in found):
            return Check(
                "red", "failed", f"The test {found[0].id} was skipped on the base.", tail(ran.output), ran.seconds
            )
        detail = f"The test {found[0].id} passes on the base, so it does not show the bug."
        return Check("red", "failed", detail, tail(ran.output), ran.seconds)

    def _green(self, name: str) -> Check:
        runs = [self._run()]
        if not runs[0].ran.timed_out:
            runs.append(self._run())
        seconds = sum(tested.ran.seconds for tested in runs)
        for tested in runs:
            if tested.ran.timed_out:
                return _hung("green", "the patch", tested, self.bench.settings.timeout)
            found = self._named(tested, name, loaded=True)
            if not found:
                return _unseen("green", "the patch", name, tested)
        bad = [[test for test in self._named(tested, name, loaded=True) if test.status != "passed"] for tested in runs]
        if {test.id for test in bad[0]} != {test.id for test in bad[1]}:
            odd = {test.id for test in bad[0]} ^ {test.id for test in bad[1]}
            detail = f"The test is flaky: on the patch it passed in one run and not in the next ({_list(odd)})."
            return Check("green", "failed", detail, _output(runs[0], odd), seconds)
        if bad[0]:
            failing = {test.id for test in bad[0]}
            verb = "was skipped" if bad[0][0].status == "skipped" else "still fails"
            detail = f"{_list(failing)} {verb} on the patch."
            return Check("green", "failed", detail, _output(runs[0], failing), seconds)
        passed = {test.id for test in self._named(runs[0], name, loaded=True)}
        detail = f"{_list(passed)} ran and passed on the patch, twice."
        return Check("green", "passed", detail, tail(runs[0].ran.output, 3000), seconds)

    def _run(self, *, observe: bool = False) -> Tested:
        """The test files of the patch, one command each, as one result."""
        reader = check_reader(self.patch.proposal.context.report.runtime)
        commands = [reader.one(self.bench.plan, change.path, self._written(change)) for change in self.patch.tests]
        chosen = dict.fromkeys(command for command in commands if command) or {self.bench.plan.suite: None}
        return together([self.bench.test(command, observe=observe) for command in chosen])

    def _written(self, change: FileChange) -> str:
        """The test's name where the file holds it as the answer has it, "" for all tests of the file where not."""
        name = self.patch.proposal.test.name if self.patch.proposal.test else ""
        words = re.findall(r"\w+", name.partition("[")[0])
        return name if words and re.search(rf"\b{words[-1]}\b".encode(), change.after) else ""

    def _observed(self) -> Tested:
        """As `_run`, watched; where a runtime cannot be watched from outside, its source tells of itself."""
        reader = check_reader(self.patch.proposal.context.report.runtime)
        wanted = {suspect.path for suspect in self.patch.proposal.context.suspects}
        wanted |= {crash.path for crash in crashes(self.patch.proposal.context)}
        extra: list[FileChange] = []
        for path in sorted(wanted | {change.path for change in self.patch.tests}):
            # What stands there now: the base, and the test.
            if reader.instruments(path) and (source := self.bench.read(path)) is not None:
                found = reader.instrument(path, source)
                extra += [FileChange(at, source if at == path else None, text, False) for at, text in found.items()]
        if not extra:
            return self._run(observe=True)
        self.bench.checks.put(extra, side="after")
        try:
            return self._run(observe=True)
        finally:
            self.bench.checks.put(extra, side="before")
            self.bench.checks.put(self.patch.tests, side="after")

    def _named(self, tested: Tested, name: str, *, loaded: bool = False) -> list[TestResult]:
        """The results of the regression test: by the name the answer gives it, else those that the base does not have.

        On the base a test file that cannot even be loaded stands for its tests, unless `loaded` asks for more.
        """
        results = [test for test in tested.run.results if not self._is_file(test.id)]
        files = [test for test in tested.run.results if self._is_file(test.id) and not loaded]
        known = self.baseline.suite.by_id()
        found = [test for test in results if same_test(test.id, name)]
        fresh = [test for test in found if test.id not in known]
        new = [test for test in results if test.id not in known] if known else []
        return fresh or found or new or [test for test in files if test.status in ("failed", "error")]

    def _is_file(self, identity: str) -> bool:
        """True when an id names no test, but one of the patch's test files, by path or module."""
        words = _words(identity)
        return any(
            words in (_words(change.path), _words(change.path.rpartition("/")[2].partition(".")[0]))
            or words == _words(self.bench.plan.inside(change.path) or "")
            for change in self.patch.tests
        )


def same_test(identity: str, name: str) -> bool:
    """True when a runner's id and the name an answer gives mean the same test: the words of one stand in the other."""
    one, other = f" {_words(identity)} ", f" {_words(name)} "
    return bool(other.strip()) and (other in one or one in other)


def _words(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold()))


def _hung(check: str, where: str, tested: Tested, limit: float) -> Check:
    what = tested.run.running[-1] if tested.run.running else "The regression test's run"
    detail = f"{what} did not end within {limit:g} s on {where} and was killed."
    return Check(check, "failed", detail, tail(tested.ran.output), tested.ran.seconds)


def _unseen(check: str, where: str, name: str, tested: Tested) -> Check:
    seen = _list(test.id for test in tested.run.results) if tested.run.results else "no test at all"
    detail = f"No test named {name!r} was seen to run on {where}; the runner reported {seen}."
    return Check(check, "failed", detail, tail(tested.ran.output), tested.ran.seconds)


def _unlike(wanted: object, tested: Tested) -> str:
    seen = list(dict.fromkeys(describe(sighting) for sighting in tested.raised))[-6:]
    told = f"what was seen: {'; '.join(seen)}" if seen else "no exception was seen in the repository's files"
    return (
        f"The test fails on the base, but not with the reported exception: wanted {wanted}, really raised there "
        f"by the app's own code (not by the test, a double, or printed text); {told}."
    )


def _output(tested: Tested, ids: Iterable[str]) -> str:
    chosen = set(ids)
    traces = [f"{test.id}\n{test.trace}" for test in tested.run.results if test.id in chosen and test.trace]
    return tail("\n\n".join(traces) or tested.ran.output)


def _list(ids: Iterable[str]) -> str:
    names = sorted(ids)
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
