"""Under real servers: processes that are forked with the worker already made, greenlets for threads."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests import clocks, programs
from tests.sink import BlackHole, Sink

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
NUMBERS = [f"n{number:02d}" for number in range(40)]


def _port(server: subprocess.Popen[str], log: Path, workers: int) -> int:
    """Where it listens, once so many of its processes wait for requests."""
    until = time.monotonic() + 120
    while log.read_text().count("Booting worker") < workers:
        assert server.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.02)
    clocks.rest(server.pid)
    return int(re.findall(r"Listening at: http://127\.0\.0\.1:([0-9]+)", log.read_text())[0])


def _get(port: int, name: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}", timeout=120) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize("kind", ["sync", "gthread", "gevent"])
@pytest.mark.parametrize("before", ["", "yes"])
def test_gunicorn_that_forks_after_loading_the_app(kind: str, before: str, tmp_path: Path) -> None:
    if kind == "gevent":
        pytest.importorskip("gevent")
    spool, log = tmp_path / "spool", tmp_path / "log"
    with Sink(delay=0.02) as sink, log.open("w") as stderr:
        command = [sys.executable, "-m", "gunicorn", "--preload", "-w", "3", "-k", kind, "--threads", "2"]
        server = subprocess.Popen(
            [*command, "-b", "127.0.0.1:0", "--graceful-timeout", "60", "tests.server_app:app"],
            env=programs.environment(SINK=sink.url, SPOOL=str(spool), BEFORE=before),
            cwd=programs.PACKAGE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
        try:
            port = _port(server, log, 3)
            with ThreadPoolExecutor(8) as clients:
                processes = set(clients.map(lambda name: _get(port, name), NUMBERS))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(120)
        said = log.read_text()
        assert "splat:" not in said, said
        assert "Traceback" not in said, said
        assert len(processes) > 1
        programs.deliver_the_rest(sink.url, spool)
        assert sink.messages() == (["before the fork"] if before else []) + NUMBERS
        assert programs.files_in(spool) == []


GEVENT = """
from gevent import monkey
{early}
import os, sys, time
from splat.options import Options
from splat.worker import Worker
worker = Worker(Options(transport="http", url={url!r}, spool_dir={spool!r}))
{late}
import gevent, threading
from tests.events import raised
longest = [0.0]
def beat():
    while True:
        before = time.monotonic()
        gevent.sleep(0.005)
        longest[0] = max(longest[0], time.monotonic() - before)
gevent.spawn(beat)
worker.put(raised("warm")); gevent.sleep(0.5); longest[0] = 0.0
def work(n):
    worker.put(raised("e%02d" % n))
gevent.joinall([gevent.spawn(work, n) for n in range(20)])
gevent.sleep(0.5)
print(longest[0], worker.flush(60) if {flush} else "", flush=True)
"""


@pytest.mark.parametrize("patched", ["early", "late"])
def test_gevent_is_not_held_up_by_a_sink_that_hangs(patched: str, tmp_path: Path) -> None:
    """Patched before the worker is made, or after it."""
    pytest.importorskip("gevent")
    patch = {"early": "", "late": "", patched: "monkey.patch_all()"}
    with Sink(delay=0.1) as sink, BlackHole() as hole:
        for url, flush in ((hole.url, False), (sink.url, True)):
            text = GEVENT.format(url=url, spool=str(tmp_path), flush=flush, **patch)
            done = clocks.run([sys.executable, "-c", text], env=programs.environment())
            assert done.returncode == 0, done.stderr
            assert done.stderr == ""
            assert float(done.stdout.split()[0]) < 0.25, done.stdout
        assert done.stdout.split()[1] == "True"
        assert sink.messages() == [*(f"e{n:02d}" for n in range(20)), "warm"]
    assert len(programs.files_in(tmp_path, ".json")) == 21
