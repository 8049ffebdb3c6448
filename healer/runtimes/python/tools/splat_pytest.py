"""A pytest plugin that writes each test's id and outcome as it ends, in the process that collects the reports."""
# ruff: noqa
# mypy: ignore-errors

import json
import os
import sys

_file = os.path.join(os.environ.get("SPLAT_RESULTS", "."), "results.jsonl")
_worker = [False]


def _write(**record):
    if not _worker[0]:
        with open(_file, "a", encoding="utf-8", errors="replace") as results:
            results.write(json.dumps(record) + "\n")


def pytest_configure(config):
    _worker[0] = hasattr(config, "workerinput")


def pytest_runtest_logstart(nodeid, location):
    _write(start=nodeid)


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome != "passed":
        status = report.outcome
        if status == "failed" and report.when != "call":
            status = "error"
        trace = "" if report.passed else str(getattr(report, "longreprtext", "") or report.longrepr or "")
        _write(id=report.nodeid, status=status, trace=trace[-20000:])


def pytest_collectreport(report):
    if report.outcome == "failed":
        _write(id=report.nodeid or "collection", status="error", trace=str(report.longrepr)[-20000:])


def pytest_exception_interact(node, call, report):
    observer = sys.modules.get("splat_observer")
    if observer is not None and call.excinfo is not None:
        observer.held(call.excinfo.value)


def pytest_sessionfinish(session, exitstatus):
    if int(exitstatus) not in (3, 4):
        _write(done=True)
