"""What a run of the project's own tests on the base is taken for."""

from __future__ import annotations

import pytest

from healer.runtimes.checks import CheckPlan, TestRun
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
