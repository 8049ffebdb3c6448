"""Celery, eager and in a real worker with processes of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Tuple

import pytest

import splat
from splat.integrations.celery import install
from tests import clocks
from tests.integrations import celery_app
from tests.integrations.captured import capturing
from tests.integrations.kit import logs, printed

if TYPE_CHECKING:
    from pathlib import Path

celery = pytest.importorskip("celery")
_OLD = tuple(map(int, celery.__version__.split(".")[:2])) < (5, 3)
EAGER = [case for case in celery_app.CASES if case[0] is not celery_app.soft]


def _apply(task: Any, args: Tuple[Any, ...]) -> Tuple[str, str, List[str]]:
    with logs() as written:
        result = task.apply(args)
    error = printed(result.result) if isinstance(result.result, BaseException) else str(result.result)
    error, text = (
        re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|in [0-9.e-]+s", "ID", each)
        for each in (error + str(result.traceback), "\n".join(written))
    )
    return result.state, error, text.split("\n")


@pytest.mark.parametrize(("task", "args", "errors"), EAGER, ids=[case[0].__name__ for case in EAGER])
def test_eager_tasks(task: Any, args: Any, errors: int) -> None:
    before = _apply(task, args)
    install(celery_app.app)
    install()  # twice is once
    with capturing(integrations=("logging", "excepthook")) as kept:
        after = _apply(task, args)
    assert after == before
    assert kept.errors == errors
    for report in kept.reports:
        if task is not celery_app.logged:  # whom the log saw first
            assert report["request"]["route"] == task.name


def test_a_task_in_a_request_has_its_own_scope() -> None:
    from splat import scope

    install()
    with capturing() as kept:
        token = scope.enter(lambda: {"method": "GET", "path": "/"})
        splat.set_tag("outer", "set")
        celery_app.tagged.apply(("a",))
        celery_app.tagged.apply(("b",))
        splat.capture_message("afterwards")
        scope.leave(token)
    first, after = kept.reports
    assert kept.errors == 3
    assert first["tags"] == {"a": "set"}
    assert [crumb["message"] for crumb in first["breadcrumbs"]] == ["a"]
    assert after["tags"] == {"outer": "set"}
    assert after["request"] == {"method": "GET", "path": "/"}


def test_the_trace_a_task_belongs_to() -> None:
    install()
    with capturing() as kept:
        celery_app.boom.apply((1,), headers={"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
    assert kept.reports[0]["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


def _worker(folder: Path, ours: bool, *more: str) -> Tuple[subprocess.Popen[str], Dict[str, str]]:
    folder.mkdir()
    environ = {**os.environ, "CELERY_FOLDER": str(folder), "CELERY_SPLAT": "1" if ours else "0", "C_FORCE_ROOT": "1"}
    command = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "tests.integrations.celery_app", "worker"]
    log = open(folder / "log", "w")  # noqa: SIM115 - the worker has it
    more = ("-c", "1", "-l", "INFO", "-O", "fair", "--without-gossip", "--without-mingle", "--without-heartbeat", *more)
    started = subprocess.Popen(
        [*command, *more], env=environ, stdout=log, stderr=log, text=True, start_new_session=True
    )
    return started, environ


class Hung(Exception):
    """A worker that does nothing any more."""


@contextmanager
def _working(folder: Path, ours: bool, *more: str, may_hang: bool = False) -> Iterator[Tuple[int, Dict[str, str]]]:
    """A worker, to its end, by its process id; and the environment of who sends it something."""
    worker, environ = _worker(folder, ours, *more)
    try:
        yield worker.pid, environ
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(30 if _OLD else 150)
        except subprocess.TimeoutExpired:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(30)
            if not may_hang:
                raise Hung((folder / "log").read_text()) from None


#: Two have no result to wait for. They are done before what is sent after them: there is one child.
_SEND = """
import sys
from tests.integrations import celery_app as a
from celery.exceptions import TimeoutError
seconds, *names = sys.argv[1:]
for name in names:
    args = {"boom": (7,), "tagged": ("x",)}.get(name, ())
    result = getattr(a, name).delay(*args)
    if name not in ("ignored", "rejected"):
        try:
            result.get(timeout=int(seconds), interval=0.05, propagate=False)
        except TimeoutError:
            sys.exit(75)
    print(name, result.state, flush=True)
