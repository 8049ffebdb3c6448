"""The interpreter's hooks, in processes of their own: with and without the SDK they print the same, byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Tuple

import pytest

from tests import clocks
from tests.interpreters import VERSIONS, find, interpreter

PACKAGE = Path(__file__).resolve().parents[1]

_HEAD = """import os, sys
if os.environ.get("WITH"):
    import splat
    splat.init(transport="file", folder="reports", spool_dir="spool", integrations=os.environ["WITH"])
"""


class Case(NamedTuple):
    """A program, and what is captured of it: (type, mechanism), in any order."""

    body: str
    captured: List[Tuple[str, str]]
    since: Tuple[int, int] = (3, 9)
    status: int = 0


CASES: Dict[str, Case] = {
    "uncaught": Case(
        "def f():\n    raise ValueError('x')\nprint('out')\nf()", [("ValueError", "excepthook")], status=1
    ),
    "chained": Case(
        "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('x') from error",
        [("ValueError", "excepthook")],
        status=1,
    ),
    "recursion": Case("def f():\n    f()\nf()", [("RecursionError", "excepthook")], status=1),
    "syntax": Case("exec(compile('x = = 1', 'made.py', 'exec'))", [("SyntaxError", "excepthook")], status=1),
    "group": Case(
        "raise ExceptionGroup('g', [ValueError(1), KeyError(2)])", [("ExceptionGroup", "excepthook")], (3, 11), 1
    ),
    "notes": Case(
        "error = ValueError('x')\nerror.add_note('more')\nraise error", [("ValueError", "excepthook")], (3, 11), 1
    ),
    "no text": Case(
        "class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E()", [("E", "excepthook")], status=1
    ),
    "interrupt": Case("raise KeyboardInterrupt", [], status=130),
    "exit": Case("sys.exit(3)", [], status=3),
    "exit with text": Case("sys.exit('goodbye')", [], status=1),
    "own hook": Case(
        "def hook(kind, value, trace):\n    print('mine', kind.__name__)\nsys.excepthook = hook\nraise ValueError",
        [],
        status=1,
    ),
    "broken stderr": Case("sys.stderr = None\nraise ValueError", [("ValueError", "excepthook")], status=1),
    "thread": Case(
        "import threading\ndef f():\n    raise ValueError('x')\n"
        "t = threading.Thread(target=f, name='t')\nt.start()\nt.join()",
        [("ValueError", "threading")],
    ),
    "thread that exits": Case(
        "import threading\nt = threading.Thread(target=sys.exit, name='t')\nt.start()\nt.join()", []
    ),
    "thread pool": Case(
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor() as pool:\n"
        "    print(type(pool.submit(int, 'x').exception()))",
        [],
    ),
    "bare thread": Case(
        "import _thread, time\ndef f():\n    raise ValueError('x')\n_thread.start_new_thread(f, ())\ntime.sleep(0.3)",
        [],
    ),
    "finaliser": Case("class A:\n    def __del__(self):\n        raise ValueError('x')\na = A()\ndel a", []),
    "task": Case(
        "import asyncio, gc\nasync def f():\n    raise ValueError('x')\nasync def main():\n"
        "    t = asyncio.ensure_future(f())\n    await asyncio.sleep(0.01)\n    del t\n    gc.collect()\n"
        "asyncio.run(main())",
        [("ValueError", "asyncio")],
    ),
    "callback": Case(
        "import asyncio\ndef f():\n    raise ValueError('x')\nasync def main():\n"
        "    asyncio.get_running_loop().call_soon(f)\n    await asyncio.sleep(0.01)\nasyncio.run(main())",
        [("ValueError", "asyncio")],
    ),
    "own loop handler": Case(
        "import asyncio\ndef f():\n    raise ValueError('x')\nasync def main():\n"
        "    loop = asyncio.get_running_loop()\n"
        "    loop.set_exception_handler(lambda _, context: print(sorted(context)))\n"
        "    loop.call_soon(f)\n    await asyncio.sleep(0.01)\nasyncio.run(main())",
        [("ValueError", "asyncio")],
    ),
    "broken loop handler": Case(
        "import asyncio\ndef f():\n    raise ValueError('x')\ndef handler(loop, context):\n"
        "    raise KeyError('handler')\n"
        "async def main():\n    loop = asyncio.get_running_loop()\n    loop.set_exception_handler(handler)\n"
        "    loop.call_soon(f)\n    await asyncio.sleep(0.01)\nasyncio.run(main())",
        [("ValueError", "asyncio"), ("KeyError", "asyncio")],
    ),
    "main coroutine": Case(
        "import asyncio\nasync def main():\n    raise ValueError('x')\nasyncio.run(main())",
        [("ValueError", "excepthook")],
        status=1,
    ),
    "cancelled": Case(
        "import asyncio\nasync def main():\n    t = asyncio.ensure_future(asyncio.sleep(5))\n"
        "    await asyncio.sleep(0)\n"
        "    t.cancel()\n    await asyncio.sleep(0)\nasyncio.run(main())",
        [],
    ),
    "log to nowhere": Case(
        "import logging\nlogging.getLogger('a').warning('w %s', 1)\nlogging.getLogger('a').info('i')", []
    ),
    "log configured late": Case(
        "import logging\nprint(logging.root.handlers)\nlogging.basicConfig(format='%(name)s %(message)s')\n"
        "logging.getLogger('a').error('e')\nlogging.getLogger('a').debug('d')",
        [],
    ),
    "logged error": Case(
        "import logging\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception('oops')",
        [("ZeroDivisionError", "logging")],
    ),
    "logged and raised": Case(
        "import logging\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception('oops')\n    raise",
        [("ZeroDivisionError", "logging")],
        status=1,
    ),
    "wrong log arguments": Case("import logging\nlogging.warning('%d', 'x')", []),
    "broken log handler": Case(
        "import logging\nclass H(logging.Handler):\n    def emit(self, record):\n        try:\n            1 / 0\n"
        "        except ZeroDivisionError:\n            self.handleError(record)\n"
        "logging.getLogger('a').addHandler(H())\n"
        "def f():\n    logging.getLogger('a').error('x')\nf()",
        [],
    ),
    "raising log handler": Case(
        "import logging\nclass H(logging.Handler):\n    def emit(self, record):\n        1 / 0\n"
        "logging.getLogger('a').addHandler(H())\nlogging.getLogger('a').error('x')",
        [("ZeroDivisionError", "excepthook")],
        status=1,
    ),
    "caller of a log": Case(
        "import logging\nlogging.basicConfig(format='%(funcName)s:%(lineno)d %(message)s')\n"
        "def f():\n    logging.error('x', stack_info=True)\nf()",
        [],
    ),
    "warnings": Case("import warnings\nwarnings.warn('careful')", []),
}
ALL = "excepthook,threads,asyncio,logging"
each_version = pytest.mark.parametrize(
    "version",
    [each if find(each) == sys.executable else pytest.param(each, marks=pytest.mark.slow) for each in VERSIONS],
)


def run(python: str, folder: Path, body: str, integrations: str) -> subprocess.CompletedProcess[bytes]:
    program = folder / "program.py"
    program.write_text(_HEAD + body + "\n")
    done: subprocess.CompletedProcess[bytes] = clocks.run(
        [python, "program.py"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(PACKAGE), "WITH": integrations},
        text=False,
        stdin=subprocess.DEVNULL,
    )
    return done


def reports(folder: Path) -> List[Dict[str, Any]]:
    found = [json.loads(path.read_text()) for path in (folder / "reports").glob("*.json")]
    return [each for each in found if "exceptions" in each]


def told(folder: Path) -> List[Tuple[str, str]]:
    return sorted((each["exceptions"][0]["type"], each["mechanism"]["type"]) for each in reports(folder))


@each_version
@pytest.mark.parametrize("name", CASES)
def test_output_and_status_are_those_without_us(name, version, tmp_path):
    case = CASES[name]
    python = interpreter(version)
    if tuple(map(int, version.split("."))) < case.since:
        pytest.skip("not in this Python")
    without = run(python, tmp_path, case.body, "")
    with_us = run(python, tmp_path, case.body, ALL)
    assert with_us.stdout == without.stdout
    assert _addresses(with_us.stderr) == _addresses(without.stderr)
    assert with_us.returncode == without.returncode == (-2 if case.status == 130 else case.status)
    assert told(tmp_path) == sorted(case.captured)


def _addresses(text: bytes) -> bytes:
    import re

    return re.sub(rb"0x[0-9a-f]+|\b1[0-9]{14}\b", b"0x", text)


BROKEN = """
def hook(*arguments):
    raise KeyError('hook')
