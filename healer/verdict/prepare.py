"""Before any model-written code: set the project up, and see how its own tests and linters end on the base."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from healer.runtimes.checks import CheckPlan, TestRun
from healer.verdict.bench import Bench, Tested, counted, tail, told
from healer.verdict.value import Baseline, Check, Complaints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.settings import CheckSettings
    from healer.verdict.value import Checks

#: What a test says when a service is missing that the sandbox has not: a database, a queue, a container, the network.
_SERVICE = re.compile(
    r"connection ?refused|\bECONNREFUSED\b|could not connect|can't connect|\bconnect: |name resolution|no such host"
    r"|\bENOTFOUND\b|\bEAI_AGAIN\b|\bgetaddrinfo\b|network is unreachable|\bENETUNREACH\b|\bdocker\b|no route to host"
    r"|failed to connect|could not translate host|database .{1,80} does not exist|unable to open database"
    r"|SQLSTATE\[(HY000|08006)\]|no such file or directory - connect",
    re.IGNORECASE,
)
NO_PLAN = "nothing in this repository says how it is tested; name the command as `checks.test` in .github/splat.yml"


def prepare(checks: Checks, plan: CheckPlan | None, settings: CheckSettings) -> Baseline:
    """Set up with the network on, then run the project's own tests and linters on the base with it off.

    What fails here is not an error: the baseline then says what cannot be known, and a pull request will be a draft.
    """
    plan = configured(plan, settings)
    if plan is None:
        return _unavailable(None, NO_PLAN, ready=False)
    bench = Bench(checks, plan, settings)
    seconds = 0.0
    for command in plan.setup:
        ran = checks.run(
            plan.command(command),
            seconds=settings.setup_timeout,
            network=True,
            keep=True,
            workdir=plan.workdir,
            env=plan.env,
            files=plan.tools,
        )
        seconds += ran.seconds
        if ran.timed_out or ran.exit_code:
            how = f"did not end within {settings.setup_timeout:g} s" if ran.timed_out else f"ended with {ran.exit_code}"
            reason = f"the set-up command `{told(command)}` {how}{lacking(checks.lacks)}"
            return _unavailable(plan, reason, ready=False, output=ran.output, seconds=seconds, name="set-up")
    before = (_set_up(plan.setup, seconds),) if plan.setup else ()
    tested = bench.test(plan.suite)
    reason = why_unavailable(tested, bench)
    if reason:
        reason += lacking(checks.lacks)
        found = _unavailable(plan, reason, ready=True, output=tested.ran.output, seconds=tested.ran.seconds)
        return replace(found, suite=tested.run, complaints=_complaints(bench), checks=before + found.checks)
    return Baseline(plan, True, "", tested.run, _complaints(bench), before, checks.lacks)


def lacking(what: str) -> str:
    """What may be why tests fail, said behind that they do."""
    return f"; the sandbox has {what}" if what else ""


def configured(plan: CheckPlan | None, settings: CheckSettings) -> CheckPlan | None:
    """The detected plan with what the user configured in its place; None when neither says anything."""
    if plan is None:
        if not settings.test:
            return None
        plan = CheckPlan("command")
    if settings.setup:
        plan = replace(plan, setup=tuple(_shell(line) for line in settings.setup))
    if settings.test:
        # What the command runs is its own affair: results are read where its runner is the detected one after all.
        plan = replace(plan, runner="command", suite=_shell(settings.test))
    if settings.lint:
        plan = replace(plan, lint=tuple(_shell(line) for line in settings.lint), types=())
    if settings.workdir:
        plan = replace(plan, workdir=settings.workdir.strip("/").removeprefix("./"))
    return replace(plan, env={**plan.env, **settings.env})


def _set_up(commands: Sequence[Sequence[str]], seconds: float) -> Check:
    detail = f"{counted(len(commands), 'command')}, with the network on, before the patch was in the tree."
    scripts = (command[2] if command[:2] == ("sh", "-c") else " ".join(command) for command in commands)
    return Check("set-up", "passed", detail, tail("\n".join(f"$ {script}" for script in scripts), 3_000), seconds)


def why_unavailable(tested: Tested, bench: Bench) -> str:
    """Why a run of the project's own tests on the base tells nothing; "" when it does."""
    ran, run = tested.ran, tested.run
    if ran.timed_out:
        return f"the project's own tests did not end within {bench.settings.timeout:g} s on the base{_hung(run)}"
    if not run.results:
        if ran.exit_code == 0 and bench.plan.runner == "command":
            return ""
        command = bench.plan.suite[-1][:200] if bench.plan.runner == "command" else bench.plan.runner
        seen = f"`{command}` ended with {ran.exit_code} and reported no test"
        return f"it needs a service that the sandbox has not: {seen}" if _SERVICE.search(ran.output) else seen
    failures = run.failures
    if not run.passed and failures:
        if all(_SERVICE.search(failure.trace) for failure in failures):
            return f"all {len(failures)} tests need a service that the sandbox has not (network, database, container)"
        return f"none of the project's {len(failures)} tests passes on the base"
    if len(failures) > run.passed:
        seen = f"{len(failures)} of the project's {len(run.results)} tests fail on the base already"
        return f"{seen}, so something they need is not set up (`checks.setup` in .github/splat.yml names what makes it)"
    return "" if run.complete else "the test runner died on the base before it could finish its report"


def _hung(run: TestRun) -> str:
    return f"; it hung in {run.running[-1]}" if run.running else ""


def _complaints(bench: Bench) -> tuple[Complaints, ...]:
    found = []
    for command in bench.plan.lint + bench.plan.types:
        ran = bench.run(command)
        found.append(Complaints(command, 124 if ran.timed_out else ran.exit_code, ran.output))
    return tuple(found)


def _shell(line: str) -> tuple[str, ...]:
    return ("sh", "-c", line)


def _unavailable(
    plan: CheckPlan | None,
    reason: str,
    *,
    ready: bool,
    output: str = "",
    seconds: float = 0.0,
    name: str = "suite on the base",
) -> Baseline:
    check = Check(name, "unavailable", reason[0].upper() + reason[1:] + ".", tail(output), seconds)
    return Baseline(plan, ready, reason, TestRun((), complete=False), (), (check,))
