"""What the SDK costs an app, as ratios to what Python itself takes in the same run.

The comparison with others: `scripts/bench sdk-python`.
"""

from __future__ import annotations

import compileall
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
import traceback
from pathlib import Path

import pytest

import splat
from splat import client
from tests import clocks
from tests.integrations.captured import capturing

PACKAGE = Path(__file__).resolve().parents[1]
INIT = "import splat; splat.init(repo='a/b', token='x', spool_dir='spool')"
#: What a client of the network built on the standard library loads at least.
FLOOR = "import json, logging, threading, traceback, urllib.request"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The package as an installation has it: compiled."""
    folder = tmp_path_factory.mktemp("installed")
    shutil.copytree(PACKAGE / "splat", folder / "splat", ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(str(folder / "splat"), quiet=1)
    return folder


def run(installed, program):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SPLAT_")}
    done = clocks.run([sys.executable, "-c", program], env={**environ, "PYTHONPATH": str(installed)}, cwd=installed)
    done.check_returncode()
    return done.stdout


def cpu(installed, program):
    """Milliseconds of a whole process, the best of a few."""
    found = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(installed, program)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
    return min(found)


def test_import_and_init_cost_less_than_half_of_the_standard_librarys_network(installed):
    nothing, ours, floor = (cpu(installed, each) for each in ("pass", INIT, FLOOR))
    assert ours - nothing < (floor - nothing) / 2


def test_import_and_init_load_nothing_heavy(installed):
    loaded = set(
        run(installed, f"import sys\nbefore = set(sys.modules)\n{INIT}\nprint(*set(sys.modules) - before)").split()
    )
    heavy = {"typing", "re", "enum", "json", "logging", "asyncio", "ssl", "socket", "hashlib", "http.client", "urllib"}
    heavy |= {"dataclasses", "inspect", "tomllib", "traceback", "linecache", "email", "random", "tempfile", "pathlib"}
    assert loaded & heavy == set()
    assert "splat.client" in loaded


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_import_and_init_take_less_than_6_mb(installed):
    rss = "int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGE_SIZE')"
    grown = int(run(installed, f"import os\nbefore = {rss}\n{INIT}\nprint({rss} - before)"))
    assert grown < 6_000_000


# --- capturing --------------------------------------------------------------------------------------------------------


def _stack(folder, count):
    """Functions that raise through 15 frames, 10 of the app and 5 of a library, with 4 locals each."""
    library = folder / "site-packages" / "library.py"
    library.parent.mkdir()
    space: dict = {}
    for path, depth, last in ((library, 5, "raise KeyError(x)"), (folder / "app.py", 10, "return library(x, y, k)")):
        lines = []
        for number in range(depth):
            down = last if number + 1 == depth else f"return f{number + 1}(x, items, k)"
            lines += [f"def f{number}(x, y, k):", "    items = [x, x]", f"    {down}", ""]
        text = "\n".join(lines)
        path.write_text(text)
        if path is library:
            exec(compile(text, str(path), "exec"), space)
    made = []
    for _ in range(count):
        app = {"library": space["f0"]}
        exec(compile(text, str(path), "exec"), app)
        made.append(app["f0"])
    return made


def _errors(functions):
    return [_error(function) for function in functions]


def _error(function):
    try:
        function(1, "text", {"id": 1, "name": 2})
    except KeyError as error:
        return error
    raise AssertionError("it did not raise")


def _median(work, things):
    taken = []
    for thing in things:
        began = time.thread_time_ns()
        work(thing)
        taken.append(time.thread_time_ns() - began)
    return statistics.median(taken) / 1000


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the ratios are those of a traceback that shows columns")
def test_new_and_repeated_errors(tmp_path):
    functions = _stack(tmp_path, 150)
    with capturing(root=tmp_path):
        splat.capture_exception(_errors(functions[:1])[0])
        splat.flush(60)
        ratios = []
        for batch in (functions[1:50], functions[50:100], functions[100:]):
            trace = _median(
                lambda error: traceback.format_exception(type(error), error, error.__traceback__), _errors(batch)
            )
            new = _median(splat.capture_exception, _errors(batch))
            splat.flush(60)
            client.current()._keeper._known.clear()
            again = _median(splat.capture_exception, _errors(batch * 4))
            ratios.append((new / trace, again / trace))
            print(f"format_exception {trace:.0f}, new {new:.0f}, repeated {again:.1f} microseconds")
    # sentry-sdk's default is 14 times a formatted traceback: a sixteenth of it 0.87, a 150th 0.093.
    assert min(new for new, _ in ratios) < 0.87
    assert min(again for _, again in ratios) < 0.093


def test_a_burst_takes_no_memory(tmp_path):
    program = f"""
import json, os, sys, time
import splat
splat.init(transport="http", url="http://127.0.0.1:9", spool_dir={str(tmp_path)!r}, integrations="logging")
import logging
def rss(): return int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGE_SIZE')
def fail(n): raise ValueError("x" * 100 + str(n))
def burst(seconds, least=0):
    end, n = time.monotonic() + seconds, 0
    while time.monotonic() < end or n <= least:
        try: fail(n)
        except ValueError: splat.capture_exception()
        n += 1
    return n
burst(1)
before = rss()
n = burst(3, 5_000)
print(json.dumps([n, rss() - before]))
os._exit(0)
"""
    count, grown = json.loads(run(PACKAGE, program))
    assert count > 5_000
    assert grown < 5_000_000


# --- the source -------------------------------------------------------------------------------------------------------


def test_vermin_finds_nothing_newer_than_39():
    vermin = shutil.which("vermin", path=os.path.dirname(sys.executable))
    if vermin is None:
        pytest.skip("vermin is not in this environment")
    done = subprocess.run(
        [vermin, "-t=3.9-", "--violations", "--no-tips", str(PACKAGE / "splat")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