before = sys.excepthook
sys.excepthook = hook
if os.environ.get("WITH"):
    splat.init(transport="file", folder="reports", spool_dir="spool", integrations="excepthook")
raise ValueError('x')
"""


@each_version
def test_a_hook_that_fails_prints_what_it_printed(version, tmp_path):
    python = interpreter(version)
    without, with_us = run(python, tmp_path, BROKEN, ""), run(python, tmp_path, BROKEN, "excepthook")
    assert with_us.stderr == without.stderr
    assert with_us.returncode == without.returncode == 1
    assert told(tmp_path) == [("ValueError", "excepthook")]


def test_a_hook_that_exits_decides_the_status(tmp_path):
    body = BROKEN.replace("raise KeyError('hook')", "sys.exit(7)")
    without, with_us = run(sys.executable, tmp_path, body, ""), run(sys.executable, tmp_path, body, "excepthook")
    assert (with_us.stderr, with_us.returncode) == (without.stderr, without.returncode)


def test_unraisable_when_asked_for(tmp_path):
    body = "class A:\n    def __del__(self):\n        raise ValueError('x')\na = A()\ndel a"
    without, with_us = run(sys.executable, tmp_path, body, ""), run(sys.executable, tmp_path, body, "unraisable")
    assert _addresses(with_us.stderr) == _addresses(without.stderr)
    assert told(tmp_path) == [("ValueError", "unraisable")]


WRAPPED = """
import threading
def wrap(place, name):
    inner = getattr(place, name)
    def outer(*arguments):
        print('outer')
        inner(*arguments)
    setattr(place, name, outer)
