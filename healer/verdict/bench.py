"""Runs a plan's commands in the sandbox and reads what came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.redact import redact
from healer.runtimes import check_reader
from healer.runtimes.checks import CheckPlan, Sighting, TestRun
from healer.runtimes.results import sightings
from healer.verdict.value import Ran

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.settings import CheckSettings
    from healer.verdict.value import Checks

_TAIL = 6_000
OBSERVE = {"SPLAT_OBSERVE": "1"}


@dataclass(frozen=True, slots=True)
class Tested:
    """One run of tests: how the command ended, each test's result, and the exceptions an observer saw."""

    ran: Ran
    run: TestRun
    raised: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True)
class Bench:
    """The sandbox, the plan, and the limits."""

    checks: Checks
    plan: CheckPlan
    settings: CheckSettings

    def test(self, command: Sequence[str], *, observe: bool = False) -> Tested:
        """Run tests; with `observe` the runtime's own machinery writes down the exceptions it sees."""
        plan = self.plan
        ran = self.checks.run(
            plan.command(command),
            seconds=self.settings.timeout,
            workdir=plan.workdir,
            env={**plan.env, **(OBSERVE if observe else {})},
            artefacts=plan.artefacts,
            files=plan.tools,
        )
        if plan.runtime is None:
            return Tested(ran, TestRun((), complete=False))
        root = self.checks.root
        return Tested(ran, check_reader(plan.runtime).results(ran.artefacts, root), sightings(ran.artefacts, root))

    def run(self, command: Sequence[str]) -> Ran:
        """Run a command that is no test: a compiler, a linter."""
        plan = self.plan
        return self.checks.run(
            plan.command(command),
            seconds=self.settings.timeout,
            workdir=plan.workdir,
            env=plan.env,
            files=plan.tools,
        )

    def read(self, path: str) -> bytes | None:
        """A file of the tree as it stands in the sandbox; None where there is none, or none that can be read."""
        copy = ("sh", "-c", 'cp -- "$SPLAT_TREE/$1" "$SPLAT_RESULTS/file"', "sh", path)
        return self.checks.run(copy, seconds=30, artefacts=("file",)).artefacts.get("file")


def together(runs: Sequence[Tested]) -> Tested:
    """Several runs as one."""
    if len(runs) == 1:
        return runs[0]
    ran = Ran(
        max(tested.ran.exit_code for tested in runs),
        "\n".join(tested.ran.output for tested in runs),
        sum(tested.ran.seconds for tested in runs),
        any(tested.ran.timed_out for tested in runs),
    )
    run = TestRun(
        tuple(test for tested in runs for test in tested.run.results),
        all(tested.run.complete for tested in runs),
        tuple(name for tested in runs for name in tested.run.running),
    )
    return Tested(ran, run, tuple(one for tested in runs for one in tested.raised))


def tail(output: str, limit: int = _TAIL) -> str:
    """The end of an output, where the reason usually stands, without secrets."""
    output = output.strip()
    if len(output) > limit:
        cut = output[-limit:]
        output = "…\n" + cut[cut.find("\n") + 1 :] if "\n" in cut[:500] else "…" + cut
    return redact(output)


def counted(number: int, noun: str) -> str:
    """A number and its noun, as a person writes it: "1 file", "2 files"."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def told(command: Sequence[str]) -> str:
    """A command as a message names it: a script by how it begins."""
    line = " ".join((command[2] if command[:2] == ("sh", "-c") else " ".join(command)).split())
    return line if len(line) <= 100 else f"{line[:100]}…"