"""


def _send(environ: Dict[str, str], names: List[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _SEND, "60" if _OLD else "150", *names],
        env={**environ, "CELERY_SPLAT": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 75:
        raise Hung(done.stdout)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _reports(folder: Path) -> List[Dict[str, Any]]:
    assert not list((folder / "reports").glob("*.count.json"))  # nothing was captured twice
    return [json.loads(path.read_text()) for path in sorted((folder / "reports").glob("*.json"))]


def _log(folder: Path) -> List[str]:
    """The worker's log without what differs from run to run, from the first task on."""
    text = (folder / "log").read_text()
    text = text[text.index(" ready.") :].replace(str(folder), "FOLDER")
    text = re.sub(
        r"[0-9a-f]{8}-[0-9a-f-]{27}|in [0-9.e-]+s|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+|pid:\d+|Worker-\d+|0x[0-9a-f]+",
        "ID",
        text,
    )
    # Celery 5.2's own pool may end before it has heard of the last task's end, without us just as often.
    restored = r"\[ID: \w+/MainProcess\] Restoring \d+ unacknowledged message\(s\)"
    return sorted(line for line in text.split("\n") if not (_OLD and re.fullmatch(restored, line)))


def _answers(folder: Path, ours: bool, names: List[str], **more: bool) -> str:
    """What the tasks ended as. Celery 5.2's own pool may wait for ever, for a lock that a killed child held, without us
    just as often: it is asked again then.
    """
    for _ in range(3 if _OLD else 0):
        with suppress(Hung):
            return _answered(folder, ours, names, **more)
        shutil.rmtree(folder)
    return _answered(folder, ours, names, **more)


def _answered(folder: Path, ours: bool, names: List[str], **more: bool) -> str:
    with _working(folder, ours, **more) as (pid, environ):
        answers = _send(environ, names)
        clocks.rest(pid)
    return answers


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_worker_with_processes_as_if_it_were_not_there(tmp_path: Path) -> None:
    names = [case[0].__name__ for case in celery_app.CASES]
    answers = {}
    for ours in (False, True):
        answers[ours] = _answers(tmp_path / str(ours), ours, names)
    assert answers[True] == answers[False]
    assert _log(tmp_path / "True") == _log(tmp_path / "False")
    assert not (tmp_path / "False" / "reports").exists()
    reports = _reports(tmp_path / "True")
    # Celery 5.2 tries to send the error that cannot be pickled to the main process: that is an error of its own.
    own = [report for report in reports if report["exceptions"][0]["type"] == "billiard.pool.MaybeEncodingError"]
    assert not own or _OLD
    routes = sorted(report["request"]["route"].rpartition(".")[2] for report in reports if report not in own)
    assert routes == sorted(case[0].__name__ for case in celery_app.CASES if case[2])
    assert all(report["occurrences"]["count"] == 1 for report in reports)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_what_a_child_captured_just_before_the_worker_ends(tmp_path: Path) -> None:
    folder = tmp_path / "late"
    with _working(folder, True, "--max-tasks-per-child", "1") as (_, environ):
        _send(environ, ["boom"])
    assert [report["exceptions"][0]["type"] for report in _reports(folder)] == ["KeyError"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_children_that_are_lost_or_stopped(tmp_path: Path) -> None:
    folder = tmp_path / "lost"
    sent = _answers(folder, True, ["killed", "hard"] if _OLD else ["killed", "hard", "fine"], may_hang=_OLD)
    assert "killed FAILURE" in sent
    assert "hard FAILURE" in sent
    assert _OLD or "fine SUCCESS" in sent
    reports = _reports(folder)
    assert sorted(report["exceptions"][0]["type"].rpartition(".")[2] for report in reports) == [
        "TimeLimitExceeded",
        "WorkerLostError",
    ]
    assert sorted(report["request"]["route"].rpartition(".")[2] for report in reports) == ["hard", "killed"]