for _ in range(3):
    wrap(sys, 'excepthook')
    wrap(threading, 'excepthook')
    splat.init(transport="file", folder="reports", spool_dir="spool", integrations=ALL)
t = threading.Thread(target=lambda: 1 / 0)
t.start()
t.join()
splat.close()
wrap(sys, 'excepthook')
1 / 0
"""


def test_hooks_around_ours_and_init_again_make_no_circle(tmp_path):
    done = run(sys.executable, tmp_path, WRAPPED.replace("ALL", repr(ALL)), ALL)
    assert done.stdout.split() == [b"outer"] * (3 + 4)
    assert done.stderr.count(b"Traceback") == 2
    assert b"RecursionError" not in done.stderr
    assert told(tmp_path) == [("ZeroDivisionError", "threading")]


@each_version
@pytest.mark.parametrize("early", [True, False])
def test_modules_are_hooked_when_they_are_imported(version, early, tmp_path):
    python = interpreter(version)
    head = "import asyncio, logging\n" if early else ""
    body = """
assert ("logging" in sys.modules) is %r
import logging, asyncio
for module in (logging, asyncio.base_events):
    assert module.__loader__ is module.__spec__.loader
    assert "splat" not in type(module.__loader__).__module__
assert not [each for each in sys.meta_path if "splat" in type(each).__module__]
logging.getLogger("a").warning("kept")
async def main():
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    await asyncio.sleep(0.01)
asyncio.run(main())
splat.close()
assert "filter" not in vars(logging.Logger)
assert asyncio.base_events.BaseEventLoop.call_exception_handler.__module__ == "asyncio.base_events"
"""
    program = tmp_path / "program.py"
    program.write_text(head + _HEAD + body % early)
    done = clocks.run(
        [python, "program.py"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(PACKAGE), "WITH": ALL},
    )
    assert done.returncode == 0, done.stderr
    assert told(tmp_path) == [("ZeroDivisionError", "asyncio")]
    assert [record["message"] for record in reports(tmp_path)[0]["logs"]] == ["kept"]


def test_hooks_that_were_not_asked_for_stay_away(tmp_path):
    body = """
import threading
splat.init(transport="none", integrations=ALL)
splat.init(transport="none", integrations="none")
assert sys.excepthook is sys.__excepthook__
assert "splat" not in threading.excepthook.__module__
import logging, asyncio
assert "filter" not in vars(logging.Logger)
""".replace("ALL", repr(ALL))
    done = run(sys.executable, tmp_path, body, "none")
    assert done.returncode == 0, done.stderr
