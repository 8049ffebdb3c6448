"""Reads the machine-readable files of test runners and observers. The code under test may have written to them, so
nothing here trusts them: sizes are capped, and what does not fit the shape is passed over.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal

from healer.frames import Frame
from healer.runtimes.checks import RAISED, Sighting, TestResult, TestRun, TestStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOST_BYTES = 32 * 1024 * 1024
MOST_TESTS = 200_000
_TRACE = 20_000
_STATUSES: dict[str, TestStatus] = {"passed": "passed", "failed": "failed", "error": "error", "skipped": "skipped"}
_JEST: dict[str, TestStatus] = {"passed": "passed", "failed": "failed"}


def json_lines(content: bytes) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file that has one a line; anything else in it is passed over."""
    for line in content[:MOST_BYTES].split(b"\n"):
        if line[:1] == b"{" and isinstance(value := read_json(line), dict):
            yield value


def read_json(content: bytes) -> Any:
    """What the JSON says, None where it is none."""
    try:
        return json.loads(content[:MOST_BYTES].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def text(value: object, limit: int = _TRACE) -> str:
    """A string that may be missing; its middle is cut where it is too long."""
    if not isinstance(value, str):
        return ""
    # JSON can spell half a surrogate pair, which no output could encode.
    value = value.encode("utf-8", "replace").decode()
    return value if len(value) <= limit else f"{value[: limit // 2]}\n…\n{value[-limit // 2 :]}"


def stable(identity: str) -> str:
    """A test's id without what differs from run to run: object addresses and temporary folders."""
    identity = identity.encode("utf-8", "replace").decode()
    identity = re.sub(r"0x[0-9a-fA-F]{6,16}", "0x", identity[:1000])
    return re.sub(r"/tmp/[\w.-]{1,80}", "/tmp", identity)  # noqa: S108 - text, not a file


def run_of(results: Iterable[TestResult], *, complete: bool, running: Iterable[str] = ()) -> TestRun:
    """A run with unique ids: the second test of the same name is "name #2", so that none hides another."""
    seen: dict[str, int] = {}
    unique = []
    for result in results:
        count = seen[result.id] = seen.get(result.id, 0) + 1
        unique.append(TestResult(f"{result.id} #{count}", result.status, result.trace) if count > 1 else result)
        if len(unique) >= MOST_TESTS:
            complete = False
            break
    return TestRun(tuple(unique), complete, tuple(running)[:20])


def own_results(content: bytes) -> TestRun:
    """A file that one of our result writers made: {"start": id}, {"id", "status", "trace"}, and {"done": true} last."""
    results: list[TestResult] = []
    running: dict[str, None] = {}
    complete = False
    for line in json_lines(content):
        if isinstance(started := line.get("start"), str):
            running[stable(started)] = None
        elif isinstance(identity := line.get("id"), str) and line.get("status") in _STATUSES:
            running.pop(stable(identity), None)
            results.append(TestResult(stable(identity), _STATUSES[line["status"]], text(line.get("trace"))))
        elif line.get("done") is True:
            complete = True
    return run_of(_worst(results), complete=complete, running=running)


def _worst(results: list[TestResult]) -> list[TestResult]:
    """A test that reports a failure of its clean-up after a pass did not pass."""
    kept: list[TestResult] = []
    for result in results:
        if kept and kept[-1].id == result.id and result.status == "error" and kept[-1].status == "passed":
            kept[-1] = result
        else:
            kept.append(result)
    return kept


def sightings(artefacts: Mapping[str, bytes], root: str) -> tuple[Sighting, ...]:
    """What an observer saw in a tree that stood at `root`."""
    found: dict[str, Sighting] = {}
    for number, line in enumerate(json_lines(artefacts.get(RAISED, b""))):
        types = line.get("types")
        if isinstance(types, list) and len(found) < 2000:
            frames = tuple(_frames(line.get("frames"), root))
            escaped = line.get("escaped")
            # An observer may say the same again when it knows more: how far the exception got.
            found[str(line.get("key", number))] = Sighting(
                tuple(text(name, 300) for name in types[:30]),
                text(line.get("message"), 2000),
                frames,
                escaped if isinstance(escaped, bool) else None,
            )
    return tuple(found.values())


def _frames(rows: object, root: str) -> Iterator[Frame]:
    for row in rows[:200] if isinstance(rows, list) else ():
        if isinstance(row, list) and len(row) == 3 and isinstance(row[0], str):
            path = text(row[0], 1000).removeprefix("file://")
            inside = path.startswith(root.rstrip("/") + "/")
            line = row[1] if isinstance(row[1], int) and row[1] > 0 else None
            relative = path[len(root.rstrip("/")) + 1 :] if inside else path
            yield Frame(relative, line, function=text(str(row[2]), 300), in_app=inside)


def jest_json(content: bytes, root: str) -> TestRun:
    """The report of `jest --json`, and of vitest's reporter of the same shape."""
    report = read_json(content)
    if not isinstance(report, dict) or not isinstance(report.get("testResults"), list):
        return TestRun((), complete=False)
    return run_of(_jest_tests(report["testResults"], root), complete=True)


def _jest_tests(suites: list[Any], root: str) -> Iterator[TestResult]:
    for suite in suites:
        if not isinstance(suite, dict):
            continue
        path = text(suite.get("name"), 500).removeprefix(root.rstrip("/") + "/")
        tests = [test for test in _list(suite.get("assertionResults")) if isinstance(test, dict)]
        for test in tests:
            trace = "\n".join(text(message) for message in _list(test.get("failureMessages")))
            status = _JEST.get(str(test.get("status")), "skipped")
            title = text(test.get("fullName") or test.get("title"), 500).strip()
            yield TestResult(stable(f"{path} > {title}"), status, text(trace))
        if not tests and suite.get("status") == "failed":
            yield TestResult(stable(path), "error", text(suite.get("message")))


def junit(content: bytes) -> TestRun:
    """A JUnit XML file. One with a document type is refused whole: entities are how such files grow without end."""
    if not content or re.search(rb"<!(DOCTYPE|ENTITY)", content[:MOST_BYTES], re.IGNORECASE):
        return TestRun((), complete=False)
    from xml.etree import ElementTree

    try:
        document = ElementTree.fromstring(content[:MOST_BYTES])  # noqa: S314 - no entities are left to expand
        return run_of((_junit_case(case) for case in document.iter("testcase")), complete=True)
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError):
        return TestRun((), complete=False)


def _junit_case(case: Any) -> TestResult:
    owner = case.get("class") or case.get("classname") or ""
    identity = stable(f"{owner}::{case.get('name') or ''}")
    kinds: tuple[tuple[str, Literal["error", "failed", "skipped"]], ...] = (
        ("error", "error"),
        ("failure", "failed"),
        ("skipped", "skipped"),
    )
    for tag, status in kinds:
        found = case.find(tag)
        if found is not None:
            return TestResult(identity, status, text("\n".join((found.get("message") or "", found.text or ""))))
    return TestResult(identity, "passed")
