"""What a run of the project's own tests on the base is taken for."""

from __future__ import annotations

import pytest

from healer.runtimes.checks import CheckPlan, TestResult, TestRun
from healer.settings import CheckSettings
from healer.verdict.bench import Bench, Tested
from healer.verdict.prepare import why_unavailable
from healer.verdict.value import Ran


@pytest.mark.parametrize(
    ("output", "service"),
    [
        ("ModuleNotFoundError: No module named 'hypothesis'", False),
        ("SyntaxError in tests/dockerize.py", False),
        ("getaddrinfo ENOTFOUND db", True),
        ("psycopg2.OperationalError: connection refused", True),
        ("dial tcp 127.0.0.1:6379: connect: connection refused", True),
        ("Cannot connect to the Docker daemon", True),
    ],
)
def test_a_missing_module_is_no_missing_service(output: str, service: bool) -> None:
    bench = Bench(None, CheckPlan("pytest"), CheckSettings())  # type: ignore[arg-type]
    why = why_unavailable(Tested(Ran(4, output, 0.1), TestRun(())), bench)
    assert ("needs a service" in why) == service
    assert "reported no test" in why


@pytest.mark.parametrize(
    ("passed", "failed", "told"), [(3, 2, ""), (2, 2, ""), (2, 3, "3 of the project's 5 tests fail")]
)
def test_a_suite_that_mostly_fails_tells_nothing(passed: int, failed: int, told: str) -> None:
    bench = Bench(None, CheckPlan("pytest"), CheckSettings())  # type: ignore[arg-type]
    results = [TestResult(f"p{n}", "passed") for n in range(passed)]
    results += [TestResult(f"f{n}", "failed", "no such file") for n in range(failed)]
    why = why_unavailable(Tested(Ran(1, "", 0.1), TestRun(tuple(results))), bench)
    assert why.startswith(told)
    assert bool(why) == bool(told)
