"""However a process ends, what it captured is delivered, by it or by the next one."""

from __future__ import annotations

import signal
import sys
import textwrap
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests import clocks, programs
from tests.interpreters import VERSIONS, interpreter
from tests.sink import BlackHole, Sink, refused_url

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

TWENTY = "for n in range(20): worker.put(raised(f'e{n:02d}'))\n"
ALL_TWENTY = [f"e{n:02d}" for n in range(20)]

ENDINGS = {
    "normal end": TWENTY,
    "sys.exit": TWENTY + "sys.exit(3)",
    "uncaught in main": TWENTY
    + """
def hook(kind, error, traceback):
    worker.put(event_of(error)); sys.__excepthook__(kind, error, traceback)
sys.excepthook = hook
raise ValueError("main")
""",
    "uncaught in a thread that outlives main": TWENTY
    + """
threading.excepthook = lambda args: worker.put(event_of(args.exc_value))
def work():
    time.sleep(0.3)
    raise ValueError("main")
threading.Thread(target=work).start()
""",
    "in a thread, and nothing before": """
threading.excepthook = lambda args: worker.put(event_of(args.exc_value))
def work():
    threading.main_thread().join()
    raise ValueError("main")
threading.Thread(target=work).start()
""",
    "in a task": TWENTY
    + """
async def work():
    raise ValueError("main")
async def main():
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: worker.put(event_of(context["exception"])))
    asyncio.ensure_future(work())
    await asyncio.sleep(0.05)
    import gc; gc.collect()
asyncio.run(main())
""",
    "SIGINT": TWENTY + "os.kill(os.getpid(), signal.SIGINT); time.sleep(5)",
    "in an atexit handler of the app": TWENTY
    + """
import atexit
atexit.register(lambda: worker.put(raised("main")))
""",
    "in an atexit handler that runs after ours": """
import atexit
import tests.programs
"""
    + TWENTY,
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_lost_at_an_end_of_its_own(ending: str, tmp_path: Path) -> None:
    body = ENDINGS[ending]
    wanted = (ALL_TWENTY if TWENTY in body else []) + (["main"] if '"main"' in body else [])
    with Sink(delay=0.05) as sink:
        begun = time.monotonic()
        done = programs.run(body, sink.url, tmp_path)
        assert time.monotonic() - begun < 5
        assert "splat" not in done.stderr, done.stderr
        programs.deliver_the_rest(sink.url, tmp_path)
        assert sink.messages() == wanted
    assert programs.files_in(tmp_path, ".json") == []


def test_what_is_captured_after_the_last_hour_is_left_for_the_next(tmp_path: Path) -> None:
    """An atexit handler registered before ours runs after it."""
    with Sink() as sink:
        text = "import atexit\natexit.register(lambda: worker.put(raised('late')))\n" + programs.source(
            "worker.put(raised('early'))", sink.url, tmp_path
        )
        done = clocks.run([sys.executable, "-c", text], env=programs.environment())
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        assert sink.messages() == ["early"]
        programs.deliver_the_rest(sink.url, tmp_path)
        assert sink.messages() == ["early", "late"]


@pytest.mark.parametrize("count", [1, 12])
def test_a_before_send_that_does_not_return_keeps_neither_the_process_nor_an_error(count: int, tmp_path: Path) -> None:
    body = f"""
import splat
splat.init(url=URL, spool_dir=FOLDER, before_send=lambda report: time.sleep(60))
for n in range({count}):
    splat.capture_exception(type(f"Kind{{n:02d}}", (Exception,), {{}})(f"e{{n:02d}}"))
    n or time.sleep(0.3)  # the first is in hands, the others wait behind it
"""
    with Sink() as sink:
        text = body.replace("URL", repr(sink.url)).replace("FOLDER", repr(str(tmp_path)))
        begun = time.monotonic()
        done = clocks.run([sys.executable, "-c", "import time\n" + text], env=programs.environment())
        assert done.returncode == 0, done.stderr
        assert time.monotonic() - begun < 30
        assert done.stderr.count("before_send did not return") == 1
        programs.deliver_the_rest(sink.url, tmp_path)
        assert sorted(sink.messages()) == [f"e{n:02d}" for n in range(count)]


FORKS = {
    "fork, child ends by sys.exit": """
child = os.fork()
if not child:
    for n in range(20): worker.put(raised(f'c{n:02d}'))
    sys.exit(0)
os.waitpid(child, 0)
""",
    "fork, child ends by os._exit after 100 ms": """
child = os.fork()
if not child:
    for n in range(20): worker.put(raised(f'c{n:02d}'))
    time.sleep(0.4)
    os._exit(0)
os.waitpid(child, 0)
""",
    "fork in C, of which Python is not told": """
import ctypes
# Nothing can be done about a module that is half loaded at this moment.
if worker._running: worker.flush(60)
child = ctypes.PyDLL(None).fork()
if not child:
    for n in range(20): worker.put(raised(f'c{n:02d}'))
    worker.flush(60)
    os._exit(0)
os.waitpid(child, 0)
""",
}
for how in ("fork", "spawn", "forkserver"):
    FORKS[f"multiprocessing {how}"] = f"""
import multiprocessing
from tests.children import twenty
context = multiprocessing.get_context({how!r})
child = context.Process(target=twenty, args=(WORKER if {how!r} != "fork" else worker,))
child.start()
child.join()
assert child.exitcode == 0, child.exitcode
"""
FORKS["ProcessPoolExecutor"] = """
import concurrent.futures, multiprocessing
from tests.children import one
with concurrent.futures.ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
    list(pool.map(one, range(20)))
"""


@pytest.mark.parametrize("how", FORKS)
@pytest.mark.parametrize("before", [0, 7])
def test_a_fork_delivers_its_own_and_the_parent_its_own(how: str, before: int, tmp_path: Path) -> None:
    with Sink(delay=0.02) as sink:
        body = (
            f"WORKER = dict(url={sink.url!r}, spool_dir={str(tmp_path)!r})\n"
            "import tests.children; tests.children.worker = worker\n"
            f"for n in range({before}): worker.put(raised(f'a{{n:02d}}'))\n"
            f"{FORKS[how]}\n"
            "for n in range(5): worker.put(raised(f'p{n:02d}'))\n"
        )
        done = programs.run(body, sink.url, tmp_path)
        assert done.returncode == 0, done.stderr
        assert "splat:" not in done.stderr
        programs.deliver_the_rest(sink.url, tmp_path)
        wanted = [f"a{n:02d}" for n in range(before)] + [f"c{n:02d}" for n in range(20)]
        assert sink.messages() == sorted(wanted + [f"p{n:02d}" for n in range(5)])


KILLS = {
    "SIGTERM": "os.kill(os.getpid(), signal.SIGTERM); time.sleep(5)",
    "os._exit": "os._exit(0)",
    "kill -9": "os.kill(os.getpid(), signal.SIGKILL)",
}
#: Sixty new errors, as many as suppression lets through in a minute, then work until the end: so many seconds, and
#: longer where others compute and too few of them are old enough to say anything.
BURST = """
captured = {{}}
begun = now = time.monotonic()
stood = 0.0  # seconds in which others had the processor
def due():
    return [name for name, when in captured.items() if {durable} or now - stood - when > 0.1]
while now - begun < {seconds} or len(due()) < 25:
    n = len(captured)
    if n < 60:
        event = raised(f'e{{n:02d}}')
        captured[f'e{{n:02d}}'] = time.monotonic() - stood
        worker.put(event)
    {pace}
    before, now = now, time.monotonic()
    stood += now - before if now - before > 0.02 else 0.0
print(*due(), flush=True)
{kill}
"""


@pytest.mark.parametrize("kill", KILLS)
@pytest.mark.parametrize("pace", ["pass", "time.sleep(0.002)"])
@pytest.mark.parametrize("where", ["sink", "black hole", "refused"])
def test_a_kill_loses_nothing_older_than_100_ms(kill: str, pace: str, where: str, tmp_path: Path) -> None:
    assert _lost_each_time(kill, pace, where, tmp_path)[-1] == []


def _lost_each_time(kill: str, pace: str, where: str, folder: Path, python: str = sys.executable) -> list[list[str]]:
    """Up to three tries, until one loses nothing: where others compute, 100 ms may pass without a turn."""
    lost: list[list[str]] = []
    while len(lost) < 3 and (not lost or lost[-1]):
        lost.append(_lost(kill, pace, where, folder / f"try-{len(lost)}", python))
    return lost


def _lost(kill: str, pace: str, where: str, spool: Path, python: str) -> list[str]:
    body = BURST.format(seconds=0.35, pace=pace, durable=False, kill=KILLS[kill])
    with Sink() as sink, BlackHole() as hole:
        url = {"sink": sink.url, "black hole": hole.url, "refused": refused_url()}[where]
        done = programs.run(body, url, spool, python=python)
        due = done.stdout.split()
        assert len(due) > 20, done
        # The next process finds the spool by its destination.
        programs.move(spool, url, sink.url)
        programs.deliver_the_rest(sink.url, spool)
        assert programs.files_in(spool, ".bad") == []
        return sorted(set(due) - set(sink.messages()))


@pytest.mark.parametrize("kill", KILLS)
def test_durable_loses_nothing_at_all(kill: str, tmp_path: Path) -> None:
    body = BURST.format(seconds=0.4, pace="pass", durable=True, kill=KILLS[kill])
    with Sink() as sink, BlackHole() as hole:
        done = programs.run(body, hole.url, tmp_path, "durable=True")
        due = done.stdout.split()
        assert len(due) > 5, done
        programs.move(tmp_path, hole.url, sink.url)
        programs.deliver_the_rest(sink.url, tmp_path)
        assert sorted(due) == sink.messages()


def test_kills_at_any_moment_leave_nothing_half_written(tmp_path: Path) -> None:
    """Each round a process that is killed somewhere, after as many errors as the spool has room for in all rounds."""
    wanted: Counter[str] = Counter()
    with Sink() as sink:
        for round_ in range(12):
            options = "durable=True" if round_ % 3 == 0 else ""
            life = 0.02 + round_ * 0.013
            body = f"""
threading.Timer({life}, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
for _ in range(16):
    worker.put(raised(f'r{round_}-{{time.monotonic()}}'))
    time.sleep({life / 16})
time.sleep(60)
"""
            done = programs.run(body, sink.url, tmp_path, options)
            assert done.returncode == -signal.SIGKILL, done.stderr
        programs.deliver_the_rest(sink.url, tmp_path)
        wanted.update(report["id"] for report in sink.reports)
        assert len(wanted) > 20
        assert programs.files_in(tmp_path, ".bad") == []
        assert programs.files_in(tmp_path, ".json") == []
        assert programs.files_in(tmp_path, ".taken") == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_python_ends_the_same(version: str, tmp_path: Path) -> None:
    """What differs: no new thread at the end from 3.12 on, another start method from 3.14 on, columns from 3.11 on."""
    python = interpreter(version)
    chosen = ["normal end", "uncaught in a thread that outlives main", "in a thread, and nothing before", "in a task"]
    wanted = []
    with Sink() as sink:
        for ending in chosen:
            body = ENDINGS[ending]
            done = programs.run(body, sink.url, tmp_path, python=python)
            assert "splat" not in done.stderr, (ending, done.stderr)
            wanted += (ALL_TWENTY if TWENTY in body else []) + (["main"] if '"main"' in body else [])
        for how in ("fork, child ends by sys.exit", "multiprocessing fork", "multiprocessing spawn"):
            head = f"WORKER = dict(url={sink.url!r}, spool_dir={str(tmp_path)!r})\nif __name__ == '__main__':\n"
            done = programs.run(head + textwrap.indent(FORKS[how], "    "), sink.url, tmp_path, python=python)
            assert done.returncode == 0, (how, done.stderr)
            assert "splat:" not in done.stderr, (how, done.stderr)
            wanted += [f"c{n:02d}" for n in range(20)]
        programs.deliver_the_rest(sink.url, tmp_path)
        missing = Counter(wanted) - Counter(sink.messages())
        assert not missing
        frames = sink.reports[0]["exceptions"][0]["frames"]
        assert all("source" in frame for frame in frames if frame["path"] != "<string>")
        assert ("column" in frames[-1] and frames[-1]["column"] is not None) == (
            tuple(map(int, version.split("."))) >= (3, 11)
        )
    assert _lost_each_time("kill -9", "time.sleep(0.002)", "sink", tmp_path, python)[-1] == []
